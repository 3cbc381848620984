"""Where objects of a JSON text lie in its bytes, from its brackets alone (RFC 8259).

The text was parsed already: it is known to be JSON, and the ways to the objects are known. Brackets outside strings are
paired at once; then each way goes down them, a key being read in front of its bracket. Anything that two readers could
take apart (a key with an escape, numbers between the objects of a list) is left to `json_spans`.
"""

from typing import Any, Final

import numpy as np

from saisine.messages.formats.json_spans import LEAF, Steps, tree_of

_SPACES: Final = b" \t\r\n"


def stretches_of(body: bytes, document: Any, ways: list[Steps]) -> dict[Steps, tuple[int, int]] | None:
    """(first byte, last byte + 1) of the object at the end of each way; None where they must be looked for otherwise.
    `document` is what the bytes say."""
    try:
        pairs = _Pairs(body, max(map(len, ways)) + 1)
        found: dict[Steps, tuple[int, int]] = {}
        pairs.descend(0, document, tree_of(ways), (), found)
    except _Unclear:
        return None
    return found if len(found) == len(ways) else None


class _Unclear(Exception):
    """Something that this reading does not tell apart."""


# Whether a sign tells where something lies; what it does to the depth.
_TELLS: Final = bytes(sign in b'[]{}"' for sign in range(256))
_STEPS: Final = np.array([(sign in b"[{") - (sign in b"]}") for sign in range(256)], np.int16)


class _Pairs:
    """The brackets of a text down to a depth: `at` where each stands, `match` which one closes it."""

    def __init__(self, body: bytes, depth: int) -> None:
        self._body = body
        if b"\\" in body:  # escapes hide quotes: as many signs of no meaning in their place
            body = body.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        at = np.flatnonzero(np.frombuffer(body.translate(_TELLS), np.bool_))
        steps = _STEPS[np.frombuffer(body, np.uint8)[at]]
        is_quote = steps == 0
        is_kept = ~is_quote & (np.cumsum(is_quote, dtype=np.int32) & 1 == 0)
        at, steps = at[is_kept], steps[is_kept]
        levels = np.cumsum(steps) + (steps < 0)
        is_near = levels <= depth
        at, levels = at[is_near], levels[is_near]
        order = np.argsort(levels, kind="stable")
        if len(order) % 2 or not len(order):
            raise _Unclear
        match = np.empty(len(order), np.int64)
        match[order[0::2]] = order[1::2]
        self._at: list[int] = at.tolist()
        self._match: list[int] = match.tolist()

    def descend(
        self,
        own: int,
        value: Any,
        wanted: dict[Any, Any],
        steps: Steps,
        found: dict[Steps, tuple[int, int]],
    ) -> None:
        """Note the stretches wanted in the value whose opening bracket is this one."""
        if LEAF in wanted:
            found[steps] = self._at[own], self._at[self._match[own]] + 1
            if len(wanted) == 1:
                return
        below = self._keyed(own) if isinstance(value, dict) else self._ranked(own, len(value))
        for step, more in wanted.items():
            if step is not LEAF:
                if step not in below:
                    raise _Unclear
                self.descend(below[step], value[step], more, (*steps, step), found)

    def _children(self, own: int) -> list[int]:
        """The brackets that open right below this one."""
        found, one, end = [], own + 1, self._match[own]
        while one < end:
            found.append(one)
            one = self._match[one] + 1
        return found

    def _ranked(self, own: int, count: int) -> dict[Any, int]:
        children = self._children(own)
        if len(children) != count:
            raise _Unclear
        return dict(enumerate(children))

    def _keyed(self, own: int) -> dict[Any, int]:
        """The same by key; one that is repeated: the last one wins."""
        found: dict[Any, int] = {}
        body, start = self._body, self._at[own]
        for child in self._children(own):
            end = self._at[child]
            if body[end - 2 : end] == b'":':
                end -= 1
            else:
                before = body[max(start, end - _KEY_BYTES) : end].rstrip(_SPACES)
                before = before[:-1].rstrip(_SPACES) if before[-1:] == b":" else b""
                if before[-1:] != b'"':
                    raise _Unclear
                end = max(start, end - _KEY_BYTES) + len(before)
            quote = body.rfind(b'"', start, end - 1)
            if quote < 0 or b"\\" in body[quote - 1 : end]:
                raise _Unclear
            found[body[quote + 1 : end - 1].decode()] = child
        return found


_KEY_BYTES: Final = 200
