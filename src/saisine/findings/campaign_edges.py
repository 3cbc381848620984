"""The links inside a campaign, one by one: which clues, how strong, and the messages behind each."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from saisine.findings.actions import Actions
from saisine.findings.communities import Found, Graph
from saisine.findings.joins import Codes

MOST_PAIRS: Final = (
    10  # message pairs kept of one link and clue: a page shows no more; the true count is kept
)


class Tie(NamedTuple):
    """What one network shows of a pair of accounts; `left` and `right` are message rows, at most MOST_PAIRS."""

    kind: str
    window_s: int
    weight: int
    objects: int
    p_value: float
    pairs: int
    left: tuple[int, ...]
    right: tuple[int, ...]


class Clue(NamedTuple):
    """One clue of a link: a kind of action within a window, how often, on how many objects, and its p-value."""

    kind: str
    window_s: int
    weight: int
    objects: int
    p_value: float


class Edge(NamedTuple):
    """A link of a campaign: places of its accounts in `Campaign.accounts`, strongest clue first.

    `messages` holds at most MOST_PAIRS pairs of refs per clue; `n_messages` is the true count of the clue that has
    most. Times in microseconds.
    """

    a: int
    b: int
    strength: float
    clues: tuple[Clue, ...]
    messages: tuple[tuple[str, str], ...]
    n_messages: int
    first_us: int
    last_us: int


def tie_of(found: Found, place: int) -> Tie:
    """One retained pair of one network, and where its messages lie."""
    network = found.network
    start, stop = int(network.starts[place]), int(network.starts[place + 1])
    some = slice(start, min(stop, start + MOST_PAIRS))
    content = network.shares.content
    return Tie(
        found.kind,
        found.window_s,
        int(network.weight[place]),
        int(network.objects[place]),
        float(network.p_value[place]),
        stop - start,
        tuple(content[network.left[some]].tolist()),
        tuple(content[network.right[some]].tolist()),
    )


def edges_of(
    actions: Actions, graph: Graph, group: Codes, ties: Mapping[tuple[int, int], Sequence[Tie]]
) -> tuple[Edge, ...]:
    """The links between the accounts of a group (codes, ascending), the strongest first."""
    place = {int(code): at for at, code in enumerate(group.tolist())}
    inside = np.flatnonzero(np.isin(graph.a, group) & np.isin(graph.b, group))
    order = inside[np.argsort(-graph.strength[inside], kind="stable")]
    refs = actions.refs
    found = []
    for at in order.tolist():
        pair = int(graph.a[at]), int(graph.b[at])
        some = sorted(ties.get(pair, ()), key=lambda tie: (tie.p_value, tie.kind, tie.window_s))
        rows = list(dict.fromkeys((m, n) for tie in some for m, n in zip(tie.left, tie.right, strict=True)))
        times = actions.t_us[[row for both in rows for row in both]]
        found.append(
            Edge(
                place[pair[0]],
                place[pair[1]],
                float(graph.strength[at]),
                tuple(Clue(*tie[:5]) for tie in some),
                tuple((refs[m].as_py(), refs[n].as_py()) for m, n in rows),
                max((tie.pairs for tie in some), default=0),
                int(times.min()) if len(rows) else 0,
                int(times.max()) if len(rows) else 0,
            )
        )
    return tuple(found)
