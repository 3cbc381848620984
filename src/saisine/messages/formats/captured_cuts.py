"""What is whole of a captured answer that its browser cut: Firefox keeps the first megabyte of each."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from saisine.messages.formats.json_cuts import walk_objects
from saisine.messages.formats.json_spans import Steps
from saisine.messages.formats.json_window import SCANNER


class Whole(NamedTuple):
    """A document closed behind its last whole object, and the ways to the wanted objects that the cut leaves whole."""

    text: str
    document: Any
    ways: list[Steps]


def whole_of(text: str, ways_in: Callable[[Any], list[Steps]], *, in_lists: bool) -> Whole | None:
    """The objects that `ways_in` finds in what stands whole before the place where this document stops, the values that
    it falls into left out; None when there are none.

    `in_lists`: only among the elements of lists, where half a post may hold, whole, another that it quotes. Raises
    RecursionError past 200 levels.
    """
    last = deque(((end, list(opened)) for end, opened, _ in walk_objects(text)), maxlen=1)
    if not last:
        return None
    end, opened = last[0]
    closed = text[:end] + "".join(sign for sign, _ in reversed(opened))
    try:
        document, _ = SCANNER(closed, 0)
    except (ValueError, StopIteration):
        return None
    ways: list[Steps] = []
    value: Any = document
    above: Steps = ()
    for rank in range(len(opened)):
        steps: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        cut = _step_to(value, opened[rank + 1][1]) if rank + 1 < len(opened) else None
        if isinstance(value, list) or not in_lists:
            ways += [(*above, step, *way) for step in steps if step != cut for way in ways_in(value[step])]
        if cut is not None:
            value, above = value[cut], (*above, cut)
    return Whole(closed, document, ways) if ways else None


def _step_to(value: Any, key: str) -> Any:
    """The step to the value that the cut falls into: the last of a list, or what stands under this key, as written."""
    return len(value) - 1 if isinstance(value, list) else json.loads(f'"{key}"', strict=False)
