"""4CAT tables: the platform by its columns, the time by `unix_timestamp` alone, fillers that are no values."""

import csv
import io

import pytest

from saisine.messages.formats.fourcat_csv import FOURCAT_CSV
from saisine.messages.schema import Message
from tests.messages.formats.reading import best_format, notes, read, skipped, utc

BASE = {
    "id": "1",
    "thread_id": "1",
    "author": "ada",
    "body": "Bonjour",
    "timestamp": "1999-01-01 00:00:00",
    "unix_timestamp": "1694146559",
}
X = BASE | {
    "id": "1700000000000000000",
    "thread_id": "1700000000000000000",
    "link": "https://x.com/ada/status/1700000000000000000",
    "author_fullname": "Ada",
    "author_id": "12",
    "language_guess": "fr",
    "retweet_count": "1",
    "reply_count": "2",
    "like_count": "3",
    "quote_count": "4",
    "impression_count": "70",
    "is_retweet": "no",
    "retweeted_user": "",
    "is_quote_tweet": "no",
    "is_reply": "no",
    "replied_user": "",
    "is_withheld": "no",
    "hashtags": "asso,fete",
    "urls": "https://e.test/a",
    "images": "https://i.test/1.jpg",
    "videos": "",
    "mentions": "zoe",
    "missing_fields": "",
}
TIKTOK = BASE | {
    "id": "7000000000000000000",
    "author_full": "Ada",
    "stickers": "",
    "unix_timestamp": "1629814506",
    "is_duet": "no",
    "is_ad": "no",
    "music_id": "1",
    "tiktok_url": "https://www.tiktok.com/@ada/video/7000000000000000000",
    "likes": "5",
    "comments": "2",
    "shares": "1",
    "plays": "90",
    "hashtags": "asso",
    "missing_fields": "",
}
TIKTOK_COMMENT = BASE | {
    "id": "82",
    "thread_id": "81",
    "author_full": "Zoé",
    "likes": "1",
    "replies": "0",
    "post_id": "7000000000000000000",
    "post_url": "https://m.tiktok.com/v/7",
    "comment_url": "https://m.tiktok.com/v/7.html?u=me",
    "is_comment_on_comment": "yes",
    "language_guess": "fr",
    "missing_fields": "",
}
INSTAGRAM = BASE | {
    "id": "CSTg-0FH89e",
    "author_fullname": "Ada",
    "type": "photo",
    "url": "https://www.instagram.com/p/CSTg-0FH89e",
    "image_url": "https://i.test/1.jpg",
    "media_url": "https://i.test/1.jpg",
    "hashtags": "fete",
    "num_likes": "7",
    "num_comments": "-1",
    "missing_fields": "",
}
THREADS = BASE | {
    "id": "C8vKrRZsAAA",
    "url": "https://www.threads.com/@ada/post/C8vKrRZsAAA",
    "likes": "4",
    "reposts": "1",
    "replies": "2",
    "quotes": "1",
    "hashtags": "",
    "link_url": "https://e.test/a",
    "image_url": "",
    "video_url": "",
    "missing_fields": "",
}
LINKEDIN = BASE | {
    "id": "7000000000000000000",
    "timestamp_collected": "2022-11-21 00:00:00",
    "unix_timestamp_collected": "1668988800",
    "timestamp_ago": "18h",
    "is_promoted": "no",
    "author_name": "Ada",
    "author_mentions": "zoe",
    "hashtags": "asso",
    "image_urls": "",
    "post_url": "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000000",
    "link_url": "",
    "comments": "2",
    "shares": "1",
    "reactions": "5",
}
BLUESKY = {k: v for k, v in BASE.items() if k != "unix_timestamp"} | {
    "id": "at://did:plc:a/app.bsky.feed.post/3lkicuf37nc2v",
    "thread_id": "at://did:plc:a/app.bsky.feed.post/3lkicuf37nc2v",
    "created_at": "2025-03-16T09:22:08.653000+00:00",
    "author_id": "did:plc:a",
    "author_display_name": "Ada",
    "link": "https://bsky.app/profile/ada.test/post/3lkicuf37nc2v",
    "tags": "asso",
    "like_count": "3",
    "quote_count": "1",
    "reply_count": "2",
    "repost_count": "4",
    "quoted_post": "",
    "replied_to_post": "https://bsky.app/profile/zoe.test/post/1",
    "replied_to_user": "zoe.test",
    "mentions": "",
    "links": "",
    "images": "",
    "languages": "fr,en",
    "timestamp": "1742116928.653",
}
TELEGRAM = BASE | {
    "id": "canal-12",
    "thread_id": "canal",
    "chat": "canal",
    "author": "55",
    "author_username": "ada",
    "author_name": "Ada",
    "author_is_bot": "no",
    "reply_to": "canal-11",
    "views": "40",
    "unix_timestamp_edited": "1694146600",
}
FACEBOOK = {k: v for k, v in BASE.items() if k != "thread_id"} | {
    "url": "https://www.facebook.com/groups/5/posts/1",
    "author_name": "Ada",
    "image_url": "",
    "video_url": "",
    "is_in_group": "yes",
    "group_name": "Le groupe",
}
ALL = {
    "x": X,
    "tiktok": TIKTOK,
    "tiktok-comments": TIKTOK_COMMENT,
    "instagram": INSTAGRAM,
    "threads": THREADS,
    "linkedin": LINKEDIN,
    "bluesky": BLUESKY,
    "telegram": TELEGRAM,
    "facebook": FACEBOOK,
    "other": BASE,
}


