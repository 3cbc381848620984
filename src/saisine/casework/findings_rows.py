"""The findings of a workspace as rows: kept with their method, recomputed on demand, compared with those before.

The survey (`surveys.py`) holds danger signs, waves and copies; here are the waves at targets, the campaigns with
their links, and the short copies. A row has its version, its parameters, its n, how surely, and what it does not
prove. The file holds references and numbers: an account is told by one of its messages, a page by its hash.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from saisine.casework import campaigns, row_files, surveys
from saisine.casework.campaigns import Standing
from saisine.casework.jobs import Progress
from saisine.casework.models import Job
from saisine.casework.row_files import Codes, RefCodes, Rows
from saisine.casework.session import Session
from saisine.casework.surveys import Placed
from saisine.findings.actions import KINDS, Actions
from saisine.findings.campaigns import VERSION, Campaign
from saisine.findings.changed_texts import changed_rows
from saisine.findings.rows import Change, campaign_rows, compare_rows, search_row, short_rows, wave_rows
from saisine.messages.observations import changed_texts

FORM: Final = 1  # of our file: raised when its arrays change
INLINE_ROWS: Final = 5_000  # fewer are looked through while a page waits (about a second); more, in a job
LINKS_SHOWN: Final = 10
KIND_IDS: Final = tuple(kind.id for kind in KINDS)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The rows, and flat arrays of what lies inside a campaign.

    `in_bands[i]`: band of the survey -> how many messages of row i lie in it. `links[band]`: pages linked to from
    several accounts. `around[band]`: its accounts, those never seen before it, since when anybody collects.
    Links of campaign c are `edge_starts[c]:edge_starts[c + 1]`, its accounts `node_starts[c]:…`; `campaign_at` gives
    c for an id.
    """

    key: str
    made_at: str
    found: Rows
    search: dict[str, Any]
    in_bands: tuple[dict[str, int], ...]
    links: Mapping[str, list[dict[str, Any]]]
    around: Mapping[str, dict[str, int]]
    campaign_at: Mapping[str, int]
    arrays: Mapping[str, NDArray[Any]]
    changes: tuple[Change, ...]

    def row(self, id: str) -> tuple[int, dict[str, Any]] | None:
        """(its number, the row) of a finding by id."""
        return next(((at, row) for at, row in enumerate(self.found.rows) if row["id"] == id), None)


# ------------------------------------------------------------------ asked for


def current(session: Session, progress: Progress | None = None, *, afresh: bool = False) -> Found:
    """The findings of today's corpora; computed when they are not there, or when asked `afresh`.

    Stopping it leaves the earlier file in place.
    """
    with session.lock:
        found = None if afresh else _held(session)
        found = found or _make(session, progress)
        session.kept["findings"] = found
    return found


def ready(session: Session) -> Found | None:
    """The findings when they are there, or few enough messages to look through; None when a job has to."""
    with session.lock:
        found = _held(session)
        if found is None and sum(info.rows for info in session.corpora.list()) <= INLINE_ROWS:
            found = _make(session, None)
        if found is not None:
            session.kept["findings"] = found
    return found


def is_ready(session: Session) -> bool:
    return _held(session) is not None


def whole_rows(session: Session) -> dict[str, Any]:
    """Every finding with its references, for `saisine findings --json`."""
    placed, found = surveys.current(session), current(session)
    rows = [*placed.found.whole(), *(_with_target(session, row) for row in found.found.whole())]
    return {"messages": len(placed), "findings": rows, "coordination": found.search}


def changes(session: Session) -> tuple[Change, ...]:
    """What appeared, vanished or changed since the findings before these."""
    return (*surveys.current(session).changes, *current(session).changes)


def _without_target(row: Mapping[str, Any]) -> dict[str, Any]:
    """As kept on the disk: whom a wave reaches is an id of somebody, and any of its messages tells it again."""
    kept = {name: value for name, value in row.items() if name != "target"}
    return {**kept, "target_kind": row["target"].partition(":")[0]} if "target" in row else kept


