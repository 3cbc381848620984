"""A text as the words that danger rules read, each with its place in the text as received.

What people do to slip past a filter is undone first: accents, case, wide or look-alike letters, signs of no
width, digits for letters, letters drawn out, letters set apart, a star for a letter. The work is linear in
the length of the text.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

SENTENCE_END: Final = re.compile(r"[.!?…\n;]")
_LINKS: Final = ("http", "www.")
_DIGIT: Final = re.compile(r"\d")
_TWICE: Final = re.compile(r"(.)\1")
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
_ADDRESS: Final = re.compile(r"@|://|www\.")
_PLAIN_PIECE: Final = re.compile(
    rf"[^\W_]+(?:[*$][^\W_]+)*|[{EMOJI}]"
)  # the same where nothing is an address
# What a word may be beside itself: rules name these shapes in its place.
SHAPES: Final = {
    "<number>": re.compile(r"\d{1,4}(?:bis|ter|quater|[a-d])?"),
    "<postcode>": re.compile(r"\d{5}"),
    "<hour>": re.compile(r"\d{1,2}h(?:\d\d)?"),
    "<letters>": re.compile(r"[a-z]{2}"),  # of a French number plate
    "<iban>": re.compile(r"fr\d{2}"),
    "<mail>": re.compile("<mail>"),
}
# Words cut as in short messages, and the word of the rules that each stands for beside itself.
_SHORT: Final = {
    "vs": "vous", "ds": "dans", "pr": "pour", "qd": "quand", "kan": "quand", "ke": "que", "ki": "qui", "koi": "quoi",
    "jve": "jvais", "jvai": "jvais", "jva": "jvais", "tt": "tout", "ts": "tous", "tjr": "toujours",
    "tjrs": "toujours", "mm": "meme", "bcp": "beaucoup", "sui": "suis", "chui": "suis", "msg": "message",
    "msgs": "messages", "adr": "adresse", "ns": "nous", "com": "commentaire", "coms": "commentaires",
}  # fmt: skip
Piece = tuple[str, int, int]
_CUT: Final = frozenset("._*-|/+,'")  # put inside a word to break it
MAX_APART: Final = 40  # letters set apart that are joined into words: a sentence, not a book


class Word(NamedTuple):
    """One word: the forms it may stand for, its span in the original text, whether a sentence starts here.

    A tuple, since it is made for every word of every message: a frozen dataclass takes three times as long.
    """

    forms: tuple[str, ...]
    start: int
    end: int
    opens: bool


def _fold_sign(sign: str) -> str:
    """One code point as it is compared; nothing for marks and for signs of no width."""
    if _is_hidden(sign):
        return ""
    plain = unicodedata.normalize("NFKD", sign).lower()
    plain = "".join(letter for letter in plain if not _is_hidden(letter))
    plain = "".join(_LOOK_ALIKE.get(letter, letter) for letter in plain).translate(_QUOTES)
    return plain.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")


def _is_hidden(sign: str) -> bool:
    """Marks, signs of no width and of control; a mark may be of combining class 0, as in Thai (« ำ »)."""
    hidden = unicodedata.category(sign) in ("Cf", "Mn", "Me", "Cc") or unicodedata.combining(sign) != 0
    return hidden and sign not in "\n\t\r"


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
# Most French texts hold only signs of Windows-1252, and each is folded to one of them: a table of 256 bytes then
# does what the other one does, five times as fast. 0 stands for the signs that need the other one.
_BYTES: Final = "cp1252"


def _fold_byte(byte: int) -> int:
    try:
        folded = _FOLDED[ord(bytes([byte]).decode(_BYTES))].encode(_BYTES)
    except UnicodeError:
        return 0
    return folded[0] if len(folded) == 1 else 0


_FOLDED_BYTES: Final = bytes(map(_fold_byte, range(256)))


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """(folded text, place in `text` of each of its signs): as `texts.fold`, with a way back.

    Letters of another script keep their look-alike only inside a word that has Latin letters: harmless here,
    because rules hold Latin words alone.
    """
    try:
        quick = text.encode(_BYTES).translate(_FOLDED_BYTES)
    except UnicodeEncodeError:
        quick = b"\0"
    if 0 not in quick:
        return quick.decode(_BYTES), range(len(text))
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
    forms_of, make = vocabulary.forms, tuple.__new__  # by itself, a named tuple takes twice as long to make
    stops = [match.start() for match in SENTENCE_END.finditer(folded)]
    stops.append(len(folded) + 1)
    stop, number, opens = stops[0], 0, True
    for form, start, end in whole_pieces(folded, vocabulary):
        while stop < start:
            opens, number = True, number + 1
            stop = stops[number]
        if form:
            found.append(make(Word, (forms_of(form), places[start], places[end - 1] + 1, opens)))
        opens = not form  # a mention calls someone: a sentence opens after it
        while stop < end:  # inside a link
            number += 1
            stop = stops[number]
    return found


def whole_pieces(folded: str, vocabulary: "Vocabulary") -> list[Piece]:
    """(word, start, end) in order, the word empty for a mention or a link: what `words_of` makes words of."""
    return _whole(_pieces(folded, vocabulary), folded, vocabulary)


def _pieces(folded: str, vocabulary: "Vocabulary") -> list[Piece]:
    """(word, start, end) in order, the word empty for a mention; letters set apart are joined into words."""
    found: list[Piece] = []
    run: list[Piece] = []
    for match in (_PIECE if _ADDRESS.search(folded) else _PLAIN_PIECE).finditer(folded):
        start, end = match.span()
        piece = match[0]
        if end - start == 1 and piece.isalpha():
            if run and (len(run) == MAX_APART or start - run[-1][2] > 3):
                found += _joined(run, vocabulary)
                run = []
            run.append((piece, start, end))
            continue
        if run:
            found += run if len(run) < 3 else _joined(run, vocabulary)
            run = []
        if piece.isalnum():
            found.append(("" if piece.startswith(_LINKS) else piece, start, end))
        else:
            found.append((_named(piece), start, end))
    return found + _joined(run, vocabulary)


def _named(piece: str) -> str:
    """Nothing for a mention or a link, a shape for a mail address, else the word with its sign inside."""
    if piece[0] == "@" or piece.startswith(_LINKS):
        return ""
    return "<mail>" if "@" in piece and "." in piece else piece


def _whole(pieces: Sequence[Piece], folded: str, vocabulary: "Vocabulary") -> list[Piece]:
    """Two pieces that one sign cuts become one when only together they make a known word."""
    found: list[Piece] = []
    known = vocabulary.words
    last, ended = "", -2
    for piece in pieces:
        form, start, end = piece
        if start == ended + 1 and last and form and folded[ended] in _CUT:
            whole = last + form
            if whole in known and not (last in known and form in known):
                piece = whole, found.pop()[1], end
        found.append(piece)
        last, ended = piece[0], end
    return found


def _joined(run: Sequence[Piece], vocabulary: "Vocabulary") -> list[Piece]:
    """Three single letters or more, as the known words that they spell; fewer stay letters."""
    if len(run) < 3:
        return list(run)
    letters = "".join(letter for letter, _, _ in run)
    return [
        (letters[first:after], run[first][1], run[after - 1][2]) for first, after in vocabulary.split(letters)
    ]


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
        short = _SHORT.get(raw)
        if len(raw) == 2 and raw.isalpha():
            return (raw, "<letters>") if short is None else (raw, "<letters>", short)
        if short is not None:
            return raw, short
        if raw in self.words or (raw.isalpha() and len(raw) < 3):
            return (raw,)
        if raw.isalpha() and not _TWICE.search(raw):
            return (raw,)  # nothing to undo: most words
        forms = [raw]
        if not raw.isdigit():
            forms.append(raw.translate(_LEET))
        # a letter drawn out stands for one letter, or for two where the word has two
        forms += [cut for form in forms for cut in self._shorter(form)]
        if "*" in raw and len(raw) <= self._longest:
            forms += [word for word in self._by_shape.get((len(raw), raw[0]), ()) if _fits(raw, word)]
        if _DIGIT.search(raw) or raw[0] == "<":
            forms += [shape for shape, pattern in SHAPES.items() if pattern.fullmatch(raw)]
        return tuple(dict.fromkeys(forms))

    def _shorter(self, form: str) -> tuple[str, ...]:
        """The known words that it is once its repeated letters are cut to two or to one."""
        runs = ["".join(run) for _, run in groupby(form)]
        cuts = ("".join([run[:2] for run in runs]), "".join([run[0] for run in runs]))
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
