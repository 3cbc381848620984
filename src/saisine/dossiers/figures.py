"""Figures that may be published: counts and shares with their interval, nothing under 3.

The interval is Wilson's (Wilson 1927, JASA 22): it stays within 0 and 1, and is honest for small counts.
"""

from collections import Counter
from collections.abc import Mapping
from math import sqrt
from typing import Final

from saisine.dossiers import blocks
from saisine.dossiers.blocks import Block
from saisine.dossiers.data import DossierData
from saisine.dossiers.recipients import Recipient
from saisine.dossiers.summary import SMALL_CELL, SMALL_FR, contents_by_place
from saisine.law.dates import number_fr

Z_95: Final = 1.959964  # two-sided 95 %


def figures(data: DossierData, recipient: Recipient) -> list[Block]:
    """Contents by service, and what became of the steps taken."""
    contents = contents_by_place(data)
    found: list[Block] = []
    if contents:
        rows = [[place or "Service non précisé", shown(count)] for place, count in contents.items()]
        found.append(blocks.table("Contenus recueillis, par service", ("Service", "Contenus"), (8, 4), rows))
    if data.steps:
        rows = _outcomes(Counter(step.state_fr for step in data.steps))
        head = ("Suite donnée", "Démarches", "Part, intervalle à 95 %")
        found.append(blocks.table("Suites des démarches", head, (6, 3, 5), rows))
    if not found:
        return [blocks.paragraph("Aucun chiffre à publier.", "soft")]
    words = f"Un nombre sous {SMALL_CELL} n’est pas publié, ni une part qui le ferait retrouver."
    return [*found, blocks.paragraph(words, "soft")]


def shown(count: int) -> str:
    return number_fr(count) if count >= SMALL_CELL else SMALL_FR


def _outcomes(states: Mapping[str, int]) -> list[list[str]]:
    """One row per outcome; rare ones stand together, since the words of a single case may name it."""
    total = sum(states.values())
    rare = [state for state, count in states.items() if count < SMALL_CELL]
    rows = [
        [state, shown(count), "" if rare else _share(count, total)]
        for state, count in sorted(states.items())
        if state not in rare
    ]
    return [*rows, ["Autres suites, chacune", SMALL_FR, ""]] if rare else rows


def _share(count: int, total: int) -> str:
    low, high = wilson(count, total)
    return f"{100 * count / total:.0f} % ({100 * low:.0f} à {100 * high:.0f} %), n = {number_fr(total)}"


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, as two numbers from 0 to 1; `total` is at least 1."""
    share, spread = count / total, Z_95**2 / total
    centre = (share + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, centre - half), min(1.0, centre + half)
