"""Objects inside a JSON text, each with the exact bytes it is written with (RFC 8259, RFC 6901).

A text is parsed once to find the objects, then walked once down to them alone; everything beside the way is
stepped over by the standard library's scanner, in C.
"""

import re
from collections.abc import Callable, Iterator, Set
from functools import lru_cache
from typing import Any, Final, NamedTuple

from saisine.messages.formats.json_window import SCANNER
from saisine.messages.formats.raw import MAX_DEPTH

Steps = tuple[str | int, ...]
_SPACE: Final = re.compile(r"[ \t\r\n]*")
LEAF: Final = object()
_CONTAINERS: Final = (dict, list)


class Span(NamedTuple):
    """An object of the text: the signs it takes there, and what it says."""

    start: int
    end: int
    obj: Any


def documents_in(text: str, start: int = 0) -> Iterator[Span]:
    """The JSON documents of a text, one after the other. Raises ValueError at what is none, RecursionError."""
    at = _past_space(text, start)
    while at < len(text):
        try:
            obj, end = SCANNER(text, at)
        except StopIteration:
            raise ValueError("not a JSON value") from None
        yield Span(at, end, obj)
        at = _past_space(text, end)


def find_steps(
    document: Any,
    keys: Set[str],
    is_wanted: Callable[[dict[str, Any]], bool],
    is_open: Callable[[dict[str, Any]], bool] = lambda value: False,
) -> list[Steps]:
    """The way to every wanted object, in the order of the text; others are looked for inside an open one only.

    An object that holds none of `keys` is not asked about. Raises RecursionError past 200 levels.
    """
    found: list[Steps] = []
    waiting: list[tuple[Steps, Any]] = [((), document)]
    while waiting:
        steps, value = waiting.pop()
        if type(value) is dict:
            if not keys.isdisjoint(value) and is_wanted(value):
                found.append(steps)
                if not is_open(value):
                    continue
            below = [((*steps, key), one) for key, one in value.items() if type(one) in _CONTAINERS]
        elif type(value) is list:
            below = [((*steps, rank), one) for rank, one in enumerate(value) if type(one) in _CONTAINERS]
        else:
            continue
        if below and len(steps) >= MAX_DEPTH:
            raise RecursionError
        below.reverse()
        waiting += below
    return found


def tree_of(ways: list[Steps]) -> dict[Any, Any]:
    """The ways as one tree, LEAF where one ends."""
    wanted: dict[Any, Any] = {}
    for way in ways:
        node = wanted
        for step in way:
            node = node.setdefault(step, {})
        node[LEAF] = True
    return wanted


def spans_of(text: str, start: int, ways: list[Steps]) -> dict[Steps, Span]:
    """The span of each object at the end of these ways, in the document that begins at `start`."""
    wanted = tree_of(ways)
    found: dict[Steps, Span] = {}
    if wanted:
        _walk(text, start, wanted, (), found)
    return found


def _walk(text: str, at: int, wanted: dict[Any, Any], steps: Steps, found: dict[Steps, Span]) -> int:
    """Go through the value at this place; returns where it ends. A key that is repeated: the last one wins."""
    if LEAF in wanted:
        obj, end = SCANNER(text, at)
        found[steps] = Span(at, end, obj)
        if len(wanted) == 1:
            return int(end)
    is_object = text[at] == "{"
    closing, rank = "}" if is_object else "]", 0
    at = _past_space(text, at + 1)
    while text[at] != closing:
        key: Any = rank
        if is_object:
            key, at = SCANNER(text, at)
            at = _past_space(text, _past_space(text, at) + 1)
        below = wanted.get(key)
        at = SCANNER(text, at)[1] if below is None else _walk(text, at, below, (*steps, key), found)
        at = _past_space(text, at)
        if text[at] == ",":
            at = _past_space(text, at + 1)
        rank += 1
    return at + 1


def _past_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def pointer(steps: Steps) -> str:
    """The way as a JSON pointer; `#`, which ends the name of a member in our locators, is written `~2`.

    >>> pointer(("data", 0, "a/b"))
    '/data/0/a~1b'
    """
    return "".join(map(_step, steps))


@lru_cache(maxsize=4096)
def _step(step: str | int) -> str:
    way = "/" + str(step).replace("~", "~0").replace("/", "~1").replace("#", "~2")
    return way.encode("utf-8", "backslashreplace").decode()  # a key may hold half a sign, a ledger may not
