"""The invented association, its pages, and what it had published. Nobody and no place here exists."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from saisine.law.inputs import Association
from saisine.paris import PARIS

NAME: Final = "Les Voix du Verger"
TOWN: Final = "Valmerle"
HANDLE: Final = "VoixDuVergerEx"  # X allows 15 signs
PAGE: Final = "lesvoixduverger.exemple"

ASSOCIATION: Final = Association(
    declared_on=date(2012, 5, 22),
    object_tags=frozenset({"racisme", "sexisme", "discriminations_sexe_orientation"}),
    victim_consent=None,
    recipient_of_decision=False,
    object_fr=(
        "Combattre le racisme, le sexisme et les discriminations, et assister les personnes qui en sont "
        "victimes, par la lecture, la radio et le spectacle."
    ),
    name=NAME,
)


@dataclass(frozen=True, slots=True)
class Publication:
    """Something the association put online, `at` an aware time, under which others wrote."""

    at: datetime
    title: str


def at_paris(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An aware time of Paris clocks."""
    return datetime.combine(day, time(hour, minute, second), tzinfo=PARIS)


# Days from the wave: the oldest stands before the first message, one came out on the very morning.
_TITLES: Final = (
    (-39, "Le verger s’éveille : notre programme de saison"),
    (-24, "Cours de français : de nouvelles places"),
    (-11, "Les saisonnières, une exposition de portraits"),
    (0, "Festival des conteuses : l’affiche et la bande-annonce"),
    (9, "Merci pour vos messages"),
    (22, "Le recueil de nouvelles est paru"),
)


def publications(wave_on: date) -> tuple[Publication, ...]:
    """What was published around the wave, oldest first."""
    return tuple(
        Publication(at_paris(wave_on + timedelta(days=days), 6, 30), title) for days, title in _TITLES
    )
