"""Orders of dates: told from the whole column, and never chosen when nothing tells."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.date_orders import guess_times
from saisine.messages.formats.table_values import parse_time
from tests.messages.formats.reading import utc


@pytest.mark.parametrize(
    ("cells", "order", "formats"),
    [
        (["08/04/2026", "23/04/2026"], "day", ("%d/%m/%Y",)),
        (["04/08/2026", "04/23/2026"], "month", ("%m/%d/%Y",)),
        (["08/04/2026", "09/05/2026"], "ambiguous", ()),
        (["23/04/2026", "04/23/2026"], "ambiguous", ()),
        (["23/04/2026", "24/04/2026", "04/23/2026"], "day", ("%d/%m/%Y",)),
        (["2026-04-08T14:05:00Z"], "none", ("iso",)),
        (["2026-04-08 14:05"], "none", ("iso",)),
        (["2026/04/08 14:05"], "none", ("%Y/%m/%d %H:%M",)),
        (["23.04.26"], "day", ("%d.%m.%y",)),
        (["23-04-2026 14h05"], "day", ("%d-%m-%Y %Hh%M",)),
        (["23/04/2026 à 14:05"], "day", ("%d/%m/%Y à %H:%M",)),
        (["4/23/2026, 2:05:09 PM"], "month", ("%m/%d/%Y, %I:%M:%S %p",)),
        (["1775649900"], "none", ("epoch",)),
        (["1775649900000"], "none", ("epoch",)),
        (["46120", "46121,25"], "none", ("excel",)),
        (["8 avril 2026 à 14:05", "1er mai 2026"], "none", ("fr",)),
        (["Apr 8, 2026"], "none", ("%b %d, %Y",)),
        (["Wed Apr 08 14:05:00 +0000 2026"], "none", ("%a %b %d %H:%M:%S %z %Y",)),
    ],
)
def test_the_writing_of_a_column_is_told(cells: list[str], order: str, formats: tuple[str, ...]) -> None:
    guess = guess_times(cells)
    assert guess is not None
    assert (guess.order, guess.formats) == (order, formats)


@pytest.mark.parametrize(
    "cells",
    [["bonjour"], ["12", "13"], ["1.75E+18"], ["31/31/2026 x"], [""], [], ["1745678901234567890"], ["2026"]],
)
def test_what_is_no_time_is_none(cells: list[str]) -> None:
    assert guess_times(cells) is None


def test_dates_that_contradict_the_order_are_counted() -> None:
    guess = guess_times(["23/04/2026", "24/04/2026", "04/23/2026"])
    assert guess is not None
    assert guess.contradicts == 1


def test_dates_of_which_a_spreadsheet_converted_a_part_are_told() -> None:
    """An American file opened by a French Excel: 04/08 became 4 August, 04/23 stayed a text."""
    guess = guess_times(["2026-08-04", "04/23/2026", "2026-09-04"])
    assert guess is not None
    assert guess.is_mixed


@pytest.mark.parametrize("cells", [["il y a 3 h", "hier à 14:05"], ["2 days ago", "3 weeks ago"]])
def test_relative_dates_are_told_and_not_dated(cells: list[str]) -> None:
    guess = guess_times(cells)
    assert guess is not None
    assert guess.is_relative
    assert guess.formats == ()


@given(
    day=st.integers(0, 11_000),
    writing=st.sampled_from(
        ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M", "%d.%m.%Y", "%d-%m-%Y %H:%M"]
    ),
)
def test_a_guessed_writing_reads_the_dates_it_was_guessed_from(day: int, writing: str) -> None:
    """Beside a day above 12, which proves the order, every date is read as it was written."""
    at = datetime(2005, 1, 1, 14, 5, tzinfo=UTC) + timedelta(days=day)
    cells = [f"{one:{writing}}" for one in (at, at.replace(day=28))]
    guess = guess_times(cells)
    assert guess is not None
    for cell in cells:
        found = parse_time(cell, guess.formats, UTC)
        assert found is not None
        assert f"{found.at:{writing}}" == cell


@pytest.mark.parametrize(
    ("cell", "writing", "expected"),
    [
        ("8 avril 2026 à 14:05", "fr", "2026-04-08T14:05:00Z"),
        ("mercredi 8 avril 2026 14:05:33", "fr", "2026-04-08T14:05:33Z"),
        ("1er août 2026", "fr", "2026-08-01T00:00:00Z"),
        ("8 févr. 2026, 9 h 05", "fr", "2026-02-08T09:05:00Z"),
        ("46120,5868055556", "excel", "2026-04-08T14:05:00Z"),
        ("44658", "excel-1904", "2026-04-08T00:00:00Z"),
    ],
)
def test_french_and_spreadsheet_dates_are_read(cell: str, writing: str, expected: str) -> None:
    found = parse_time(cell, (writing,), UTC)
    assert found is not None
    assert found.at == utc(expected)


@pytest.mark.parametrize(
    ("cell", "writing"),
    [("8 jui 2026", "fr"), ("31 février 2026", "fr"), ("12", "excel"), ("8 brumaire 2026", "fr")],
)
def test_what_cannot_be_a_date_is_not_one(cell: str, writing: str) -> None:
    assert parse_time(cell, (writing,), UTC) is None
