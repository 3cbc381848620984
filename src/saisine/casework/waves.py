"""One wave, or one group of accounts, as a page shows it: figures and references first, texts only once asked for.

Everything comes from the rows and arrays kept by `surveys.py` and `findings_rows.py`. The doors through which a text
or a name leaves are `open_edge`, `open_links` and `open_posts`; each leaves a line in the journal.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from saisine.casework import bands, exhibits, findings_rows, incidents, journal, surveys, triage
from saisine.casework.bands import Band
from saisine.casework.findings_rows import KIND_IDS, Found
from saisine.casework.models import Decision, Incident, SortedMessage
from saisine.casework.row_files import Codes
from saisine.casework.session import Session
from saisine.casework.surveys import EPOCH, UNDATED, Placed
from saisine.casework.triage import Card, Opened
from saisine.errors import SaisineError
from saisine.findings.addresses import canonical_url
from saisine.messages.schema import Message
from saisine.paris import PARIS
from saisine.vault import SealItem

FIRST_POSTS: Final = 5
GROUPS: Final = 10
PAIRS: Final = 10  # the strongest; a drawing of all of them shows nothing (a hairball)
TARGETS: Final = 5


@dataclass(frozen=True, slots=True)
class Clue:
    """One clue of a link: kind of action, within how long, on how many objects, by how much chance."""

    kind: str
    window_s: int
    objects: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Edge:
    """One link between two accounts, under numbers: `number` names it within its group of accounts."""

    number: int
    a: str
    b: str
    strength: float
    n_messages: int
    first: datetime
    last: datetime
    clues: tuple[Clue, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of accounts (a campaign): its row, its strongest links, how many there are, its messages here."""

    id: str
    row: dict[str, Any]
    edges: tuple[Edge, ...]
    n_edges: int
    here: int


