"""Whether two sentences would pass for copies of one another: shared runs of five characters.

The example promises exact numbers of copies, so no sentence may look like another by chance. Same measure as
the search for copies (Jaccard on 5-character runs of the folded text), with room to spare.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from saisine.texts import fold

RUN: Final = 5
# The search calls copies what shares 0.6; strangers stay well under, close copies well over.
STRANGERS_BELOW: Final = 0.45
COPIES_ABOVE: Final = 0.78

_ADDRESSED: Final = re.compile(r"@\w+|https?://\S+")
_SIGNS: Final = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """The folded words of a text: no mention, link, punctuation or emoji."""
    return _SIGNS.sub(" ", _ADDRESSED.sub(" ", fold(text))).strip()


def runs(text: str) -> frozenset[str]:
    """The 5-character runs of the folded words."""
    words = bare(text)
    return frozenset(words[start : start + RUN] for start in range(max(1, len(words) - RUN + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared runs over all runs, 0 to 1."""
    return len(one & other) / (len(one | other) or 1)


class Known:
    """The sentences written so far, and how close a new one comes to them."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._sizes: list[int] = []
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        for text in texts:
            self.add(runs(text))

    def add(self, found: frozenset[str]) -> None:
        number = len(self._sizes)
        self._sizes.append(len(found))
        for run in found:
            self._having[run].append(number)

    def closest(self, found: frozenset[str]) -> float:
        """The highest similarity with a known sentence, 0 to 1."""
        shared: Counter[int] = Counter()
        for run in found:
            if run in self._having:
                shared.update(self._having[run])
        size = len(found)
        return max((n / (size + self._sizes[i] - n) for i, n in shared.items()), default=0.0)
