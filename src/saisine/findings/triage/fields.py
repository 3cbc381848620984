"""Fields of meaning: which part each word plays, whatever the word, and which fields follow each other in a message.

What is learnt of one way to say « we will burn your car on Saturday » then holds for other ways. A field decides
nothing alone, and no group has one of its own: the names of the eight groups are one word, read as one field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from saisine.findings.rules import read_yaml
from saisine.findings.triage.linear import Rows, weighed

DATA: Final = Path(__file__).with_name("data") / "fields.yaml"
MASKS: Final = ("@groupe", "@terme", "@url", "@user")
NUMBER: Final = "number"  # the field of every word with a figure
LEAST_TEXTS: Final = 5
LEAST_LETTERS: Final = 6  # of a word told by its end
FAR: Final = 6  # fields further on that a field is paired with
KEPT: Final = 100_000
BASE: Final = 512  # more than there are fields, with 0 for none
# letters by which a word that is not listed takes a field: that of all listed words with this beginning
BEGINNINGS: Final = (7, 6, 5)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fields:
    """The field of each word, as a number from 1, 0 for none: whole words first, then beginnings, then ends.

    A word that none of them tells takes the field of the listed words that begin as it does, where they agree.
    """

    number: int
    manners: frozenset[int]
    wholes: Mapping[str, int]
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    likes: Mapping[str, int]
    _kept: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Mapping[str, Sequence[str]], manners: Sequence[str] = ()) -> "Fields":
        """From names and words: `word` whole, `wor*` how it begins, `*ord` how it ends; the first field wins."""
        wholes = {mask: at for at, mask in enumerate(MASKS, 1)}
        starts: dict[str, int] = {}
        ends: dict[str, int] = {}
        for at, words in enumerate(raw.values(), len(MASKS) + 1):
            for word in map(str, words):
                table = starts if word.endswith("*") else ends if word.startswith("*") else wholes
                table.setdefault(word.strip("*"), at)
        numbers = {name: at for at, name in enumerate(raw, len(MASKS) + 1)}
        kept = frozenset(numbers[name] for name in manners)
        return cls(numbers.get(NUMBER, 0), kept, wholes, starts, ends, _beginnings(wholes))

    def field_of(self, token: str) -> int:
        """The number of the field of a word, kept once found."""
        found = self._kept.get(token)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[token] = self._find(token)
        return found

    def _find(self, token: str) -> int:
        if any(map(str.isdigit, token)):
            return self.wholes.get(token, self.number)
        sizes = range(len(token), 0, -1)
        whole = self.wholes.get(token)
        start = whole or next((self.starts[token[:n]] for n in sizes if token[:n] in self.starts), 0)
        if start or len(token) < LEAST_LETTERS:
            return start
        end = next((self.ends[token[-n:]] for n in sizes if token[-n:] in self.ends), 0)
        return end or next((self.likes[token[:n]] for n in BEGINNINGS if token[:n] in self.likes), 0)

    def keys(self, documents: Sequence[Sequence[str]]) -> tuple[Ints, Ints]:
        """(the message of each key, the keys): each field, two in order, three in a row; words without one left out."""
        tokens = [*chain.from_iterable(documents)]
        known = self._kept.get
        read = [self.field_of(token) if (at := known(token)) is None else at for token in tokens]
        flat = np.array(read, np.int64)
        row = np.repeat(np.arange(len(documents)), [*map(len, documents)])[flat > 0]
        flat = flat[flat > 0]
        rows, keys = [row], [flat]
        for far in range(1, FAR + 1):
            same = row[:-far] == row[far:]
            rows.append(row[:-far][same])
            keys.append((flat[:-far] * BASE + flat[far:])[same])
        same = row[:-2] == row[2:]
        rows.append(row[:-2][same])
        keys.append(((flat[:-2] * BASE + flat[1:-1]) * BASE + flat[2:])[same])
        return np.concatenate(rows), np.concatenate(keys)


def _beginnings(wholes: Mapping[str, int]) -> dict[str, int]:
    """The field of each beginning of listed words, where it is the same for all of them."""
    found: dict[str, set[int]] = {}
    for word, number in wholes.items():
        for size in BEGINNINGS:
            if len(word) >= size and word.isalpha():
                found.setdefault(word[:size], set()).add(number)
    return {start: numbers.pop() for start, numbers in found.items() if len(numbers) == 1}


@cache
def load_fields(path: Path = DATA) -> Fields:
    """The shipped fields."""
    raw = read_yaml(path)
    return Fields.of(raw["fields"], raw["manners"])


class FieldRows:
    """The keys kept, sorted, and their idf: messages as sparse rows of unit length."""

    def __init__(self, keys: Ints, idf: npt.NDArray[np.float32], fields: Fields) -> None:
        self.keys = keys
        self.idf = idf
        self.fields = fields
        self._sorted = np.append(keys, -1)  # the last one is no key

    @classmethod
    def fit(cls, documents: Sequence[Sequence[str]], fields: Fields, least: int = LEAST_TEXTS) -> "FieldRows":
        """Keys of at least so many messages. idf = ln((1+n)/(1+df)) + 1."""
        row, keys = fields.keys(documents)
        distinct = np.unique(row * BASE**3 + keys) % BASE**3
        kept, df = np.unique(distinct, return_counts=True)
        kept, df = kept[df >= least], df[df >= least]
        return cls(kept, (np.log((1 + len(documents)) / (1 + df)) + 1).astype(np.float32), fields)

    def of_meaning(self) -> npt.NDArray[np.bool_]:
        """For each key, whether all its fields are of meaning, none of manners."""
        digits = np.stack([self.keys // BASE**place % BASE for place in range(3)])
        found: npt.NDArray[np.bool_] = ~np.asarray(np.isin(digits, list(self.fields.manners)).any(axis=0))
        return found

    def rows(self, documents: Sequence[Sequence[str]]) -> Rows:
        """One row a message."""
        row, keys = self.fields.keys(documents)
        columns = np.searchsorted(self.keys, keys)
        known = self._sorted[columns] == keys
        width = max(len(self.keys), 1)
        return weighed(row[known] * width + columns[known], width, self.idf, len(documents))
