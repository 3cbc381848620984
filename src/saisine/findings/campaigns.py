"""Groups of accounts whose common timing chance does not explain, with every row behind every figure.

One run over all the networks of `actions.py`; then one graph, its communities, and for each the clues, the
messages, what the figures say and what they do not establish (`campaign_words.py`).
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from saisine.errors import SaisineError
from saisine.findings.actions import KIND, KINDS, Actions, build_actions
from saisine.findings.campaign_edges import Edge, Tie, edges_of, tie_of
from saisine.findings.communities import Found, Graph, communities, families, merge, shrinking
from saisine.findings.coordination import ALPHA, significance
from saisine.findings.duplicates import group_duplicates
from saisine.findings.inputs import Text
from saisine.findings.joins import Codes

VERSION: Final = 1  # of the method
LEAST_MESSAGES: Final = 50
LEAST_ACCOUNTS: Final = 5
SEVERAL_OBJECTS: Final = 10  # and two clues: « signal net sur plusieurs indices »
CLEAR_OBJECTS: Final = 3
CLEAR_RATIO: Final = 3.0  # pairs observed for one that chance could give
PAIRS_SHOWN: Final = 5

Progress = Callable[[int, int | None, str], None]


class NetworkNote(NamedTuple):
    """What one network gave: counts, or the `reason` for which it could not be made.

    Reasons: `no_actions` (the export has no such column), `coarse_time`, `too_many_pairs`.
    """

    kind: str
    window_s: int
    actions: int
    tested: int
    retained: int
    possible: int
    limit: float
    coarse_time: int
    viral: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Clue:
    """What one kind of action shows inside a campaign: retained pairs, refs of their messages."""

    kind: str
    windows_s: tuple[int, ...]
    pairs: tuple[tuple[str, str], ...]
    refs: tuple[str, ...]
    smallest_p: float


@dataclass(frozen=True, slots=True)
class Campaign:
    """A community of the graph. Every tuple holds the rows behind a figure of the sentence.

    `objects` are what was acted upon, a text by its hash alone. `observed` are pairs so well timed that chance
    gives at most `expected` of them in the whole set. `newcomers` wrote nothing before `first_us` in these
    messages, which begin at `since_us`. `degree`: (least strength of a link, accounts still linked).
    """

    id: str
    level: str
    accounts: tuple[str, ...]
    clues: tuple[Clue, ...]
    refs: tuple[str, ...]
    objects: tuple[str, ...]
    targets: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    observed: tuple[tuple[str, str], ...]
    expected: int
    newcomers: tuple[str, ...]
    strongest: tuple[tuple[str, str, float], ...]
    degree: tuple[tuple[float, int], ...]
    density: float
    first_us: int
    last_us: int
    since_us: int
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaigns:
    """The campaigns, largest first, and all that was counted on the way.

    `reason` is `too_few` or `no_times` when nothing could be looked for.
    """

    campaigns: tuple[Campaign, ...]
    notes: tuple[NetworkNote, ...]
    messages: int
    accounts: int
    left_out: dict[str, int]
    parameters: dict[str, Any]
    version: int = VERSION
    reason: str = ""


@dataclass(slots=True)
class _Gathered:
    """Rows of one community while networks are read one after the other."""

    pairs: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    messages: dict[str, set[int]] = field(default_factory=dict)
    windows: dict[str, set[int]] = field(default_factory=dict)
    smallest: dict[str, float] = field(default_factory=dict)
    objects: set[tuple[str, int]] = field(default_factory=set)
    surprising: set[tuple[int, int]] = field(default_factory=set)
    ties: dict[tuple[int, int], list[Tie]] = field(default_factory=dict)
    by_chance: float = 0.0


def _silent(done: int, total: int | None, what: str) -> None:
    """Progress that nobody looks at."""


def find_campaigns(actions: Actions, *, alpha: float = ALPHA, progress: Progress = _silent) -> Campaigns:
    """Look for campaigns in these actions.

    Equal actions give equal results, whatever the order of the rows, the names or the day. `progress` may
    raise to stop; nothing is kept then.
    """
    reason = _cannot(actions)
    if reason:
        return _result(actions, (), (), alpha, reason)
    networks, notes = _networks(actions, alpha, progress)
    graph = merge(networks, len(actions.accounts))
    groups = communities(graph, _rank(actions))
    label = np.full(len(actions.accounts), -1, np.int64)
    for number, group in enumerate(groups):
        label[group] = number
    gathered = [_Gathered() for _ in groups]
    near = _object_of(actions, "near")
    for found in networks:
        _gather(found, label, gathered, len(networks), near)
    built = _campaigns(actions, graph, groups, gathered)
    return _result(actions, tuple(built), tuple(notes), alpha, "")


def campaigns_of(table: pa.Table, *, progress: Progress = _silent) -> Campaigns:
    """The campaigns of the messages of `Corpora.scan(actions.COLUMNS)`: near-copies, actions, networks, groups."""
    return find_campaigns(build_actions(table, near=near_groups(table)), progress=progress)


def near_groups(table: pa.Table) -> dict[str, tuple[str, ...]]:
    """Group of near-copies -> refs, shares left out: they repeat the same words by nature."""
    own = table.filter(pc.is_null(table["repost_of_id"])).select(["ref", "text_norm"])
    rows = (
        Text(ref, "", norm or "")
        for batch in own.to_batches(max_chunksize=10_000)
        for ref, norm in zip(batch["ref"].to_pylist(), batch["text_norm"].to_pylist(), strict=True)
    )
    return {group.group: group.ids for group in group_duplicates(rows).groups}


def _cannot(actions: Actions) -> str:
    if len(actions) < LEAST_MESSAGES or len(actions.accounts) < LEAST_ACCOUNTS:
        return "no_times" if actions.left_out["no_time"] > len(actions) else "too_few"
    widest = max(window for kind in KINDS for window in kind.windows_s)
    return "no_times" if (actions.span_s >= widest).all() else ""


def _result(
    actions: Actions,
    campaigns: tuple[Campaign, ...],
    notes: tuple[NetworkNote, ...],
    alpha: float,
    reason: str,
) -> Campaigns:
    windows = {kind.id: list(kind.windows_s) for kind in KINDS}
    parameters = {"method": "significance", "alpha": alpha, "windows_s": windows, "least_shared": 2}
    left_out = dict(sorted(actions.left_out.items()))
    return Campaigns(
        campaigns, notes, len(actions), len(actions.accounts), left_out, parameters, VERSION, reason
    )


def _networks(actions: Actions, alpha: float, progress: Progress) -> tuple[list[Found], list[NetworkNote]]:
    wanted = [(kind.id, window) for kind in KINDS for window in kind.windows_s]
    networks, notes = [], []
    for done, (kind, window) in enumerate(wanted):
        progress(done, len(wanted), kind)
        found, note = _one_network(actions, kind, window, alpha)
        networks += [found] if found else []
        notes.append(note)
    progress(len(wanted), len(wanted), "campaigns")
    return networks, notes


def _one_network(
    actions: Actions, kind: str, window_s: int, alpha: float
) -> tuple[Found | None, NetworkNote]:
    shares, coarse = actions.network(kind, window_s)
    if not len(shares):
        reason = "coarse_time" if coarse else "no_actions"
        return None, NetworkNote(kind, window_s, 0, 0, 0, 0, -1.0, coarse, (), reason)
    try:
        network = significance(shares, window_s=window_s, alpha=alpha)
    except SaisineError as error:
        if error.code != "coordination_too_many_pairs":
            raise
        return None, NetworkNote(kind, window_s, len(shares), 0, 0, 0, -1.0, coarse, (), "too_many_pairs")
    retained = len(network.strong)
    counts = (network.tested, retained, len(network) - retained, network.limit)
    return Found(kind, window_s, network), NetworkNote(
        kind, window_s, len(shares), *counts, coarse, network.viral
    )


def _rank(actions: Actions) -> Codes:
    """Accounts in the order of their first act, then their last, then how many: names decide nothing."""
    count = len(actions.accounts)
    first = np.full(count, np.iinfo(np.int64).max)
    last = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(first, actions.account, actions.t_us)
    np.maximum.at(last, actions.account, actions.t_us)
    order = np.lexsort((np.bincount(actions.account, minlength=count), last, first))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank


def _gather(found: Found, label: Codes, gathered: Sequence[_Gathered], networks: int, near: Codes) -> None:
    """Put the retained pairs of one network, and their messages, with the community that holds both ends."""
    network = found.network
    strong = network.strong
    own = label[network.a[strong]]
    inside = (own >= 0) & (own == label[network.b[strong]])
    for place, community in zip(strong[inside].tolist(), own[inside].tolist(), strict=True):
        _gather_edge(found, place, gathered[community], networks, near)
    if KIND[found.kind].is_enough:
        for community in np.unique(own[inside]).tolist():
            gathered[community].by_chance += network.tested * network.limit


def _gather_edge(found: Found, place: int, held: _Gathered, networks: int, near: Codes) -> None:
    network, kind = found.network, found.kind
    pair, p_value = (int(network.a[place]), int(network.b[place])), float(network.p_value[place])
    span = slice(network.starts[place], network.starts[place + 1])
    left, right = network.shares.content[network.left[span]], network.shares.content[network.right[span]]
    held.pairs.setdefault(kind, set()).add(pair)
    held.ties.setdefault(pair, []).append(tie_of(found, place))
    held.messages.setdefault(kind, set()).update(left.tolist(), right.tolist())
    held.windows.setdefault(kind, set()).add(found.window_s)
    held.smallest[kind] = min(p_value, held.smallest.get(kind, 1.0))
    if not KIND[kind].is_enough:
        return
    codes = network.shares.object[network.left[span]].tolist()
    if kind == "text":  # equal texts of one group of near-copies are one point in common, not two
        groups = near[left].tolist()
        held.objects.update(("near", g) if g >= 0 else (kind, c) for c, g in zip(codes, groups, strict=True))
    else:
        held.objects.update((kind, code) for code in codes)
    if p_value * network.tested * networks < 1:  # over all networks, chance gives at most one such pair
        held.surprising.add(pair)


def _campaigns(
    actions: Actions, graph: Graph, groups: Sequence[Codes], gathered: Sequence[_Gathered]
) -> Iterator[Campaign]:
    first = np.full(len(actions.accounts), np.iinfo(np.int64).max)
    np.minimum.at(first, actions.account, actions.t_us)
    reply = _object_of(actions, "reply")
    for group, held in zip(groups, gathered, strict=True):
        yield _campaign(actions, graph, group, held, first, reply)


def _object_of(actions: Actions, kind: str) -> Codes:
    """For each message its object of this kind (one at most), -1 when none."""
    acts = actions.acts[kind]
    objects = np.full(len(actions), -1, np.int64)
    objects[acts.message] = acts.object
    return objects


def _campaign(
    actions: Actions, graph: Graph, group: Codes, held: _Gathered, first: Codes, reply: Codes
) -> Campaign:
    messages = np.array(sorted(set().union(*held.messages.values())), np.int64)
    times = actions.t_us[messages]
    inside = np.isin(graph.a, group) & np.isin(graph.b, group)
    pairs = list(zip(graph.a[inside].tolist(), graph.b[inside].tolist(), strict=True))
    replied = np.unique(reply[messages])
    objects = tuple(sorted(_object_name(actions, kind, code) for kind, code in held.objects))
    observed, expected = _against_chance(pairs, held)
    return Campaign(
        id=_id(actions, messages),
        level=_level(held, len(objects), len(observed) / expected),
        accounts=_names(actions.accounts, group),
        clues=tuple(_clue(actions, kind, held) for kind in KIND if kind in held.pairs),
        refs=_names(actions.refs, messages),
        objects=objects,
        targets=_names(actions.acts["reply"].objects, replied[replied >= 0]),
        pairs=_name_pairs(actions, pairs),
        observed=_name_pairs(actions, observed),
        expected=expected,
        newcomers=_names(actions.accounts, group[first[group] >= times.min()]),
        strongest=_strongest(actions, pairs, graph.strength[inside]),
        degree=tuple(shrinking(graph, group)),
        density=round(len(pairs) / (len(group) * (len(group) - 1) / 2), 4),
        first_us=int(times.min()),
        last_us=int(times.max()),
        since_us=int(actions.t_us.min()),
        edges=edges_of(actions, graph, group, held.ties),
    )


def _names(names: pa.Array, codes: Codes) -> tuple[str, ...]:
    return tuple(names.take(pa.array(codes, pa.int64())).to_pylist())


def _name_pairs(actions: Actions, pairs: Iterable[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
    return tuple((actions.accounts[a].as_py(), actions.accounts[b].as_py()) for a, b in pairs)


def _strongest(
    actions: Actions, pairs: Sequence[tuple[int, int]], strength: NDArray[np.float64]
) -> tuple[tuple[str, str, float], ...]:
    best = np.argsort(-strength, kind="stable")[:PAIRS_SHOWN]
    named = _name_pairs(actions, [pairs[place] for place in best])
    return tuple((a, b, float(strength[place])) for (a, b), place in zip(named, best, strict=True))


def _clue(actions: Actions, kind: str, held: _Gathered) -> Clue:
    rows = np.array(sorted(held.messages[kind]), np.int64)
    pairs = _name_pairs(actions, sorted(held.pairs[kind]))
    windows = tuple(sorted(held.windows[kind]))
    return Clue(kind, windows, pairs, _names(actions.refs, rows), held.smallest[kind])


def _object_name(actions: Actions, kind: str, code: int) -> str:
    """The object as a row may show it: a text is told by its hash, never by its words."""
    name: str = actions.acts[kind].objects[code].as_py()
    if kind == "text":
        name = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{kind}:{name}"


def _against_chance(
    pairs: Sequence[tuple[int, int]], held: _Gathered
) -> tuple[Sequence[tuple[int, int]], int]:
    """(pairs, how many as well timed chance gives at most in the whole set): the telling one of two bounds.

    Either the few pairs of which chance gives one at most, or all retained pairs against the bound of the
    whole family of tests. Both hold whatever the data.
    """
    most = max(1, math.ceil(held.by_chance))
    few = sorted(held.surprising)
    return (few, 1) if len(few) * most >= len(pairs) else (pairs, most)


def _level(held: _Gathered, objects: int, ratio: float) -> str:
    """`weak`, `clear`, or `several` (two different clues at least, ten objects at least)."""
    if ratio < CLEAR_RATIO or objects < CLEAR_OBJECTS:
        return "weak"
    clues = [kind for kind in held.pairs if KIND[kind].is_enough]
    return "several" if families(clues) >= 2 and objects >= SEVERAL_OBJECTS else "clear"


def _id(actions: Actions, messages: Codes) -> str:
    """From the messages alone, wherever they lie: the same finding keeps its id when files are split."""
    keys = actions.messages.take(pa.array(messages)).to_pylist()
    return hashlib.sha256("\n".join(sorted(keys)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def counts_left_out(found: Campaigns) -> Counter[str]:
    """Messages not counted, by reason; `coarse_time` is the most that one network left out."""
    counts = Counter(found.left_out)
    coarse = max((note.coarse_time for note in found.notes), default=0)
    if coarse:
        counts["coarse_time"] = coarse
    return counts
