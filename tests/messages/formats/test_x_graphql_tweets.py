"""Posts of X's own pages: two places for the names, wrappers, reposts, quotes, long posts, what is gone."""

import json
from typing import Any

import pytest

from saisine.messages.formats.x_graphql_tweets import X_GRAPHQL, utc_from_x
from saisine.messages.formats.x_page_columns import x_times
from saisine.messages.schema import Message
from saisine.texts import utc_us
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.platform_items import tweet
from tests.messages.formats.reading import best_format, read, skipped, utc
from tests.shared import shared_file


def answer(*results: dict[str, Any], **item: Any) -> dict[str, Any]:
    """An answer of a page: a timeline with its entries, and a cursor at the end."""
    entries = [
        {"content": {"itemContent": {"itemType": "TimelineTweet", "tweet_results": {"result": one}, **item}}}
        for one in results
    ]
    cursor = {"content": {"cursorType": "Bottom", "value": "abc"}}
    return {"data": {"timeline": {"instructions": [{"entries": [*entries, cursor]}]}}}


def rows_of(*results: dict[str, Any]) -> list[Message]:
    return read(answer(*results), X_GRAPHQL)[0]


def test_the_shared_answer_gives_its_two_posts() -> None:
    path = shared_file("samples/x-graphql/x_bookmarks_graphql.json")
    rows, entry = read(path, X_GRAPHQL)
    assert best_format(path.read_bytes(), path.name) == "x-graphql"
    assert [(row.message_id, row.author_handle, row.created_at) for row in rows] == [
        ("1750000000000000001", "visakanv", utc("2024-01-15T10:00:00Z")),
        ("1750000000000000002", "patio11", utc("2024-02-20T15:30:00Z")),
    ]
    assert rows[1].text.endswith("thanks to the GraphQL payload."), "the note, not its beginning"
    assert list(rows[1].urls) == ["https://www.kalzumeus.com/2012/01/23/salary-negotiation/"]
    assert [row.time_flag for row in rows] == ["differs", "differs"], "numbers invented by their author"
    assert (entry.read, entry.mapped, entry.failed) == (2, 2, [])


def test_every_column_of_a_plain_post() -> None:
    (row,) = rows_of(tweet())
    assert (row.message_id, row.kind, row.lang) == ("1700000000000000000", "post", "fr")
    assert (row.author_id, row.author_handle, row.author_name) == ("12", "ada", "Ada")
    assert row.author_created_at == utc("2012-03-20T10:00:00Z")
    assert (row.created_at, row.created_at_precision) == (utc("2023-09-08T04:15:59Z"), "s")
    assert (row.created_at_source, row.time_flag) == ("field", None)
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (3, 5, 2, 70)
    assert (row.url, row.deleted) == ("https://x.com/ada/status/1700000000000000000", "none")
    assert row.missing == ("visibility",)


def test_a_post_that_fails_under_a_broken_key_is_told_in_words_that_can_be_written() -> None:
    damaged = answer({**tweet(), "legacy": {**tweet()["legacy"], "full_text": ["a"]}}, tweet())
    damaged["data"]["\udc80"] = damaged["data"].pop("timeline")
    rows, entry = read(damaged, X_GRAPHQL)
    assert (len(rows), entry.read, len(entry.failed)) == (1, 2, 1)
    assert "/data/\ufffd/instructions/0/" in entry.failed[0].locator
    json.dumps(entry.as_json(), ensure_ascii=False).encode("utf-8")


def test_the_names_are_found_where_they_stood_before_2025_and_in_old_searches() -> None:
    old = tweet()
    old["core"] = {
        "user_results": {"result": {"rest_id": "12", "legacy": {"screen_name": "ada", "name": "Ada"}}}
    }
    adaptive = {
        "type": "adaptive",
        "legacy": tweet()["legacy"] | {"id_str": "1700000000000000000"},
        "user": {"id_str": "12", "screen_name": "ada", "name": "Ada"},
    }
    for one in (old, adaptive):
        (row,) = rows_of(one)
        assert (row.message_id, row.author_id) == ("1700000000000000000", "12")
        assert (row.author_handle, row.author_name) == ("ada", "Ada")


