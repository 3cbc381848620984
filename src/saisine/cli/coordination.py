"""`saisine coordination`: accounts of a plain table that act on the same object at the same moments."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from saisine.cli.app import Json, app, require_word
from saisine.cli.output import print_json, print_table, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO, EXIT_PARTIAL

if TYPE_CHECKING:
    from saisine.findings.coordination import Network
    from saisine.findings.graph_files import GraphFile
    from saisine.findings.joins import Codes

SHOWN = 20  # edges on screen; --json gives them all
FEW_ROWS, FEW_ACCOUNTS = 50, 5


METHODS: Final = ("significance", "cooccurrence")  # how common timing is judged


@app.command(help=_("Chercher les comptes qui agissent sur le même objet aux mêmes moments."))
def coordination(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help=_("CSV ou Parquet avec account_id, content_id, object_id et timestamp (secondes ou ISO)."),
        ),
    ],
    window: Annotated[
        float, typer.Option(metavar="SECONDS", help=_("Écart maximal entre deux actions, en secondes."))
    ],
    min_participation: Annotated[
        int, typer.Option(metavar="N", help=_("Nombre minimal d’actions d’un compte."))
    ] = 2,
    actions: Annotated[
        str, typer.Option(metavar="COLUMN", help=_("Colonne de l’objet commun."))
    ] = "object_id",
    method: Annotated[
        str,
        typer.Option(
            metavar="|".join(METHODS),
            help=_("significance : ce que le hasard n’explique pas ; cooccurrence : comme CooRTweet."),
        ),
    ] = METHODS[0],
    edge_weight: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, metavar="Q", help=_("Quantile du poids que « over_threshold » dépasse.")
        ),
    ] = 0.5,
    possible: Annotated[
        bool, typer.Option("--possible", help=_("Montrer aussi les liens possibles, non retenus."))
    ] = False,
    as_json: Json = False,
    gexf: Annotated[Path | None, typer.Option(metavar="F", help=_("Écrire le réseau en GEXF 1.3."))] = None,
    graphml: Annotated[Path | None, typer.Option(metavar="F", help=_("Écrire le réseau en GraphML."))] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="F", help=_("Écrire les liens en CSV, et les comptes à côté."))
    ] = None,
    ndjson: Annotated[
        Path | None, typer.Option(metavar="F", help=_("Écrire les paires de messages, une par ligne."))
    ] = None,
    identifiers: Annotated[
        bool,
        typer.Option("--identifiers", help=_("Garder les identifiants dans ces fichiers, au lieu de A001…")),
    ] = False,
    key: Annotated[
        Path | None, typer.Option(metavar="F", help=_("Écrire la clé des pseudonymes, à garder pour soi."))
    ] = None,
) -> int:
    from saisine.findings.action_files import read_actions
    from saisine.findings.coordination import cooccurrence, significance

    require_word(method, METHODS)
    _check(window, min_participation)
    found = read_actions(source, column=actions)
    if method == METHODS[1]:
        network = cooccurrence(
            found.shares, window_s=window, min_participation=min_participation, edge_weight=edge_weight
        )
    else:
        network = significance(found.shares, window_s=window)
    places = _places(network, min_participation, possible)
    left_out = {**found.left_out, **({"viral_object": network.viral_actions} if network.viral else {})}
    _write(
        network, places, {"gexf": gexf, "graphml": graphml, "csv": csv, "ndjson": ndjson}, identifiers, key
    )
    _warn_of(network, found.read)
    rows = [{"reason": reason, "count": count} for reason, count in sorted(left_out.items())]
    if as_json:
        print_json(_document(network, places, rows, found.read))
    else:
        _show(network, places)
        for reason, count in sorted(left_out.items()):
            warn("  " + _left_out_words(reason, count))
    if not len(places):
        return EXIT_NO
    return EXIT_PARTIAL if found.left_out["unreadable_line"] else 0


def _check(window: float, min_participation: int) -> None:
    """Before the file is read: a wrong option needs no wait."""
    from saisine.errors import SaisineError

    if not window > 0 or min_participation < 1:
        raise SaisineError("coordination_settings", window=window, participation=min_participation)


def _places(network: "Network", least: int, possible: bool) -> "Codes":
    """The edges to give. The test itself always counts every account: only what is shown is filtered."""
    import numpy as np

    if network.method == "cooccurrence":
        return np.arange(len(network))
    busy = np.bincount(network.shares.account, minlength=len(network.shares.accounts))
    enough = (busy[network.a] >= least) & (busy[network.b] >= least)
    return np.flatnonzero(enough if possible else enough & network.is_strong)


def _document(
    network: "Network", places: "Codes", left_out: list[dict[str, Any]], read: int
) -> dict[str, Any]:
    """The JSON of the contract; `tested`, `possible`, `read` and `viral` are added to it."""
    return {
        "edges": [edge_row(edge) for edge in network.edges(places)],
        "pairs": int((network.starts[places + 1] - network.starts[places]).sum()),
        "accounts": len(network.accounts_of(places)),
        "left_out": left_out,
        "method": network.method,
        "window_s": network.window_s,
        "settings": network.settings,
        "read": read,
        "tested": network.tested,
        "retained": len(network.strong),
        "viral": list(network.viral),
    }


def edge_row(edge: Any) -> dict[str, Any]:
    """One edge as the contract names it; times in ISO 8601 UTC."""
    from saisine.findings.graph_files import said

    row: dict[str, Any] = {
        "account_a": edge.account_a,
        "account_b": edge.account_b,
        "weight": edge.weight,
        "objects": edge.objects,
        "first_t": said(edge.first_us),
        "last_t": said(edge.last_us),
        "p_value": edge.p_value,
        "messages": [list(pair) for pair in edge.messages],
        "n_messages": edge.n_messages,
    }
    if edge.over_threshold is not None:
        row["over_threshold"] = edge.over_threshold
    if edge.is_net is not None:
        row["class"] = "clear" if edge.is_net else "possible"
    return row


def _write(
    network: "Network",
    places: "Codes",
    asked: Mapping[str, Path | None],
    identifiers: bool,
    key: Path | None,
) -> None:
    if not any(asked.values()) and key is None:
        return
    from saisine.findings import graph_files

    named = graph_files.graph_of(network, places, kind=network.method)
    graph = named if identifiers else graph_files.without_names(named)
    for kind, path in asked.items():
        if path is not None:
            _write_one(kind, path, graph)
    if key is not None:
        _put(key, graph_files.key_csv(named))
        warn(_("La clé relie les pseudonymes aux comptes : ne la joignez pas au réseau."))


def _write_one(kind: str, path: Path, graph: "GraphFile") -> None:
    from saisine.findings import graph_files

    if kind == "csv":
        _put(path, graph_files.edges_csv(graph))
        _put(path.with_name(f"{path.stem}-nodes{path.suffix}"), graph_files.nodes_csv(graph))
        return
    if kind == "ndjson":
        _put(path, graph_files.pairs_ndjson(graph))
        return
    written = (graph_files.gexf if kind == "gexf" else graph_files.graphml)(graph)
    _put(path, written.text)
    if written.replaced:
        words = ngettext(
            "{n} caractère que XML n’admet pas a été remplacé.",
            "{n} caractères que XML n’admet pas ont été remplacés.",
            written.replaced,
        )
        warn(words.format(n=written.replaced))


def _put(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", "surrogatepass", newline="")


def _warn_of(network: "Network", read: int) -> None:
    if network.method != "significance":
        return
    if read < FEW_ROWS or len(network.shares.accounts) < FEW_ACCOUNTS:
        warn(_("Trop peu de messages pour chercher une coordination : lisez-les plutôt un par un."))
    for name in network.viral[:3]:
        warn(_("Publication devenue virale, mise à part : {name}").format(name=name))


def _show(network: "Network", places: "Codes") -> None:
    import numpy as np

    chance = network.method == "significance"
    if len(places):
        best = places[np.argsort(-network.weight[places], kind="stable")][:SHOWN]
        print_table(
            [_("Compte"), _("Compte"), _("Poids"), _("Objets"), _("Probabilité") if chance else _("Seuil")],
            [
                (
                    edge.account_a,
                    edge.account_b,
                    edge.weight,
                    edge.objects,
                    _probability(edge.p_value) if chance else _("oui") if edge.over_threshold else _("non"),
                )
                for edge in network.edges(best, most=0)
            ],
        )
        say()
    accounts = len(network.accounts_of(places))
    words = ngettext("{n} lien entre {accounts} comptes.", "{n} liens entre {accounts} comptes.", len(places))
    say(words.format(n=len(places), accounts=accounts))
    say(_limits())


def _limits() -> str:
    from saisine.findings import campaign_words as words

    return words.ASSUMES_EN if LANGUAGE == "en" else words.ASSUMES_FR


def _probability(value: float | None) -> str:
    text = "" if value is None else f"{value:.1e}"
    return text if LANGUAGE == "en" else text.replace(".", ",")


def _left_out_words(reason: str, count: int) -> str:
    known = {
        "unreadable_line": _("lignes illisibles"),
        "no_account": _("lignes sans compte"),
        "no_content": _("lignes sans identifiant de message"),
        "no_object": _("lignes sans objet"),
        "no_time": _("lignes sans date"),
        "coarse_time": _("lignes datées au jour seulement"),
        "rounded_id": _("identifiants arrondis par un tableur"),
        "viral_object": _("actions sur une publication devenue virale"),
    }
    return _("{n} laissés de côté : {reason}.").format(n=count, reason=known.get(reason, reason))
