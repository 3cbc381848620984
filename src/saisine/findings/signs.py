"""A text as the words that danger rules read, each with its place in the text as received.

What people do to slip past a filter is undone first: accents, case, wide or look-alike letters, signs of no
width, digits for letters, letters drawn out, letters set apart, a star for a letter. The work is linear in
the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_DRAWN_OUT: Final = re.compile(r"(.)\1+")
_LONG: Final = re.compile(r"(.)\1\1+")
_SENTENCE_END: Final = re.compile(r"[.!?…\n;]")
_LEET: Final = str.maketrans("013457@$", "oieastas")
# Cyrillic and Greek letters that are drawn like Latin ones (Unicode TR 39), small letters after folding.
_LOOK_ALIKE: Final = dict(zip("аеорсухіјѕкмтвнαεορτυνκι", "aeopcyxijskmtbhaeoptuvki", strict=True))
_QUOTES: Final = str.maketrans("’‘ʼ`´", "'''''")
# Drawings that rules read as words: weapons and graves, beasts, a gesture, and kind ones.
EMOJI: Final = "🔪🗡🔫💣🪓⚰🪦🐒🐵🐀🐍🐖🐷🐽🪳🦠🐑🤡💀🖕❤💜🌈👏🥰😍"
# A link, a mention, a word (with a sign in place of a letter), or the drawing of a weapon or of a grave.
_PIECE: Final = re.compile(
    r"(?:https?://|www\.)\S+|@\w+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]*\w|[^\W_]+(?:[*@$][^\W_]+)*|["
    + EMOJI
    + "]"
)
# What a word may be beside itself: rules name these shapes in its place.
SHAPES: Final = {
    "<number>": re.compile(r"\d{1,4}(?:bis|ter|quater|[a-d])?"),
    "<postcode>": re.compile(r"\d{5}"),
    "<hour>": re.compile(r"\d{1,2}h(?:\d\d)?"),
    "<letters>": re.compile(r"[a-z]{2}"),  # of a French number plate
    "<iban>": re.compile(r"fr\d{2}"),
    "<mail>": re.compile("<mail>"),
}
Piece = tuple[str, int, int]
_CUT: Final = frozenset("._*-|/+,'")  # put inside a word to break it
MAX_APART: Final = 40  # letters set apart that are joined into words: a sentence, not a book


@dataclass(frozen=True, slots=True)
class Word:
    """One word: the forms it may stand for, its span in the original text, whether a sentence starts here."""

    forms: tuple[str, ...]
    start: int
    end: int
    opens: bool


def _fold_sign(sign: str) -> str:
    """One code point as it is compared; nothing for marks and for signs of no width."""
    if unicodedata.category(sign) in ("Cf", "Mn", "Me", "Cc") and sign not in "\n\t\r":
        return ""
    plain = unicodedata.normalize("NFKD", sign).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = "".join(_LOOK_ALIKE.get(letter, letter) for letter in plain).translate(_QUOTES)
    return plain.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")


class _FoldTable(dict[int, str]):
    """What each code point seen so far is folded to; `resizing` holds those that become none or several."""

    def __init__(self) -> None:
        super().__init__()
        self.resizing: set[str] = set()

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        folded = self[code] = _fold_sign(sign)
        if len(folded) != 1:
            self.resizing.add(sign)
        return folded


_FOLDED: Final = _FoldTable()


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """(folded text, place in `text` of each of its signs): as `texts.fold`, with a way back.

    Letters of another script keep their look-alike only inside a word that has Latin letters: harmless here,
    because rules hold Latin words alone.
    """
    folded = text.translate(_FOLDED)
    if _FOLDED.resizing.isdisjoint(text):
        return folded, range(len(text))
    places: list[int] = []
    for place, sign in enumerate(text):
        places.extend([place] * len(_FOLDED[ord(sign)]))
    return folded, places


def words_of(folded: str, places: Sequence[int], vocabulary: "Vocabulary") -> list[Word]:
    """The words and weapon emoji of a folded text; links and mentions are left out."""
    found: list[Word] = []
    last, opens = 0, True
    for form, start, end in _whole(_pieces(folded, vocabulary), folded, vocabulary):
        between = folded[last:start]
        opens = opens or (between != " " and _SENTENCE_END.search(between) is not None)
        last = end
        if form:
            found.append(Word(vocabulary.forms(form), places[start], places[end - 1] + 1, opens))
        opens = not form  # a mention calls someone: a sentence opens after it
    return found


def _pieces(folded: str, vocabulary: "Vocabulary") -> Iterator[Piece]:
    """(word, start, end) in order, the word empty for a mention; letters set apart are joined into words."""
    run: list[re.Match[str]] = []
    for match in _PIECE.finditer(folded):
        piece, (start, end) = match.group(), match.span()
        single = end - start == 1 and piece.isalpha()
        if single and len(run) < MAX_APART and (not run or start - run[-1].end() <= 3):
            run.append(match)
            continue
        if run:
            yield from _joined(run, vocabulary)
        run = [match] if single else []
        if not single:
            aside = piece[0] == "@" or piece.startswith(("http", "www."))
            yield "" if aside else "<mail>" if "@" in piece and "." in piece else piece, start, end
    yield from _joined(run, vocabulary)


def _whole(pieces: Iterator[Piece], folded: str, vocabulary: "Vocabulary") -> Iterator[Piece]:
    """Two pieces that one sign cuts become one when only together they make a known word."""
    held: Piece | None = None
    for piece in pieces:
        if held is not None:
            if piece[1] == held[2] + 1 and folded[held[2]] in _CUT and held[0] and piece[0]:
                whole = held[0] + piece[0]
                known = vocabulary.words
                if whole in known and not (held[0] in known and piece[0] in known):
                    held = (whole, held[1], piece[2])
                    continue
            yield held
        held = piece
    if held is not None:
        yield held


def _joined(run: list[re.Match[str]], vocabulary: "Vocabulary") -> Iterator[Piece]:
    """Three single letters or more, as the known words that they spell; fewer stay letters."""
    if len(run) < 3:
        yield from ((match.group(), match.start(), match.end()) for match in run)
        return
    letters = "".join(match.group() for match in run)
    for first, after in vocabulary.split(letters):
        yield letters[first:after], run[first].start(), run[after - 1].end()


class Vocabulary:
    """The words that some rule names: what a disguised word may stand for."""

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words
        self.forms = lru_cache(65_536)(self._forms)  # a few thousand words make up nearly every text
        self._longest = max(map(len, words), default=1)
        self._by_shape: dict[tuple[int, str], list[str]] = {}
        for word in sorted(words):
            self._by_shape.setdefault((len(word), word[0]), []).append(word)

    def _forms(self, raw: str) -> tuple[str, ...]:
        """The word itself first, then what it may be once undisguised."""
        if len(raw) == 2 and raw.isalpha():
            return raw, "<letters>"
        if raw in self.words or (raw.isalpha() and len(raw) < 3):
            return (raw,)
        forms = [raw]
        if not raw.isdigit():
            forms.append(raw.translate(_LEET))
        # a letter drawn out stands for one letter, or for two where the word has two
        forms += [cut for form in forms for cut in self._shorter(form)]
        if "*" in raw and len(raw) <= self._longest:
            forms += [word for word in self._by_shape.get((len(raw), raw[0]), ()) if _fits(raw, word)]
        forms += [shape for shape, pattern in SHAPES.items() if pattern.fullmatch(raw)]
        return tuple(dict.fromkeys(forms))

    def _shorter(self, form: str) -> tuple[str, ...]:
        """The known words that it is once its repeated letters are cut to two or to one."""
        cuts = (_LONG.sub(r"\1\1", form), _DRAWN_OUT.sub(r"\1", form))
        return tuple(cut for cut in cuts if cut in self.words)

    def split(self, letters: str) -> list[tuple[int, int]]:
        """Cut letters that were set apart into known words, the longest that fits each time."""
        cuts, at = [], 0
        while at < len(letters):
            ends = range(min(len(letters), at + self._longest), at + 1, -1)
            after = next((end for end in ends if letters[at:end] in self.words), at + 1)
            cuts.append((at, after))
            at = after
        return cuts


def _fits(starred: str, word: str) -> bool:
    """Whether each star may be the letter that stands there: at least two letters are known."""
    known = sum(sign != "*" for sign in starred)
    return known >= 2 and all(sign in ("*", letter) for sign, letter in zip(starred, word, strict=True))
