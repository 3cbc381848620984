"""What a person reads: dates, numbers, counts of files, and the wordings that never appear."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

import saisine.web
from saisine.web import words

WEB = Path(saisine.web.__file__).parent
TEXTS = sorted([*WEB.rglob("*.html"), *WEB.rglob("*.po"), *WEB.rglob("*.py")])

# product.md section 3, rules E4 and E6: to believe, not to blame; readable aloud
FORBIDDEN = ("prétendue victime", "preuve insuffisante", "êtes-vous sûr que", "plainte abusive", "oups")


def test_a_day_is_said_in_full() -> None:
    assert words.say_day(date(2026, 3, 14)) == "samedi 14 mars 2026"
    assert words.say_day(date(2026, 5, 1)) == "vendredi 1er mai 2026"


def test_a_moment_is_said_in_paris_time() -> None:
    assert words.say_moment(datetime(2026, 3, 14, 13, 32, tzinfo=UTC)) == "samedi 14 mars 2026, 14 h 32"
    assert words.say_moment(datetime(2026, 7, 14, 22, 5, tzinfo=UTC)) == "mercredi 15 juillet 2026, 0 h 05"


def test_english_has_its_own_forms() -> None:
    with translation.override("en"):
        assert words.say_number(1120) == "1,120"
        assert words.say_moment(datetime(2026, 3, 14, 13, 32, tzinfo=UTC)) == "Saturday 14 March 2026, 14:32"


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_loses_no_digit(value: int) -> None:
    assert words.say_number(value).replace(words.THIN, "") == str(value)


def test_files_are_counted_by_kind() -> None:
    assert words.file_counts({"archive": 1, "table": 2, "image": 24, "pdf": 1}) == (
        "28 fichiers : 1 archive, 2 tableaux, 24 images, 1 PDF"
    )


@pytest.mark.parametrize(
    ("days", "said"), [(54, "il reste 54 jours"), (1, "il reste 1 jour"), (0, "c’est aujourd’hui"),
                       (-3, "dépassé depuis 3 jours")],
)  # fmt: skip
def test_days_left_are_words(days: int, said: str) -> None:
    assert words.say_days_left(days) == said


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(WEB)))
def test_no_blaming_word_stands_in_the_pages(path: Path) -> None:
    text = path.read_text("utf-8").lower()
    assert [word for word in FORBIDDEN if re.search(rf"\b{word}\b", text)] == []
    assert not re.search("[·•⸱][a-zé]", text), "a median point inside a word"


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_templates_keep_calm_and_keep_the_policy(path: Path) -> None:
    text = re.sub(r"<!doctype|{#.*?#}|!=", "", path.read_text("utf-8"))
    shown = re.sub(r"{%.*?%}|<[^>]+>", " ", text)
    assert "!" not in shown + "".join(re.findall(r"trans \"([^\"]*)\"", text))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text), (
        "the content policy would refuse it"
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "nothing comes from elsewhere"


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_no_help_number_is_written_in_a_template(path: Path) -> None:
    assert not re.search(r"\b(3018|3919|3114|116 006|112)\b", path.read_text("utf-8"))
