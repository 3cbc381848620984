"""TikTok's own videos and comments, as Zeeschuimer holds them."""

from collections.abc import Sequence
from typing import Any

import pytest

from saisine.messages.formats.zeeschuimer import ZEESCHUIMER
from saisine.messages.schema import Message
from tests.messages.formats.platform_items import envelope, lines, video, video_comment
from tests.messages.formats.reading import notes, read, skipped, utc


def rows_of(*items: dict[str, Any], module: str = "tiktok.com") -> Sequence[Message]:
    numbered = (envelope(module, one, str(number)) for number, one in enumerate(items))
    return read(lines(*numbered), ZEESCHUIMER)[0]


def test_every_column_of_a_video() -> None:
    (row,) = rows_of(video())
    assert (row.platform, row.kind, row.message_id) == ("tiktok", "post", "7000000000000000000")
    assert (row.author_id, row.author_handle, row.author_name) == ("99", "ada", "Ada")
    assert (row.created_at, row.created_at_source, row.time_flag) == (
        utc("2021-08-24T14:15:06Z"),
        "field",
        None,
    )
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (5, 1, 2, 90)
    assert (list(row.hashtags), list(row.mentions), row.lang) == (["asso"], ["zoe"], "fr")
    assert row.url == "https://www.tiktok.com/@ada/video/7000000000000000000"
    assert row.missing == ()


def test_an_author_may_be_a_bare_handle() -> None:
    (row,) = rows_of(video(author="ada", nickname="Ada", authorId="99"))
    assert (row.author_id, row.author_handle, row.author_name) == ("99", "ada", "Ada")


def test_times_and_counts_may_be_written_as_digits_and_unknown_ones_stay_unknown() -> None:
    (row,) = rows_of(video(createTime="1629814506", stats={}, statsV2={"diggCount": "5", "playCount": "-1"}))
    assert (row.created_at, row.like_count, row.view_count) == (utc("2021-08-24T14:15:06Z"), 5, None)
    assert {"share_count", "reply_count", "view_count"} <= set(row.missing)


def test_without_a_time_the_number_gives_it() -> None:
    (row,) = rows_of(video(createTime=0))
    assert (row.created_at, row.created_at_source) == (utc("2021-08-24T14:15:05Z"), "id")


def test_words_laid_on_the_picture_are_read() -> None:
    (row,) = rows_of(video(stickersOnItem=[{"stickerText": ["Mot", "caché"]}, {"stickerText": []}]))
    assert row.text == "Regardez @zoe #asso\nMot caché"
    assert (row.text_raw, list(row.text_repairs)) == ("Regardez @zoe #asso", ["fragments_joined"])


def test_a_duet_quotes_a_video_and_zero_is_no_video() -> None:
    duet, plain = rows_of(
        video(duetInfo={"duetFromId": "6990000000000000000"}), video("7", duetInfo={"duetFromId": "0"})
    )
    assert (duet.kind, duet.quote_of_id) == ("quote", "6990000000000000000")
    assert (plain.kind, plain.quote_of_id) == ("post", None)


def test_pictures_and_visibility() -> None:
    shown = {"images": [{"imageURL": {"urlList": ["https://i.test/1.jpg", "https://i.test/1b.jpg"]}}]}
    (row,) = rows_of(video(imagePost=shown, privateItem=True))
    assert (list(row.media_urls), row.visibility) == (["https://i.test/1.jpg"], "private")
    assert row.url == "https://www.tiktok.com/@ada/photo/7000000000000000000"


def test_advertisements_and_live_rooms_are_counted_apart() -> None:
    data = lines(
        envelope("tiktok.com", video(isAd=True), "1"),
        envelope("tiktok.com", video(liveRoomInfo={"title": "x"}), "2"),
        envelope("tiktok.com", {"id": "3"}, "3"),
    )
    _, entry = read(data, ZEESCHUIMER)
    assert skipped(entry) == {"advertisement": 1, "unsupported_variant": 2}


def test_a_comment_of_the_first_level_and_its_reply() -> None:
    first, reply = rows_of(
        video_comment("81"),
        video_comment("82", reply_id="81", reply_to_reply_id="0"),
        module="tiktok-comments",
    )
    assert (first.kind, first.parent_id, first.conversation_id) == ("comment", None, "81")
    assert (reply.kind, reply.parent_id, reply.conversation_id) == ("reply", "81", "81")
    assert {row.target_id for row in (first, reply)} == {"7000000000000000000"}
    assert (first.like_count, first.reply_count, reply.reply_count, first.lang) == (1, 0, None, "fr")
    assert (first.author_id, first.author_handle, first.author_name) == ("98", "zoe", "Zoé")


def test_a_reply_to_a_reply_names_that_one() -> None:
    (row,) = rows_of(video_comment("83", reply_id="81", reply_to_reply_id="82"), module="tiktok-comments")
    assert (row.parent_id, row.conversation_id) == ("82", "81")


def test_the_address_of_a_comment_says_nothing_of_who_collected_it() -> None:
    (row,) = rows_of(video_comment(), module="tiktok-comments")
    assert row.url == "https://m.tiktok.com/v/7.html?share_comment_id=8"


def test_replies_carried_by_a_comment_are_rows_with_their_place() -> None:
    inner = video_comment("82", reply_id="81")
    first, reply = rows_of(video_comment("81", reply_comment=[inner]), module="tiktok-comments")
    assert (reply.kind, reply.role, reply.parent_id) == ("reply", "primary", "81")
    assert reply.locator == first.locator + "/reply_comment/0"


@pytest.mark.parametrize(("announced", "owed"), [(0, {}), (1, {}), (2, {}), (5, {"replies_missing": 3})])
def test_replies_announced_and_nowhere_in_the_file_are_said(announced: int, owed: dict[str, int]) -> None:
    """One reply is carried by the comment, one stands on a line of its own."""
    carrying = video_comment(
        "81", reply_comment_total=announced, reply_comment=[video_comment("82", reply_id="81")]
    )
    data = lines(
        envelope("tiktok-comments", carrying, "81"),
        envelope("tiktok-comments", video_comment("83", reply_id="81"), "83"),
    )
    assert notes(read(data, ZEESCHUIMER)[1]) == owed


def test_a_comment_whose_account_is_gone_stays() -> None:
    (row,) = rows_of(video_comment(user=None, share_info=None), module="tiktok-comments")
    assert (row.text, row.author_id, row.url) == ("Bravo", None, None)
    assert {"author_id", "author_handle", "author_name", "url"} <= set(row.missing)
