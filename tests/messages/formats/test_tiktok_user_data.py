"""TikTok "Download your data": sections renamed over the years, both sides of chats, what is not there."""

import json
from typing import Any

import pytest

from saisine.messages.formats.tiktok_user_data import TIKTOK_USER_DATA
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc

AT = "2026-10-01 10:00:00"
WHEN = utc("2026-10-01T10:00:00Z")
LINK = "https://www.tiktokv.com/share/video/6824578676303154438/"


def comment(text: str = "Bonjour", **fields: Any) -> dict[str, Any]:
    return {"date": AT, "comment": text, "photo": "N/A", "url": LINK, **fields}


def chat(*messages: dict[str, Any], other: str = "zoe") -> dict[str, Any]:
    return {f"Chat History with {other}:": list(messages)}


def direct(text: str = "Bonsoir", sender: str = "zoe") -> dict[str, Any]:
    return {"Date": AT, "From": sender, "Content": text}


NEW = {
    "Your Activity": {"Watch History": {"VideoList": [{"Date": AT, "Link": LINK}]}},
    "Comment": {"Comments": {"CommentsList": [comment()]}},
    "Direct Message": {"Direct Messages": {"ChatHistory": chat(direct(), direct("Oui", "ada"))}},
    "Likes and Favorites": {"Like List": {"ItemFavoriteList": [{"date": AT, "link": LINK}]}},
    "Post": {"Posts": {"VideoList": [{"Date": AT, "Link": LINK, "Likes": "12", "Title": "Nos permanences"}]}},
    "Profile": {"Profile Info": {"ProfileMap": {"userName": "ada", "emailAddress": "ada@exemple.test"}}},
    "Tiktok Live": {
        "Watch Live History": {
            "WatchLiveMap": {
                "77": {
                    "WatchTime": AT,
                    "Link": "",
                    "Comments": [{"CommentTime": AT, "CommentContent": "En direct"}],
                    "Questions": [{"QuestionTime": AT, "QuestionContent": "Pourquoi ?"}],
                }
            }
        }
    },
}
OLD = {
    "Activity": {
        "Like List": {"ItemFavoriteList": [{"Date": AT, "Link": LINK}]},
        "Video Browsing History": {"VideoList": [{"Date": AT, "Link": LINK}]},
    },
    "Comment": {"Comments": {"CommentsList": [{"Date": AT, "Comment": "Bonjour"}]}},
    "Direct Messages": {"Chat History": {"ChatHistory": chat(direct())}},
    "Profile": {"Profile Information": {"ProfileMap": {"userName": "ada"}}},
    "Video": {"Videos": {"VideoList": [{"Date": AT, "Link": LINK, "Likes": "3"}]}},
}


def test_a_recent_export_gives_comments_chats_lives_and_videos() -> None:
    rows, entry = read(NEW, TIKTOK_USER_DATA)
    assert [(row.kind, row.text, row.author_handle, row.owner_is_author) for row in rows] == [
        ("comment", "Bonjour", "ada", True),
        ("dm", "Bonsoir", "zoe", False),
        ("dm", "Oui", "ada", True),
        ("post", "Nos permanences", "ada", True),
        ("chat", "En direct", "ada", True),
        ("chat", "Pourquoi ?", "ada", True),
    ]
    assert {row.created_at for row in rows} == {WHEN}
    assert (rows[0].target_id, rows[0].target_kind) == ("6824578676303154438", "post")
    assert [(row.conversation_id, row.target_handle) for row in rows[1:3]] == [("zoe", "ada"), ("zoe", "zoe")]
    assert (rows[3].like_count, rows[4].target_id) == (12, "77")
    assert (entry.mapped, skipped(entry), notes(entry)) == (6, {"like_or_reaction": 1}, {})
    assert "exemple.test" not in str(rows)


def test_an_export_of_before_2024() -> None:
    rows, entry = read(OLD, TIKTOK_USER_DATA)
    assert [(row.kind, row.text, row.author_handle) for row in rows] == [
        ("comment", "Bonjour", "ada"),
        ("dm", "Bonsoir", "zoe"),
        ("post", "", "ada"),
    ]
    assert ("target_id" in rows[0].missing, "text" in rows[2].missing) == (True, True)
    assert skipped(entry) == {"like_or_reaction": 1}