def _with_target(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    kind = row.pop("target_kind", None)
    if kind is None:
        return row
    message = session.corpora.get(row["refs"][0])
    reached = message.target_id if kind == "target" else message.parent_id or message.target_id
    return {**row, "target": f"{kind}:{message.platform}:{reached}"}


def run_findings(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """Look at what is not kept, or `again` at everything; what was kept is replaced at the end, and compared with."""
    again = bool(job.options.get("again"))
    placed = surveys.current(session, tell, afresh=again)
    found = current(session, tell, afresh=again)
    changed = Counter(one.what for one in (*placed.changes, *found.changes))
    return {"messages": len(placed), "findings": len(placed.found.rows) + len(found.found.rows), **changed}


def _key(session: Session) -> str:
    words = f"{VERSION}:{FORM}:{surveys.key_of(session)}"
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def _path(session: Session, key: str) -> Path:
    return surveys.folder_of(session) / f"standing-{key}.npz"


def _held(session: Session) -> Found | None:
    key = _key(session)
    held = session.kept.get("findings")
    if isinstance(held, Found) and held.key == key:
        return held
    read = row_files.read(_path(session, key))
    try:
        return _found(*read) if read is not None else None
    except (KeyError, TypeError, ValueError):
        return None  # damaged: made again


# ------------------------------------------------------------------ made


def _make(session: Session, progress: Progress | None) -> Found:
    placed = surveys.current(session, progress)
    standing = campaigns.find(session, progress)
    codes = placed.found.codes
    rows = [
        *wave_rows(standing.waves),
        *campaign_rows(standing.campaigns),
        *short_rows(standing.short),
        *changed_rows(changed_texts(session.corpora)),
    ]
    found = row_files.split_refs([_without_target(row) for row in rows], codes)
    key = _key(session)
    bands = _bands_of(standing.acts, placed)
    facts = {
        "key": key,
        "made_at": session.now().isoformat(),
        "corpora": codes.corpora,
        "rows": found.rows,
        "search": search_row(standing.campaigns),
        "in_bands": [_in_bands(placed, found.codes_of(at)) for at in range(len(rows))],
        "links": _links(standing.acts, placed, bands),
        "around": _around(standing.acts, placed, bands),
        "campaigns": [one.id for one in standing.campaigns.campaigns],
        "changes": [list(one) for one in _changes(session, found)],
    }
    arrays = {"starts": found.starts, "members": found.members, **_inside(standing, codes)}
    path = _path(session, key)
    row_files.write(path, facts, arrays)
    for old in path.parent.glob("standing-*.npz"):
        if old != path:
            old.unlink()
    return _found(facts, arrays)


def _found(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Found:
    return Found(
        key=facts["key"],
        made_at=facts["made_at"],
        found=Rows(
            tuple(facts["rows"]), arrays["starts"], arrays["members"], RefCodes(tuple(facts["corpora"]))
        ),
        search=facts["search"],
        in_bands=tuple(facts["in_bands"]),
        links=facts["links"],
        around=facts["around"],
        campaign_at={id: at for at, id in enumerate(facts["campaigns"])},
        arrays=arrays,
        changes=tuple(Change._make((*one[:4], tuple(one[4]))) for one in facts["changes"]),
    )


def _changes(session: Session, found: Rows) -> tuple[Change, ...]:
    """What appeared, vanished or changed since the newest file there is, which this one replaces."""
    older = sorted(
        surveys.folder_of(session).glob("standing-*.npz"), key=lambda path: path.stat().st_mtime_ns
    )
    before = [one for path in older if (one := row_files.read(path))]
    if not before:
        return ()
    facts, arrays = before[-1]
    rows = Rows(tuple(facts["rows"]), arrays["starts"], arrays["members"], RefCodes(tuple(facts["corpora"])))
    return tuple(one for one in compare_rows(rows.whole(), found.whole()) if one.what != "same")


def _bands_of(acts: Actions, placed: Placed) -> Codes:
    """The band of each message of the actions, -1 for one that the survey does not have."""
    places = placed.places(acts.refs.to_pylist())
    return np.where(places >= 0, placed.band[np.maximum(places, 0)], -1) if len(placed) else places


def _in_bands(placed: Placed, codes: Codes) -> dict[str, int]:
    places = placed.places_of(codes)
    counts = np.bincount(placed.band[places[places >= 0]], minlength=len(placed.bands))
    return {id: int(counts[at]) for at, id in enumerate(placed.bands) if counts[at]}


def _links(acts: Actions, placed: Placed, bands: Codes) -> dict[str, list[dict[str, Any]]]:
    """For each band, the pages that most accounts link to: a hash, one message that shows it, how many."""
    links = acts.acts["link"]
    if not len(links.message):
        return {}
    objects = max(1, len(links.objects))
    pair = bands[links.message] * objects + links.object
    keys, first = np.unique(pair, return_index=True)
    messages = np.bincount(np.searchsorted(keys, pair))
    held = np.unique(np.stack([pair, acts.account[links.message]], axis=1), axis=0)[:, 0]
    accounts = np.bincount(np.searchsorted(keys, held), minlength=len(keys))
    found: dict[str, list[dict[str, Any]]] = {}
    for at in np.lexsort((first, -messages, -accounts)).tolist():
        band, code = divmod(int(keys[at]), objects)
        if band < 0 or accounts[at] < 2:
            continue
        some = found.setdefault(placed.bands[band], [])
        if len(some) < LINKS_SHOWN:
            some.append(
                {
                    "page": page_hash(links.objects[code].as_py()),
                    "ref": acts.refs[int(links.message[first[at]])].as_py(),
                    "messages": int(messages[at]),
                    "accounts": int(accounts[at]),
                }
            )
    return found


def page_hash(address: str) -> str:
    """Names a page without showing it."""
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _around(acts: Actions, placed: Placed, bands: Codes) -> dict[str, dict[str, int]]:
    """For each band: its accounts, those with no earlier message here, since when anybody collects."""
    if not len(acts):
        return {}
    first = np.full(len(acts.accounts), np.iinfo(np.int64).max)
    np.minimum.at(first, acts.account, acts.t_us)
    found = {}
    for at, id in enumerate(placed.bands):
        mine = bands == at
        if not mine.any():
            continue
        accounts = np.unique(acts.account[mine])
        fresh = int((first[accounts] >= acts.t_us[mine].min()).sum())
        found[id] = {"accounts": len(accounts), "newcomers": fresh, "since_us": int(acts.t_us.min())}
    return found


# ------------------------------------------------------------------ inside the campaigns


def _inside(standing: Standing, codes: RefCodes) -> dict[str, NDArray[Any]]:
    """Links, clues, message pairs and accounts of every campaign, as flat arrays."""
    campaigns_ = standing.campaigns.campaigns
    edges = [edge for one in campaigns_ for edge in one.edges]
    clues = [clue for edge in edges for clue in edge.clues]
    left = codes.encode(m for edge in edges for m, _ in edge.messages)
    right = codes.encode(n for edge in edges for _, n in edge.messages)
    return {
        "edge_starts": _starts(len(one.edges) for one in campaigns_),
        "edge_a": np.array([edge.a for edge in edges], np.int32),
        "edge_b": np.array([edge.b for edge in edges], np.int32),
        "edge_strength": np.array([edge.strength for edge in edges], np.float64),
        "edge_n": np.array([edge.n_messages for edge in edges], np.int64),
        "edge_first": np.array([edge.first_us for edge in edges], np.int64),
        "edge_last": np.array([edge.last_us for edge in edges], np.int64),
        "clue_starts": _starts(len(edge.clues) for edge in edges),
        "clue_kind": np.array([KIND_IDS.index(clue.kind) for clue in clues], np.uint8),
        "clue_window": np.array([clue.window_s for clue in clues], np.int64),
        "clue_weight": np.array([clue.weight for clue in clues], np.int64),
        "clue_objects": np.array([clue.objects for clue in clues], np.int64),
        "clue_p": np.array([clue.p_value for clue in clues], np.float64),
        "pair_starts": _starts(len(edge.messages) for edge in edges),
        "pair_left": left,
        "pair_right": right,
        **_nodes(standing.acts, campaigns_, codes),
    }


def _starts(lengths: Any) -> Codes:
    return np.cumsum([0, *lengths]).astype(np.int64)


def _nodes(acts: Actions, found: Sequence[Campaign], codes: RefCodes) -> dict[str, NDArray[Any]]:
    """Per account of each campaign: one message of it, how many it has in the campaign, first and last."""
    columns: dict[str, list[Codes]] = {name: [] for name in ("ref", "n", "first", "last", "new")}
    for one in found:
        rows = pc.index_in(pa.array(one.refs, pa.string()), value_set=acts.refs).to_numpy(
            zero_copy_only=False
        )
        names = pa.array(one.accounts, pa.string())
        code = pc.index_in(names, value_set=acts.accounts).to_numpy(zero_copy_only=False).astype(np.int64)
        account, times = acts.account[rows], acts.t_us[rows]
        order = np.lexsort((times, account))
        account, times, rows = account[order], times[order], rows[order]
        low, high = np.searchsorted(account, code), np.searchsorted(account, code, "right")
        columns["ref"].append(codes.encode(acts.refs.take(pa.array(rows[low])).to_pylist()))
        columns["n"].append(high - low)
        columns["first"].append(times[low])
        columns["last"].append(times[high - 1])
        columns["new"].append(np.isin(one.accounts, one.newcomers).astype(np.int64))
    joined = {
        f"node_{name}": np.concatenate([np.zeros(0, np.int64), *some]) for name, some in columns.items()
    }
    return {"node_starts": _starts(len(one.accounts) for one in found), **joined}
