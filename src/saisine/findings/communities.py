"""Groups of accounts in the graph of retained links: Louvain (Blondel 2008), and how they shrink.

scikit-network's Louvain with a fixed seed; its Leiden may not end on random graphs. The order of the nodes
is that of their actions, not of their names: the same acts under other names give the same groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from saisine.findings.actions import KIND
from saisine.findings.coordination import Network
from saisine.findings.joins import Codes

LEAST_ACCOUNTS: Final = 3
MOST_STRENGTH: Final = 50.0  # of one family: beyond 1 in 10^50 nothing more is learnt
SEED: Final = 20_260_314
RESOLUTION: Final = 1.0
# Kinds that tell of one and the same act: equal texts are nearly equal too. They count once.
FAMILY: Final = {
    "text": "copies",
    "near": "copies",
    "link": "links",
    "domain": "links",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One network and the kind and window it was made from."""

    kind: str
    window_s: int
    network: Network


@dataclass(frozen=True, slots=True)
class Graph:
    """The retained links of every kind together; `a < b` are codes of accounts, one element per link.

    `strength` is the sum, over families of kinds, of -log10(p), each at most MOST_STRENGTH.
    """

    a: Codes
    b: Codes
    strength: NDArray[np.float64]
    width: int

    def __len__(self) -> int:
        return len(self.a)


def merge(networks: Sequence[Found], accounts: int) -> Graph:
    """One graph: a link is there when a kind that is enough by itself retains it."""
    width = max(1, accounts)
    enough = [_keys(found, width) for found in networks if KIND[found.kind].is_enough]
    keys = np.unique(np.concatenate([np.zeros(0, np.int64), *enough]))
    best = {family: np.zeros(len(keys)) for family in sorted({_family(found.kind) for found in networks})}
    for found in networks:
        own = _keys(found, width)
        places = np.searchsorted(keys, own)
        known = (places < len(keys)) & (
            keys[np.minimum(places, len(keys) - 1)] == own if len(keys) else False
        )
        power = _power(found.network.p_value[found.network.strong])
        np.maximum.at(best[_family(found.kind)], places[known], power[known])
    total = np.round(sum(best.values(), np.zeros(len(keys))), 6)
    a, b = np.divmod(keys, width)
    return Graph(a, b, total, width)


def _family(kind: str) -> str:
    return FAMILY.get(kind, kind)


def families(kinds: Sequence[str]) -> int:
    """How many different clues these kinds are."""
    return len({_family(kind) for kind in kinds})


def _keys(found: Found, width: int) -> Codes:
    strong = found.network.strong
    keys: Codes = found.network.a[strong] * width + found.network.b[strong]
    return keys


def _power(p_value: NDArray[np.float64]) -> NDArray[np.float64]:
    smallest = 10.0**-MOST_STRENGTH
    power: NDArray[np.float64] = -np.log10(np.clip(p_value, smallest, 1.0))
    return power


def communities(graph: Graph, order: Codes) -> list[Codes]:
    """The groups of LEAST_ACCOUNTS accounts or more, largest first, as codes of accounts.

    `order` ranks every account by its acts: it decides where two groups would be equally good.
    """
    if not len(graph):
        return []
    nodes = np.unique(np.concatenate([graph.a, graph.b]))
    nodes = nodes[np.argsort(order[nodes], kind="stable")]
    label = _louvain(graph, nodes)
    groups = [nodes[label == one] for one in np.unique(label)]
    kept = [np.sort(group) for group in groups if len(group) >= LEAST_ACCOUNTS]
    return sorted(kept, key=lambda group: (-len(group), int(order[group].min())))


def _louvain(graph: Graph, nodes: Codes) -> Codes:
    from scipy.sparse import csr_matrix
    from sknetwork.clustering import Louvain

    place = np.full(graph.width, -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    row, column = place[graph.a], place[graph.b]
    both = (np.concatenate([graph.strength] * 2), (np.append(row, column), np.append(column, row)))
    matrix = csr_matrix(both, shape=(len(nodes), len(nodes)))
    label: Codes = Louvain(resolution=RESOLUTION, random_state=SEED).fit_predict(matrix)
    return label


def shrinking(graph: Graph, members: Codes) -> list[tuple[float, int]]:
    """(least strength of a link, accounts still linked) of a group: a degree, not a yes or no (Nizzoli 2021)."""
    inside = np.isin(graph.a, members) & np.isin(graph.b, members)
    a, b, strength = graph.a[inside], graph.b[inside], graph.strength[inside]
    steps = np.unique(np.floor(strength))
    held = ((float(step), strength >= step) for step in steps)
    return [(step, len(np.unique(np.concatenate([a[kept], b[kept]])))) for step, kept in held]
