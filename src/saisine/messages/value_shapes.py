"""What the values of a column look like, whatever stands above them: addresses, handles, identifiers, counts, text.

Shares are between 0 and 1, of the values that are not empty.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from saisine.messages.formats.table_values import is_rounded, parse_count, plain_cell
from saisine.messages.schema import PLATFORMS
from saisine.texts import fold

_URL: Final = re.compile(r"https?://\S+|www\.\S+\.\S+", re.IGNORECASE)
_PICTURE: Final = re.compile(r"https?://\S+\.(?:jpe?g|png|gif|webp|heic|mp4)(?:\?\S*)?", re.IGNORECASE)
_HANDLE: Final = re.compile(r"@[\w.\-]{1,60}(?:@[\w.\-]+)?")
_NUMBER: Final = re.compile(r"\d{10,20}")
_KEY: Final = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9_\-:.=/]{6,128}")
_NUMBERING: Final = re.compile(r"\d{1,7}(?:[-.]\d{1,5})?")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_FLAGS: Final = frozenset("true false yes no oui non vrai faux 0 1".split())
_NAMES: Final = {
    *PLATFORMS,
    "twitter",
    "x (twitter)",
    "x/twitter",
    "ig",
    "fb",
    "tik tok",
    "insta",
    "meta",
    "e-mail",
} - {"other"}
# 25 signs for a username, a little more for the names that people compose.
_NAME_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Shape:
    """The look of one column. `words` and `length` are means per value; `filled` is of all the rows."""

    count: int
    filled: float
    distinct: float
    words: float
    length: float
    url: float
    picture: float
    handle: float
    key: float
    rounded: float
    number: float
    numbering: float
    flag: float
    language: float
    platform: float
    name: float
    tagged: float


def shape_of(cells: Sequence[str]) -> Shape:
    """The shape of a column's cells, empty ones included."""
    values = [value for value in map(plain_cell, cells) if value]
    count = len(values)

    def share(test: Callable[[str], object]) -> float:
        return sum(1 for value in values if test(value)) / count if count else 0.0

    return Shape(
        count=count,
        filled=count / len(cells) if cells else 0.0,
        distinct=len(set(values)) / count if count else 0.0,
        words=sum(len(value.split()) for value in values) / count if count else 0.0,
        length=sum(map(len, values)) / count if count else 0.0,
        url=share(_URL.fullmatch),
        picture=share(_PICTURE.fullmatch),
        handle=share(_HANDLE.fullmatch),
        key=share(
            lambda value: _NUMBER.fullmatch(value) or (_KEY.fullmatch(value) and not _URL.match(value))
        ),
        rounded=share(is_rounded),
        number=share(lambda value: len(value) <= 16 and parse_count(value) is not None),
        numbering=share(_NUMBERING.fullmatch) if _is_numbering(values) else 0.0,
        flag=share(lambda value: fold(value) in _FLAGS),
        language=share(_LANGUAGE.fullmatch),
        platform=share(lambda value: fold(value) in _NAMES),
        name=share(_is_name),
        tagged=share(lambda value: value.startswith(("#", "@"))),
    )


def _is_numbering(values: Sequence[str]) -> bool:
    """Whether the values count rows (1, 2, 3… or 1, 1-1, 1-2, 2): such numbers name no message of a platform."""
    heads = [value.partition("-")[0].partition(".")[0] for value in values]
    if not heads or not all(head.isascii() and head.isdecimal() and len(head) <= 7 for head in heads):
        return False
    numbers = [int(head) for head in heads]
    steps = {after - before for before, after in pairwise(numbers)}
    return steps <= {0, 1} and numbers[0] in (0, 1) and len(set(values)) == len(values)


def _is_name(value: str) -> bool:
    """A person's or an account's name: short, few words, at least one letter, no sentence."""
    return (
        len(value) <= _NAME_LENGTH
        and len(value.split()) <= 5
        and any(sign.isalpha() for sign in value)
        and not _URL.match(value)
        and not (
            value.endswith((".", "!", "?", "…")) and len(value.split()[-1]) != 2
        )  # « Jean H. » is a name
    )
