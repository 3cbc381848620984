"""The article 16 notice: every compulsory part is there, or the notice cannot be sent."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.law.load import load_law
from saisine.notices import Notifier, build_notice_text, load_platforms
from saisine.notices.fit import cut_at_sentence
from saisine.notices.wording import QUALITY_EN, REQUIRED_EN
from tests.notices.drafts import BASIS, NOTIFIER, URLS, draft

GOOD_FAITH = "de bonne foi, que les informations et les allégations"


@pytest.mark.parametrize("platform", URLS)
def test_every_compulsory_part_is_in_the_text(platform: str) -> None:
    notice = build_notice_text(draft(platform))
    assert notice.can_be_sent
    assert notice.missing == ()
    for words in (
        URLS[platform],
        BASIS.name_fr,
        BASIS.articles[0],
        NOTIFIER.name,
        NOTIFIER.email,
        GOOD_FAITH,
    ):
        assert words in notice.text
    assert "article 16, paragraphe 5" in notice.text
    if platform != "other":
        assert f"Identifiant du contenu : {notice.content_id}" in notice.text


@pytest.mark.parametrize(
    ("changes", "point"),
    [
        ({"bases": ()}, "16-2-a"),
        ({"url": "pas un lien:"}, "16-2-b"),
        ({"url": ""}, "16-2-b"),
        ({"notifier": Notifier(name="Association Exemple")}, "16-2-c"),
        ({"notifier": Notifier(email="a@b.invalid")}, "16-2-c"),
        ({"good_faith": False}, "16-2-d"),
    ],
)
def test_a_missing_compulsory_part_blocks_with_its_reason(changes: dict[str, object], point: str) -> None:
    notice = build_notice_text(draft(**changes))
    assert not notice.can_be_sent
    assert [missing.id for missing in notice.missing] == [point]
    assert notice.missing[0].reason("fr")
    assert notice.missing[0].reason("en")


def test_the_name_may_be_absent_for_sexual_offences_against_minors_alone() -> None:
    notice = build_notice_text(draft(notifier=Notifier(), is_minor_sexual_offence=True))
    assert notice.can_be_sent
    assert "directive 2011/93/UE" in notice.text
    assert "directive" not in build_notice_text(draft()).text


def test_quoted_words_are_there_only_when_passed_in() -> None:
    quoted = build_notice_text(draft(quoted="propos inventé numéro un"))
    assert "« propos inventé numéro un »" in quoted.text
    assert "propos inventé" not in build_notice_text(draft()).text
    assert "Propos visés" not in build_notice_text(draft()).text


def test_the_ten_quality_points_are_shown_and_only_warn() -> None:
    notice = build_notice_text(draft())
    quality = [point for point in notice.checklist if not point.is_compulsory]
    assert len(quality) == len(QUALITY_EN) == 10
    assert [point.id for point in notice.warnings] == ["q04"]  # the words were not passed in
    assert not build_notice_text(draft(quoted="x")).warnings


def test_the_english_checklist_follows_the_law_data() -> None:
    art16 = load_law().dsa.notice_art_16
    assert len(art16.quality_checklist_fr) == len(QUALITY_EN)
    assert {part.id for part in art16.required} == set(REQUIRED_EN)


def test_a_mandate_is_named_and_its_absence_warned() -> None:
    mandated = replace(NOTIFIER, role="mandate")
    notice = build_notice_text(draft(notifier=mandated, quoted="x"))
    assert "article 86" in notice.text
    assert [point.id for point in notice.warnings] == ["q10"]
    attached = replace(mandated, mandate_reference="pièce 3")
    assert not build_notice_text(draft(notifier=attached, quoted="x")).warnings


def test_a_threat_to_life_recalls_article_18() -> None:
    assert "L’article 18" in build_notice_text(draft(threatens_life=True)).text
    assert "L’article 18" not in build_notice_text(draft()).text


def test_an_english_notice_has_the_same_parts() -> None:
    notice = build_notice_text(draft(language="en"))
    assert notice.can_be_sent
    for words in ("bona fide belief", URLS["x"], BASIS.name_en, "wording of 2024-03-23", NOTIFIER.email):
        assert words in notice.text
    assert "Éléments" not in notice.text


def test_the_verified_flag_goes_with_the_article() -> None:
    unverified = replace(BASIS, statement_fr="Code pénal 1 ; date de rédaction non établie. Non vérifié.")
    assert "Non vérifié." in build_notice_text(draft(bases=(unverified,))).text


LENGTHS = {"short": 0, "medium": 12, "long": 400}


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("platform", load_platforms())
def test_the_text_fits_every_field_and_loses_no_word(platform: str, length: str) -> None:
    explanation = " ".join(
        f"Phrase inventée numéro {n} sur les faits décrits." for n in range(LENGTHS[length])
    )
    notice = build_notice_text(draft(platform, explanation=explanation))
    whole = " ".join(field.text for field in notice.fields) + " " + notice.annex
    for field in notice.fields:
        assert field.field.max_chars is None or len(field.text) <= field.field.max_chars
        assert not field.is_blocked
    assert sentences(explanation) <= sentences(whole)
    assert any(field.text == URLS[platform] or URLS[platform] in field.text for field in notice.fields)
    assert notice.fits == (not any(field.was_cut for field in notice.fields))


def sentences(text: str) -> set[str]:
    return set(re.findall(r"Phrase inventée numéro \d+ sur les faits décrits\.", text))


def test_a_cut_is_said_in_the_field_and_carried_by_the_annex() -> None:
    notice = build_notice_text(draft("tiktok", explanation="Une phrase inventée. " * 200))
    cut = next(field for field in notice.fields if field.was_cut)
    assert "annexe jointe" in cut.text
    assert notice.annex.startswith("Annexe à la notification")


def test_a_link_longer_than_its_field_is_never_cut() -> None:
    url = "https://x.com/a/status/12?" + "a=1&" * 600
    field = next(f for f in build_notice_text(draft(url=url)).fields if f.field.id == "url")
    assert field.is_blocked
    assert field.text == url


@settings(max_examples=60)
@given(st.text(alphabet="ab. \n;", max_size=200), st.integers(-5, 250))
def test_a_cut_is_a_prefix_within_the_limit(text: str, limit: int) -> None:
    kept = cut_at_sentence(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= max(limit, 0)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("platform", load_platforms())
def test_the_four_compulsory_parts_stand_in_the_fields_and_never_in_the_annex_alone(
    platform: str, language: str
) -> None:
    notice = build_notice_text(
        draft(
            platform, language=language, explanation="Phrase inventée sur les faits. " * 300, quoted="propos"
        )
    )
    assert notice.can_be_sent
    pasted = "\n".join(field.text for field in notice.fields)
    name = BASIS.name_en if language == "en" else BASIS.name_fr
    good_faith = "bona fide belief" if language == "en" else GOOD_FAITH
    for words in (name, BASIS.articles[0], URLS[platform], NOTIFIER.name, NOTIFIER.email, good_faith):
        assert words in pasted
    for field in notice.fields:
        assert field.field.max_chars is None or len(field.text) <= field.field.max_chars
        assert field.text or not field.field.required or field.field.maps_to == "category"


def test_an_english_notice_holds_no_french_word_of_ours() -> None:
    notice = build_notice_text(
        draft("tiktok", language="en", quoted="words", translation="x", explanation="One sentence. " * 200)
    )
    whole = "\n".join((notice.text, notice.annex, *(field.text for field in notice.fields)))
    assert not re.search(r"«|»| :|Explication|Adresse|Notification |Déclaration", whole)
    assert "“words”" in notice.text
    told = build_notice_text(draft(language="en", danger_fr="Une adresse est publiée.")).text
    assert "(in French) Une adresse est publiée." in told


def test_a_cut_never_parts_an_article_from_its_number() -> None:
    text = "Loi de 1881 art. 33 al. 3 citée par M. A. Exemple. Fin de la phrase ; suite."
    for limit in range(len(text)):
        kept = cut_at_sentence(text, limit).rstrip()
        assert kept in ("", "Loi de 1881 art. 33 al. 3 citée par M. A. Exemple.",
                        "Loi de 1881 art. 33 al. 3 citée par M. A. Exemple. Fin de la phrase ;")  # fmt: skip
