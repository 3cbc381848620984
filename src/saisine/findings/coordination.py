"""Accounts that act on the same object within the same moment, more often than chance explains.

Two methods over one join (`joins.py`). `cooccurrence` counts as CooRTweet 2.1.3 does, to the last edge.
`significance` asks how much common timing two accounts as busy as these would show if each acted alone:
upper tail of a Poisson law, then Benjamini and Hochberg (1995) over every pair that was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saisine.errors import SaisineError
from saisine.findings.joins import Codes, Flags, Reach, pair_blocks, reach, runs

ALPHA: Final = 0.01  # at most one retained edge in a hundred is expected to be chance
LEAST_SHARED: Final = 2  # once together is a coincidence, whatever its probability
EDGE_WEIGHT: Final = 0.5  # CooRTweet's own default quantile
# One post seen by more accounts than this within the window is a crowd: 12 million pairs, and no finding.
VIRAL_ACCOUNTS: Final = 5_000
MAX_PAIRS: Final = 20_000_000  # 160 MB of keys; beyond, a shorter window or one target says more
MAX_MESSAGES: Final = 1_000  # message pairs listed with one edge; their true count stays beside them
SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Shares:
    """The actions of one network, one element per action in every array.

    `account`, `object` and `content` are codes into the three lists of names; codes of accounts follow the
    order of their names. `is_own` marks an action whose object is its own content.
    """

    account: Codes
    object: Codes
    content: Codes
    t_us: Codes
    is_own: Flags
    accounts: pa.Array
    objects: pa.Array
    contents: pa.Array

    def __len__(self) -> int:
        return len(self.account)

    def keep(self, rows: NDArray[np.bool_] | Codes) -> "Shares":
        """These actions alone, under the same codes."""
        columns = (self.account[rows], self.object[rows], self.content[rows], self.t_us[rows])
        return Shares(*columns, self.is_own[rows], self.accounts, self.objects, self.contents)


class Edge(NamedTuple):
    """Two accounts and what they did together; `account_a < account_b`, times in microseconds since 1970.

    `messages` holds at most MAX_MESSAGES pairs (of a, of b); `n_messages` is their true count. `is_net` is
    None for `cooccurrence`, `over_threshold` and not `p_value` is None for `significance`.
    """

    account_a: str
    account_b: str
    weight: int
    objects: int
    first_us: int
    last_us: int
    p_value: float | None
    is_net: bool | None
    over_threshold: bool | None
    messages: tuple[tuple[str, str], ...]
    n_messages: int


@dataclass(frozen=True, slots=True)
class Network:
    """Edges as flat arrays, in order of accounts; the pairs of actions of edge i are at
    `left[starts[i]:starts[i + 1]]` and the same places of `right`, as rows of `shares`.

    `tested` counts every pair of accounts seen together once or more; `limit` is the largest p retained, so
    that chance alone would give at most tested * limit edges. `viral` names the objects set aside.
    """

    method: str
    window_s: float
    shares: Shares
    a: Codes
    b: Codes
    weight: Codes
    objects: Codes
    p_value: NDArray[np.float64]
    is_strong: Flags
    starts: Codes
    left: Codes
    right: Codes
    tested: int
    limit: float = -1.0
    viral: tuple[str, ...] = ()
    viral_actions: int = 0
    settings: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.a)

    @property
    def strong(self) -> Codes:
        """Places of the edges retained (`significance`) or over the threshold (`cooccurrence`)."""
        return np.flatnonzero(self.is_strong)

    def accounts_of(self, places: Codes) -> list[str]:
        """The names of the accounts at either end of these edges, in order."""
        codes = np.unique(np.concatenate([self.a[places], self.b[places]]))
        names: list[str] = self.shares.accounts.take(pa.array(codes)).to_pylist()
        return names

    def edges(self, places: Codes | None = None, *, most: int = MAX_MESSAGES) -> list[Edge]:
        """These edges, or all, in order of accounts; each with at most `most` of its message pairs."""
        chosen = np.arange(len(self)) if places is None else places
        counts = self.starts[chosen + 1] - self.starts[chosen]
        listed = np.minimum(counts, most)
        ends = np.cumsum(listed)
        rows = np.repeat(self.starts[chosen] - (ends - listed), listed) + np.arange(listed.sum())
        pairs = list(zip(*(_names(self.shares, side[rows]) for side in (self.left, self.right)), strict=True))
        first, last = self._times(chosen)
        is_test = self.method == "significance"
        columns = (
            self.shares.accounts.take(pa.array(self.a[chosen])).to_pylist(),
            self.shares.accounts.take(pa.array(self.b[chosen])).to_pylist(),
            self.weight[chosen].tolist(),
            self.objects[chosen].tolist(),
            first.tolist(),
            last.tolist(),
            self.p_value[chosen].tolist() if is_test else [None] * len(chosen),
            self.is_strong[chosen].tolist() if is_test else [None] * len(chosen),
            [None] * len(chosen) if is_test else self.is_strong[chosen].tolist(),
            [tuple(pairs[end - n : end]) for end, n in zip(ends.tolist(), listed.tolist(), strict=True)],
            counts.tolist(),
        )
        return [Edge(*row) for row in zip(*columns, strict=True)]

    def _times(self, chosen: Codes) -> tuple[Codes, Codes]:
        """The first and the last act of each of these edges."""
        if not len(chosen):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        one, other = self.shares.t_us[self.left], self.shares.t_us[self.right]
        first = np.minimum.reduceat(np.minimum(one, other), self.starts[:-1])
        last = np.maximum.reduceat(np.maximum(one, other), self.starts[:-1])
        return first[chosen], last[chosen]


def _names(shares: Shares, rows: Codes) -> list[str]:
    found: list[str] = shares.contents.take(pa.array(shares.content[rows])).to_pylist()
    return found


def cooccurrence(
    shares: Shares, *, window_s: float, min_participation: int, edge_weight: float = EDGE_WEIGHT
) -> Network:
    """The edges of CooRTweet's `detect_groups` and `generate_coordinated_network`.

    Rows whose object is their own content are left out one by one: leaving out every object that equals *any*
    content loses 32 edges of 442 on its own Russian example. Raises `coordination_settings`,
    `coordination_too_many_pairs`.
    """
    _check(window_s, min_participation)
    busy, viral, gone = _without_viral(_busy(_distinct(shares), min_participation), window_s)
    rows = busy.keep(~busy.is_own)
    left, right = _all_pairs(rows, window_s)
    paired = np.zeros(len(rows.contents), bool)
    paired[rows.content[left]] = paired[rows.content[right]] = True
    # of the pairs, those of an account that acted together often enough
    present = busy.keep(paired[busy.content])
    often = np.bincount(present.account, minlength=len(rows.accounts)) >= min_participation
    kept = np.zeros(len(rows.contents), bool)
    kept[present.content[often[present.account]]] = True
    stays = kept[rows.content[left]] | kept[rows.content[right]]
    network = _network("cooccurrence", rows, window_s, left[stays], right[stays])
    limit = float(np.quantile(network.weight, edge_weight)) if len(network) else 0.0
    settings = {"min_participation": min_participation, "edge_weight": edge_weight}
    return _with(network, network.weight > limit, viral, gone, settings)


def significance(shares: Shares, *, window_s: float, alpha: float = ALPHA) -> Network:
    """The pairs of accounts that shared an object twice or more, each with its probability by chance.

    For accounts u and v: n objects each, K chances of company (other accounts within the window, summed over
    the objects of one), N actions in all; expected in common: max(n_u K_v, n_v K_u) / N. `is_strong` marks
    those retained at `alpha`. Raises `coordination_settings`, `coordination_too_many_pairs`.
    """
    _check(window_s, 1)
    firsts = _first_actions(shares)
    firsts, viral, gone = _without_viral(firsts, window_s)
    found = _bounded_reach(firsts, window_s)
    keys, weight = _weights(firsts, found)
    a, b = np.divmod(keys, max(1, len(firsts.accounts)))
    p_value = _chances(firsts, found, a, b, weight)
    often = weight >= LEAST_SHARED
    p_value, tested = p_value[often], len(keys)
    limit = _discovery_limit(p_value, tested, alpha)
    left, right = _pairs_of(firsts, found, keys[often])
    network = _network("significance", firsts, window_s, left, right)
    network = replace(network, p_value=p_value, tested=tested, limit=limit)
    return _with(network, (p_value <= limit) & _by_two_messages(network), viral, gone, {"alpha": alpha})


def directed(
    shares: Shares, *, window_s: float, min_weight: int = 1, loops: bool = False
) -> dict[tuple[str, str], int]:
    """Edges as coordination-network-toolkit 1.5.2 weighs them, for comparison with it alone.

    (first, second) -> distinct messages of the first account that have one of the second within the window.
    """
    rows = _distinct(shares)
    some = [np.zeros((0, 3), np.int64)]
    for left, right in pair_blocks(reach(rows.object, rows.t_us, round(window_s * SECOND_US))):
        for one, other in ((left, right), (right, left)):
            mine, theirs = rows.account[one], rows.account[other]
            kept = (rows.content[one] != rows.content[other]) & (loops | (mine != theirs))
            some.append(np.stack([mine[kept], theirs[kept], rows.content[one][kept]], axis=1))
    triples = np.unique(np.concatenate(some), axis=0)
    ends, counts = np.unique(triples[:, :2], axis=0, return_counts=True)
    names = rows.accounts.to_pylist()
    pairs = zip(ends.tolist(), counts.tolist(), strict=True)
    return {(names[a], names[b]): count for (a, b), count in pairs if count >= min_weight}


def _check(window_s: float, min_participation: int) -> None:
    if not window_s > 0 or min_participation < 1:
        raise SaisineError("coordination_settings", window=window_s, participation=min_participation)


def _distinct(shares: Shares) -> Shares:
    """Each (object, account, content, time) once, in a settled order."""
    columns = (shares.t_us, shares.content, shares.account, shares.object)
    order = np.lexsort(columns)
    new = np.ones(len(order), bool)
    if len(order):
        new[1:] = np.logical_or.reduce([np.diff(column[order]) != 0 for column in columns])
    return shares.keep(order[new])


def _busy(shares: Shares, least: int) -> Shares:
    return shares.keep((np.bincount(shares.account, minlength=len(shares.accounts)) >= least)[shares.account])


def _first_actions(shares: Shares) -> Shares:
    """The first action of each account on each object: acting twice on one post is no second sign."""
    order = np.lexsort((shares.content, shares.t_us, shares.object, shares.account))
    account, object_code = shares.account[order], shares.object[order]
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(account) != 0) | (np.diff(object_code) != 0)
    return shares.keep(order[new])


def _without_viral(rows: Shares, window_s: float) -> tuple[Shares, tuple[str, ...], int]:
    """(rows, names of the objects set aside, their actions): a crowd on one post is no network."""
    found = reach(rows.object, rows.t_us, round(window_s * SECOND_US))
    wide = np.flatnonzero(found.ahead >= VIRAL_ACCOUNTS)
    viral = {
        int(rows.object[found.rows[place]])
        for place in wide[np.argsort(-found.ahead[wide], kind="stable")][:100]
        if len(np.unique(rows.account[found.rows[place : found.ends[place]]])) > VIRAL_ACCOUNTS
    }
    if not viral:
        return rows, (), 0
    stays = ~np.isin(rows.object, np.array(sorted(viral)))
    rest, names, gone = _without_viral(rows.keep(stays), window_s)
    own = tuple(rows.objects[code].as_py() for code in sorted(viral))
    return rest, own + names, gone + int((~stays).sum())


def _bounded_reach(rows: Shares, window_s: float) -> Reach:
    found = reach(rows.object, rows.t_us, round(window_s * SECOND_US))
    pairs = int(found.ahead.sum())
    if pairs > MAX_PAIRS:
        raise SaisineError("coordination_too_many_pairs", pairs=pairs, limit=MAX_PAIRS, window=window_s)
    return found


def _all_pairs(rows: Shares, window_s: float) -> tuple[Codes, Codes]:
    """(rows of the lower account, rows of the higher one) of every pair of two accounts."""
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for left, right in pair_blocks(_bounded_reach(rows, window_s)):
        low, high = _by_account(rows, left, right)
        lefts.append(low)
        rights.append(high)
    return np.concatenate(lefts), np.concatenate(rights)


def _by_account(rows: Shares, left: Codes, right: Codes) -> tuple[Codes, Codes]:
    """The pairs of two accounts and two contents, the lower account on the left."""
    mine, theirs = rows.account[left], rows.account[right]
    two = (mine != theirs) & (rows.content[left] != rows.content[right])
    swap = mine > theirs
    return np.where(swap, right, left)[two], np.where(swap, left, right)[two]


def _weights(rows: Shares, found: Reach) -> tuple[Codes, Codes]:
    """(keys a * accounts + b in order, objects shared) for every pair of accounts seen together."""
    width = max(1, len(rows.accounts))
    parts = [np.zeros(0, np.int64)]
    for left, right in pair_blocks(found):
        low, high = _by_account(rows, left, right)
        parts.append(rows.account[low] * width + rows.account[high])
    keys = np.concatenate(parts)
    keys.sort()
    starts, counts = runs(keys)
    return keys[starts], counts


def _chances(rows: Shares, found: Reach, a: Codes, b: Codes, weight: Codes) -> NDArray[np.float64]:
    """P(Poisson(expected) >= weight) of each pair. The upper tail itself: 1 - cdf reaches 0 too early."""
    from scipy.special import pdtrc  # what scipy.stats.poisson.sf calls, without two seconds of import

    count = len(rows.accounts)
    busy = np.bincount(rows.account, minlength=count).astype(float)
    company = np.bincount(rows.account[found.rows], weights=found.around, minlength=count)
    expected = np.maximum(busy[a] * company[b], busy[b] * company[a]) / max(1.0, busy.sum())
    tail: NDArray[np.float64] = pdtrc(weight - 1, expected)
    return tail


def _discovery_limit(p_value: NDArray[np.float64], tested: int, alpha: float) -> float:
    """The largest p that Benjamini and Hochberg retain at `alpha`; -1 when none is.

    Pairs seen together once count among the `tested` but hold no rank: they are never retained, and with them
    the limit of a 60 s network rose until one edge in twenty-five was wrong (measured on invented messages).
    """
    ordered = np.sort(p_value)
    fits = np.flatnonzero(ordered <= alpha * np.arange(1, len(ordered) + 1) / max(1, tested))
    return float(ordered[fits[-1]]) if len(fits) else -1.0


def _by_two_messages(network: Network) -> Flags:
    """Whether each account wrote two messages or more of an edge: one that names five accounts is one act."""
    enough = np.ones(len(network), bool)
    owner = np.repeat(np.arange(len(network)), np.diff(network.starts))
    for side in (network.left, network.right):
        held = np.unique(np.stack([owner, network.shares.content[side]]), axis=1)[0]
        enough &= np.bincount(held, minlength=len(network)) >= LEAST_SHARED
    return enough


def _pairs_of(rows: Shares, found: Reach, keys: Codes) -> tuple[Codes, Codes]:
    """The pairs of actions of these pairs of accounts: a second pass, so that memory holds no others."""
    width = max(1, len(rows.accounts))
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for left, right in pair_blocks(found) if len(keys) else ():
        low, high = _by_account(rows, left, right)
        own = rows.account[low] * width + rows.account[high]
        places = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
        kept = keys[places] == own
        lefts.append(low[kept])
        rights.append(high[kept])
    return np.concatenate(lefts), np.concatenate(rights)


def _network(method: str, rows: Shares, window_s: float, left: Codes, right: Codes) -> Network:
    """Gather pairs of actions into edges."""
    width = max(1, len(rows.accounts))
    keys = rows.account[left] * width + rows.account[right]
    order = np.lexsort((rows.content[right], rows.content[left], rows.t_us[left], rows.object[left], keys))
    keys, left, right = keys[order], left[order], right[order]
    starts, weight = runs(keys)
    a, b = np.divmod(keys[starts], width)
    new = np.ones(len(keys), bool)
    new[1:] = (np.diff(keys) != 0) | (np.diff(rows.object[left]) != 0)
    objects = np.add.reduceat(new.astype(np.int64), starts) if len(starts) else np.zeros(0, np.int64)
    nothing = np.full(len(starts), np.nan)
    bounds = np.append(starts, len(keys))
    strong = np.zeros(len(starts), bool)
    return Network(
        method, window_s, rows, a, b, weight, objects, nothing, strong, bounds, left, right, len(starts)
    )


def _with(
    network: Network, strong: Flags, viral: Sequence[str], gone: int, settings: dict[str, float]
) -> Network:
    return replace(network, is_strong=strong, viral=tuple(viral), viral_actions=gone, settings=settings)