def test_an_account_that_is_gone_is_missing_and_the_post_stays() -> None:
    (row,) = rows_of(tweet(core={"user_results": {}}))
    assert (row.author_id, row.author_handle, row.url) == (
        "12",
        None,
        "https://x.com/i/web/status/1700000000000000000",
    )
    assert {"author_handle", "author_name"} <= set(row.missing)


def test_a_visibility_wrapper_is_opened() -> None:
    (row,) = rows_of({"__typename": "TweetWithVisibilityResults", "tweet": tweet()})
    assert row.message_id == "1700000000000000000"
    assert row.locator.endswith("/tweet_results/result/tweet")


def test_a_repost_shows_the_whole_inner_text_and_claims_none_of_its_counts() -> None:
    inner = tweet("1690000000000000000", "Un texte entier &amp; long")
    outer = tweet(
        text="RT @zoe: Un texte entier &amp;…",
        legacy={"retweeted_status_result": {"result": inner}, "favorite_count": 0, "reply_count": 0},
    )
    repost, context = rows_of(outer)
    assert (repost.kind, repost.repost_of_id) == ("repost", "1690000000000000000")
    assert (repost.text, repost.text_raw) == ("Un texte entier & long", "RT @zoe: Un texte entier &amp;…")
    assert list(repost.text_repairs) == ["html_unescaped"]
    assert (repost.like_count, repost.share_count, repost.reply_count, repost.view_count) == (None,) * 4
    assert {"like_count", "share_count", "reply_count", "view_count"} <= set(repost.missing)
    assert (context.role, context.message_id, context.like_count) == ("context", "1690000000000000000", 3)


def test_a_repost_whose_post_is_gone_says_that_it_was_shortened() -> None:
    (row,) = rows_of(tweet(text="RT @zoe: Un texte ent…"))
    assert (row.text, list(row.text_repairs)) == ("RT @zoe: Un texte ent…", ["shortened_upstream"])


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: {"tweet": one}])
def test_a_quoted_post_becomes_context_at_either_depth(wrap: Any) -> None:
    quoted = tweet("1690000000000000000", "Cité")
    quote, context = rows_of(tweet(quoted_status_result={"result": wrap(quoted)}))
    assert (quote.kind, quote.quote_of_id) == ("quote", "1690000000000000000")
    assert (context.role, context.text) == ("context", "Cité")
    assert "/quoted_status_result/result" in context.locator


def test_a_quoted_post_that_is_gone_leaves_its_number() -> None:
    gone = {"__typename": "TweetTombstone", "tombstone": {"text": {"text": "…"}}}
    outer = tweet(
        quoted_status_result={"result": gone}, legacy={"quoted_status_id_str": "1690000000000000000"}
    )
    quote, context = rows_of(outer)
    assert quote.quote_of_id == context.message_id == "1690000000000000000"
    assert (context.deleted, context.role, context.text) == ("tombstone", "context", "")
    assert "text" in context.missing


def test_a_reply_names_what_and_whom_it_answers() -> None:
    said = {
        "in_reply_to_status_id_str": "1690000000000000000",
        "in_reply_to_user_id_str": "13",
        "in_reply_to_screen_name": "zoe",
    }
    (row,) = rows_of(tweet(legacy=said))
    assert (row.kind, row.parent_id) == ("reply", "1690000000000000000")
    assert (row.target_id, row.target_kind, row.target_handle) == ("13", "account", "zoe")


