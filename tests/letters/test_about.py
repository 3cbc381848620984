"""A letter says what concerns its addressee: one platform, one notice, one person; a day that passed is said so."""

from dataclasses import replace
from datetime import date

import pytest

from saisine.letters import (
    ContentLine,
    ExhibitLine,
    LetterData,
    NoticeLine,
    ObservedLine,
    OffenceLine,
    compose_letter,
    require_letter,
)
from tests.letters.world import FULL

OTHER = "https://exemple.invalid/autre"
TWO = replace(
    FULL,
    platform="Instagram",
    harm="Santé, personne visée 1 : troubles du sommeil.",
    contents=(*FULL.contents, ContentLine(OTHER, "Instagram", exhibit=2), ContentLine("", "", exhibit=3)),
    exhibits=(ExhibitLine(1, "Message", platform="Facebook"), ExhibitLine(2, "Autre message", platform="Instagram"),
              ExhibitLine(3, "Capture")),
    notices=(
        replace(FULL.notices[0], coordinator="Coimisiún na Meán"),
        NoticeLine(2, "Instagram", OTHER, date(2026, 3, 16)),
    ),
    observed=(
        ObservedLine("Article 16, paragraphe 5", "Signalement 1 : décision sans motifs.", "Facebook"),
        ObservedLine("Article 16, paragraphe 4", "Signalement 2 : aucun accusé.", "Instagram"),
    ),
)  # fmt: skip


def text_of(kind: str, data: LetterData = TWO, **given: str) -> str:
    return compose_letter(require_letter(kind), replace(data, given=given)).text


@pytest.mark.parametrize("kind", ["art20", "art21"])
def test_a_decision_is_contested_before_the_platform_that_took_it(kind: str) -> None:
    text = text_of(kind)
    assert "Facebook" in text
    assert "Signalement 2" not in text
    assert OTHER not in text


def test_a_reminder_goes_to_the_platform_that_has_not_decided() -> None:
    text = text_of("relance")
    assert "signalement 2, envoyé le 16 mars 2026" in text
    assert "Facebook" not in text
    assert "R-1" not in text


@pytest.mark.parametrize(("name", "other"), [("facebook", "Signalement 2"), ("Instagram", "Signalement 1")])
def test_a_person_may_choose_the_platform_of_a_letter(name: str, other: str) -> None:
    text = text_of("art53", platform=name)
    assert name.capitalize() in text
    assert other not in text
    assert ("Coimisiún na Meán" in text) == (name == "facebook")


def test_a_content_without_a_platform_is_in_the_letter_of_none_while_others_have_theirs() -> None:
    assert "pièce 3" not in text_of("art16", platform="Instagram")
    assert OTHER in text_of("conservation", platform="Instagram")
    alone = replace(TWO, contents=TWO.contents[2:], notices=())
    assert "pièce 3" in text_of("art16", alone)


def test_what_several_people_endured_is_in_no_letter_that_one_signs() -> None:
    assert "troubles du sommeil" in text_of("plainte")
    assert "troubles du sommeil" not in text_of("cnil", person_name="Camille Exemple")
    assert "mes nuits" in text_of("cnil", harm="mes nuits")


def test_the_decision_of_a_platform_is_not_the_answer_of_whoever_holds_the_data() -> None:
    assert "maintenu" not in text_of("cnil")


def test_a_day_that_has_passed_says_so() -> None:
    late = replace(TWO, today=date(2026, 6, 15))
    assert "14 juin 2026, dépassé au jour de cette lettre" in text_of("plainte", late)
    assert "dépassé" not in text_of("plainte", replace(TWO, today=date(2026, 6, 14)))


def test_an_exhibit_is_named_once_beside_its_fact() -> None:
    named = replace(FULL.chronology[0], text="Message sur Facebook (pièce 1).", exhibits=(1,))
    text = text_of("plainte", replace(TWO, chronology=(named, FULL.chronology[0])))
    assert "Message sur Facebook (pièce 1).\n" in text + "\n"
    assert text.count("(pièces 1, 2)") == 1


@pytest.mark.parametrize(("court", "words"), [("Évry", "judiciaire d’Évry"), ("Lyon", "judiciaire de Lyon")])
def test_the_name_of_a_place_is_elided(court: str, words: str) -> None:
    assert words in text_of("plainte", court=court)


# ------------------------------------------------------------------ several statements

