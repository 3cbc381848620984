"""Discord: channels of DiscordChatExporter, system messages, forwards, and the official data package."""

import json
from typing import Any

import pytest

from saisine.messages.formats.discord import DISCORD, DISCORD_PACKAGE
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc
from tests.shared import shared_file


def message(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(1_300_000_000_000_000_000 + number),
        "type": "Default",
        "timestamp": "2024-10-27T10:00:00.123+01:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": f"Bonjour {number}",
        "author": {"id": "5", "name": "ada", "discriminator": "0000", "nickname": "Ada", "isBot": False},
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        **fields,
    }


def channel(*messages: Any, kind: str = "GuildTextChat", **fields: Any) -> dict[str, Any]:
    return {
        "guild": {"id": "10", "name": "Asso"},
        "channel": {"id": "20", "type": kind, "name": "général", "topic": None},
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-10-01T00:00:00+00:00",
        "messages": list(messages),
        "messageCount": len(messages),
        **fields,
    }


PACKAGE = [
    {"ID": 1300000000000000001, "Timestamp": "2024-10-27 09:00:00", "Contents": "Bonjour", "Attachments": ""},
    {
        "ID": 1300000000000000002,
        "Timestamp": "2024-10-27 09:01:00",
        "Contents": "",
        "Attachments": "https://e.test/a.png",
    },
]


def test_the_shared_conversation() -> None:
    path = shared_file("samples/discord-export/DM_2A_2M.json")
    rows, entry = read(path, DISCORD)
    assert [(row.message_id, row.created_at, row.text, row.author_name) for row in rows] == [
        ("530805779645595660", utc("2019-01-04T17:52:39.762Z"), "blah", "mlomb"),
        (
            "538148765782114306",
            utc("2019-01-25T00:11:04.083Z"),
            "something something text",
            "Someones nickname",
        ),
    ]
    assert {(row.kind, row.visibility, row.time_flag) for row in rows} == {("dm", "private", None)}
    assert skipped(entry) == {"system_line": 1}


def test_the_shared_server_flags_its_two_invented_ids() -> None:
    rows, entry = read(shared_file("samples/discord-export/SV_5A_5M.json"), DISCORD)
    assert [row.time_flag for row in rows] == ["differs", "differs", None, None, None]
    assert rows[0].edited_at == utc("2018-05-20T16:09:56.439Z")
    assert [row.author_handle for row in rows] == ["Deleted User", "Deleted User", *["mlomb#5506"] * 3]
    assert list(rows[3].media_urls) == [
        "https://cdn.discordapp.com/attachments/123/123/unknown.png",
        "https://discord.com/stickers/809207919115239525.png",
    ]
    assert (entry.mapped, entry.skipped, entry.failed) == (5, {}, [])


def test_times_with_an_offset_are_brought_to_utc() -> None:
    (row,), _ = read(channel(message()), DISCORD)
    assert (row.created_at, row.created_at_precision) == (utc("2024-10-27T09:00:00.123Z"), "ms")
    assert row.url == f"https://discord.com/channels/10/20/{row.message_id}"
    assert (row.kind, row.visibility, row.target_handle) == ("chat", None, "général")
    assert "visibility" in row.missing


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Call", "system_line"),
        ("GuildMemberJoin", "system_line"),
        ("8", "system_line"),
        ("999", "unsupported_variant"),
    ],
)
def test_what_discord_wrote_is_counted_apart(kind: str, reason: str) -> None:
    rows, entry = read(channel(message(type=kind)), DISCORD)
    assert (rows, skipped(entry)) == ([], {reason: 1})


def test_a_reply_names_its_parent_and_a_forward_what_it_repeats() -> None:
    reply = message(1, type="Reply", reference={"messageId": "7", "channelId": "20", "guildId": "10"})
    forward = message(
        2,
        content="",
        reference={"type": "Forward", "messageId": "8"},
        forwardedMessage={"content": "Mot d’un autre", "attachments": [{"url": "https://e.test/b.png"}]},
    )
    rows, _ = read(channel(reply, forward), DISCORD)
    assert [(row.parent_id, row.repost_of_id) for row in rows] == [("7", None), (None, "8")]
    assert (rows[1].text, list(rows[1].media_urls)) == ("Mot d’un autre", ["https://e.test/b.png"])


