"""Page one says only what its reader also finds further on; the public gets no small number."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.dossiers import RECIPIENTS, QualificationSheet, When, blocks
from saisine.dossiers.compose import compose
from saisine.dossiers.figures import wilson
from saisine.dossiers.recipients import received
from tests.dossiers import world

LABELS = {
    "Ce qui est demandé": "requests",
    "Qualification proposée": "qualification",
    "Délai le plus court": "limitation",
    "Ce qui manque": "missing",
}

assert world.INSULT.clock is not None
CLOCK = world.INSULT.clock


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


def test_the_words_of_a_rare_outcome_are_not_published() -> None:
    noted = world.StepLine(When(), "Plainte", "Suite rare", note="Propos tenus au guichet")
    often = world.StepLine(When(), "Notification", "Sans réponse")
    text = words_of((), steps=(noted, often, often, often))
    assert "Autres suites, chacune" in text
    assert "Sans réponse" in text
    assert "Suite rare" not in text
    assert "guichet" not in text
    assert "guichet" in repr(compose(world.dossier(steps=(noted,)), RECIPIENTS["avocat"], {}).tree)


def shown_numbers(recipient: str) -> tuple[list[int], int]:
    exhibits = (
        world.message(1), world.message(2, url=""), world.message(3, kind="certificat"),
        world.message(4, kind="document"), world.copies(5),
    )  # fmt: skip
    data = received(world.dossier(exhibits=exhibits), RECIPIENTS[recipient])
    return [exhibit.number for exhibit in data.exhibits], data.left_out


def test_a_recipient_is_not_told_of_exhibits_that_do_not_concern_it() -> None:
    assert shown_numbers("avocat") == ([1, 2, 3, 4, 5], 0)
    assert shown_numbers("arcom") == shown_numbers("organe21") == ([1, 2, 4, 5], 1)
    assert shown_numbers("pharos") == ([1, 5], 3)
    words = repr(compose(received(world.dossier(), RECIPIENTS["pharos"]), RECIPIENTS["pharos"], {}).tree)
    assert "leurs numéros manquent" in words


def test_each_authority_is_asked_what_it_can_do() -> None:
    asked = {
        id: received(world.dossier(), RECIPIENTS[id]).requests for id in ("procureur", "arcom", "organe21")
    }
    assert asked["procureur"] == world.dossier().requests
    assert all("comptes" not in line for line in (*asked["arcom"], *asked["organe21"]))
    assert received(world.dossier(requests=()), RECIPIENTS["arcom"]).requests == ()


def test_page_one_names_an_account_only_to_those_who_may_read_it() -> None:
    for recipient in RECIPIENTS.values():
        page = repr(compose(world.dossier(), recipient, {}).tree["summary"])
        assert ("compte_invente" in page) == (recipient.id in ("avocat", "procureur", "pharos"))


def test_page_one_flags_a_rule_that_nobody_verified() -> None:
    sheet = replace(world.INSULT, is_verified=False, status="possible")
    page = repr(summary_of(sheet))
    assert "(éléments à établir ; texte à vérifier par une ou un juriste)" in page.replace("\\xa0", " ")
    assert "texte à vérifier" not in repr(summary_of(world.INSULT))


def summary_of(sheet: QualificationSheet) -> object:
    return compose(world.dossier(qualifications=(sheet,)), RECIPIENTS["avocat"], {}).tree["summary"]


def test_contact_data_that_are_kept_apart_are_said_so() -> None:
    text = repr(compose(world.dossier(), RECIPIENTS["procureur"], {}).tree)
    assert "Coordonnées remises à part" in text
    assert "camille@exemple.invalid" not in text


def test_exhibits_in_a_row_are_a_range() -> None:
    assert blocks.numbers((9, 1, 2, 5, 6, 7, 8)) == "pièces 1, 2, 5 à 9"
    assert blocks.numbers((4,)) == "pièce 4"


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_share_and_stays_within_bounds(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] + 1e-9
    assert pair[0] / pair[1] - 1e-9 <= high <= 1


def test_a_clock_that_ran_out_is_said_beside_the_one_that_is_open() -> None:
    late = replace(world.INSULT, name_fr="Diffamation publique", clock=replace(CLOCK, status="expired"))
    data = world.dossier(qualifications=(world.INSULT, late))
    composed = compose(data, RECIPIENTS["avocat"], {})
    rows = {row[0]: repr(row[1]).replace("\\xa0", " ") for row in composed.tree["summary"][0]["rows"]}
    assert "Déjà dépassé, d’après les faits décrits : Diffamation publique." in rows["Délai le plus court"]
    alone = compose(world.dossier(qualifications=(world.INSULT,)), RECIPIENTS["avocat"], {})
    assert "dépassé" not in repr(alone.tree["summary"])
