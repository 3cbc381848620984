"""Live chats of YouTube: the page's own actions, and the API's messages; deletions that come afterwards."""

import json
from typing import Any

import pytest

from saisine.messages.formats.youtube_livechat import YOUTUBE_LIVECHAT
from saisine.messages.formats.youtube_livechat_api import YOUTUBE_LIVECHAT_API
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc
from tests.shared import shared_file


def text_line(key: str, text: str = "Bonjour", author: str = "UCada") -> dict[str, Any]:
    return {
        "addChatItemAction": {
            "item": {
                "liveChatTextMessageRenderer": {
                    "message": {"runs": [{"text": text}]},
                    "authorName": {"simpleText": "@ada"},
                    "id": key,
                    "timestampUsec": "1790000000123456",
                    "authorExternalChannelId": author,
                }
            },
            "clientId": "x",
        }
    }


def item(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "addChatItemAction": {"item": {name: {"id": "i1", "timestampUsec": "1790000000123456", **fields}}}
    }


def replay(*actions: Any) -> dict[str, Any]:
    return {"replayChatItemAction": {"actions": list(actions)}, "videoOffsetTimeMsec": "1200"}


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in records)


DELETED_LINE = {"markChatItemAsDeletedAction": {"deletedStateMessage": {}, "targetItemId": "k1"}}
DELETED_AUTHOR = {"markChatItemsByAuthorAsDeletedAction": {"externalChannelId": "UCada"}}
CHAT = lines(replay(text_line("k1")), replay(text_line("k2", "Été", "UCzoe")), replay(DELETED_LINE))


def test_the_shared_actions_give_one_chat_line_three_events_and_their_reasons() -> None:
    path = shared_file("samples/youtube-livechat-raw/actions.json")
    rows, entry = read(path, YOUTUBE_LIVECHAT)
    assert [(row.kind, row.role, row.text) for row in rows] == [
        ("chat", "primary", "Consistency Level ASL ❤️"),
        ("live", "primary", "New member"),
        ("live", "primary", "Anonymous donated $50.00 to UN Foundation (UNF)"),
        ("live", "primary", "Shiba dog dressed in a traditional outfit waving Japanese fans"),
        (
            "live",
            "context",
            "Pear character looking at himself in the mirror, saying 'Thanks for being you' with hearts popping "
            "out of his eyes",
        ),
    ]
    assert rows[0].created_at == utc("2020-12-16T11:42:51.079695Z")
    assert rows[0].author_id == "UCbaef56d337a4e76baaf177"
    assert (entry.read, entry.mapped, skipped(entry)) == (11, 4, {"system_line": 5, "not_a_message": 2})
    assert best_format(path.read_bytes()) == "youtube-livechat"


def test_lines_of_yt_dlp_lead_back_to_their_bytes() -> None:
    rows, entry = read(CHAT, YOUTUBE_LIVECHAT)
    assert [(row.message_id, row.text, row.author_handle) for row in rows] == [
        ("k1", "Bonjour", "@ada"),
        ("k2", "Été", "@ada"),
    ]
    for row in rows:
        assert row.message_id in bytes_at(CHAT, row.locator).decode()
    assert rows[0].locator.endswith("/replayChatItemAction/actions/0/addChatItemAction/item")
    assert rows[0].created_at_precision == "us"
    assert (entry.mapped, skipped(entry)) == (2, {"system_line": 1})


def test_a_deletion_marks_the_line_it_names() -> None:
    rows, _ = read(CHAT, YOUTUBE_LIVECHAT)
    assert [row.deleted for row in rows] == ["deleted", "none"]


@pytest.mark.parametrize("name", ["markChatItemsByAuthorAsDeletedAction", "removeChatItemByAuthorAction"])
def test_a_deletion_by_author_marks_what_came_before_it_alone(name: str) -> None:
    mark = {name: {"externalChannelId": "UCada"}}
    data = lines(text_line("k1"), text_line("k2", author="UCzoe"), text_line("k3"), mark, text_line("k4"))
    rows, _ = read(data, YOUTUBE_LIVECHAT)
    assert [row.deleted for row in rows] == ["deleted", "none", "deleted", "none"]


