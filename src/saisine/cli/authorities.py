"""`saisine authority list|presets|add|remove`: who may be asked to date the vault."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, clock, open_workspace, require_word
from saisine.cli.output import print_json, print_table, say
from saisine.cli.words import LANGUAGE, _
from saisine.errors import EXIT_NO, SaisineError

if TYPE_CHECKING:
    from saisine.vault import Vault
    from saisine.vault.authorities import Authority, Preset

authority_app = typer.Typer(
    name="authority",
    help=_("Les tiers qui peuvent dater le coffre : rien n’est envoyé tant qu’aucun n’est choisi."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(authority_app)

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("Un nom court : lettres, chiffres, tirets."))]
Files = Annotated[
    list[Path] | None,
    typer.Option("--intermediate", metavar="F", help=_("Certificat intermédiaire (PEM) ; peut se répéter.")),
]


@authority_app.command("list", help=_("Les autorités choisies, et celles qui ne sont plus interrogées."))
def show(as_json: Json = False) -> int:
    with open_workspace() as session:
        from saisine.vault.authorities import load_authorities

        rows = [_row(session.vault, one) for one in load_authorities(session.vault.folder)]
    if as_json:
        print_json(rows)
    elif rows:
        headers = [_("Nom"), _("Adresse"), _("Qualifiée"), _("État"), _("Daté jusqu’à la ligne")]
        print_table(headers, [_cells(row) for row in rows])
    else:
        say(_("Aucune autorité n’est choisie : rien n’est envoyé."))
    return 0 if rows else EXIT_NO


def _row(vault: "Vault", one: "Authority") -> dict[str, object]:
    from saisine.vault.authorities import fingerprint
    from saisine.vault.stamps import dated_size_by

    return {
        "name": one.name,
        "url": one.url,
        "qualified": one.qualified,
        "policies": list(one.policies),
        "root_sha256": [fingerprint(root) for root in one.roots],
        "retired": one.is_retired,
        "dated_size": dated_size_by(one, vault.journal) or None,
    }


def _cells(row: dict[str, object]) -> tuple[object, ...]:
    state = _("retirée") if row["retired"] else _("interrogée")
    size = row["dated_size"]
    return row["name"], row["url"], _qualified(str(row["qualified"])), state, size or _("aucune")


def _qualified(value: str) -> str:
    """Noted by a person, never concluded by Saisine: only a jurist can say what it is worth."""
    return {"true": _("oui, noté"), "false": _("non, noté")}.get(value, _("inconnu"))


@authority_app.command(
    help=_("Les autorités proposées : adresses publiques, jamais essayées depuis ce logiciel.")
)
def presets(as_json: Json = False) -> None:
    from saisine.vault.authorities import load_presets

    found = load_presets()
    if as_json:
        print_json([_preset_row(preset) for preset in found])
        return
    headers = [_("Nom"), _("Autorité"), _("Adresse"), _("Qualifiée"), _("Remarque")]
    print_table(headers, [_preset_cells(preset) for preset in found])
    say(_("Une réponse qui ne mène pas à la racine prévue est refusée : une erreur ici ne date rien."))


def _preset_row(preset: "Preset") -> dict[str, object]:
    from saisine.vault.authorities import fingerprint

    return {
        "name": preset.name,
        "label": preset.label,
        "url": preset.url,
        "qualified": preset.qualified,
        "checked_on": preset.checked_on,
        "note": _note(preset),
        "root_sha256": fingerprint(preset.root),
    }


def _preset_cells(preset: "Preset") -> tuple[object, ...]:
    return preset.name, preset.label, preset.url, _qualified(preset.qualified), _note(preset)


def _note(preset: "Preset") -> str:
    return preset.note_en if LANGUAGE == "en" else preset.note_fr


@authority_app.command(help=_("Choisir une autorité : par son nom proposé, ou par son adresse et sa racine."))
def add(
    name: Name,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", metavar="PRESET", help=_("Autorité proposée (par défaut, celle qui porte ce nom).")
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="U", help=_("Adresse à interroger."))] = None,
    root: Annotated[
        Path | None, typer.Option(metavar="F", help=_("Certificat racine (PEM), le seul qui fera foi."))
    ] = None,
    intermediate: Files = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="OID", help=_("Politique acceptée ; peut se répéter. Sans elle, toutes.")),
    ] = None,
    qualified: Annotated[
        str, typer.Option(metavar="true|false|unknown", help=_("Ce qu’une personne a vérifié (eIDAS)."))
    ] = "unknown",
    as_json: Json = False,
) -> None:
    require_word(qualified, ("true", "false", "unknown"))
    if (url is None) != (root is None) or (url is not None and preset is not None):
        raise typer.BadParameter(_("Donnez --url et --root ensemble, ou une autorité proposée."))
    from saisine.vault.authorities import choose_authority, find_preset, free_name

    facts: dict[str, object] = {"policies": policy or [], "since": f"{clock():%Y-%m-%d}"}
    if url is not None and root is not None:
        address, pem = url, _read_pem(root)
    else:
        found = find_preset(preset or name)
        address, pem = found.url, found.root_pem
        facts |= found.facts()
    facts["qualified"] = qualified
    chain = [_read_pem(path) for path in intermediate or ()]
    with open_workspace() as session:
        given, name = name, free_name(session.vault.folder, name)
        made = choose_authority(
            session.vault, name, address, pem, intermediates=chain, facts=facts, actor=session.actor
        )
        row = _row(session.vault, made)
    if as_json:
        print_json(row)
    else:
        if name != given:
            say(
                _("« {given} » a déjà servi, puis a été retirée : celle-ci s’appelle « {name} ».").format(
                    given=given, name=name
                )
            )
        _say_added(made)


def _read_pem(path: Path) -> bytes:
    """Raises `path_missing` or `certificate_unreadable`."""
    from cryptography import x509

    if not path.exists():
        raise SaisineError("path_missing", path=path)
    try:
        body = path.read_bytes()
        x509.load_pem_x509_certificates(body)
    except (OSError, ValueError) as error:
        raise SaisineError("certificate_unreadable", path=path.name) from error
    return body


def _say_added(made: "Authority") -> None:
    from saisine.vault.authorities import fingerprint

    say(
        _(
            "Faire dater par un tiers : envoie une empreinte de 32 octets à l’autorité choisie, "
            "jamais un contenu."
        )
    )
    say(_("Autorité : {name}, {url}").format(name=made.name, url=made.url))
    for certificate in made.roots:
        say(_("Racine (SHA-256) : {sha256}").format(sha256=fingerprint(certificate)))
    say(_("Elle n’a pas encore été essayée ici. Essayez-la : saisine stamp"))
    if made.qualified == "unknown":
        say(_("Qualifiée au sens d’eIDAS : inconnu. Une personne juriste doit le vérifier."))


@authority_app.command(help=_("Ne plus interroger une autorité ; ce qu’elle a daté reste vérifiable."))
def remove(name: Name, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.vault.authorities import retire_authority

        retire_authority(session.vault, name, now=session.now(), actor=session.actor)
    if as_json:
        print_json({"name": name, "retired": True})
    else:
        say(_("{name} n’est plus interrogée. Ce qu’elle a daté reste vérifiable.").format(name=name))