def test_a_forwarded_card_is_read_with_its_stickers() -> None:
    card = {"title": "Titre", "description": "Propos", "url": "https://e.test/c"}
    carried = {"content": "", "embeds": [card], "stickers": [{"sourceUrl": "https://e.test/s.png"}]}
    (row,), _ = read(channel(message(content="", forwardedMessage=carried)), DISCORD)
    assert (row.text, list(row.urls), list(row.media_urls)) == (
        *("Titre\nPropos", ["https://e.test/c"], ["https://e.test/s.png"]),
    )


def test_the_question_of_a_poll_may_stand_bare() -> None:
    (row,), _ = read(
        channel(message(content="", poll={"question": "Qui ?", "answers": [{"text": "Toi"}]})), DISCORD
    )
    assert row.text == "Qui ?\nToi"


@pytest.mark.parametrize("extra", [{}, {"forwardedMessage": {"content": "Mot"}}])
def test_messages_were_collected_when_the_channel_was_saved(extra: dict[str, Any]) -> None:
    """Or else of two exports the one deposited last would be taken for the newer."""
    for stated, at in (
        ("2026-03-20T10:00:00+01:00", utc("2026-03-20T09:00:00Z")),
        (None, None),
        ("9999-12-31T23:59:59-05:00", None),
        ("2099-01-01T00:00:00Z", None),
        ("hier", None),
    ):
        (row,), _ = read(channel(message(**extra), exportedAt=stated), DISCORD)
        assert row.collected_at == at


def test_a_card_of_a_bot_is_read_when_it_wrote_nothing_else() -> None:
    cards = [{"title": "Titre", "description": "Corps", "url": "https://e.test/c"}]
    (row,), _ = read(channel(message(content="", embeds=cards)), DISCORD)
    assert (row.text, list(row.text_repairs), list(row.urls)) == (
        "Titre\nCorps",
        ["fragments_joined"],
        ["https://e.test/c"],
    )


def test_an_empty_channel_is_recognised_and_gives_nothing() -> None:
    data = json.dumps(channel()).encode()
    rows, entry = read(data, DISCORD)
    assert (rows, entry.read, best_format(data)) == ([], 0, "discord")


@pytest.mark.parametrize("odd", [None, 3, {}, message(timestamp="hier"), message(id=None, timestamp=None)])
def test_an_odd_message_fails_alone(odd: Any) -> None:
    rows, entry = read(channel(odd, message(2)), DISCORD)
    assert [row.text for row in rows] == ["Bonjour 2"]
    assert (entry.read, len(entry.failed)) == (2, 1)


def test_the_package_holds_its_owner_alone_and_ids_above_2_to_53() -> None:
    members = {
        "Messages/c20/channel.json": json.dumps(
            {"id": "20", "name": "général", "guild": {"id": "10"}}
        ).encode(),
        "Account/user.json": json.dumps({"id": "5", "username": "ada", "global_name": "Ada"}).encode(),
    }
    path = "package.zip!Messages/c20/messages.json"
    rows, entry = read(PACKAGE, DISCORD_PACKAGE, path=path, members=members)
    assert [row.message_id for row in rows] == ["1300000000000000001", "1300000000000000002"]
    assert {(row.author_handle, row.owner_is_author, row.target_id) for row in rows} == {("ada", True, "20")}
    assert rows[0].created_at == utc("2024-10-27T09:00:00Z")
    assert list(rows[1].media_urls) == ["https://e.test/a.png"]
    assert (entry.mapped, entry.failed) == (2, [])


def test_a_package_without_neighbours_leaves_author_and_channel_unknown() -> None:
    rows, _ = read(PACKAGE, DISCORD_PACKAGE)
    assert {(row.author_id, row.target_id, row.url) for row in rows} == {(None, None, None)}
    assert {"author_id", "author_handle", "target_id"} <= set(rows[0].missing)


def test_a_damaged_neighbour_stops_nothing() -> None:
    rows, _ = read(
        PACKAGE, DISCORD_PACKAGE, path="c20/messages.json", members={"c20/channel.json": b'{"id": '}
    )
    assert len(rows) == 2


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(channel(message(1), message(2)), indent=2, ensure_ascii=False).encode()
    for row in read(data, DISCORD)[0]:
        assert json.loads(bytes_at(data, row.locator))["id"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps(channel(message(1), message(2))).encode(), DISCORD)
    assert_cuts_are_told(json.dumps(PACKAGE).encode(), DISCORD_PACKAGE)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(channel(message(1), message(2))).encode(), DISCORD)
