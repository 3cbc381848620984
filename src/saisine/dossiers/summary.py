"""Page one, in plain words: who, what, when, where, what is asked, until when, what is missing.

The public receives counts alone, and none under 3: a small number can name somebody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from saisine.dossiers import blocks
from saisine.dossiers.blocks import Block
from saisine.dossiers.data import ROLES_FR, DossierData, Person, When
from saisine.dossiers.recipients import Recipient
from saisine.dossiers.sheets import QualificationSheet
from saisine.law.dates import day_fr, days_fr, number_fr

MAX_LINES: Final = 5
SMALL_CELL: Final = 3  # casework: counts under 3 are not published
SMALL_FR: Final = f"moins de {SMALL_CELL}"


def first_page(data: DossierData, recipient: Recipient) -> list[Block]:
    if recipient.id == "public":
        return [blocks.pairs(_public(data))]
    return [blocks.pairs([*_facts(data, recipient), *_rights(data, frozenset(recipient.sections))])]


def _facts(data: DossierData, recipient: Recipient) -> list[tuple[str, Any]]:
    days = sorted(day for exhibit in data.exhibits if (day := exhibit.when.day))
    places = sorted({exhibit.platform for exhibit in data.exhibits if exhibit.platform})
    what = counted(len(data.exhibits), "pièce")
    return [
        ("Quoi", [data.summary, what] if data.summary else what),
        ("Qui", _who(data.people, recipient)),
        ("Quand", _period(days)),
        ("Où", ", ".join(places)),
    ]


def _rights(data: DossierData, sections: frozenset[str]) -> list[tuple[str, Any]]:
    """What page one may say beyond the facts: only what this recipient also finds further on."""
    named = [_named(sheet) for sheet in data.retained]
    lacking = _first([piece.text for piece in data.missing]) or "Rien à première vue"
    rows = (
        ("requests", "Ce qui est demandé", _first(data.requests)),
        ("qualification", "Qualification proposée", _first(named)),
        ("limitation", "Délai le plus court", _deadline(data)),
        ("missing", "Ce qui manque", lacking),
    )
    return [(label, words) for section, label, words in rows if section in sections]


def counted(count: int, word: str) -> str:
    return f"{number_fr(count)} {word}{'s' if count > 1 else ''}"


def _named(sheet: QualificationSheet) -> str:
    """The name; what is still open in it, and whether its rule was verified, stand beside it on page one too."""
    open_ones = (
        "" if sheet.status == "met" else "éléments à établir",
        "" if sheet.is_verified else "texte à vérifier par une ou un juriste",
    )
    words = " ; ".join(part for part in open_ones if part)
    return f"{sheet.title_fr} ({words})" if words else sheet.title_fr


def _who(people: Sequence[Person], recipient: Recipient) -> list[str] | str:
    return _first([_person(one, recipient) for one in people if one.role in ("visee", "auteur_presume")])


def _person(person: Person, recipient: Recipient) -> str:
    """The label, then the name or the account where this recipient may read it, then the role."""
    role = ROLES_FR[person.role].lower()
    names = () if person.role in recipient.names else person.names
    handles = () if person.role in recipient.handles else person.handles
    shown = ", ".join((*names, *handles)[:1])
    words = f"{person.label} : {shown}" if shown else person.label
    return words if person.label.startswith(role) else f"{words} ({role})"


def _period(days: Sequence[date]) -> str:
    if not days:
        return ""
    if days[0] == days[-1]:
        return f"Le {day_fr(days[0], weekday=True)}"
    return f"Du {day_fr(days[0])} au {day_fr(days[-1])}"


def _first(lines: Sequence[str]) -> list[str] | str:
    """The first lines; the page stays one page, and says how many more there are."""
    found = [line for line in lines if line]
    if len(found) <= MAX_LINES:
        return list(found) if len(found) > 1 else "".join(found)
    rest = len(found) - MAX_LINES + 1
    return [*found[: MAX_LINES - 1], f"et {number_fr(rest)} autres, détaillés plus loin"]


def _deadline(data: DossierData) -> list[Any] | str:
    found = data.driving_clock
    if found is None:
        return _without_clock(data)
    sheet, clock = found
    last = day_fr(clock.last_useful_day, weekday=True) if clock.last_useful_day else "à établir"
    left = f"à la date de ce dossier, il reste {days_fr(clock.days_left or 0)}"
    found_words = [blocks.strong(f"{last}, jusqu’à 24 h"), f"{sheet.title_fr} ; {left}. {clock.flag_fr}."]
    return [*found_words, _passed(data)]


def _passed(data: DossierData) -> str:
    """Clocks that ran out: beside one that is open, they would pass unseen on page one."""
    late = [sheet.title_fr for sheet in data.considered if sheet.clock and sheet.clock.status == "expired"]
    more = f", et {number_fr(len(late) - 2)} autres" if len(late) > 2 else ""
    return f"Déjà dépassé, d’après les faits décrits : {' ; '.join(late[:2])}{more}." if late else ""


def _without_clock(data: DossierData) -> str:
    states = {sheet.clock.status for sheet in data.considered if sheet.clock}
    if states == {"expired"}:
        return "Expiré, d’après les faits décrits : voir le calcul"
    return "À établir" if data.considered else ""


# ---------------------------------------------------------------- counts for the public


def _public(data: DossierData) -> list[tuple[str, Any]]:
    contents = contents_by_place(data)
    days = sorted(day for exhibit in data.exhibits if (day := exhibit.when.day))
    return [
        ("Quoi", _public_count(contents)),
        ("Quand", _months(days)),
        ("Où", ", ".join(place for place, count in contents.items() if place and count >= SMALL_CELL)),
    ]


def contents_by_place(data: DossierData) -> dict[str, int]:
    """Contents collected by service; a group of copies counts for all its messages."""
    found: Counter[str] = Counter()
    for exhibit in data.exhibits:
        found[exhibit.platform] += max(1, len(exhibit.copies))
    return dict(sorted(found.items()))


def _public_count(contents: Mapping[str, int]) -> str:
    """The total, unless it would let a hidden count be found by taking away the others."""
    small = [count for count in contents.values() if count < SMALL_CELL]
    total = sum(contents.values())
    if total < SMALL_CELL:
        return f"{SMALL_FR.capitalize()} contenus" if total else ""
    return "" if small else f"{number_fr(total)} contenus recueillis"


def _months(days: Sequence[date]) -> str:
    words = [When(day, "month").words().removeprefix("vers ") for day in (*days[:1], *days[-1:])]
    if not words:
        return ""
    return words[0].capitalize() if words[0] == words[-1] else f"De {words[0]} à {words[-1]}"