FRIEND = "https://exemple.invalid/ami"
SAID = OffenceLine("injure_publique", "Injure inventée", "art. 33", "Vérifié.", exhibits=(1,))
THREAT = OffenceLine("menace_mort", "Menace inventée", "222-17", "Vérifié.", exhibits=(2,))
MIXED = replace(
    TWO,
    notices=(),
    offences=(SAID, THREAT),
    contents=(
        ContentLine("https://exemple.invalid/un", "Facebook", exhibit=1),
        ContentLine("https://exemple.invalid/deux", "Instagram", exhibit=2),
        ContentLine(FRIEND, "Facebook", exhibit=3, is_lawful=True),
        ContentLine("https://exemple.invalid/quatre", "Facebook", exhibit=4),
    ),
)


def test_a_platform_is_told_what_is_said_of_its_own_contents() -> None:
    text = text_of("art16", MIXED, platform="Facebook")
    assert "Injure inventée" in text
    assert "Menace inventée" not in text
    assert "exemple.invalid/un" in text
    assert "exemple.invalid/deux" not in text


def test_what_was_found_lawful_is_in_no_list_of_contents_complained_of() -> None:
    for kind in ("art16", "conservation", "plainte", "pcpc"):
        assert FRIEND not in text_of(kind, MIXED, platform="Facebook"), kind
    assert FRIEND in text_of("conservation", replace(MIXED, offences=()), platform="Facebook")


def test_a_content_of_which_nothing_is_said_yet_is_reported_to_no_platform() -> None:
    assert "exemple.invalid/quatre" not in text_of("art16", MIXED, platform="Facebook")
    assert "exemple.invalid/quatre" in text_of("plainte", MIXED)
    assert "exemple.invalid/quatre" not in text_of("pcpc", MIXED)  # a statement is pursued with its own text
    assert "exemple.invalid/deux" in text_of("pcpc", MIXED)
    whole = replace(MIXED, offences=(replace(SAID, exhibits=None),))
    assert "exemple.invalid/quatre" in text_of("art16", whole, platform="Facebook")


@pytest.mark.parametrize("kind", ["art20", "art21"])
def test_a_decision_is_contested_on_the_content_of_its_notice_alone(kind: str) -> None:
    notice = replace(FULL.notices[0], url="https://exemple.invalid/un", exhibit=1)
    pieces = tuple(ExhibitLine(n, f"Titre {n}", platform="Facebook") for n in (1, 4, 9))
    both = replace(MIXED, notices=(notice,), offences=(SAID, replace(THREAT, exhibits=(4,))), exhibits=pieces)
    text = text_of(kind, both, body_name="Un organe")
    assert "exemple.invalid/un" in text
    assert "exemple.invalid/quatre" not in text
    assert "Menace inventée" not in text
    assert "Titre 4" not in text
    assert ("Titre 9" in text) == (kind == "art21")  # what shows the steps, not another content


def test_the_content_of_a_decision_is_named_even_when_it_is_ours_and_lawful() -> None:
    notice = replace(FULL.notices[0], url=FRIEND, exhibit=3, decision="Accès restreint")
    text = text_of("art20", replace(MIXED, notices=(notice,)))
    assert FRIEND in text
    assert "exemple.invalid/un" not in text


def test_a_statement_whose_exhibits_were_withdrawn_is_laid_on_no_other_content() -> None:
    bare = replace(MIXED, offences=(replace(SAID, exhibits=()), THREAT))
    text = text_of("art16", bare, platform="Facebook")
    assert "Injure inventée" not in text
    assert "exemple.invalid/quatre" not in text
    assert "Injure inventée" in text_of("pcpc", bare)


@pytest.mark.parametrize("kind", ["plainte", "pcpc", "avocat"])
def test_a_court_reads_whose_complaint_is_needed_and_a_platform_does_not(kind: str) -> None:
    asked = replace(MIXED, offences=(replace(SAID, complaint="required_victim"), THREAT))
    assert text_of(kind, asked).count("la plainte de la personne visée elle-même") == 1
    assert text_of(kind, asked).count("Aucune plainte préalable") == 1
    said = replace(SAID, standing="non. Aucun texte connu. Vérifié")
    assert (
        "association : non. Aucun texte connu. Vérifié." in text_of(kind, replace(MIXED, offences=(said,)))
    ) == (kind != "plainte")
    assert "plainte" not in text_of("art16", asked, platform="Facebook")
