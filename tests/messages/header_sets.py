"""Forty invented tables: above each column what a person or a tool wrote, what it holds, and the right answer.

One table per line of `samples/header_sets.txt`: `header:values=field`, parted by ` | `; no field after `=` means that
nothing may be proposed.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

ROWS: Final = 14
_START: Final = datetime(2026, 4, 8, 14, 5, tzinfo=UTC)
_NAMES: Final = ("Ada", "Zoé Exemple", "Lou", "Camille D.", "Association Rivage", "Noé", "Iris Test")
_TEXTS: Final = (
    "Bonjour à toutes et à tous, belle journée",
    "Merci pour cet article très complet",
    "Je ne suis pas d’accord avec vous sur ce point",
    "Où se tient la prochaine réunion publique ?",
    "On se voit samedi devant la mairie",
    "Quelqu’un a-t-il retrouvé mon parapluie bleu",
    "Bravo à toute l’équipe pour ce travail",
)


def _at(row: int) -> datetime:
    return _START + timedelta(days=row * 2, minutes=row * 7)


def value(kind: str, row: int) -> str:
    """The value of a column of this kind in this row."""
    at, key = _at(row), 1_000_000_000_000_000_000 + 7_919_000_000_007 * row
    makers = {
        "text": f"{_TEXTS[row % 7]} {row}",
        "short": ("oui", "non merci", "bravo", "bof bof")[row % 4] + f" {row}",
        "name": _NAMES[row % 7],
        "word": ("ada_ex", "zoe.test", "lou", "camille-d", "rivage", "noe_1", "iris")[row % 7],
        "handle": "@" + ("ada_ex", "zoe.test", "lou", "camille", "rivage", "noe_1", "iris")[row % 7],
        "iso": at.isoformat().replace("+00:00", "Z"),
        "sql": f"{at:%Y-%m-%d %H:%M:%S}",
        "fr": f"{at:%d/%m/%Y %H:%M}",
        "us": f"{at:%m/%d/%Y %I:%M %p}",
        "day": f"{at:%d/%m/%Y}",
        "dots": f"{at:%d.%m.%Y}",
        "clock": f"{at:%H:%M}",
        "long_fr": f"{at.day} avril 2026 à {at:%H:%M}",
        "long_en": f"{at:%b %d, %Y, %I:%M %p}",
        "epoch": str(int(at.timestamp())),
        "epoch_ms": str(int(at.timestamp()) * 1000),
        "relative": f"il y a {row + 1} h",
        "id": str(key),
        "user_id": str(100_000_000_000_000 + row % 7),
        "same_id": "1712345678901234567",
        "uuid": f"6f1c{row:04}-5d1e-4a2b-9c3d-{key % 10**12:012}",
        "rounded": f"1,{75 + row}E+18",
        "parent": str(key - 7_919_000_000_007) if row % 3 == 2 else "",
        "url": f"https://exemple.test/p/{row}?c=1",
        "same_url": "https://exemple.test/p/1",
        "profile": f"https://exemple.test/u/{row % 7}",
        "picture": f"https://exemple.test/i/{row}.jpg",
        "count": str(row * 3 % 50),
        "number": str(row + 1),
        "lang": ("fr", "en")[row % 2],
        "network": ("Facebook", "Instagram", "X")[row % 3],
        "flag": ("oui", "non")[row % 2],
        "note": f"vu par la personne d’accueil, relance {row}",
        "word_fr": ("urgent", "à voir", "classé")[row % 3],
        "tags": "#rivage #mairie" if row % 2 else "#samedi",
        "empty": "",
    }
    return makers[kind]


SETS: Final = (Path(__file__).parent / "samples" / "header_sets.txt").read_text("utf-8").splitlines()
