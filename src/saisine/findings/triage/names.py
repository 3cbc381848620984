"""The names of the eight groups in a text: each is read as one and the same word, whatever the group.

What is learnt and what is decided then cannot depend on which group is named; only the targets shown do.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Final

from saisine.findings.sieve import Numbered, rarest
from saisine.findings.signs import Word
from saisine.findings.triage.lexicon import GROUPS, Lexicon
from saisine.findings.triage.normalise import TOKEN, Normal

Span = tuple[int, int]
Named = tuple[int, int, frozenset[str]]  # first word, word after, groups
ARTICLES: Final = {"une": "un", "la": "le", "l": "le", "d": "de", "cette": "ce", "cet": "ce"}
NAME: Final = "nomdegroupe"  # what cues read in place of any name of a group


@dataclass(frozen=True)
class Names:
    """Names of groups, the words that lead to one and those that follow it, each by first word.

    A name swallows its neighbours (« un », « une famille de », « pratiquante », another name right after it), so
    that « je suis une femme », « une personne en fauteuil » and « juive » leave the same sentence behind.
    """

    names: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    heads: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    tails: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]

    @classmethod
    def of(cls, lexicon: Lexicon) -> "Names":
        pairs = ((tuple(name.split()), group) for group in GROUPS for name in lexicon.names[group])
        around = [
            by_first((tuple(one.split()), one) for one in some) for some in (lexicon.heads, lexicon.tails)
        ]
        return cls(by_first(pairs), *around)

    @cached_property
    def firsts(self) -> frozenset[str]:
        return frozenset(self.names)

    @cached_property
    def tells(self) -> frozenset[str]:
        """The word of each name that tells most: a text without any of them names nobody."""
        return frozenset(told(self.names))

    @cached_property
    def leads(self) -> frozenset[str]:
        """Every word that may stand before a name: « une famille de », and another name."""
        return frozenset(chain.from_iterable(chain(words_in(self.heads), words_in(self.names))))

    @property
    def words(self) -> Iterator[str]:
        for table in (self.names, self.heads, self.tails):
            yield from chain.from_iterable(words_in(table))

    def find(self, words: Sequence[Sequence[str]], forms: Set[str]) -> list[Named]:
        """(first word, word after, groups) of each name, in order and disjoint; `words` are forms, `forms` all."""
        if self.tells.isdisjoint(forms):
            return []
        found: list[Named] = []
        after = 0
        for name, word in enumerate(words):
            if name < after or self.firsts.isdisjoint(word):
                continue
            first = name  # back over the words that may lead to it
            while first > after and not self.leads.isdisjoint(words[first - 1]):
                first -= 1
            while after <= name and first <= name:
                at = first
                first, groups = self._name(words, at)
                if groups:
                    found.append((at, first, groups))
                    after = first
                first = max(first, at + 1)
        return found

    def _name(self, words: Sequence[Sequence[str]], at: int) -> tuple[int, frozenset[str]]:
        """(word after, groups) of the name that starts here, its heads included; no group when there is none."""
        groups: set[str] = set()
        end = at
        while True:
            after, named = _longest(self.names, words, end)
            if not named and not groups:
                after, _ = _longest(self.heads, words, end)
            elif not named:
                after, _ = _longest(self.tails, words, end)
            if after == end:
                return end, frozenset(groups)
            groups |= named
            end = after


def _longest(table: Mapping[str, Any], words: Sequence[Sequence[str]], at: int) -> tuple[int, set[str]]:
    """(word after, values) of the longest entries that start at a word; the same word when there is none."""
    end, values = at, set[str]()
    for form in words[at] if at < len(words) else ():
        for tail, value in table.get(form, ()):
            after = at + 1 + len(tail)
            if after < end or (tail and not _follows(tail, words, at + 1, after)):
                continue
            values = values | {value} if after == end else {value}
            end = after
    return end, values


def _follows(tail: Sequence[str], words: Sequence[Sequence[str]], at: int, after: int) -> bool:
    """Whether these words stand there; the first is looked at alone, since it is nearly always another."""
    if after > len(words) or tail[0] not in words[at]:
        return False
    return all(part in other for part, other in zip(tail[1:], words[at + 1 : after], strict=True))


def masked(
    words: Sequence[Word], numbers: Sequence[int], named: Sequence[Named], numbered: Numbered
) -> tuple[Sequence[Word], Sequence[int]]:
    """(the words with one in place of each name of a group, their numbers)."""
    if not named:
        return words, numbers
    made: list[Word] = []
    their: list[int] = []
    last = 0
    for first, after, _ in named:
        one = Word((NAME,), words[first].start, words[after - 1].end, words[first].opens)
        made += [*words[last:first], one]
        their += [*numbers[last:first], numbered.of(one)]
        last = after
    return [*made, *words[last:]], [*their, *numbers[last:]]


def names_as_one(normal: Normal, spans: Sequence[Span], name: str) -> list[str]:
    """The tokens of a text with one in place of each span of the original; `spans` are in order and disjoint.

    The article before a name loses its gender: « une » would tell women from others.
    """
    made: list[str] = []
    at = 0
    for match in TOKEN.finditer(normal.text):
        start = normal.places[match.start()]
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at == len(spans) or start < spans[at][0]:
            made.append(match.group())
        elif made[-1:] != [name] or start == spans[at][0]:
            if made:
                made[-1] = ARTICLES.get(made[-1], made[-1])
            made.append(name)
    return made


def spans_of(words: Sequence[Word], named: Sequence[Named]) -> dict[str, tuple[Span, ...]]:
    """The spans of each group that is named."""
    found: dict[str, tuple[Span, ...]] = {}
    for first, after, groups in named:
        for group in groups:
            found[group] = (*found.get(group, ()), (words[first].start, words[after - 1].end))
    return found


def words_in(terms: Mapping[str, tuple[tuple[tuple[str, ...], Any], ...]]) -> Iterator[tuple[str, ...]]:
    for first, entries in terms.items():
        yield (first,)
        yield from (tail for tail, _ in entries)


def told(table: Mapping[str, tuple[tuple[tuple[str, ...], Any], ...]]) -> Iterator[str]:
    """The rarest word of each entry: nearly every text has a first word such as « une »."""
    return (rarest((first, *tail)) for first, entries in table.items() for tail, _ in entries)


def by_first(
    pairs: Iterator[tuple[tuple[str, ...], Any]],
) -> dict[str, tuple[tuple[tuple[str, ...], Any], ...]]:
    found: dict[str, tuple[tuple[tuple[str, ...], Any], ...]] = {}
    for (first, *tail), value in pairs:
        found[first] = (*found.get(first, ()), (tuple(tail), value))
    return found
