"""The view from the person or page that is reached: who came first, how fast, with which copies, after what.

Every answer is a number over its total, with the refs or accounts behind it. Where the accounts come from is
never inferred: no nationality, no opinion, no religion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.findings.actions import Actions, aligned
from saisine.findings.bursts import HOUR_US, Hit, Spans, TargetWave, find_target_waves
from saisine.findings.joins import Codes
from saisine.messages.idtime import time_of_id

DAY_US: Final = 24 * HOUR_US
COHORT_US: Final = 7 * DAY_US
BEFORE_US: Final = DAY_US  # posts looked at as followed by a rise
AROUND_US: Final = 2 * HOUR_US
AMPLIFIERS: Final = 3
# Platforms whose account ids hold the moment of creation.
SNOWFLAKES: Final = frozenset({"x", "discord"})
COLUMNS: Final = ("platform", "author_id", "author_created_at", "target_handle", "quote_of_id")


class Share(NamedTuple):
    """A number over its total, with the rows it counts."""

    n: int
    total: int
    rows: tuple[str, ...]


class Latency(NamedTuple):
    """Seconds between a post and what answers it: quartiles, over the answers whose post is known."""

    first_quartile_s: float
    median_s: float
    third_quartile_s: float
    known: int
    total: int


class Cohort(NamedTuple):
    """Accounts created within 7 days of each other: the most in one window, beside the other accounts.

    `expected` is the largest share of one window among the accounts outside the wave, times `known`; None when
    too few of them are known.
    """

    n: int
    known: int
    total: int
    first_us: int
    expected: float | None
    accounts: tuple[str, ...]


class Amplifier(NamedTuple):
    """A post followed by a rise: never its cause. `rise`: messages in the 2 h after, less those in the 2 h before."""

    ref: str
    account: str
    t_us: int
    rise: int
    lag_s: float


@dataclass(frozen=True, slots=True)
class TargetView:
    """What is known of one wave at one target. `since_us`: since when the workspace looks at this target."""

    wave: TargetWave
    newcomers: Share
    since_us: int
    latency: Latency | None
    copies: Share
    in_common: Mapping[str, Share]
    cohort: Cohort | None
    in_earlier_waves: Share
    amplifiers: tuple[Amplifier, ...]


class Reached(NamedTuple):
    """Which messages reach each target, as rows of the actions, and since when anybody collects."""

    rows: Mapping[str, Codes]
    covered: Spans


def reached_of(actions: Actions, table: pa.Table, covered: Spans | None = None) -> Reached:
    """Targets `post:<platform>:<id>` (what is answered) and `target:<platform>:<id>` (`target_id`).

    Without `covered`, collection is taken to run from the first message to the last.
    """
    answered = actions.acts["reply"]
    rows = {
        f"post:{name}": some for name, some in _split(answered.message, answered.object, answered.objects)
    }
    platform, target = aligned(actions, table, "platform"), aligned(actions, table, "target_id")
    named = pc.binary_join_element_wise(platform, target, ":")
    known = np.flatnonzero(pc.is_valid(named).to_numpy(zero_copy_only=False))
    encoded = named.take(pa.array(known)).dictionary_encode()
    by_target = _split(known, encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary)
    rows |= {f"target:{name}": some for name, some in by_target}
    if covered is None:
        covered = [(int(actions.t_us.min()), int(actions.t_us.max()))] if len(actions) else []
    return Reached(rows, covered)


def _split(message: Codes, object_code: Codes, names: pa.Array) -> list[tuple[str, Codes]]:
    order = np.argsort(object_code, kind="stable")
    cuts = np.flatnonzero(np.diff(object_code[order])) + 1
    parts = np.split(message[order], cuts) if len(order) else []
    heads = object_code[order][np.concatenate([[0], cuts])] if len(order) else []
    return [(names[int(head)].as_py(), part) for head, part in zip(heads, parts, strict=True)]


def waves_at(actions: Actions, reached: Reached) -> tuple[TargetWave, ...]:
    """The waves at every target; a post and the page it stands on are two targets."""
    names, refs = actions.accounts.to_pylist(), actions.refs
    hits = {}
    for target, rows in reached.rows.items():
        if len(rows) < 10:
            continue
        some = refs.take(pa.array(rows)).to_pylist()
        times, who = actions.t_us[rows].tolist(), actions.account[rows].tolist()
        hits[target] = [Hit(t, names[a], ref) for t, a, ref in zip(times, who, some, strict=True)]
    return find_target_waves(hits, reached.covered)


def views_of(
    actions: Actions, table: pa.Table, reached: Reached, waves: Sequence[TargetWave]
) -> tuple[TargetView, ...]:
    """One view per wave, in order of time. `table` has the COLUMNS of this module beside those of `actions`."""
    place = {ref: row for row, ref in enumerate(actions.refs.to_pylist())}
    born = _born(actions, table)
    quoting = _quoting(actions, table)
    views = []
    for number, wave in enumerate(waves):
        rows = np.array(sorted(place[ref] for ref in wave.refs), np.int64)
        own = reached.rows[wave.target]
        views.append(
            TargetView(
                wave,
                _newcomers(actions, wave, own),
                int(actions.t_us[own].min()),
                _latency(actions, rows),
                _copies(actions, rows),
                {kind: _in_common(actions, rows, kind) for kind in ("link", "hashtag", "mention")},
                _cohort(actions, rows, born),
                _earlier(wave, waves[:number]),
                _amplifiers(actions, wave, own, quoting),
            )
        )
    return tuple(views)


def _newcomers(actions: Actions, wave: TargetWave, own: Codes) -> Share:
    """Accounts of the wave with no earlier message to this target."""
    before = own[actions.t_us[own] < wave.start_us]
    names = actions.accounts.take(pa.array(np.unique(actions.account[before]))).to_pylist()
    rows = tuple(sorted(set(wave.accounts) - set(names)))
    return Share(len(rows), len(wave.accounts), rows)


def _latency(actions: Actions, rows: Codes) -> Latency | None:
    """From the post answered to the answer, when the post is among the messages."""
    acts = actions.acts["reply"]
    mine = np.isin(acts.message, rows)
    posts = acts.objects.take(pa.array(acts.object[mine]))
    known = pc.index_in(posts, value_set=actions.messages)
    valid = pc.is_valid(known).to_numpy(zero_copy_only=False)
    answers = acts.message[mine][valid]
    post = pc.drop_null(known).to_numpy(zero_copy_only=False)
    delays = (actions.t_us[answers] - actions.t_us[post]) / 1e6
    delays = delays[delays >= 0]
    if not len(delays):
        return None
    first, middle, third = np.percentile(delays, [25, 50, 75])
    return Latency(float(first), float(middle), float(third), len(delays), len(rows))


def _copies(actions: Actions, rows: Codes) -> Share:
    """Messages whose group of near-copies has another message of the wave."""
    return _in_common(actions, rows, "near")


def _in_common(actions: Actions, rows: Codes, kind: str) -> Share:
    """Messages that share an object of this kind with another account of the wave."""
    acts = actions.acts[kind]
    mine = np.isin(acts.message, rows)
    message, object_code = acts.message[mine], acts.object[mine]
    if not len(message):
        return Share(0, len(rows), ())
    held = np.unique(np.stack([object_code, actions.account[message]], axis=1), axis=0)[:, 0]
    shared = np.bincount(held, minlength=len(acts.objects)) >= 2
    refs = tuple(actions.refs.take(pa.array(np.unique(message[shared[object_code]]))).to_pylist())
    return Share(len(refs), len(rows), refs)


def _born(actions: Actions, table: pa.Table) -> Codes:
    """When each account was created, in microseconds; -1 when neither the export nor its id says so."""
    if "author_created_at" not in table.column_names:
        return np.full(len(actions.accounts), -1, np.int64)
    stated = aligned(actions, table, "author_created_at").cast(pa.int64())
    born = np.full(len(actions.accounts), -1, np.int64)
    known = pc.is_valid(stated).to_numpy(zero_copy_only=False)
    born[actions.account[known]] = pc.fill_null(stated, -1).to_numpy(zero_copy_only=False)[known]
    for code, name in enumerate(actions.accounts.to_pylist()):
        platform, _, own = name.partition(":")
        if born[code] < 0 and platform in SNOWFLAKES:
            found = time_of_id(platform, own)
            born[code] = -1 if found is None else int(found.at.timestamp() * 1e6)
    return born


def _cohort(actions: Actions, rows: Codes, born: Codes) -> Cohort | None:
    inside = np.unique(actions.account[rows])
    known = inside[born[inside] >= 0]
    if len(known) < 2:
        return None
    known = known[np.argsort(born[known], kind="stable")]
    first, count = _densest(born[known])
    outside = np.setdiff1d(np.arange(len(born)), inside)
    others = np.sort(born[outside][born[outside] >= 0])
    expected = len(known) * _densest(others)[1] / len(others) if len(others) >= 20 else None
    names = tuple(actions.accounts.take(pa.array(known[first : first + count])).to_pylist())
    return Cohort(count, len(known), len(inside), int(born[known[first]]), expected, names)


def _densest(times: Codes) -> tuple[int, int]:
    """(place, how many) of the 7 days that hold most of these sorted times."""
    ends = np.searchsorted(times, times + COHORT_US, side="right")
    counts = ends - np.arange(len(times))
    best = int(np.argmax(counts))
    return best, int(counts[best])


def _earlier(wave: TargetWave, before: Sequence[TargetWave]) -> Share:
    seen = {account for one in before if one.end_us < wave.start_us for account in one.accounts}
    rows = tuple(sorted(seen & set(wave.accounts)))
    return Share(len(rows), len(wave.accounts), rows)


def _quoting(actions: Actions, table: pa.Table) -> Mapping[str, Codes]:
    """Target -> messages that quote it, share it, link to it or name it."""
    found: dict[str, list[int]] = {}
    for kind in ("repost", "link"):
        acts = actions.acts[kind]
        names = acts.objects.take(pa.array(acts.object)).to_pylist()
        for row, name in zip(acts.message.tolist(), names, strict=True):
            found.setdefault(f"post:{name}", []).append(row)
    if "quote_of_id" in table.column_names:
        quoted = pc.binary_join_element_wise(
            aligned(actions, table, "platform"), aligned(actions, table, "quote_of_id"), ":"
        )
        for row, name in enumerate(quoted.to_pylist()):
            if name is not None:
                found.setdefault(f"post:{name}", []).append(row)
    for target, handle in _handles(actions, table).items():
        found.setdefault(target, []).extend(_naming(actions, handle))
    return {target: np.unique(np.array(rows, np.int64)) for target, rows in found.items() if rows}


def _handles(actions: Actions, table: pa.Table) -> dict[str, str]:
    """`target:` name -> `platform:handle` of the account it is."""
    if "target_handle" not in table.column_names:
        return {}
    platform = aligned(actions, table, "platform").to_pylist()
    target, handle = (aligned(actions, table, name).to_pylist() for name in ("target_id", "target_handle"))
    rows = zip(platform, target, handle, strict=True)
    return {f"target:{p}:{t}": f"{p}:{h.lstrip('@').casefold()}" for p, t, h in rows if t and h}


def _naming(actions: Actions, handle: str) -> list[int]:
    acts = actions.acts["mention"]
    code = pc.index(acts.objects, pa.scalar(handle, pa.string())).as_py()
    return [] if code < 0 else acts.message[acts.object == code].tolist()


def _amplifiers(
    actions: Actions, wave: TargetWave, own: Codes, quoting: Mapping[str, Codes]
) -> tuple[Amplifier, ...]:
    """Posts about the target in the 24 h before the wave's busiest hour, those followed by the largest rise.

    The lag runs to the busiest hour within the 24 h that follow (after the peak and lag of Hine 2017).
    """
    posts = np.setdiff1d(quoting.get(wave.target, np.zeros(0, np.int64)), own)
    times = actions.t_us[posts]
    posts = posts[(times >= wave.start_us - BEFORE_US) & (times <= wave.peak_us)]
    reached = np.sort(actions.t_us[own])
    found = [_amplifier(actions, int(post), reached) for post in posts]
    best = sorted((one for one in found if one.rise > 0), key=lambda one: (-one.rise, one.t_us, one.ref))
    return tuple(best[:AMPLIFIERS])


def _amplifier(actions: Actions, post: int, reached: Codes) -> Amplifier:
    at = int(actions.t_us[post])
    edges = [at - AROUND_US, at, at + AROUND_US]
    low, middle, high = np.searchsorted(reached, edges, side="left")
    after = (reached[middle : np.searchsorted(reached, at + DAY_US)] - at) // HOUR_US
    lag_hours = int(np.argmax(np.bincount(after))) if len(after) else 0
    name = actions.accounts[int(actions.account[post])].as_py()
    return Amplifier(
        actions.refs[post].as_py(), name, at, int(high - middle) - int(middle - low), lag_hours * 3600.0
    )