@dataclass(frozen=True, slots=True)
class TargetWave:
    """A rise at one person, page or post, by its row; `number` tells it from the others of the page."""

    number: int
    row: dict[str, Any]
    here: int


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave. `found` is False while a job has to look for what lies inside."""

    band: Band
    row: dict[str, Any]
    hours: list[tuple[datetime, int]]
    first_posts: tuple[Card, ...]
    copies: tuple[Card, ...]
    found: bool
    targets: tuple[TargetWave, ...] = ()
    groups: tuple[Group, ...] = ()
    links: tuple[dict[str, Any], ...] = ()
    around: dict[str, int] | None = None
    short: tuple[dict[str, Any], ...] = ()
    search: dict[str, Any] | None = None


# ------------------------------------------------------------------ asked for


def _all_seen(session: Session) -> Placed:
    """The survey, for who may see every message. Raises `wave_unknown` for others: a part would mislead."""
    placed = bands.placed_of(session)
    if not bands.visible(session, placed).all():
        raise SaisineError("wave_unknown")
    return placed


def get_wave(session: Session, id: str) -> Wave:
    """Raises `wave_unknown`, `survey_waits`."""
    placed = _all_seen(session)
    row = placed.row_of_band(id)
    if row is None:
        raise SaisineError("wave_unknown")
    content = bands.content_of(session, placed, id)
    copies = [card for card in content.page(None, GROUPS) if card.startswith("g:")]
    base = Wave(
        band=bands.get_band(session, id),
        row=row,
        hours=bands.hours(session, id),
        first_posts=_first_posts(session, placed, content.places),
        copies=tuple(triage.describe(session, content, copies)),
        found=False,
    )
    found = findings_rows.ready(session)
    return base if found is None else _filled(base, found)


def _filled(base: Wave, found: Found) -> Wave:
    id = base.band.id
    rows = [(at, row, found.in_bands[at].get(id, 0)) for at, row in enumerate(found.found.rows)]
    mine = sorted((one for one in rows if one[2]), key=lambda one: (-one[2], one[0]))
    targets = [(row, here) for _, row, here in mine if row["kind"] == "target_wave"][:TARGETS]
    return Wave(
        band=base.band, row=base.row, hours=base.hours, first_posts=base.first_posts, copies=base.copies,
        found=True,
        targets=tuple(TargetWave(at, row, here) for at, (row, here) in enumerate(targets, 1)),
        groups=tuple(_group(found, row, here) for _, row, here in mine if row["kind"] == "campaign"),
        links=tuple(found.links.get(id, ())),
        around=found.around.get(id),
        short=tuple(row for _, row, _ in mine if row["kind"] == "short_copies"),
        search=found.search,
    )  # fmt: skip


def _first_posts(session: Session, placed: Placed, places: Codes) -> tuple[Card, ...]:
    """The first messages in time, as cards of their band."""
    dated = places[placed.at_us[places] != UNDATED]
    first = dated[np.argsort(placed.at_us[dated], kind="stable")][:FIRST_POSTS]
    return tuple(triage.describe_places(session, placed, first))


def get_group(session: Session, id: str) -> Group:
    """A group of accounts by the id of its row. Raises `wave_unknown`, `survey_waits`."""
    _all_seen(session)
    found = findings_rows.ready(session)
    if found is None:
        raise SaisineError("survey_waits")
    if id not in found.campaign_at:
        raise SaisineError("wave_unknown")
    row = _row(found, id)[1]
    return _group(found, row, int(row["n"]))


def first_posts_of(session: Session, id: str) -> tuple[Card, ...]:
    """The first messages of a group of accounts."""
    placed, found = _all_seen(session), findings_rows.current(session)
    places = placed.places_of(found.found.codes_of(_row(found, id)[0]))
    return _first_posts(session, placed, places[places >= 0])


def bands_of(session: Session, id: str) -> list[Band]:
    """The waves in which messages of a group of accounts lie."""
    found = findings_rows.current(session)
    mine = found.in_bands[_row(found, id)[0]]
    return [band for band in bands.bands(session) if band.kind == "wave" and band.id in mine]


def _row(found: Found, id: str) -> tuple[int, dict[str, Any]]:
    kept = found.row(id)
    if kept is None:
        raise SaisineError("wave_unknown")
    return kept


def groups(session: Session) -> list[Group] | None:
    """Every group of accounts, the largest first; None while a job has to look for them."""
    _all_seen(session)
    found = findings_rows.ready(session)
    if found is None:
        return None
    rows = [row for row in found.found.rows if row["kind"] == "campaign"]
    return [_group(found, row, int(row["n"])) for row in rows]


def _group(found: Found, row: dict[str, Any], here: int) -> Group:
    start, stop = bounds(found, "edge_starts", found.campaign_at[row["id"]])
    edges = tuple(_edge(found, row["id"], number) for number in range(min(PAIRS, stop - start)))
    return Group(row["id"], row, edges, stop - start, here)


def bounds(found: Found, name: str, at: int) -> tuple[int, int]:
    """Where what belongs to `at` starts and stops in the flat arrays that `name` cuts."""
    starts = found.arrays[name]
    return int(starts[at]), int(starts[at + 1])


def _edge(found: Found, id: str, number: int) -> Edge:
    arrays = found.arrays
    at = bounds(found, "edge_starts", found.campaign_at[id])[0] + number
    names = pseudonyms(found, id)
    ends = names[int(arrays["edge_a"][at])], names[int(arrays["edge_b"][at])]
    start, stop = bounds(found, "clue_starts", at)
    return Edge(
        number=number,
        a=min(ends),
        b=max(ends),
        strength=float(arrays["edge_strength"][at]),
        n_messages=int(arrays["edge_n"][at]),
        first=_time(arrays["edge_first"][at]),
        last=_time(arrays["edge_last"][at]),
        clues=tuple(
            Clue(
                KIND_IDS[int(arrays["clue_kind"][one])],
                int(arrays["clue_window"][one]),
                int(arrays["clue_objects"][one]),
                float(arrays["clue_p"][one]),
            )
            for one in range(start, stop)
        ),
    )


def _time(at_us: Any) -> datetime:
    return EPOCH + timedelta(microseconds=int(at_us))


def pseudonyms(found: Found, id: str) -> list[str]:
    """A001… for the accounts of a group, in the order of their first acts: the alphabet would say something."""
    start, stop = bounds(found, "node_starts", found.campaign_at[id])
    first, last, n = (found.arrays[f"node_{name}"][start:stop] for name in ("first", "last", "n"))
    order = np.lexsort((n, last, first))
    names = [""] * len(order)
    width = max(3, len(str(len(order))))
    for number, at in enumerate(order.tolist(), 1):
        names[at] = f"A{number:0{width}d}"
    return names


# ------------------------------------------------------------------ doors


def open_edge(session: Session, id: str, number: int) -> tuple[tuple[Opened, Opened], ...]:
    """The messages behind one link, pair by pair. Raises `wave_unknown`."""
    group, found = get_group(session, id), findings_rows.current(session)
    if not 0 <= number < group.n_edges:
        raise SaisineError("wave_unknown")
    at = bounds(found, "edge_starts", found.campaign_at[id])[0] + number
    span = slice(*bounds(found, "pair_starts", at))
    decode = found.found.codes.decode
    left, right = decode(found.arrays["pair_left"][span]), decode(found.arrays["pair_right"][span])
    messages = _shown(session, [*left, *right], id)
    return tuple(
        (_said(messages[one]), _said(messages[other])) for one, other in zip(left, right, strict=True)
    )


def _shown(session: Session, refs: Sequence[str], subject: str) -> dict[str, Message]:
    distinct = list(dict.fromkeys(refs))
    messages = dict(zip(distinct, session.corpora.get_many(distinct), strict=True))
    journal.note_shown(session, list(messages.values()), subject=subject)
    return messages


def _said(message: Message) -> Opened:
    return triage.opened_of(message)


def open_links(session: Session, id: str) -> dict[str, str]:
    """The address of each page shared in a wave, by its hash."""
    wave = get_wave(session, id)
    messages = _shown(session, [one["ref"] for one in wave.links], id)
    found = {}
    for one in wave.links:
        pages = {
            findings_rows.page_hash(page): page
            for url in messages[one["ref"]].urls
            if (page := canonical_url(url))
        }
        found[one["page"]] = pages.get(one["page"], "")
    return found


def open_posts(session: Session, id: str) -> dict[str, Opened]:
    """The posts followed by a rise, by reference."""
    wave = get_wave(session, id)
    refs = [post["ref"] for one in wave.targets for post in one.row["amplifiers"]]
    return {ref: _said(message) for ref, message in _shown(session, refs, id).items()}


# ------------------------------------------------------------------ the incident


def kept_in(session: Session, id: str) -> list[str]:
    """The messages of a wave that were kept and are in no incident yet."""
    placed = _all_seen(session)
    rows = SortedMessage.objects.filter(value=Decision.KEEP, incident__isnull=True).order_by("id")
    refs = list(rows.values_list("ref", flat=True))
    places = placed.places(refs)
    inside = _members(session, placed, id)
    return [ref for ref, place in zip(refs, places.tolist(), strict=True) if place >= 0 and inside[place]]


def _members(session: Session, placed: Placed, id: str) -> Any:
    if placed.row_of_band(id) is not None:
        return placed.band == placed.bands.index(id)
    found = findings_rows.current(session)
    inside = np.zeros(len(placed), bool)
    places = placed.places_of(found.found.codes_of(_row(found, id)[0]))
    inside[places[places >= 0]] = True
    return inside


def open_collective(session: Session, id: str, title: str) -> Incident:
    """« Créer un incident collectif »: the kept messages of a wave, frozen, and the figures of the day beside them.

    Raises `wave_nothing_kept`, `wave_unknown`, `incident_title_missing`.
    """
    refs = kept_in(session, id)
    if not refs:
        raise SaisineError("wave_nothing_kept")
    incident = incidents.open_incident(session, title)
    incident.is_collective = True
    incident.save(update_fields=["is_collective"])
    exhibits.add_kept(session, incident, refs)
    figures = SealItem("constat.json", _figures(session, id), kind="records", media_type="application/json")
    sealed = session.vault.seal(figures, unit=incident.unit, actor=session.actor)
    exhibits.add_item(session, incident, sealed.item)
    return incident


def _figures(session: Session, id: str) -> bytes:
    """The rows as they were on the day: parameters, n, how surely, what they do not prove; no text."""
    placed, found = surveys.current(session), findings_rows.current(session)
    rows = [row for row in placed.found.rows if row.get("id") == id or row.get("wave") == id]
    rows += [
        row
        for at, row in enumerate(found.found.rows)
        if row["id"] == id or (id in found.in_bands[at] and placed.row_of_band(id))
    ]
    day = session.now().astimezone(PARIS).isoformat()
    body = {"at": day, "messages": len(placed), "findings": rows, "coordination": found.search}
    return json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