def swapped(value: Any) -> Any:
    """The same value with every key in the other case, the names of chats apart."""
    if isinstance(value, list):
        return [swapped(one) for one in value]
    if isinstance(value, dict):
        return {
            key if "with" in key or key == "userName" else key.swapcase(): swapped(one)
            for key, one in value.items()
        }
    return value


@pytest.mark.parametrize("export", [NEW, OLD], ids=["new", "old"])
def test_the_case_of_keys_changes_nothing(export: dict[str, Any]) -> None:
    rows, _ = read(export, TIKTOK_USER_DATA)
    others, _ = read(swapped(export), TIKTOK_USER_DATA)
    assert [row.message_id for row in others] == [row.message_id for row in rows]
    assert best_format(json.dumps(swapped(export)).encode()) == "tiktok-user-data"


@pytest.mark.parametrize("text", [AT, f"{AT} UTC"])
def test_dates_are_read_as_utc(text: str) -> None:
    data = {"Comment": {"Comments": {"CommentsList": [comment(date=text)]}}}
    (row,), _ = read(data, TIKTOK_USER_DATA, zone="America/Cayenne")
    assert (row.created_at, row.created_at_raw, row.created_at_precision) == (WHEN, text, "s")


def test_nothing_has_an_identifier_and_repeats_stay_apart() -> None:
    data = {"Comment": {"CommentsList": [comment(), comment()]}}
    rows, _ = read(data, TIKTOK_USER_DATA)
    first, second = (str(row.message_id) for row in rows)
    assert first.startswith("derived:")
    assert second == f"{first}#2"
    assert {"message_id", "parent_id", "url"} <= set(rows[0].missing)


def test_a_file_without_any_comment_says_so() -> None:
    export = {key: value for key, value in NEW.items() if key != "Comment"}
    assert notes(read(export, TIKTOK_USER_DATA)[1]) == {"comments_absent": 1}


def test_a_photo_without_words_stays_and_an_empty_comment_is_counted() -> None:
    data = {
        "Comment": {
            "Comments": {"CommentsList": [comment("", photo="https://p.exemple.test/1"), comment("")]}
        }
    }
    rows, entry = read(data, TIKTOK_USER_DATA)
    assert ([row.media_urls for row in rows], skipped(entry)) == (
        [["https://p.exemple.test/1"]],
        {"empty_record": 1},
    )


@pytest.mark.parametrize("odd", [3, None, [], {"comment": "a"}, {"comment": "a", "date": "hier"}])
def test_an_odd_comment_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read({"Comment": {"Comments": {"CommentsList": [odd, comment("Fin")]}}}, TIKTOK_USER_DATA)
    assert (rows[-1].text, entry.read) == ("Fin", 2)


@pytest.mark.parametrize(
    "data", [b"[]", b"{}", b'{"Comment": []}', b'{"SearchList": []}', b'"Your Activity": {}', b""]
)
def test_no_other_file_is_claimed(data: bytes) -> None:
    assert TIKTOK_USER_DATA.sniff(data, "user_data_tiktok.json").score < 30


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(NEW, indent=1).encode()
    rows, _ = read(data, TIKTOK_USER_DATA)
    assert json.loads(bytes_at(data, rows[0].locator))["comment"] == "Bonjour"
    assert json.loads(bytes_at(data, rows[1].locator))["Content"] == "Bonsoir"


def test_cuts_keep_what_came_before_and_are_told() -> None:
    data = json.dumps(NEW).encode()
    texts = [row.text for row in read(data, TIKTOK_USER_DATA)[0]]
    for place in range(1, len(data) - 1, 3):
        rows, entry = read(data[:place], TIKTOK_USER_DATA)
        assert [row.text for row in rows] == texts[: len(rows)]
        assert entry.truncated


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(NEW).encode(), TIKTOK_USER_DATA)
