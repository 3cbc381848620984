"""The keys of a file's first JSON object, and not those of what it carries.

An envelope (Zeeschuimer, 4CAT, snscrape) holds the objects of another tool whole: only its own keys tell whose
file it is.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from saisine.messages.formats.contract import Sniff

# Whole strings, unrolled. One that never ends is taken to the end of the head: looked for again from each of its
# quotes, it would cost seconds. No possessive quantifier (see json_window).
_TOKEN: Final = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)|[{}\[\]:]', re.DOTALL)


@lru_cache(maxsize=1)
def outer_keys(head: bytes) -> frozenset[str]:
    """The keys of the first object as far as the head shows them; none when it does not open with one."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] != b"{":
        return frozenset()
    keys: set[str] = set()
    depth, last = 0, b""
    for token in _TOKEN.finditer(start):
        sign = token.group()
        if sign in (b"{", b"["):
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                break
        elif depth == 1:
            if sign == b":":
                keys.add(last.decode("utf-8", "replace"))
            else:
                last = token.group(1)
    return frozenset(keys)


def score_outer(head: bytes, *shapes: Sequence[str], best: int = 95) -> Sniff:
    """The most complete of several sets of outer keys: a score that falls with the square of the share."""
    keys = outer_keys(head)
    found = [[key for key in shape if key in keys] for shape in shapes]
    sniffs = [
        Sniff(best * len(seen) ** 2 // len(shape) ** 2, seen)
        for seen, shape in zip(found, shapes, strict=True)
    ]
    return max(sniffs, key=lambda sniff: sniff.score)
