"""Replies that a capture announces and does not hold."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from saisine.messages import announced
from saisine.messages.announced import Announced
from saisine.messages.formats.contract import Message
from saisine.messages.ledger import SourceEntry
from saisine.messages.reading import read_paths
from tests.messages.formats.captures import answer_record, entry, har, warc
from tests.messages.formats.reading import NOW

ADDRESS = "https://www.tiktok.com/api/comment/list/?aweme_id=1"


def comment(number: int, *, thread: int = 0, answers: int = 0, announces: int = 0) -> dict[str, Any]:
    return {
        "cid": str(7_000_000_000_000_000_000 + number),
        "aweme_id": "1",
        "text": f"Propos {number}",
        "create_time": 1790942400,
        "reply_id": str(7_000_000_000_000_000_000 + thread) if thread else "0",
        "reply_to_reply_id": str(7_000_000_000_000_000_000 + answers) if answers else "0",
        "reply_comment_total": announces,
    }


def missing(path: Path, *pages: list[dict[str, Any]]) -> int | None:
    """What a capture of these pages tells."""
    path.write_bytes(har(*(entry(ADDRESS, json.dumps({"comments": page})) for page in pages)))
    reading = read_paths([path], now=NOW)
    list(reading)
    return reading.ledger.sources[0].notes.get("replies_missing", (None,))[0]


def test_replies_that_nobody_unfolded_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    assert missing(path, [comment(1, announces=3), comment(2, thread=1)]) == 2
    assert missing(path, [comment(1, announces=3)], [comment(2, thread=1), comment(3, thread=1)]) == 1
    assert missing(path, [comment(1)]) is None


def test_what_is_seen_twice_or_answers_an_answer_counts_once(tmp_path: Path) -> None:
    replies = [comment(2, thread=1), comment(3, thread=1, answers=2)]
    assert missing(tmp_path / "a.har", [comment(1, announces=2)], replies, replies) is None
    assert missing(tmp_path / "b.har", [comment(1, announces=1)], [comment(1, announces=2)], replies[:1]) == 1


def test_more_replies_than_announced_hide_none_elsewhere(tmp_path: Path) -> None:
    page = [comment(1, announces=1), comment(2, thread=1), comment(3, thread=1), comment(4, announces=1)]
    assert missing(tmp_path / "a.har", page) == 1


def message(name: str, **fields: Any) -> Message:
    return Message(platform="facebook", message_id=name, locator=f"#{name}", **fields)


def told(*messages: Message) -> tuple[int, str] | None:
    entry, said = SourceEntry("a.har", "0" * 64, 1), Announced()
    for one in messages:
        said.see(one, entry)
    said.tell()
    found = entry.notes.get("replies_missing")
    return (found[0], found[1]) if found else None


TOP = message("a", kind="comment", reply_count=2)


def test_a_reply_without_its_comment_may_be_one_of_those_sought() -> None:
    strays = message("b", kind="reply"), message("c", kind="reply", parent_id="x", conversation_id="x")
    assert told(TOP) == (2, "#a")
    assert told(TOP, strays[0]) == (1, "#a")
    assert told(TOP, *strays) is None


def test_an_answer_to_what_is_not_there_counts_for_its_thread() -> None:
    assert told(TOP, message("c", kind="reply", parent_id="b", conversation_id="a")) == (1, "#a")


def test_the_number_seen_last_counts() -> None:
    """A reply may have gone between two looks at a page."""
    reply = message("b", kind="reply", parent_id="a")
    assert told(TOP, reply, message("a", kind="comment", reply_count=1)) is None


def test_a_ring_of_answers_and_a_crowd_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = [message(name, kind="reply", parent_id=above) for name, above in (("a", "b"), ("b", "a"))]
    lone = message("c", kind="comment", reply_count=1)
    assert told(*ring, lone) == (1, "#c")
    monkeypatch.setattr(announced, "MAX_COMMENTS", 3)
    assert told(*ring, lone) is None


def test_the_captures_of_one_archive_are_counted_together(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    pages = [comment(1, announces=1)], [comment(2, thread=1)]
    with zipfile.ZipFile(path, "w") as archive:
        for number, page in enumerate(pages):
            record = answer_record(ADDRESS, {"comments": page}, number)
            archive.writestr(f"archive/rec-{number}.warc", warc(record))
    reading = read_paths([path], now=NOW)
    assert len(list(reading)) == 2
    assert all("replies_missing" not in source.notes for source in reading.ledger.sources)
