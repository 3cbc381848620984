"""Help numbers: all there, dated, and honest about what nobody checked."""

from dataclasses import replace
from datetime import date, timedelta

from saisine.learning.aide import STALE_AFTER_DAYS, danger_numbers, help_number, load_help

EXPECTED = {"17", "112", "114", "3018", "3114", "119", "3919", "116 006", "PHAROS"}


def test_every_expected_number_is_there_in_both_languages() -> None:
    assert {number.number for number in load_help()} == EXPECTED
    assert all(n.name_fr and n.name_en and n.purpose_fr and n.purpose_en for n in load_help())


def test_emergency_comes_first_on_the_banner() -> None:
    assert [n.number for n in danger_numbers()][:4] == ["17", "112", "114", "3114"]


def test_what_was_never_checked_says_so_and_is_not_called_verified() -> None:
    for number in load_help():
        assert number.verified is (number.checked_on is not None)
        if number.checked_on is None:
            assert number.warning("fr", date(2026, 11, 24)) == "jamais vérifié : à contrôler avant usage"
            assert number.warning("en", date(2026, 11, 24)).startswith("never checked")
        else:
            assert number.source


def test_a_number_warns_after_twelve_months_and_not_before() -> None:
    number = replace(load_help()[0], checked_on=date(2026, 1, 1), verified=True)
    last = date(2026, 1, 1) + timedelta(days=STALE_AFTER_DAYS)
    assert number.warning("fr", last) == ""
    assert number.warning("fr", last + timedelta(days=1)) == "01/01/2026, à revérifier"
    assert number.checked_words("en", last + timedelta(days=1)) == "01/01/2026, to check again"


def test_json_carries_the_date_of_the_check() -> None:
    number = help_number("n119")
    assert number is not None
    assert number.as_json()["checked_on"] == "2026-11-24"
    assert number.as_json()["number"] == "119"
    assert number.label("fr").startswith("Enfance en danger : ")
    assert number.label("en").startswith("Children in danger: ")
    assert help_number("unknown") is None


def test_a_number_that_can_be_dialled_holds_digits_only() -> None:
    assert all(number.tel.isdigit() for number in load_help() if number.tel)
