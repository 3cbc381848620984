"""minet tables, one per command: the columns of each, and what is deduced from them."""

import pytest

from saisine.messages.formats.minet import MINET
from saisine.messages.schema import Message
from tests.messages.formats.reading import best_format, notes, read, skipped, utc
from tests.messages.formats.test_fourcat_csv import table

YOUTUBE = {
    "query": "asso",
    "video_id": "abc",
    "title": "Le débat",
    "published_at": "2026-04-01T10:00:00Z",
    "description": "Avec l’association",
    "channel_id": "UCa",
    "channel_title": "Ada",
    "default_language": "fr",
    "view_count": "90",
    "like_count": "3",
    "comment_count": "2",
}
TIKTOK = {
    "id": "7000000000000000000",
    "description": "Regardez",
    "timestamp": "1629814506",
    "utc_time": "2021-08-24T14:15:06",
    "author_id": "99",
    "author_unique_id": "ada",
    "author_nickname": "Ada",
    "digg_count": "5",
    "share_count": "1",
    "comment_count": "2",
    "play_count": "90",
    "duet_from_video_id": "",
    "challenges_titles": "asso|fete",
    "stickers_texts": "Mot caché",
    "is_ad": "false",
}
INSTAGRAM_COMMENT = {
    "url": "https://www.instagram.com/p/CSTg-0FH89e/",
    "id": "17900000000000002",
    "parent_id": "17900000000000001",
    "text": "Oui @ada",
    "hashtags": "",
    "mentioned_names": "ada",
    "comment_like_count": "1",
    "child_comment_count": "",
    "created_at_utc": "1628399900",
    "username": "zoe",
    "user_id": "56",
    "user_full_name": "Zoé",
}
INSTAGRAM_POST = {
    "username": "ada",
    "full_name": "Ada",
    "id": "2635595260958330718_55",
    "shortcode": "CSTg-0FH89e",
    "url": "https://www.instagram.com/p/CSTg-0FH89e/",
    "caption": "Fête #fete",
    "hashtags": "fete",
    "mentioned_names": "zoe",
    "like_and_view_counts_disabled": "false",
    "like_count": "7",
    "comment_count": "2",
    "medias_url": "https://i.test/1.jpg|https://i.test/2.jpg",
    "taken_at_timestamp": "1628399820",
}
INSTAGRAM_TAG = {
    "id": "2635595260958330718",
    "shortcode": "CSTg-0FH89e",
    "url": "https://www.instagram.com/p/CSTg-0FH89e/",
    "caption": "Fête",
    "liked_by_count": "7",
    "comment_count": "2",
    "video_view_count": "",
    "owner_id": "55",
    "taken_at_timestamp": "1628399820",
    "display_url": "https://i.test/1.jpg",
}
FACEBOOK_GRAPH = {
    "id": "Y29tMg==",
    "fbid": "2",
    "depth": "1",
    "parent_id": "Y29tMQ==",
    "author_name": "Zoé",
    "author_short_name": "Zoé",
    "author_gender": "",
    "author_url": "https://www.facebook.com/zoe.exemple",
    "author_is_verified": "false",
    "created_time": "1775037600",
    "text": "Non",
    "attachments": "0",
    "reactions": "4",
    "replies": "0",
}
FACEBOOK_COMMENT = {
    "post_id": "10",
    "id": "11",
    "user_id": "5",
    "user_handle": "zoe",
    "user_url": "https://www.facebook.com/zoe",
    "user_label": "Zoé",
    "text": "Non",
    "html": "",
    "formatted_date": "3 h",
    "date": "2026-04-01T12:00:00",
    "reactions": "1",
    "replies": "0",
    "in_reply_to": "",
}
FACEBOOK_POST = {
    "url": "https://www.facebook.com/groups/5/permalink/1",
    "user_id": "5",
    "user_handle": "zoe",
    "user_label": "Zoé",
    "text": "Non",
    "translated_text": "",
    "formatted_date": "3 h",
    "date": "",
    "reactions": "4",
    "comments": "2",
}
TWEET = {
    "id": "1700000000000000000",
    "timestamp_utc": "1694146559.0",
    "local_time": "2023-09-08T06:15:59",
    "user_screen_name": "ada",
    "text": "Bonjour",
    "retweet_count": "1",
    "like_count": "3",
    "reply_count": "",
    "lang": "fr",
    "to_username": "",
    "to_userid": "",
    "to_tweetid": "",
    "user_id": "12",
    "user_name": "Ada",
    "user_timestamp_utc": "1332237600.0",
    "retweeted_id": "",
    "retweeted_user": "",
    "quoted_id": "",
    "collection_time": "2023-09-09T10:00:00.123456",
    "url": "https://twitter.com/ada/status/1700000000000000000",
    "links": "https://e.test/a|https://e.test/b",
    "media_urls": "",
    "mentioned_names": "zoe",
    "hashtags": "asso",
}
TELEGRAM = {
    "link_to_message": "https://t.me/canal/12",
    "user": "Le canal",
    "text": "Bonjour",
    "hashtags": "#asso",
    "photos": "https://i.test/1.jpg",
    "videos": "",
    "links": "https://e.test/a",
    "views": "1.2K",
    "datetime": "2026-04-01T10:00:00+00:00",
    "edited": "false",
}
BLUESKY = {
    "cid": "bafy",
    "uri": "at://did:plc:a/app.bsky.feed.post/3lkicuf37nc2v",
    "url": "https://bsky.app/profile/ada.test/post/3lkicuf37nc2v",
    "timestamp_utc": "1742116928",
    "user_did": "did:plc:a",
    "user_handle": "ada.test",
    "text": "Bonjour https://i.test/1.jpg",
    "original_text": "Bonjour",
    "repost_count": "4",
    "like_count": "3",
    "reply_count": "2",
    "quote_count": "1",
    "user_diplay_name": "Ada",
    "user_langs": "fr|en",
    "user_timestamp_utc": "1695476483",
    "to_post_uri": "",
    "to_root_post_uri": "",
    "to_user_did": "",
    "repost_by_user_did": "",
    "quoted_uri": "",
    "links": "",
    "media_urls": "https://i.test/1.jpg",
    "mentioned_user_handles": "",
    "hashtags": "asso",
}
ALL = {
    "youtube videos": YOUTUBE,
    "tiktok search-videos": TIKTOK,
    "instagram comments": INSTAGRAM_COMMENT,
    "instagram user-posts": INSTAGRAM_POST,
    "instagram hashtag": INSTAGRAM_TAG,
    "facebook experimental-comments": FACEBOOK_GRAPH,
    "facebook comments": FACEBOOK_COMMENT,
    "facebook posts": FACEBOOK_POST,
    "twitter": TWEET,
    "telegram channel-messages": TELEGRAM,
    "bluesky": BLUESKY,
}


