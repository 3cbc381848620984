"""X version 2: pages, streams and flat lines say the same."""

import io
import json
from pathlib import Path
from typing import Any

from saisine.messages.importing import read_paths
from saisine.messages.schema import Message
from tests.messages.x_lines import NOW, post


def read(path: Path, data: bytes) -> tuple[list[Message], dict[str, Any]]:
    path.write_bytes(data)
    reading = read_paths([path], now=NOW)
    messages = list(reading)
    return messages, reading.ledger.as_json()["sources"][0]  # type: ignore[index]


def without_author(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "author"}


def page(count: int, **more: Any) -> dict[str, Any]:
    posts = [post(number) for number in range(count)]
    return {
        "data": [without_author(one) for one in posts],
        "includes": {"users": [one["author"] for one in posts], **more},
    }


def seen(message: Message) -> tuple[object, ...]:
    names = [
        "message_id",
        "author_handle",
        "author_name",
        "text",
        "created_at",
        "like_count",
        "share_count",
        "url",
    ]
    return *(getattr(message, name) for name in names), message.conversation_id, message.missing


def test_flat_lines_pages_on_a_line_streams_and_documents_agree(tmp_path: Path) -> None:
    flat, _ = read(tmp_path / "a.jsonl", b"".join(json.dumps(post(n)).encode() + b"\n" for n in range(4)))
    lined, _ = read(tmp_path / "b.jsonl", json.dumps(page(4)).encode() + b"\n")
    stream = [{"data": without_author(post(n)), "includes": {"users": [post(n)["author"]]}} for n in range(4)]
    streamed, _ = read(tmp_path / "c.jsonl", b"".join(json.dumps(one).encode() + b"\n" for one in stream))
    pretty, _ = read(tmp_path / "d.json", json.dumps(page(4), indent=2).encode())
    listed, _ = read(tmp_path / "e.json", json.dumps([post(n) for n in range(4)], indent=1).encode())
    assert len(flat) == 4
    assert [seen(m) for m in flat] == [seen(m) for m in lined] == [seen(m) for m in streamed]
    assert [seen(m) for m in flat] == [seen(m) for m in pretty] == [seen(m) for m in listed]


def test_a_hidden_count_is_missing_not_zero(tmp_path: Path) -> None:
    one = post(1)
    del one["public_metrics"]
    (message,), _ = read(tmp_path / "a.jsonl", json.dumps(one).encode() + b"\n" + b"")
    assert message.like_count is None
    assert {"like_count", "share_count", "reply_count", "view_count"} <= set(message.missing)
    (other,), _ = read(tmp_path / "b.jsonl", json.dumps(post(1)).encode())
    assert other.share_count == 1
    assert set(other.missing) == {"visibility", "view_count"}


def test_the_long_text_replaces_its_beginning(tmp_path: Path) -> None:
    one = post(1) | {"text": "Début…", "note_tweet": {"text": "Début et toute la suite"}}
    (message,), _ = read(tmp_path / "a.jsonl", json.dumps(one).encode())
    assert message.text == "Début et toute la suite"


def test_an_edited_post_says_so_and_its_relations_are_kept(tmp_path: Path) -> None:
    first, last = post(1)["id"], post(2)["id"]
    edited = post(2) | {
        "edit_history_tweet_ids": [first, last],
        "referenced_tweets": [{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": "6"}],
        "in_reply_to_user_id": "77",
    }
    (message,), _ = read(tmp_path / "a.jsonl", json.dumps(edited).encode())
    assert message.edited_at == message.created_at
    assert (message.kind, message.parent_id, message.quote_of_id) == ("reply", "6", "5")
    assert (message.target_id, message.target_kind) == ("77", "account")


def test_posts_met_beside_are_context_and_counted_apart(tmp_path: Path) -> None:
    body = json.dumps(page(2, tweets=[without_author(post(9))])).encode()
    for name in ("a.jsonl", "a.json"):
        messages, entry = read(tmp_path / name, body)
        assert [m.role for m in messages] == ["primary", "primary", "context"]
        assert (entry["read"], entry["mapped"], entry["context"]) == (2, 2, 1)


def test_ids_written_as_numbers_stay_exact(tmp_path: Path) -> None:
    one = post(1) | {"id": 1700000000000000001}
    (message,), _ = read(tmp_path / "a.jsonl", json.dumps(one).encode())
    assert message.message_id == "1700000000000000001"


def test_a_time_that_the_id_contradicts_is_flagged_and_an_absent_one_decoded(tmp_path: Path) -> None:
    false = post(1) | {"created_at": "2025-08-01T00:00:00.000Z"}
    none = {key: value for key, value in post(2).items() if key != "created_at"}
    messages, _ = read(tmp_path / "a.jsonl", json.dumps(false).encode() + b"\n" + json.dumps(none).encode())
    assert messages[0].time_flag == "differs"
    assert (messages[1].created_at_source, messages[1].created_at_precision) == ("id", "ms")
    assert messages[1].created_at == messages[1].id_time


def test_lone_surrogates_and_nul_are_replaced_and_said(tmp_path: Path) -> None:
    one = json.dumps(post(1) | {"text": "a\0b\ud800c 😀"}).encode()
    (message,), entry = read(tmp_path / "a.jsonl", one + b"\n")
    assert message.text == "a\ufffdb\ufffdc 😀"
    assert set(message.text_repairs) == {"nul_replaced", "surrogate_replaced"}
    assert entry["failed"] == []


def test_a_record_of_another_shape_fails_alone_and_never_shows_its_text(tmp_path: Path) -> None:
    bad = post(1) | {"text": {"secret": "phrase cachée"}}
    worse = post(2) | {"created_at": "phrase cachée"}
    good = post(3)
    data = b"".join(json.dumps(one).encode() + b"\n" for one in (bad, worse, good))
    messages, entry = read(tmp_path / "a.jsonl", data)
    assert [m.message_id for m in messages] == [good["id"]]
    assert len(entry["failed"]) == 2
    assert "phrase" not in json.dumps(entry, ensure_ascii=False)


def test_a_time_that_its_zone_puts_out_of_the_calendar_fails_alone(tmp_path: Path) -> None:
    """`0001-01-01T00:00:00+23:59` is a time to the decoder, but UTC has no such year: no row could be read again."""
    out = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-05:00"]
    for count in (4, 200):  # as messages, and as columns
        posts = [post(n) for n in range(count)]
        for one, stated in zip(posts[1:], out, strict=False):
            one["created_at"] = stated
        posts[0]["created_at"] = "2024-01-01T02:00:00+02:00"
        path = tmp_path / f"{count}.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in posts))
        reading = read_paths([path], now=NOW)
        stream = io.BytesIO()
        reading.write_ndjson(stream)
        rows = [json.loads(line) for line in stream.getvalue().splitlines()]
        (entry,) = reading.ledger.sources
        assert (len(rows), entry.mapped, len(entry.failed)) == (count - 2, count - 2, 2)
        assert rows[0]["created_at"] == "2024-01-01T00:00:00Z"
        assert entry.notes == {}


def test_a_stored_time_can_be_read_again(tmp_path: Path) -> None:
    posts = [post(n) for n in range(60)]
    posts[5]["author"] = {**posts[5]["author"], "created_at": "9999-12-31T23:59:59-23:00"}
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in posts))
    reading = read_paths([path], now=NOW)
    rows = [row for batch in reading.record_batches() for row in batch.to_pylist()]
    (entry,) = reading.ledger.sources
    assert (len(rows), entry.mapped, len(entry.failed)) == (59, 59, 1)
