"""Invented accounts: pseudonyms made of weather, trees and numbers, so that they are nobody's name."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from saisine.example.association import at_paris

_FIRST: Final = (
    *("Vent", "Givre", "Brume", "Orage", "Averse", "Tuile", "Caillou", "Ronce", "Mousse", "Sabot", "Grelot"),
    *("Bidon", "Clou", "Ficelle", "Bocal", "Lanterne", "Poulie", "Rabot", "Soufflet", "Chaudron", "Loquet"),
)
_SECOND: Final = (
    *("Gris", "Rouge", "DuNord", "DeNuit", "Sec", "Vif", "Bleu", "DesBois", "Rond", "Pointu", "DeJuin"),
    *("Tordu", "DuSoir", "Pressé", "Muet", "Cassé", "DuPont", "Oublié", "Têtu", "Froid", "DeCuivre"),
)
_PLAIN: Final = str.maketrans("éê", "ee")


@dataclass(frozen=True, slots=True)
class Account:
    """Someone invented. `number` (48 bits) is what the platforms' identifiers are made from."""

    name: str
    handle: str
    created_at: datetime
    number: int


def make_account(rng: random.Random, created_at: datetime) -> Account:
    """A new pseudonym; its handle has at most 15 ASCII signs, as X wants."""
    first, second, digits = rng.choice(_FIRST), rng.choice(_SECOND), rng.randrange(10_000)
    handle = f"{first[:5]}{second[:5]}_{digits:04d}".translate(_PLAIN)
    return Account(f"{first} {second} {digits}", handle, created_at, rng.getrandbits(48))


def make_crowd(rng: random.Random, size: int, wave_on: date, *, fresh: float) -> Sequence[Account]:
    """`size` accounts with handles of their own, a share `fresh` opened in the week before the wave."""
    morning = at_paris(wave_on, 6).astimezone(UTC)
    crowd: dict[str, Account] = {}
    while len(crowd) < size:
        days = rng.uniform(0.2, 7) if rng.random() < fresh else rng.uniform(60, 1_500)
        account = make_account(rng, (morning - timedelta(days=days)).replace(microsecond=0))
        crowd.setdefault(account.handle, account)
    return list(crowd.values())
