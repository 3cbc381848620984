"""Replace names by stable labels in everything that is printed, before anything is typeset.

Matching ignores case, accents, width, apostrophes, and spaces or invisible characters inside a name. A name
of four letters or fewer is hidden only as a whole word; a longer one wherever it stands, also in a link,
where it may be written with percent signs (RFC 3986).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from saisine.dossiers.finding import NameFinder
from saisine.law.dates import number_fr

HIDDEN_TEXT: Final = "████████"  # fixed length: nothing can be read from its size
_REPEATED: Final = re.compile(r"(\[[^\]]{1,80}\])(?:, \1)+")  # « [tiers 1], [tiers 1] » says it twice
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_APOSTROPHES: Final = dict.fromkeys(map(ord, "’‘ʼ＇´`"), "'")
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")


def fold(text: str) -> tuple[str, list[int]]:
    """The text without case, accents, invisible characters or odd spaces, and where each sign came from."""
    signs: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for sign in _fold_char(char):
            signs.append(sign)
            places.append(place)
    return "".join(signs), places


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    plain = char.translate(_APOSTROPHES).translate(_DASHES)
    # twice: « 𝐃 » has no lower case before it is made plain
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain.casefold()).casefold())
    kept = (
        part for part in parts if unicodedata.category(part) not in ("Mn", "Cf", "Cc") or part in "\n\t\r"
    )
    return "".join(" " if part.isspace() else part for part in kept)


class Masker:
    """Masks strings and trees of strings. `hits` counts what was replaced, label by label.

    >>> Masker([("Camille Exemple", "tiers 1")]).text("Merci CAMILLE  EXEMPLE")
    'Merci [tiers 1]'
    """

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self.hits: dict[str, int] = {}
        found: dict[str, str] = {}
        for word, label in words:
            key = " ".join(fold(word)[0].split()).lstrip("@")
            if key:
                found.setdefault(key, label)
        self._labels = found
        self._finder = NameFinder(found) if found else None

    @property
    def is_empty(self) -> bool:
        """True when nobody is masked."""
        return self._finder is None

    def finds(self, text: str) -> bool:
        """Whether a hidden name stands in the text."""
        before = dict(self.hits)
        self.hits.clear()
        self.text(text)
        found, self.hits = bool(self.hits), before
        return found

    def text(self, text: str) -> str:
        """The text with every hidden name replaced by its label."""
        if self._finder is None:
            return text
        masked, hits = self._plain(text)
        if _PERCENT.search(text):
            decoded, found = self._plain(unquote(unquote(text)))  # a link inside a link is encoded twice
            if len(found) > len(hits):
                masked, hits = decoded, found
        for label in hits:
            self.hits[label] = self.hits.get(label, 0) + 1
        return masked

    def _plain(self, text: str) -> tuple[str, list[str]]:
        """The text masked, and the label of each name replaced."""
        assert self._finder is not None
        folded, places = fold(text)
        pieces, hits, end = [], [], 0
        for key, first, after in self._finder.names_in(folded):
            start = places[first]
            if start < end:
                continue
            pieces += [text[end:start], f"[{self._labels[key]}]"]
            end = _after_accents(text, places[after - 1] + 1)
            hits.append(self._labels[key])
        return _REPEATED.sub(r"\1", "".join([*pieces, text[end:]])), hits

    def tree(self, value: Any, keep: frozenset[str] = frozenset()) -> Any:
        """Lists and mappings with every string masked; keys of `keep` hold digests and stay as they are."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: item if key in keep else self.tree(item, keep) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(item, keep) for item in value]
        return value


def _after_accents(text: str, end: int) -> int:
    """The place after the accents that follow a letter in decomposed text."""
    while end < len(text) and unicodedata.category(text[end]) == "Mn":
        end += 1
    return end


def hidden_text(text: str | None) -> str:
    """What stands for words that this recipient does not receive: their count, never their size in signs."""
    if not text:
        return ""
    words = len(text.split())
    return f"{HIDDEN_TEXT} (texte non transmis, {number_fr(words)} mot{'s' if words > 1 else ''})"
