"""What a check of a capture says: C01 to C12, each verified, failed or not checked, never merged.

The three states are those of the vault's verification; the numbers and their names are the table of
docs/capture.md.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from saisine.texts import safe_display
from saisine.vault.report import CheckState

Words = tuple[str, str]  # the same thing said in French, then in English

# number -> (French, English): the table of docs/capture.md
NAMES: Final[Mapping[str, Words]] = {
    "C01": ("L’archive zip est entière et sans octet caché", "The zip archive is whole and hides no byte"),
    "C02": ("Chaque nom de fichier est simple et unique", "Every file name is plain and unique"),
    "C03": ("Nombre et taille des fichiers mesurés", "Number and size of files within measure"),
    "C04": ("datapackage.json est lisible", "datapackage.json can be read"),
    "C05": ("La liste et les fichiers se correspondent", "The list and the files match"),
    "C06": (
        "Chaque fichier a la taille et l’empreinte annoncées",
        "Every file has the size and hash announced",
    ),
    "C07": ("L’empreinte de la liste est juste", "The hash of the list is right"),
    "C08": ("Pages, index et archive sont présents", "Pages, index and archive are present"),
    "C09": ("Les enregistrements WARC sont entiers et justes", "WARC records are whole and right"),
    "C10": ("L’index et les enregistrements se correspondent", "The index and the records match"),
    "C11": ("Chaque page annoncée est dans l’archive", "Every page announced is in the archive"),
    "C12": ("La signature jointe est juste", "The signature enclosed is right"),
}

_NAMED_AT_MOST: Final = 20  # findings of one number and state that are named; the others are counted
_SHOWN_SIGNS: Final = 160


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: its number, its state, and what was found in both languages.

    A number may repeat, once for each thing that it names.
    """

    n: str
    state: CheckState
    what_fr: str
    what_en: str

    @property
    def name_fr(self) -> str:
        return NAMES[self.n][0]

    @property
    def name_en(self) -> str:
        return NAMES[self.n][1]

    def as_json(self, language: str = "fr") -> dict[str, str]:
        """The same keys as a check of the vault."""
        english = language == "en"
        return {
            "id": self.n,
            "name": self.name_en if english else self.name_fr,
            "state": self.state,
            "detail": self.what_en if english else self.what_fr,
        }


def shown(text: str) -> str:
    """A name or address taken from an archive, as it may stand in a sentence: short, nothing hidden in it.

    >>> shown("a\\nb\\u202e")
    'a⟨U+000A⟩b⟨U+202E⟩'
    """
    plain = safe_display(text[: _SHOWN_SIGNS + 1]).replace("\n", "⟨U+000A⟩").replace("\t", "⟨U+0009⟩")
    return plain if len(text) <= _SHOWN_SIGNS else plain[:_SHOWN_SIGNS] + "…"


def told(where: str, words: Words) -> Words:
    """« nom : constat » in both languages; `where` is shown safely."""
    safe = shown(where)
    return f"{safe} : {words[0]}", f"{safe}: {words[1]}"


class Findings:
    """What was found so far, by number. Memory is bounded: past 20 of one kind they are only counted."""

    def __init__(self) -> None:
        self._checks: dict[tuple[str, CheckState], list[Check]] = {}
        self._counts: Counter[tuple[str, CheckState]] = Counter()

    def fail(self, n: str, words: Words) -> None:
        self._add(n, "failed", words)

    def skip(self, n: str, words: Words) -> None:
        self._add(n, "not_checked", words)

    def good(self, n: str, words: Words = ("", "")) -> None:
        """Verified, unless something of that number failed."""
        if not self.has_failed(n):
            self._add(n, "verified", words)

    def has_failed(self, n: str) -> bool:
        return self._counts[n, "failed"] > 0

    def is_told(self, n: str) -> bool:
        return any(number == n for number, _ in self._checks)

    def _add(self, n: str, state: CheckState, words: Words) -> None:
        self._counts[n, state] += 1
        if self._counts[n, state] <= _NAMED_AT_MOST:
            self._checks.setdefault((n, state), []).append(Check(n, state, *words))

    def checks(self) -> list[Check]:
        """All findings in the order of their numbers; what was only counted is told by one line."""
        out: list[Check] = []
        for key in sorted(self._checks, key=lambda key: key[0]):
            out += self._checks[key]
            more = self._counts[key] - _NAMED_AT_MOST
            if more > 0:
                out.append(Check(*key, f"et {more} de plus", f"and {more} more"))
        return out
