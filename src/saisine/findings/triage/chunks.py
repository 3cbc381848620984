"""A message read by what stands between two spaces: most of it was already read in another message.

A chunk (« l’homme, ») is normalised and cut into words and tokens once, then kept. Only letters set apart by spaces
make a word across chunks: a message with three of them in a row is read whole.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from saisine.findings.sieve import Numbered
from saisine.findings.signs import SENTENCE_END, Vocabulary, Word, fold_with_places, whole_pieces, words_of
from saisine.findings.triage.normalise import LONGEST, TOKEN, Normal, normalise, undisguised

MOST_NUMBERED: Final = 200_000  # words and whether they open a sentence: two numbers a word
KEPT: Final = 32_768  # chunks remembered: about 40 MB
LONGEST_KEPT: Final = 32  # signs of a chunk that is remembered: longer ones rarely come again
APART: Final = 3  # single letters in a row that may spell a word
_RUNS: Final = re.compile(r"[^\W_]+")
_BARE: Final = re.compile(r"(?!http)(?!.*(.)\1\1)..+")
_PLAIN: Final = re.compile(
    r"""["“«(#]*(?!http)(?!.*([a-z])\1\1)(?:([a-z]{1,4})')?((?!http)[a-z]{2,})(?:[-/]((?!http)[a-z]{2,}))?[,.;:!?)"”»]*"""
)


class Chunk(NamedTuple):
    """What stands between two spaces, `length` signs as received; places are counted from its first one.

    A word opens a sentence when something inside the chunk says so; `closes` when what follows opens one. `places` is
    None when each sign stays where it was. `lead` and `trail` count the single letters at both ends, the same ones
    when `is_letters`, that is when there is no word.
    """

    length: int
    text: str
    places: Sequence[int] | None
    words: tuple[Word, ...]
    numbers: tuple[int, ...]
    closes: bool
    tokens: tuple[str, ...]
    lead: int
    trail: int
    is_letters: bool


class Reading(NamedTuple):
    """A message: its folded form, the words of the rules, the tokens of the learnt members."""

    normal: Normal
    words: list[Word]
    numbers: list[int]  # of the words, in `ChunkReader.numbered`
    tokens: list[str]


class ChunkReader:
    """Reads messages for one vocabulary: the same as `normalise`, `words_of` and `Normal.tokens`, in less time."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._start_anew()

    def _start_anew(self) -> None:
        self.numbered = Numbered()
        self._kept = lru_cache(KEPT)(self._chunk)

    def read_all(self, texts: Iterable[str]) -> list[Reading]:
        """Each text, all with words numbered alike; what was remembered is forgotten once there is too much."""
        if len(self.numbered) > MOST_NUMBERED:
            self._start_anew()
        return [self.read(text) for text in texts]

    def read(self, text: str) -> Reading:
        kept, new = self._kept, self._chunk
        parts = text[:LONGEST].split(" ")
        chunks = [kept(part) if len(part) < LONGEST_KEPT else new(part) for part in parts]
        make = tuple.__new__  # by itself, a named tuple takes twice as long to make
        words: list[Word] = []
        numbers: list[int] = []
        tokens: list[str] = []
        offset, run, opens, moved = 0, 0, True, False
        for length, _, places, inside, numbered, closes, found, lead, trail, is_letters in chunks:
            if opens and numbered:
                numbers.append(numbered[0] | 1)
                numbers += numbered[1:]
            else:
                numbers += numbered
            for forms, start, end, starts in inside:
                words.append(make(Word, (forms, offset + start, offset + end, starts or opens)))
                opens = False
            tokens += found
            offset += length + 1
            if closes:
                opens = True
            if places is not None:
                moved = True
            if lead or trail:  # letters that may spell a word across chunks
                run += lead
                if run >= APART:
                    return self._whole(text)
            if not is_letters:
                run = trail
        folded = " ".join([chunk.text for chunk in chunks])
        places = _places(chunks) if moved else range(len(folded))
        return Reading(Normal(folded, places), words, numbers, tokens)

    def _whole(self, text: str) -> Reading:
        normal = normalise(text)
        words = words_of(normal.text, normal.places, self.vocabulary)
        return Reading(normal, words, [*self._numbers(words)], normal.tokens)

    def _numbers(self, words: Iterable[Word]) -> tuple[int, ...]:
        return tuple(map(self.numbered.of, words))

    def _chunk(self, raw: str) -> Chunk:
        if raw.isascii() and raw.isalpha():
            bare = _BARE.fullmatch(raw.lower())
            if bare is not None:
                word = bare[0]
                only = (Word(self.vocabulary.forms(word), 0, len(word), False),)
                return Chunk(len(word), word, None, only, self._numbers(only), False, (word,), 0, 0, False)
        folded, places = fold_with_places(raw)
        plain = _PLAIN.fullmatch(folded)
        if plain is not None:
            found = self._plain(plain, len(raw), places)
            if found is not None:
                return found
        normal = undisguised(Normal(folded, places))
        words, closes = self._words(normal)
        ends = [_ends(folded)] if folded == normal.text else [_ends(folded), _ends(normal.text)]
        return Chunk(
            length=len(raw),
            text=normal.text,
            places=None if isinstance(normal.places, range) else normal.places,
            words=tuple(words),
            numbers=self._numbers(words),
            closes=closes,
            tokens=tuple(normal.tokens),
            lead=max(one[0] for one in ends),
            trail=max(one[1] for one in ends),
            is_letters=any(one[2] for one in ends),
        )

    def _plain(self, found: re.Match[str], length: int, places: Sequence[int]) -> Chunk | None:
        """An elision perhaps, one word or two that nothing disguises, the signs around: nearly every chunk.

        None when two of them are a word of the rules that a sign cuts, or when a sign before them was folded to
        several or to none.
        """
        whole, _, elided, word, other = found.group(0, 1, 2, 3, 4)
        after = found.end(4 if other else 3)
        moved = None if type(places) is range else places
        if moved is not None and list(moved[:after]) != list(range(after)):
            return None
        forms = self.vocabulary.forms
        words: tuple[Word, ...] = (_word(forms(word), *found.span(3)),)
        if elided:
            if self._is_cut(elided, word):
                return None
            words = (_word(forms(elided), *found.span(2)), *words)
        if other:
            if self._is_cut(word, other):
                return None
            words = (*words, _word(forms(other), *found.span(4)))
        closes = after < len(whole) and SENTENCE_END.search(whole, after) is not None
        tokens = tuple(TOKEN.findall(whole)) if whole != word else (word,)
        lead = len(elided or "") == 1
        return Chunk(length, whole, moved, words, self._numbers(words), closes, tokens, lead, 0, False)

    def _is_cut(self, first: str, second: str) -> bool:
        """Whether two pieces make a known word, and not two (`signs.whole_pieces`)."""
        known = self.vocabulary.words
        return first + second in known and not (first in known and second in known)

    def _words(self, normal: Normal) -> tuple[list[Word], bool]:
        """(the words of a chunk, whether what follows it opens a sentence)."""
        text, places, found = normal.text, normal.places, list[Word]()
        stops = [match.start() for match in SENTENCE_END.finditer(text)]
        opens, number = False, 0
        for form, start, end in whole_pieces(text, self.vocabulary):
            while number < len(stops) and stops[number] < start:
                opens, number = True, number + 1
            if form:
                forms = self.vocabulary.forms(form)
                found.append(Word(forms, places[start], places[end - 1] + 1, opens))
            opens = not form  # as in `words_of`
            while number < len(stops) and stops[number] < end:
                number += 1
        return found, opens or number < len(stops)


def _word(forms: tuple[str, ...], start: int, end: int) -> Word:
    return tuple.__new__(Word, (forms, start, end, False))


def _ends(text: str) -> tuple[int, int, bool]:
    """(single letters before the first word, after the last one, whether there is no word)."""
    runs = [len(run) == 1 and run.isalpha() for run in _RUNS.findall(text)]
    if all(runs):
        return len(runs), len(runs), True
    return runs.index(False), runs[::-1].index(False), False


def _places(chunks: Sequence[Chunk]) -> Sequence[int]:
    """Where each sign of the folded message comes from."""
    found: list[int] = []
    offset = 0
    for chunk in chunks:
        after = offset + chunk.length
        if chunk.places is None:
            found += range(offset, after + 1)  # the space is one of them
        else:
            found += [offset + place for place in chunk.places]
            found.append(after)
        offset = after + 1
    return found[:-1]
