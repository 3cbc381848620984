"""A group of accounts as a network that other programs read: under pseudonyms, or with names for a stated reason."""

from collections.abc import Sequence
from typing import Final

from saisine.casework import findings_rows, journal, surveys
from saisine.casework.findings_rows import KIND_IDS, Found
from saisine.casework.session import Session
from saisine.casework.waves import bounds, get_group, pseudonyms
from saisine.errors import SaisineError
from saisine.findings.graph_files import GraphFile, Link, Node

WHY_NAMES: Final = ("avocat", "autorite", "plateforme", "recherche")  # why an export holds identifiers


def network(session: Session, id: str, *, named: bool = False, why: str = "") -> GraphFile:
    """A group of accounts as a network, under pseudonyms unless asked otherwise, with the reason.

    Raises `wave_unknown`, `names_need_reason`.
    """
    if named and why not in WHY_NAMES:
        raise SaisineError("names_need_reason")
    group, found = get_group(session, id), findings_rows.current(session)
    arrays, at = found.arrays, found.campaign_at[id]
    start, stop = bounds(found, "node_starts", at)
    labels = _named(session, found, start, stop) if named else pseudonyms(found, id)
    journal.note(session, "names_taken" if named else "network_taken", count=1, subject=why or id)
    placed = surveys.current(session)
    platforms = [
        placed.platforms[placed.platform[place]] if place >= 0 else ""
        for place in placed.places_of(arrays["node_ref"][start:stop]).tolist()
    ]
    nodes = tuple(
        Node(labels[one], labels[one], platforms[one], int(arrays["node_n"][start + one]), 0,
             int(arrays["node_first"][start + one]), int(arrays["node_last"][start + one]))
        for one in range(stop - start)
    )  # fmt: skip
    links, pairs = [], []
    for number in range(group.n_edges):
        link, between = _link(found, at, number, labels), _pairs(found, at, number, labels)
        if link.a > link.b:  # one order for every file, whatever the names
            link = link._replace(a=link.b, b=link.a)
            between = [(b, a, n, m) for a, b, m, n in between]
        links.append(link)
        pairs += between
    whole = GraphFile(nodes, tuple(links), tuple(pairs))
    return whole if named else _numbered(whole)


def _named(session: Session, found: Found, start: int, stop: int) -> list[str]:
    refs = found.found.codes.decode(found.arrays["node_ref"][start:stop])
    return [
        f"{message.platform}:{message.author_id or message.author_handle or at}"
        for at, message in enumerate(session.corpora.get_many(refs))
    ]


def _link(found: Found, campaign: int, number: int, labels: Sequence[str]) -> Link:
    arrays = found.arrays
    at = bounds(found, "edge_starts", campaign)[0] + number
    clues = slice(*bounds(found, "clue_starts", at))
    kinds = dict.fromkeys(KIND_IDS[int(kind)] for kind in arrays["clue_kind"][clues])
    return Link(
        labels[int(arrays["edge_a"][at])],
        labels[int(arrays["edge_b"][at])],
        int(arrays["clue_weight"][clues].max(initial=0)),
        " ".join(kinds),
        float(arrays["clue_p"][clues].min(initial=1.0)),
        int(arrays["clue_objects"][clues].max(initial=0)),
        int(arrays["edge_first"][at]),
        int(arrays["edge_last"][at]),
    )


def _pairs(
    found: Found, campaign: int, number: int, labels: Sequence[str]
) -> list[tuple[str, str, str, str]]:
    at = bounds(found, "edge_starts", campaign)[0] + number
    span = slice(*bounds(found, "pair_starts", at))
    ends = labels[int(found.arrays["edge_a"][at])], labels[int(found.arrays["edge_b"][at])]
    decode = found.found.codes.decode
    left, right = decode(found.arrays["pair_left"][span]), decode(found.arrays["pair_right"][span])
    return [(*ends, one, other) for one, other in zip(left, right, strict=True)]


def _numbered(graph: GraphFile) -> GraphFile:
    """Messages as M1… within the file: a reference would lead back to the workspace."""
    number: dict[str, str] = {}
    pairs = [
        (a, b, *(number.setdefault(one, f"M{len(number) + 1}") for one in (m, n)))
        for a, b, m, n in graph.pairs
    ]
    return graph._replace(pairs=tuple((a, b, m, n) for a, b, m, n in pairs))