def row_of(one: dict[str, str], **more: str) -> Message:
    (row,), _ = read(table(one | more), MINET, path="a.csv")
    return row


@pytest.mark.parametrize("name", ALL)
def test_each_command_is_recognised_by_its_columns_behind_those_of_the_input(name: str) -> None:
    data = table({"mon_fichier": "x"} | ALL[name])
    assert best_format(data, "x.csv") == "minet"
    assert MINET.sniff(data, "x.csv").reasons[0] == name


def test_a_video_of_youtube_is_its_title_and_its_description() -> None:
    row = row_of(YOUTUBE)
    assert (row.text, list(row.text_repairs)) == ("Le débat\n\nAvec l’association", ["fragments_joined"])
    assert (row.message_id, row.author_id, row.created_at) == ("abc", "UCa", utc("2026-04-01T10:00:00Z"))
    assert (row.like_count, row.reply_count, row.view_count, row.share_count) == (3, 2, 90, None)
    assert row_of(YOUTUBE, description="").text == "Le débat"


def test_a_video_of_tiktok_with_the_words_laid_on_it() -> None:
    row = row_of(TIKTOK)
    assert (row.text, row.text_raw, row.kind) == ("Regardez\nMot caché", "Regardez", "post")
    assert (row.time_flag, list(row.hashtags)) == (None, ["asso", "fete"])
    assert row_of(TIKTOK, duet_from_video_id="6").kind == "quote"
    _, entry = read(table(TIKTOK | {"is_ad": "true"}), MINET, path="a.csv")
    assert skipped(entry) == {"advertisement": 1}


