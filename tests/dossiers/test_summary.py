"""Page one says only what its reader also finds further on; the public gets no small number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.dossiers import RECIPIENTS, When
from saisine.dossiers.compose import compose
from saisine.dossiers.figures import wilson
from tests.dossiers import world

LABELS = {
    "Ce qui est demandé": "requests",
    "Qualification proposée": "qualification",
    "Délai le plus court": "limitation",
    "Ce qui manque": "missing",
}


def labels(recipient: str) -> list[str]:
    composed = compose(world.dossier(), RECIPIENTS[recipient], {})
    return [row[0] for row in composed.tree["summary"][0]["rows"]]


@pytest.mark.parametrize("recipient", [id for id in RECIPIENTS if id != "public"])
def test_page_one_announces_nothing_that_is_not_in_the_file(recipient: str) -> None:
    shown = set(labels(recipient))
    assert {"Quoi", "Qui", "Quand", "Où"} <= shown
    expected = {label for label, section in LABELS.items() if section in RECIPIENTS[recipient].sections}
    assert shown & LABELS.keys() == expected


def words_of(exhibits: tuple[object, ...], **changes: object) -> str:
    composed = compose(world.dossier(exhibits=exhibits, **changes), RECIPIENTS["public"], {})
    return repr(composed.tree).replace("\\xa0", " ")


def test_the_public_gets_no_count_under_three_nor_a_total_that_gives_it_away() -> None:
    few = tuple(world.message(n, platform="X" if n > 2 else "Instagram") for n in range(1, 8))
    text = words_of(few)
    assert "moins de 3" in text
    assert "'5'" in text
    assert "7 contenus" not in text
    assert "7 sur 7" not in text
    many = tuple(world.message(n, platform="X" if n > 3 else "Instagram") for n in range(1, 8))
    assert "7 contenus recueillis" in words_of(many)
    assert "moins de 3" not in words_of(many, steps=())


def test_the_public_gets_shares_with_their_interval() -> None:
    step = world.StepLine(When(date(2026, 3, 17), "day"), "Notification", "Sans réponse", "REF-1")
    kept = world.StepLine(When(date(2026, 3, 17), "day"), "Notification", "Contenu maintenu", "REF-2")
    text = words_of((), steps=(step,) * 6 + (kept,) * 4)
    assert "60 % (31 à 83 %), n = 10" in text
    assert "REF-1" not in text
    assert "n = " not in words_of((), steps=(step,) * 6 + (kept,) * 2)


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_share_and_stays_within_bounds(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] + 1e-9
    assert pair[0] / pair[1] - 1e-9 <= high <= 1
