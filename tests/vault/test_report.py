"""What a report says agrees with its counts, in both languages."""

import re
from datetime import timedelta

import pytest

from saisine.vault import Sealed, Vault
from saisine.vault.dates import check_authorities
from saisine.vault.report import counted, say_delay
from saisine.vault.verify import Count, verify_vault
from tests.vault.conftest import Ticking


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, ("0 tête", "0 heads")), (1, ("1 tête", "1 head")), (2, ("2 têtes", "2 heads"))],
)
def test_a_noun_agrees_with_its_count(count: int, said: tuple[str, str]) -> None:
    assert counted(count, "tête", "head") == said


def test_a_noun_with_a_plural_of_its_own_agrees_too() -> None:
    assert counted(2, "autorité", "authority", many_en="authorities") == ("2 autorités", "2 authorities")
    assert counted(1, "ligne de plus", "more line", many_fr="lignes de plus") == (
        "1 ligne de plus",
        "1 more line",
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, ("1 seconde", "1 second")),
        (119, ("1 minute", "1 minute")),
        (7_200, ("2 heures", "2 hours")),
        (86_400 * 3, ("3 jours", "3 days")),
    ],
)
def test_a_delay_is_told_in_its_largest_unit(seconds: int, said: tuple[str, str]) -> None:
    assert say_delay(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("dated", "required", "state", "said"),
    [
        ({"a"}, 0, "verified", ("1 autorité", "1 authority")),
        ({"a", "b"}, 0, "verified", ("2 autorités", "2 authorities")),
        ({"a"}, 2, "not_checked", ("1 autorité sur 2 demandées", "1 authority of 2 asked for")),
        ({"a"}, 1, "verified", ("1 autorité sur 1 demandée", "1 authority of 1 asked for")),
    ],
)
def test_the_authorities_are_counted_only_against_what_was_asked(
    dated: set[str], required: int, state: str, said: tuple[str, str]
) -> None:
    check = check_authorities(dated, required)
    assert (check.state, (check.detail_fr, check.detail_en)) == (state, said)


def test_no_finding_says_one_of_many(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    """One of each thing: a plural after “1” would be a fault of agreement."""
    for item in filled[1:]:
        vault.erase(item.unit, "mistake") if item.unit != filled[0].unit else None
    (vault.folder / "objects" / "aa").mkdir(exist_ok=True)
    (vault.folder / "objects" / "aa" / ("a" * 64)).write_bytes(b"")
    report = verify_vault(vault.folder, now=clock())
    for check in report.checks:
        assert not re.search(r"\b[01] [a-zé]+s\b", check.detail_fr), check
        assert not re.search(r"\b1 [a-z]+s\b", check.detail_en), check


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Count(28, 1), ("28 pièces (et 1 relevé d’import)", "28 items (and 1 ledger of an import)")),
        (Count(1, 2), ("1 pièce (et 2 relevés d’import)", "1 item (and 2 ledgers of imports)")),
        (Count(3), ("3 pièces", "3 items")),
        (
            Count(29, None),
            ("29 pièces (avec les relevés d’import)", "29 items (with the ledgers of imports)"),
        ),
    ],
)
def test_ledgers_are_told_apart_from_pieces(count: Count, said: tuple[str, str]) -> None:
    assert count.say() == said


def test_a_day_before_the_first_line_is_told(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    day = clock() - timedelta(days=400)
    report = verify_vault(vault.folder, now=clock(), at=day)
    assert "précède la première ligne (21 novembre 2026" in report.summary_fr
    assert "is before the first line (21 November 2026" in report.summary_en
    told = [
        check.state for check in report.checks if check.id == "V16" and "première ligne" in check.detail_fr
    ]
    assert told == ["not_checked"]
    assert "première ligne" not in verify_vault(vault.folder, now=clock(), at=clock()).summary_fr