def test_marks_and_lines_of_one_record_are_taken_in_order() -> None:
    rows, _ = read(lines(replay(text_line("a"), DELETED_AUTHOR, text_line("b"))), YOUTUBE_LIVECHAT)
    assert [(row.message_id, row.deleted) for row in rows] == [("a", "deleted"), ("b", "none")]


def test_whole_answers_of_the_page_are_read() -> None:
    answer = {
        "continuationContents": {"liveChatContinuation": {"continuations": [], "actions": [text_line("k1")]}}
    }
    (row,), _ = read(answer, YOUTUBE_LIVECHAT)
    assert row.message_id == "k1"
    assert best_format(json.dumps(answer).encode()) == "youtube-livechat"


def test_an_emoji_is_its_sign_and_a_link_its_page() -> None:
    runs = [
        {"text": "Voir "},
        {"emoji": {"emojiId": "💜", "shortcuts": [":purple_heart:"]}},
        {"emoji": {"emojiId": "UCx/abc", "isCustomEmoji": True, "shortcuts": [":_bravo:"]}},
        {
            "text": "ici",
            "navigationEndpoint": {
                "urlEndpoint": {"url": "https://www.youtube.com/redirect?q=https%3A%2F%2Fe.test%2F"}
            },
        },
    ]
    line = text_line("k1")
    line["addChatItemAction"]["item"]["liveChatTextMessageRenderer"]["message"]["runs"] = runs
    (row,), _ = read(lines(line), YOUTUBE_LIVECHAT)
    assert (row.text, list(row.urls)) == ("Voir 💜:_bravo:ici", ["https://e.test/"])


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (item("liveChatPaidMessageRenderer", message={"runs": [{"text": "Merci"}]}), "live", "Merci"),
        (
            item(
                "liveChatMembershipItemRenderer",
                message={"simpleText": "Six mois"},
                headerSubtext={"simpleText": "x"},
            ),
            "live",
            "Six mois",
        ),
        (
            item(
                "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer",
                header={
                    "liveChatSponsorshipsHeaderRenderer": {
                        "primaryText": {"simpleText": "Cinq offerts"},
                        "authorName": {"simpleText": "Zoé"},
                    }
                },
            ),
            "live",
            "Cinq offerts",
        ),
        (
            {
                "replaceChatItemAction": {
                    "targetItemId": "p",
                    "replacementItem": text_line("k9", "Visible")["addChatItemAction"]["item"],
                }
            },
            "chat",
            "Visible",
        ),
    ],
)
def test_every_kind_of_line_has_its_text(action: dict[str, Any], kind: str, text: str) -> None:
    (row,), entry = read(lines(action), YOUTUBE_LIVECHAT)
    assert (row.kind, row.text, entry.failed) == (kind, text, [])


def test_a_line_held_back_says_so() -> None:
    held = item(
        "liveChatAutoModMessageRenderer", autoModeratedItem=text_line("h")["addChatItemAction"]["item"]
    )
    (row,), _ = read(lines(held), YOUTUBE_LIVECHAT)
    assert (row.message_id, row.visibility) == ("h", "held")


def test_a_pinned_line_is_context_and_what_is_new_is_a_variant() -> None:
    pinned = {
        "addBannerToLiveChatCommand": {
            "bannerRenderer": {
                "liveChatBannerRenderer": {"contents": text_line("k1")["addChatItemAction"]["item"]}
            }
        }
    }
    rows, entry = read(lines(pinned, item("liveChatFutureRenderer"), text_line("k1")), YOUTUBE_LIVECHAT)
    assert [(row.role, row.message_id) for row in rows] == [("context", "k1"), ("primary", "k1")]
    assert skipped(entry) == {"not_a_message": 1, "unsupported_variant": 1}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3,
        {},
        {"addChatItemAction": 3},
        {"addChatItemAction": {"item": 3}},
        replay(),
        replay(3),
        item("liveChatTextMessageRenderer", id=None, timestampUsec="x"),
    ],
)
def test_an_odd_action_is_counted_and_never_raises(odd: Any) -> None:
    rows, entry = read([odd, text_line("k1")], YOUTUBE_LIVECHAT)
    assert (rows[-1].message_id, entry.read) == ("k1", 2)


