"""The table of notices for scorecards: exactly the shared columns, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from saisine.notices.states import NoticeEvent, live_events

COLUMNS: Final = (
    "notice_id", "campaign_id", "platform", "notifier", "ground", "language", "sent_at", "acknowledged_at",
    "decided_at", "decision", "statement_of_reasons", "appeal", "reuploaded", "observed_until",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """One notice with its events. `campaign_id` groups notices of one content or one sending session."""

    notice_id: str
    campaign_id: str
    platform: str
    ground: str
    language: str
    events: tuple[NoticeEvent, ...]
    is_trusted_flagger: bool = False


def notices_csv(records: Iterable[NoticeRecord]) -> str:
    """The CSV text, one row per notice. An hour that is not known stays empty: a day is not an hour."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([safe_cell(value) for value in _row(record)])
    return out.getvalue()


def safe_cell(value: str) -> str:
    """A value on one line that no spreadsheet runs as a formula."""
    plain = " ".join(value.splitlines())
    return f"'{plain}" if value.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA) else plain


def _row(record: NoticeRecord) -> list[str]:
    live = live_events(record.events)
    decided = _last(live, "decided")
    return [
        record.notice_id,
        record.campaign_id,
        record.platform,
        "trusted_flagger" if record.is_trusted_flagger else "user",
        record.ground,
        record.language,
        _time(_first(live, "sent")),
        _time(_first(live, "acknowledged")),
        _time(decided),
        decided.decision if decided else "",
        decided.reasons if decided else "",
        _appeal(live),
        _reuploaded(live),
        _time(_last_known(live)),
    ]


def _first(live: Sequence[NoticeEvent], kind: str) -> NoticeEvent | None:
    return next((event for event in live if event.kind == kind), None)


def _last(live: Sequence[NoticeEvent], kind: str) -> NoticeEvent | None:
    return next((event for event in reversed(live) if event.kind == kind), None)


def _last_known(live: Sequence[NoticeEvent]) -> NoticeEvent | None:
    return next((event for event in reversed(live) if event.has_time), None)


def _time(event: NoticeEvent | None) -> str:
    if event is None or not isinstance(event.at, datetime):
        return ""
    return f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _appeal(live: Sequence[NoticeEvent]) -> str:
    if _first(live, "complaint_20") is None:
        return ""
    answer = _last(live, "decided_20")
    return answer.appeal or "pending" if answer else "pending"


def _reuploaded(live: Sequence[NoticeEvent]) -> str:
    """Empty = nobody looked after the decision."""
    if _first(live, "reappeared") is not None:
        return "yes"
    looked = [event for event in live if event.kind == "observed" and event.is_back is not None]
    if not looked:
        return ""
    return "yes" if any(event.is_back for event in looked) else "no"
