"""TwitchDownloader: commenters that are gone, unknown dates, embedded pictures, files cut on the way."""

import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats.twitch import TWITCH
from saisine.messages.reading import read_paths
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import NOW, best_format, bytes_at, read, utc
from tests.shared import shared_file

# Read by eye in chat.json: the first, one in the middle, the last.
THREE = {
    1: ("00000000-0000-4000-8000-000000000001", "2024-01-01T20:00:00.000Z", "viewer8 subscribed at Tier 1. "),
    20: ("00000000-0000-4000-8000-000000000020", "2024-01-01T20:00:19.603Z",
         "5180 raiders from viewer8 have joined! "),
    28: ("00000000-0000-4000-8000-000000000028", "2024-01-01T20:00:27.699Z", "Hi"),
}  # fmt: skip


def comment(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "_id": f"c{number}",
        "created_at": "2026-10-01T20:00:01.5Z",
        "channel_id": "77",
        "content_type": "video",
        "content_id": "999",
        "content_offset_seconds": 61.5,
        "commenter": {
            "display_name": "Ada",
            "_id": "5",
            "name": "ada",
            "created_at": "2015-03-01T00:00:00Z",
        },
        "message": {
            "body": f"Bonjour {number}",
            "fragments": [{"text": f"Bonjour {number}", "emoticon": None}],
        },
        **fields,
    }


def chat(*comments: Any, **fields: Any) -> dict[str, Any]:
    return {
        "FileInfo": {"Version": {"Major": 1}},
        "streamer": {"name": "Chaîne", "login": "chaine", "id": 77},
        "video": {"title": "t", "id": "999", "created_at": "2026-10-01T19:59:00Z"},
        "comments": list(comments),
        "embeddedData": None,
        **fields,
    }


def test_the_shared_chat() -> None:
    path = shared_file("samples/twitch-downloader/chat.json")
    rows, entry = read(path, TWITCH)
    for number, (key, at, text) in THREE.items():
        row = rows[number - 1]
        assert (row.message_id, row.created_at, row.text) == (key, utc(at), text)
        assert (row.author_id, row.author_handle, row.target_handle) == ("8", "viewer8", "streamer8")
        assert (row.url, row.created_at_precision) == (
            f"https://www.twitch.tv/videos/1?t={number - 1}s",
            "ms",
        )
    assert (entry.read, entry.mapped, entry.skipped, entry.failed) == (28, 28, {}, [])
    assert {row.author_created_at for row in rows} == {None}
    assert best_format(path.read_bytes()) == "twitch"


def test_every_shared_row_equals_its_source() -> None:
    path = shared_file("samples/twitch-downloader/chat.json")
    source = json.loads(path.read_bytes())["comments"]
    rows, _ = read(path, TWITCH)
    assert [(row.message_id, row.created_at, row.text) for row in rows] == [
        (one["_id"], utc(one["created_at"]), one["message"]["body"]) for one in source
    ]


def test_a_commenter_that_is_gone_stays_unknown() -> None:
    (row,), _ = read(chat(comment(commenter=None)), TWITCH)
    assert (row.author_id, row.author_handle, row.author_name, row.text) == (None, None, None, "Bonjour 1")
    assert {"author_id", "author_handle", "author_name"} <= set(row.missing)


def test_the_year_one_means_unknown_and_the_place_in_the_video_dates_the_message() -> None:
    (row,), _ = read(chat(comment(created_at="0001-01-01T00:00:00")), TWITCH)
    assert (row.created_at, row.created_at_source) == (utc("2026-10-01T20:00:01.5Z"), "relative")


def test_no_time_is_invented_without_a_start() -> None:
    raw = chat(comment(created_at="0001-01-01T00:00:00Z"), video={"id": "999"})
    (row,), _ = read(raw, TWITCH)
    assert (row.created_at, row.created_at_source, row.created_at_raw) == (None, None, "0001-01-01T00:00:00Z")
    assert row.created_at_precision == "none"


def test_the_account_dates_its_creation_when_known() -> None:
    (row,), _ = read(chat(comment()), TWITCH)
    assert row.author_created_at == utc("2015-03-01T00:00:00Z")
    assert (row.target_id, row.conversation_id, row.url) == (
        "77",
        "999",
        "https://www.twitch.tv/videos/999?t=61s",
    )


def test_raids_and_gifts_are_live_events() -> None:
    body = {"body": "x", "user_notice_params": {"msg-id": "raid"}}
    rows, _ = read(chat(comment(1, message=body), comment(2)), TWITCH)
    assert [row.kind for row in rows] == ["live", "chat"]


def test_fragments_stand_in_for_an_absent_body() -> None:
    body = {"body": None, "fragments": [{"text": "Bon"}, {"text": "jour"}]}
    (row,), _ = read(chat(comment(message=body)), TWITCH)
    assert row.text == "Bonjour"


def test_embedded_pictures_are_stepped_over_without_being_held() -> None:
    pictures = [{"name": "emote", "data": "A" * 1_000_000} for _ in range(10)]
    data = json.dumps(chat(*(comment(n) for n in range(50)), embeddedData={"firstParty": pictures})).encode()
    tracemalloc.start()
    rows, entry = read(data, TWITCH)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(rows), entry.failed, entry.truncated) == (50, [], False)
    assert peak < 5_000_000, "10 MB of pictures lie in the file"


def test_a_file_cut_inside_the_pictures_keeps_every_message() -> None:
    data = json.dumps(chat(comment(1), comment(2), embeddedData={"data": "A" * 5000})).encode()
    rows, entry = read(data[:-2000], TWITCH)
    assert [row.text for row in rows] == ["Bonjour 1", "Bonjour 2"]
    assert entry.truncated


def test_a_compressed_chat_is_read_through_the_door(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as stream:
        stream.write(json.dumps(chat(comment(1), comment(2))).encode())
    path = tmp_path / "chat.json.gz"
    path.write_bytes(packed.getvalue())
    reading = read_paths([path], now=NOW)
    assert [row.text for row in reading] == ["Bonjour 1", "Bonjour 2"]
    assert reading.ledger.totals() == (2, 2, 0, 0)


@pytest.mark.parametrize(
    "odd", [None, 3, {}, {"_id": "x"}, comment(message=None), comment(created_at="hier")]
)
def test_an_odd_comment_fails_alone(odd: Any) -> None:
    rows, entry = read(chat(odd, comment(2)), TWITCH)
    assert [row.text for row in rows] == ["Bonjour 2"]
    assert (entry.read, len(entry.failed)) == (2, 1)


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(chat(comment(1), comment(2)), indent=2, ensure_ascii=False).encode()
    for row in read(data, TWITCH)[0]:
        assert json.loads(bytes_at(data, row.locator))["_id"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps(chat(comment(1), comment(2))).encode(), TWITCH)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(chat(comment(1), comment(2))).encode(), TWITCH)
