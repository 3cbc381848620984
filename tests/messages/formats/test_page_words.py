"""Words in place of dates and counts, as pages show them: coarse times, and nothing where they say nothing."""

from typing import Any

import pytest

from saisine.messages.formats.relative_times import parse_ago
from saisine.messages.formats.youtube_words import exact_count
from tests.messages.formats.reading import utc


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("il y a 3 h", "2026-10-02T09:00:00Z", "hour"),
        ("18 h •", "2026-10-01T18:00:00Z", "hour"),
        ("2 sem.", "2026-09-18T12:00:00Z", "week"),
        ("1w", "2026-09-25T12:00:00Z", "week"),
        ("an hour ago", "2026-10-02T11:00:00Z", "hour"),
        ("il y a une minute", "2026-10-02T11:59:00Z", "min"),
        ("hier", "2026-10-01T12:00:00Z", "day"),
        ("Just now", "2026-10-02T12:00:00Z", "min"),
        ("Streamed 5 days ago", "2026-09-27T12:00:00Z", "day"),
    ],
)
def test_words_give_a_coarse_time(text: str, at: str, precision: str) -> None:
    found = parse_ago(text, utc("2026-10-02T12:00:00Z"))
    assert found == (utc(at), precision)


@pytest.mark.parametrize("text", ["", "vor 3 Stunden", "3 octobre", "n°5", "9999 years ago"])
def test_other_words_give_none(text: str) -> None:
    assert parse_ago(text, utc("2026-10-02T12:00:00Z")) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("12", 12),
        ("1 234", 1234),
        ("1,234", 1234),
        ("1,2 k", None),
        ("1.2K", None),
        ("", None),
        (None, None),
        (3, 3),
        (True, None),
    ],
)
def test_a_shortened_count_is_unknown(text: Any, count: int | None) -> None:
    assert exact_count(text) == count
