"""Which articles a rule cites: « Loi du 29 juillet 1881 art. 23, 29 al. 2 » names articles 23 and 29 of that law."""

import re
from dataclasses import dataclass
from typing import Final

# code -> how our rules cite it, and the title by which a downloaded text is known
CODES: Final[dict[str, tuple[str, str]]] = {
    "code_penal": (r"Code pénal|\bCP\b", "code pénal"),
    "code_procedure_penale": (r"\bCPP\b|Code de procédure pénale", "code de procédure pénale"),
    "loi_1881": (r"Loi du 29 juillet 1881|Loi (?:de )?1881", "loi du 29 juillet 1881"),
    "cpce": (r"\bCPCE\b", "code des postes et des communications électroniques"),
    "reglement_2022_2065": (r"Règlement \(UE\) 2022/2065|\bDSA\b", "2022/2065"),
    "rgpd": (r"\bRGPD\b|Règlement \(UE\) 2016/679", "2016/679"),
}
_CODE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, (pattern, _) in CODES.items()))
# a paragraph, another law by its number, a decision, a date: their numbers are no articles
_NOISE = re.compile(
    r"\bal(?:inéas?|\.)\s*\d+(?:\s*(?:à|et|-)\s*\d+\b(?!-|\s*al\b))*|n° ?[\d-]+(?:\.\d+)?"
    r"|\bdu \d+(?:er)? \S+ \d{4}|\b(?:19|20)\d\d\b"
)
_NUMBER = r"(?:[LRD]\.?\s?)?\d+(?:-\d+)*(?:\s(?:bis|ter|quater)\b)?"
_RANGE = re.compile(rf"({_NUMBER})(?:\s+à\s+({_NUMBER}))?")


@dataclass(frozen=True, slots=True)
class Citation:
    """Articles `first` to `last` of one code (equal for a single article)."""

    code: str
    first: str
    last: str

    def covers(self, code: str, number: str) -> bool:
        if code != self.code:
            return False
        return number == self.first or _key(self.first) <= _key(number) <= _key(self.last)


def article_number(text: str) -> str:
    """The number as we compare it: `R. 625-7` and `R625-7` are the same article."""
    return " ".join(re.sub(r"^([LRD])[.\s]+", r"\1", text.strip()).split())


def _key(number: str) -> tuple[str, tuple[int, ...], str]:
    """Sorted as a code is: by letter, by numbers, then bis and ter."""
    letter = number[0] if number[:1] in ("L", "R", "D") else ""
    return letter, tuple(int(n) for n in re.findall(r"\d+", number)), number.partition(" ")[2]


def citations(text: str) -> tuple[Citation, ...]:
    """Every article that a reference names, in the order of reading; a code that we do not know gives none."""
    found: list[Citation] = []
    starts = list(_CODE.finditer(text))
    for index, start in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        rest = _NOISE.sub(" ", text[start.end() : end].split(" ; ")[0])
        code = str(start.lastgroup)
        for first, last in _RANGE.findall(rest):
            low = article_number(first)
            found.append(Citation(code, low, article_number(last) if last else low))
    return tuple(dict.fromkeys(found))


def code_of_title(text: str) -> str:
    """The code whose title stands first in this text, or nothing."""
    lower = text.lower().replace("’", "'")
    places = {code: lower.find(title) for code, (_, title) in CODES.items() if title in lower}
    return min(places, key=lambda code: places[code], default="")