def test_entities_and_the_best_file_of_a_video() -> None:
    variants = [
        {"content_type": "application/x-mpegURL", "url": "https://v.test/a.m3u8"},
        {"bitrate": 256, "url": "https://v.test/low.mp4"},
        {"bitrate": 832, "url": "https://v.test/high.mp4"},
    ]
    said = {
        "entities": {
            "hashtags": [{"text": "asso"}],
            "urls": [{"url": "https://t.co/a", "expanded_url": "https://e.test/a"}],
            "user_mentions": [{"screen_name": "zoe"}],
        },
        "extended_entities": {
            "media": [
                {"type": "photo", "media_url_https": "https://i.test/1.jpg"},
                {
                    "type": "video",
                    "media_url_https": "https://i.test/2.jpg",
                    "video_info": {"variants": variants},
                },
            ]
        },
    }
    (row,) = rows_of(tweet(legacy=said))
    assert (list(row.hashtags), list(row.urls), list(row.mentions)) == (
        ["asso"],
        ["https://e.test/a"],
        ["zoe"],
    )
    assert list(row.media_urls) == ["https://i.test/1.jpg", "https://v.test/high.mp4"]


def test_an_edited_and_a_withheld_post_are_told() -> None:
    edited = tweet(edit_control={"edit_tweet_ids": ["1699999999999999999", "1700000000000000000"]})
    first = tweet(edit_control={"edit_control_initial": {"edit_tweet_ids": ["1700000000000000000", "17"]}})
    withheld = tweet(legacy={"withheld_in_countries": ["FR"]})
    (one,), (two,), (three,) = rows_of(edited), rows_of(first), rows_of(withheld)
    assert (one.edited_at, two.edited_at) == (one.created_at, None)
    assert three.deleted == "withheld"


def test_a_view_count_that_is_not_given_is_missing_not_zero() -> None:
    (row,) = rows_of(tweet(views={"state": "Enabled"}))
    assert row.view_count is None
    assert "view_count" in row.missing


def test_promoted_posts_and_posts_without_content_are_counted_apart() -> None:
    _, entry = read(answer(tweet(promoted=True)), X_GRAPHQL)
    assert skipped(entry) == {"advertisement": 1}
    _, entry = read(answer(tweet(), promotedMetadata={"advertiser": "x"}), X_GRAPHQL)
    assert skipped(entry) == {"advertisement": 1}
    _, entry = read({"data": {"user": {"name": "Ada"}}}, X_GRAPHQL)
    assert skipped(entry) == {"not_a_message": 1}


def test_an_odd_post_fails_alone() -> None:
    odd = tweet("1", legacy={"created_at": "hier"})
    rows, entry = read(answer(odd, tweet()), X_GRAPHQL)
    assert [row.message_id for row in rows] == ["1700000000000000000"]
    assert (entry.read, len(entry.failed)) == (2, 1)


def test_the_time_is_read_in_any_language_of_the_computer() -> None:
    assert utc_from_x("Wed Oct 10 20:19:24 +0000 2018") == utc("2018-10-10T20:19:24Z")
    for other in ("", "2018-10-10", "mer. oct. 10 20:19:24 +0000 2018", "Wed Xxx 10 20:19:24 +0000 2018"):
        with pytest.raises(ValueError):
            utc_from_x(other)


def test_changed_bytes_are_survived() -> None:
    data = json.dumps(answer(tweet(quoted_status_result={"result": tweet("1690000000000000000")}))).encode()
    assert_changes_are_survived(data, X_GRAPHQL)


@pytest.mark.parametrize(
    "odd",
    ["Wed Oct 10 20:19:24 +0200 2018", "W3d Oct 10 20:19:24 +0000 2018", "Wed Abc 10 20:19:24 +0000 2018",
     "Wed Oct 32 20:19:24 +0000 2018", "Wed Oct 10 24:19:24 +0000 2018", "Wed Oct 10 20-19-24 +0000 2018",
     "Wed Oct 1é 20:19:24 +0000 2018", "Wed Oct 10 20:19:24 +0000 0000", "2018-10-10T20:19:24Z", ""],
)  # fmt: skip
def test_a_column_of_times_is_read_as_each_is_or_not_at_all(odd: str) -> None:
    said = [
        f"{at:%a %b %d %H:%M:%S +0000 %Y}"
        for at in map(utc, ("2016-02-29T23:59:59Z", "2026-12-01T00:00:00Z"))
    ]
    found = x_times(said)
    assert found is not None
    assert found.tolist() == [utc_us(utc_from_x(one)) for one in said]
    assert x_times([*said, odd]) is None