def table(*rows: dict[str, str], delimiter: str = ",") -> bytes:
    """Rows as 4CAT's CSV writes them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def row_of(one: dict[str, str], **more: str) -> Message:
    (row,), _ = read(table(one | more), FOURCAT_CSV, path="a.csv")
    return row


@pytest.mark.parametrize("name", ALL)
def test_each_source_is_recognised_by_its_columns(name: str) -> None:
    data = table(ALL[name])
    assert best_format(data, "x.csv") == "4cat-csv"
    assert FOURCAT_CSV.sniff(data, "x.csv").reasons[0] == name


def test_the_time_is_the_unix_one_and_the_zoneless_one_is_never_used() -> None:
    row = row_of(X)
    assert (row.created_at, row.created_at_raw) == (utc("2023-09-08T04:15:59Z"), "1694146559")
    old = {name: value for name, value in INSTAGRAM.items() if name != "unix_timestamp"}
    assert (row_of(old).created_at_source, row_of(old).created_at_raw) == ("id", None)


def test_a_filler_declared_missing_is_no_value() -> None:
    row = row_of(X, like_count="0", author_fullname="", missing_fields="like_count,author_fullname")
    assert (row.like_count, row.author_name) == (None, None)
    assert {"like_count", "author_name"} <= set(row.missing)
    assert row_of(X, like_count="0").like_count == 0


def test_every_column_of_a_post_of_x() -> None:
    row = row_of(X)
    assert (row.platform, row.kind, row.lang) == ("x", "post", "fr")
    assert (row.author_id, row.author_handle, row.author_name) == ("12", "ada", "Ada")
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (3, 5, 2, 70)
    assert (list(row.hashtags), list(row.mentions), list(row.urls)) == (
        ["asso", "fete"],
        ["zoe"],
        ["https://e.test/a"],
    )


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"is_retweet": "yes", "retweeted_user": "zoe", "body": "RT @zoe: Bonjour"}, "repost"),
        ({"is_reply": "yes", "replied_user": "zoe"}, "reply"),
        ({"is_quote_tweet": "yes"}, "quote"),
    ],
)
def test_the_kinds_of_x(more: dict[str, str], kind: str) -> None:
    row = row_of(X, **more)
    assert (row.kind, row.text) == (kind, "Bonjour")
    assert (row.like_count is None) == (kind == "repost")


def test_tiktok_videos_and_comments() -> None:
    video, comment = row_of(TIKTOK, stickers="Mot caché"), row_of(TIKTOK_COMMENT)
    assert (video.text, video.text_raw) == ("Bonjour\nMot caché", "Bonjour")
    assert (video.view_count, video.time_flag) == (90, None)
    assert (comment.kind, comment.parent_id, comment.target_id) == ("reply", "81", "7000000000000000000")
    assert comment.url == "https://m.tiktok.com/v/7.html"
    first = row_of(TIKTOK_COMMENT, is_comment_on_comment="no", thread_id="7000000000000000000")
    assert (first.kind, first.parent_id, first.conversation_id) == ("comment", None, "82")


def test_advertisements_are_counted_apart() -> None:
    for one in (TIKTOK | {"is_ad": "yes"}, LINKEDIN | {"is_promoted": "yes", "timestamp_ago": "Promoted"}):
        _, entry = read(table(one), FOURCAT_CSV, path="a.csv")
        assert skipped(entry) == {"advertisement": 1}


def test_short_codes_become_the_numbers_of_other_exports() -> None:
    row = row_of(INSTAGRAM)
    assert (row.message_id, row.like_count, row.reply_count) == ("2635595260958330718", 7, None)
    threads = row_of(THREADS)
    assert threads.message_id is not None
    assert threads.message_id.isdigit()
    assert (threads.share_count, threads.reply_count) == (2, 2)


def test_linkedin_takes_its_time_from_the_number() -> None:
    row = row_of(LINKEDIN)
    assert (row.created_at, row.created_at_source) == (utc("2022-11-20T07:40:53.710Z"), "id")
    assert (row.created_at_raw, row.collected_at) == ("18h", utc("2022-11-21T00:00:00Z"))


def test_bluesky_telegram_and_facebook() -> None:
    bluesky, telegram, facebook = row_of(BLUESKY), row_of(TELEGRAM), row_of(FACEBOOK)
    assert (bluesky.kind, bluesky.created_at) == ("reply", utc("2025-03-16T09:22:08.653Z"))
    assert (bluesky.lang, bluesky.share_count, bluesky.time_flag) == ("fr", 5, None)
    assert (telegram.message_id, telegram.parent_id) == ("canal/12", "canal/11")
    assert (telegram.author_id, telegram.author_handle) == ("55", "ada")
    assert telegram.edited_at == utc("2023-09-08T04:16:40Z")
    assert (facebook.target_handle, facebook.message_id) == ("Le groupe", "1")


def test_an_unknown_source_gives_the_common_columns() -> None:
    plain, linked = row_of(BASE), row_of(BASE | {"url": "https://www.youtube.com/watch?v=a"})
    assert (plain.platform, "platform" in plain.missing) == ("other", True)
    assert (linked.platform, linked.url) == ("youtube", "https://www.youtube.com/watch?v=a")


def test_an_identifier_that_a_spreadsheet_rounded_is_refused() -> None:
    rows, entry = read(table(X | {"id": "1.7E+18"}), FOURCAT_CSV, path="a.csv")
    assert (rows[0].message_id, notes(entry)) == (None, {"rounded_ids": 1})
    assert "message_id" in rows[0].missing


def test_a_table_saved_again_by_a_french_spreadsheet_is_read() -> None:
    data = b"\xef\xbb\xbf" + table(X, delimiter=";")
    (row,), _ = read(data, FOURCAT_CSV, path="a.csv")
    assert (row.message_id, row.text) == ("1700000000000000000", "Bonjour")


def test_a_repeated_header_is_no_message_and_a_short_row_fails_nothing() -> None:
    data = table(X) + table(X).split(b"\r\n")[0] + b"\r\n" + b"5,5\r\n"
    rows, entry = read(data, FOURCAT_CSV, path="a.csv")
    assert [row.message_id for row in rows] == ["1700000000000000000", "5"]
    assert (skipped(entry), entry.failed) == ({"not_a_message": 1}, [])


@pytest.mark.parametrize("data", [b"", b"id,thread_id\n1,1\n", b"a;b\n1;2\n"])
def test_a_table_of_something_else_is_not_read(data: bytes) -> None:
    rows, entry = read(data, FOURCAT_CSV, path="a.csv")
    assert rows == []
    assert notes(entry) == {"unknown_header": 1}


def test_any_value_in_any_cell_is_survived() -> None:
    odd = ["", "-1", "1e99", "x" * 5000, "2023-99-99", "😀", "9" * 40]
    for name in X:
        for value in odd:
            _, entry = read(table(X | {name: value}), FOURCAT_CSV, path="a.csv")
            assert entry.read >= 1
