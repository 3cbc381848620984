"""chat-downloader: Twitch and YouTube items, events, deletions, and lists stopped on the way."""

import json
from typing import Any

import pytest

from saisine.messages.formats.chat_downloader import CHAT_DOWNLOADER
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc


def twitch(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "message_id": f"m{number}",
        "message": f"Bonjour {number}",
        "message_type": "text_message",
        "timestamp": 1_790_848_800_123_000,
        "channel_id": "77",
        "author": {"id": "5", "name": "ada", "display_name": "Ada"},
        **fields,
    }


def youtube(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "action_type": "add_chat_item",
        "message_id": f"y{number}",
        "message": f"Bonjour {number}",
        "message_type": "text_message",
        "timestamp": 1_790_848_800_000_000,
        "time_in_seconds": 61.5,
        "time_text": "1:01",
        "author": {"id": "UC" + "a" * 22, "name": "Ada Lune", "images": []},
        **fields,
    }


def test_twitch_and_youtube_are_told_by_the_shape_of_their_authors() -> None:
    rows, entry = read([twitch(1), youtube(2)], CHAT_DOWNLOADER)
    assert [(row.platform, row.message_id, row.author_handle, row.author_name) for row in rows] == [
        ("twitch", "m1", "ada", "Ada"),
        ("youtube", "y2", None, "Ada Lune"),
    ]
    assert [(row.created_at, row.created_at_precision) for row in rows] == [
        (utc("2026-10-01T10:00:00.123Z"), "ms"),
        (utc("2026-10-01T10:00:00Z"), "s"),
    ]
    assert (rows[0].target_id, rows[1].target_id) == ("77", None)
    assert "target_id" in rows[1].missing
    assert (entry.mapped, entry.failed) == (2, [])


def test_an_author_of_unknown_shape_names_no_platform() -> None:
    (row,), _ = read([twitch(author={"id": "9", "name": "Zoé"})], CHAT_DOWNLOADER)
    assert (row.platform, row.author_handle, row.author_name) == ("other", None, "Zoé")


def test_gifts_and_raids_are_live_events_and_the_sites_own_lines_are_counted() -> None:
    items = [
        youtube(1, message_type="paid_message", money={"text": "5 €"}),
        twitch(2, message_type="raid"),
        twitch(3, message_type="room_state"),
        youtube(4, message_type="viewer_engagement_message"),
        twitch(5, message_type="jamais_vu"),
    ]
    rows, entry = read(items, CHAT_DOWNLOADER)
    assert [row.kind for row in rows] == ["live", "live"]
    assert skipped(entry) == {"system_line": 2, "unsupported_variant": 1}


def test_a_deletion_is_a_second_observation_of_the_message_it_names() -> None:
    gone = twitch(9, message_type="delete_message", target_message_id="m1", message="Bonjour 1")
    rows, entry = read([twitch(1), gone], CHAT_DOWNLOADER)
    assert [(row.message_id, row.role, row.deleted) for row in rows] == [
        ("m1", "primary", "none"),
        ("m1", "context", "deleted"),
    ]
    assert (entry.mapped, entry.context) == (1, 1)


def test_a_replay_without_clock_times_leaves_the_time_unknown() -> None:
    raw = youtube(1)
    del raw["timestamp"]
    (row,), _ = read([raw], CHAT_DOWNLOADER)
    assert row.created_at is None
    assert "created_at" in row.missing
    assert best_format(json.dumps([raw]).encode()) == "chat-downloader"


def test_a_list_stopped_by_the_keyboard_keeps_what_came_before() -> None:
    data = json.dumps([twitch(1), twitch(2)], indent=1).encode().rstrip()[:-1]
    rows, entry = read(data, CHAT_DOWNLOADER)
    assert [row.text for row in rows] == ["Bonjour 1", "Bonjour 2"]
    assert (entry.truncated, entry.failed) == (True, [])


def test_lines_are_read_like_the_list() -> None:
    data = (json.dumps(twitch(1)) + "\n" + json.dumps(twitch(2)) + "\n").encode()
    assert [row.message_id for row in read(data, CHAT_DOWNLOADER)[0]] == ["m1", "m2"]
    assert best_format(data, "x.jsonl") == "chat-downloader"


@pytest.mark.parametrize("odd", [None, 3, {}, twitch(timestamp="hier"), twitch(author=3)])
def test_an_odd_item_fails_alone(odd: Any) -> None:
    rows, entry = read([odd, twitch(2)], CHAT_DOWNLOADER)
    assert [row.text for row in rows] == ["Bonjour 2"]
    assert (entry.read, len(entry.failed)) == (2, 1)


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps([twitch(1), youtube(2)], indent=2, ensure_ascii=False).encode()
    for row in read(data, CHAT_DOWNLOADER)[0]:
        assert json.loads(bytes_at(data, row.locator))["message_id"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps([twitch(1), youtube(2)]).encode(), CHAT_DOWNLOADER)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps([twitch(1), youtube(2)]).encode(), CHAT_DOWNLOADER)