def test_instagram_comments_and_posts() -> None:
    comment, post, tagged = row_of(INSTAGRAM_COMMENT), row_of(INSTAGRAM_POST), row_of(INSTAGRAM_TAG)
    assert (comment.kind, comment.parent_id) == ("reply", "17900000000000001")
    assert "target_id" in comment.missing
    assert post.message_id == tagged.message_id == "2635595260958330718"
    assert (post.like_count, tagged.like_count, tagged.view_count) == (7, 7, None)
    assert (tagged.author_id, tagged.author_handle) == ("55", None)
    assert row_of(INSTAGRAM_POST, like_and_view_counts_disabled="true").like_count is None


def test_facebook_comments_of_both_commands() -> None:
    graph, page = row_of(FACEBOOK_GRAPH), row_of(FACEBOOK_COMMENT)
    assert (graph.kind, graph.parent_id, graph.author_handle) == ("reply", "Y29tMQ==", "zoe.exemple")
    assert (graph.created_at, graph.like_count) == (utc("2026-04-01T10:00:00Z"), 4)
    assert (page.kind, page.target_id, page.author_id) == ("comment", "10", "5")
    assert row_of(FACEBOOK_COMMENT, in_reply_to="11").kind == "reply"


def test_a_date_of_facebook_without_zone_is_said_to_be_assumed_and_coarse() -> None:
    rows, entry = read(table(FACEBOOK_COMMENT), MINET, path="a.csv")
    assert (rows[0].created_at, rows[0].created_at_precision) == (utc("2026-04-01T10:00:00Z"), "hour")
    assert (rows[0].created_at_source, notes(entry)) == ("relative", {"zone_assumed": 1})


def test_a_post_of_facebook_has_a_derived_identifier_and_keeps_what_the_page_said() -> None:
    row = row_of(FACEBOOK_POST)
    assert row.message_id is not None
    assert row.message_id.startswith("derived:")
    assert "message_id" in row.missing
    assert (row.created_at, row.created_at_raw, row.reply_count) == (None, "3 h", 2)


def test_tweets_and_their_kinds() -> None:
    row = row_of(TWEET)
    assert (row.kind, row.created_at, row.time_flag) == ("post", utc("2023-09-08T04:15:59Z"), None)
    assert (row.like_count, row.share_count, row.reply_count) == (3, 1, None)
    assert row.collected_at == utc("2023-09-09T08:00:00.123456Z")
    repost = row_of(TWEET, retweeted_id="17", retweeted_user="zoe", text="RT @zoe: Bonjour")
    assert (repost.kind, repost.text, repost.like_count) == ("repost", "Bonjour", None)
    assert row_of(TWEET, to_tweetid="17", to_userid="13").kind == "reply"
    assert row_of(TWEET, quoted_id="17").kind == "quote"


def test_views_of_telegram_that_are_not_exact_are_left_out() -> None:
    row = row_of(TELEGRAM)
    assert (row.message_id, row.author_handle, row.view_count) == ("canal/12", "canal", None)
    assert "view_count" in row.missing
    assert row_of(TELEGRAM, views="900").view_count == 900


def test_a_post_of_bluesky_is_what_was_written_not_what_the_tool_added() -> None:
    row = row_of(BLUESKY)
    assert (row.text, row.author_name, row.lang) == ("Bonjour", "Ada", "fr")
    assert (row.share_count, row.time_flag) == (5, None)
    answer = row_of(BLUESKY, to_post_uri="at://did:plc:b/app.bsky.feed.post/1", to_user_did="did:plc:b")
    assert (answer.kind, answer.target_id) == ("reply", "did:plc:b")


def test_the_table_of_youtube_search_is_not_taken_for_videos() -> None:
    """It writes the title of the channel under `title`."""
    search = {name: YOUTUBE[name] for name in YOUTUBE if not name.endswith("_count")}
    assert MINET.sniff(table(search), "x.csv").score == 0
