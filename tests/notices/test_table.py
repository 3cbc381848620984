"""The table for scorecards: exactly the shared columns, no formula, no invented hour."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from saisine.notices import NoticeEvent, NoticeRecord, notices_csv
from saisine.notices.table import COLUMNS, safe_cell
from tests.shared import shared_file

SENT = NoticeEvent("sent", datetime(2026, 3, 14, 9, tzinfo=UTC))
ACK = NoticeEvent("acknowledged", datetime(2026, 3, 14, 10, 30, tzinfo=UTC))


def row(*events: NoticeEvent, **values: object) -> dict[str, str]:
    fields: dict[str, object] = {"notice_id": "N1", "campaign_id": "C1", "platform": "x", "ground": "racism"}
    record = NoticeRecord(**(fields | values), language="fr", events=events)  # type: ignore[arg-type]
    (found,) = csv.DictReader(io.StringIO(notices_csv([record])))
    return found


def test_the_columns_are_those_of_the_shared_example() -> None:
    header = shared_file("dsa/notices_example.csv").open(encoding="utf-8").readline().strip()
    assert tuple(header.split(",")) == COLUMNS


def test_times_are_utc_and_what_did_not_happen_is_empty() -> None:
    found = row(SENT, ACK)
    assert found["sent_at"] == "2026-03-14T09:00:00Z"
    assert found["acknowledged_at"] == "2026-03-14T10:30:00Z"
    assert found["decided_at"] == found["decision"] == found["appeal"] == found["reuploaded"] == ""
    assert found["observed_until"] == "2026-03-14T10:30:00Z"
    assert found["notifier"] == "user"


def test_a_day_without_hour_is_not_an_hour() -> None:
    found = row(SENT, NoticeEvent("decided", date(2026, 3, 20), decision="kept", reasons="partial"))
    assert (found["decided_at"], found["decision"], found["statement_of_reasons"]) == ("", "kept", "partial")


def test_appeal_and_return_are_told() -> None:
    kept = NoticeEvent("decided", date(2026, 3, 20), decision="kept")
    complaint = NoticeEvent("complaint_20", date(2026, 3, 21))
    assert row(SENT, kept, complaint)["appeal"] == "pending"
    reversed_ = NoticeEvent("decided_20", date(2026, 4, 21), appeal="reversed")
    assert row(SENT, kept, complaint, reversed_)["appeal"] == "reversed"
    removed = NoticeEvent("decided", date(2026, 3, 20), decision="removed")
    looked = NoticeEvent("observed", date(2026, 4, 1), is_back=False)
    assert row(SENT, removed)["reuploaded"] == ""
    assert row(SENT, removed, looked)["reuploaded"] == "no"
    assert row(SENT, removed, NoticeEvent("reappeared", date(2026, 4, 1)))["reuploaded"] == "yes"


@pytest.mark.parametrize("value", ["=1+1", "+33", "-2", "@x", "\tx", "\rx", "\n=1", " =1", "＝1"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert safe_cell(value).startswith("'")
    assert len(safe_cell(value).splitlines()) == 1
    assert row(SENT, ground=value)["ground"].startswith("'")
