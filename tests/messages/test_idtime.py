"""Times inside identifiers: the published vectors, and what a disagreement says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.idtime import IdTime, judge_time, time_of_id

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "message_id", "expected"),
    [
        ("linkedin", "urn:li:activity:7000000000000000000", "2022-11-20T07:40:53.710Z"),
        ("tiktok", "7000000000000000000", "2021-08-24T14:15:05Z"),
        ("x", "1700000000000000000", "2023-09-08T04:15:59.129Z"),
        ("mastodon", "110000000000000000", "2023-03-10T16:46:36.875Z"),
    ],
)
def test_the_vectors_of_the_design(platform: str, message_id: str, expected: str) -> None:
    found = time_of_id(platform, message_id)
    assert found is not None
    assert found.at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("platform", "message_id"),
    [
        ("x", None),
        ("x", "12"),
        ("x", "derived:abc"),
        ("x", "9" * 30),
        ("x", "٣٤"),
        ("x", "99999999999999999999999"),
        ("youtube", "Ugx"),
        ("bluesky", "3jzfcijpj2z2!"),
        ("tiktok", "1"),
    ],
)
def test_an_id_that_hides_no_sensible_time_gives_none(platform: str, message_id: str | None) -> None:
    assert time_of_id(platform, message_id) is None


@given(
    st.text(max_size=30),
    st.sampled_from(["x", "tiktok", "mastodon", "bluesky", "linkedin", "instagram", "discord"]),
)
def test_no_identifier_makes_it_fail(message_id: str, platform: str) -> None:
    time_of_id(platform, message_id)


@given(
    st.integers(min_value=0, max_value=(1 << 63) - 1),
    st.sampled_from(["x", "tiktok", "mastodon", "linkedin"]),
)
def test_no_number_makes_it_fail(number: int, platform: str) -> None:
    time_of_id(platform, str(number))


def test_a_stated_time_is_judged_against_the_id() -> None:
    inside = IdTime(datetime(2026, 4, 1, tzinfo=UTC), "ms")
    assert judge_time("x", inside.at + timedelta(seconds=30), inside, NOW) is None
    assert judge_time("x", inside.at + timedelta(seconds=90), inside, NOW) == "differs"
    assert judge_time("x", inside.at.replace(hour=0) + timedelta(hours=20), inside, NOW, "day") is None
    assert judge_time("tiktok", inside.at + timedelta(seconds=200), inside, NOW) is None
    assert judge_time("x", NOW + timedelta(days=2), None, NOW) == "future"
    assert judge_time("x", datetime(2001, 1, 1, tzinfo=UTC), None, NOW) == "before_platform"
