"""The view of a target: who is new, how fast, with which copies, after what; always a number over its total."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from saisine.findings.actions import build_actions
from saisine.findings.rows import wave_rows
from saisine.findings.targets import TargetView, reached_of, views_of, waves_at
from tests.findings.tables import messages

HOUR = 3_600
DAY = 24 * HOUR
BORN = datetime(2026, 1, 10, tzinfo=UTC)


def story() -> list[dict[str, Any]]:
    """Regulars answer a post for 20 days; then a share, and 40 accounts of the same week within two hours."""
    rows: list[dict[str, Any]] = [
        {"author_id": "asso", "message_id": "post", "t": 0, "text": "Réunion samedi"}
    ]
    for day in range(20):
        rows.append(
            {"author_id": f"regular{day % 10}", "parent_id": "post", "t": day * DAY + 10 * HOUR,
             "author_created_at": BORN - timedelta(days=30 * (day % 10))}
        )  # fmt: skip
    rows += [
        {"author_id": f"other{n}", "t": n * HOUR, "author_created_at": BORN - timedelta(days=40 * n)}
        for n in range(30)
    ]
    start = 20 * DAY
    rows.append({"author_id": "loud", "message_id": "share", "repost_of_id": "post", "t": start - HOUR})
    for n in range(40):
        rows.append(
            {"author_id": f"new{n}", "message_id": f"in{n}", "parent_id": "post", "t": start + n * 180,
             "author_created_at": BORN + timedelta(hours=n), "urls": ["https://relais.example/a"] if n < 12 else [],
             "text": "Une phrase assez longue que tout le monde recopie" if n < 25 else f"mot {n}"}
        )  # fmt: skip
    rows.append({"author_id": "regular1", "message_id": "in-known", "parent_id": "post", "t": start + 600})
    return rows


def view(rows: list[dict[str, Any]]) -> TargetView:
    table = messages([row | {"target_id": None} for row in rows])
    near = {
        "g": tuple(f"corpus:0:{n}" for n, row in enumerate(rows) if row.get("text", "").startswith("Une"))
    }
    actions = build_actions(table, near=near)
    reached = reached_of(actions, table)
    (one,) = views_of(actions, table, reached, waves_at(actions, reached))
    return one


def test_the_wave_of_a_post_is_told_with_its_totals() -> None:
    one = view(story())
    assert (one.wave.target, one.wave.n, len(one.wave.accounts)) == ("post:x:post", 41, 41)
    assert (one.newcomers.n, one.newcomers.total) == (40, 41)
    assert (one.copies.n, one.copies.total) == (25, 41)
    assert (one.in_common["link"].n, one.in_common["hashtag"].n) == (12, 0)
    assert one.since_us == 10 * HOUR * 1_000_000


def test_the_delay_runs_from_the_post_itself() -> None:
    one = view(story())
    assert one.latency is not None
    assert one.latency.known == one.latency.total == 41
    assert 20 * DAY <= one.latency.first_quartile_s < one.latency.median_s < one.latency.third_quartile_s
    without = view([row for row in story() if row.get("message_id") != "post"])
    assert without.latency is None


def test_accounts_created_together_are_compared_with_the_others() -> None:
    one = view(story())
    assert one.cohort is not None
    assert (one.cohort.n, one.cohort.known, one.cohort.total) == (40, 41, 41)
    assert one.cohort.expected is not None
    assert one.cohort.expected < 10
    assert all(account.startswith("x:new") for account in one.cohort.accounts)


def test_the_post_followed_by_a_rise_is_named_by_its_reference() -> None:
    (amplifier,) = view(story()).amplifiers
    assert amplifier.account == "x:loud"
    assert amplifier.rise > 10
    assert amplifier.lag_s == HOUR


def test_accounts_of_an_earlier_wave_are_recognised() -> None:
    again = [
        row | {"message_id": f"b{row['message_id']}", "t": row["t"] + 6 * DAY, "author_created_at": None}
        for row in story()
        if str(row.get("message_id")).startswith("in") and row["author_id"] != "new0"
    ]
    rows = story() + again + [{"author_id": "late", "t": 40 * DAY}]
    table = messages([row | {"target_id": None} for row in rows])
    actions = build_actions(table)
    reached = reached_of(actions, table)
    first, second = views_of(actions, table, reached, waves_at(actions, reached))
    assert first.in_earlier_waves.n == 0
    assert (second.in_earlier_waves.n, second.in_earlier_waves.total) == (40, 40)
    assert second.newcomers.n == 0


def test_rows_name_no_account_and_hold_no_text() -> None:
    (row,) = wave_rows([view(story())])
    text = str(row)
    assert "loud" not in text
    assert "recopie" not in text
    assert row["n"] == len(row["refs"]) == 41
    assert row["newcomers"] == {"n": 40, "of": 41}
    assert row["does_not_prove_fr"]


@pytest.mark.parametrize("column", ["target_handle", "author_created_at", "quote_of_id"])
def test_a_column_that_an_export_lacks_leaves_its_answer_out(column: str) -> None:
    rows = [{key: value for key, value in row.items() if key != column} for row in story()]
    one = view(rows)
    assert one.wave.n == 41
    assert (one.cohort is None) == (column == "author_created_at")