def test_cuts_are_told() -> None:
    data = json.dumps([replay(text_line("k1")), replay(text_line("k2"))]).encode()
    assert_cuts_are_told(data, YOUTUBE_LIVECHAT)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(CHAT, YOUTUBE_LIVECHAT)


# ------------------------------------------------------------------ the API


def api_item(
    key: str, kind: str = "textMessageEvent", text: str = "Bonjour", **snippet: Any
) -> dict[str, Any]:
    return {
        "kind": "youtube#liveChatMessage",
        "id": key,
        "snippet": {
            "type": kind,
            "liveChatId": "chat1",
            "authorChannelId": "UCada",
            "publishedAt": "2026-10-01T18:00:30.645000Z",
            "hasDisplayContent": True,
            "displayMessage": f"affiché : {text}",
            "textMessageDetails": {"messageText": text},
            **snippet,
        },
        "authorDetails": {"channelId": "UCada", "displayName": "Ada", "isChatOwner": False},
    }


API_PAGE = {
    "kind": "youtube#liveChatMessageListResponse",
    "items": [api_item("m1"), api_item("m2", text="Oui")],
}


def test_messages_of_the_api_have_exact_times() -> None:
    rows, entry = read(API_PAGE, YOUTUBE_LIVECHAT_API)
    assert [(row.message_id, row.text, row.kind) for row in rows] == [
        ("m1", "Bonjour", "chat"),
        ("m2", "Oui", "chat"),
    ]
    assert (rows[0].created_at, rows[0].created_at_precision) == (utc("2026-10-01T18:00:30.645Z"), "us")
    assert (entry.failed, best_format(json.dumps(API_PAGE).encode())) == ([], "youtube-livechat-api")


def test_a_paid_message_without_words_is_what_was_displayed() -> None:
    sticker = api_item("s", "superStickerEvent", displayMessage="1,99 € de Ada")
    paid = api_item("p", "superChatEvent", superChatDetails={"userComment": "Bravo", "amountMicros": 1})
    rows, _ = read({"items": [sticker, paid]}, YOUTUBE_LIVECHAT_API)
    assert [(row.kind, row.text) for row in rows] == [("live", "1,99 € de Ada"), ("live", "Bravo")]


def test_a_later_deletion_or_ban_marks_messages() -> None:
    gone = api_item("d", "messageDeletedEvent", messageDeletedDetails={"deletedMessageId": "m1"})
    ban = api_item("b", "userBannedEvent", userBannedDetails={"bannedUserDetails": {"channelId": "UCzoe"}})
    zoe = api_item("m3")
    zoe["authorDetails"]["channelId"] = "UCzoe"
    rows, entry = read([*API_PAGE["items"], gone, zoe, ban], YOUTUBE_LIVECHAT_API)
    assert [(row.message_id, row.deleted) for row in rows] == [
        ("m1", "deleted"),
        ("m2", "none"),
        ("m3", "deleted"),
    ]
    assert skipped(entry) == {"system_line": 2}


def test_an_unknown_event_is_a_variant_and_an_odd_one_fails_alone() -> None:
    rows, entry = read(
        [api_item("u", "holographicEvent"), {"snippet": 3}, api_item("m1")], YOUTUBE_LIVECHAT_API
    )
    assert ([row.message_id for row in rows], skipped(entry), len(entry.failed)) == (
        ["m1"],
        {"unsupported_variant": 1},
        1,
    )


def test_pages_in_lines_or_in_a_list_are_read() -> None:
    listed, _ = read([API_PAGE, API_PAGE], YOUTUBE_LIVECHAT_API)
    assert len(listed) == 4
    by_line, _ = read(lines(API_PAGE, API_PAGE), YOUTUBE_LIVECHAT_API)
    assert len(by_line) == 4


def test_changed_bytes_of_the_api_are_survived() -> None:
    assert_changes_are_survived(json.dumps(API_PAGE).encode(), YOUTUBE_LIVECHAT_API)
