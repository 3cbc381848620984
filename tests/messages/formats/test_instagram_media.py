"""Instagram's own posts and comments: three shapes, hidden counts, short codes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.instagram_media import ALPHABET, is_media, pk_of_shortcode
from saisine.messages.formats.zeeschuimer import ZEESCHUIMER
from saisine.messages.schema import Message
from tests.messages.formats.platform_items import envelope, lines, media, media_comment
from tests.messages.formats.reading import read, skipped, utc


def rows_of(*items: dict[str, Any], module: str = "instagram.com") -> list[Message]:
    numbered = (envelope(module, one, str(number)) for number, one in enumerate(items))
    return read(lines(*numbered), ZEESCHUIMER)[0]


def graph(**more: Any) -> dict[str, Any]:
    """A post in the shape used before 2022."""
    return {
        "__typename": "GraphSidecar",
        "id": "2635595260958330718",
        "shortcode": "CSTg-0FH89e",
        "taken_at_timestamp": 1628399820,
        "edge_media_to_caption": {"edges": [{"node": {"text": "Fête #fete"}}]},
        "owner": {"id": "55", "username": "ada", "full_name": "Ada"},
        "edge_media_preview_like": {"count": 7},
        "edge_media_preview_comment": {"count": 2},
        "edge_sidecar_to_children": {
            "edges": [
                {"node": {"display_url": "https://i.test/1.jpg"}},
                {"node": {"display_url": "https://i.test/2.jpg", "video_url": "https://v.test/2.mp4"}},
            ]
        },
        **more,
    }


def test_every_column_of_a_post() -> None:
    (row,) = rows_of(media())
    assert (row.platform, row.kind, row.message_id) == ("instagram", "post", "2635595260958330718")
    assert (row.author_id, row.author_handle, row.author_name) == ("55", "ada", "Ada")
    assert (row.created_at, row.created_at_source) == (utc("2021-08-08T05:17:00Z"), "field")
    assert (row.text, list(row.hashtags), list(row.mentions)) == (
        "Fête du quartier #fete avec @zoe",
        ["fete"],
        ["zoe"],
    )
    assert (row.like_count, row.reply_count, row.view_count) == (7, 2, None)
    assert (row.url, row.visibility) == ("https://www.instagram.com/p/CSTg-0FH89e/", "public")
    assert list(row.media_urls) == ["https://i.test/1.jpg"]
    assert {"view_count", "share_count", "lang"} == set(row.missing)


def test_counts_that_the_author_hides_are_missing_not_the_few_that_are_given() -> None:
    (row,) = rows_of(media(like_and_view_counts_disabled=True, like_count=3, play_count=10))
    assert (row.like_count, row.view_count) == (None, None)
    assert {"like_count", "view_count"} <= set(row.missing)


def test_an_empty_caption_is_an_empty_text_and_an_absent_one_is_missing() -> None:
    empty, partial = rows_of(media(caption=None), {k: v for k, v in media("9").items() if k != "caption"})
    assert (empty.text, "text" in empty.missing) == ("", False)
    assert (partial.text, "text" in partial.missing) == ("", True)


def test_a_grid_object_has_its_time_from_its_number() -> None:
    grid = {
        "__typename": "XIGPolarisVideoMedia",
        "id": "2635595260958330718",
        "code": "CSTg-0FH89e",
        "user": {"username": "ada"},
        "_zs_partial": True,
    }
    (row,) = rows_of(grid)
    assert (row.created_at_source, row.created_at) == ("id", utc("2021-08-08T07:24:20.323Z"))
    assert {"text", "like_count", "reply_count", "author_id"} <= set(row.missing)


def test_a_carousel_a_video_and_tagged_people() -> None:
    parts = [
        {"image_versions2": {"candidates": [{"url": "https://i.test/1.jpg"}]}},
        {"video_versions": [{"url": "https://v.test/2.mp4"}]},
    ]
    tags = {"in": [{"user": {"username": "leo"}}, {"user": {"username": "zoe"}}]}
    (row,) = rows_of(media(media_type=8, carousel_media=parts, usertags=tags, play_count=40))
    assert list(row.media_urls) == ["https://i.test/1.jpg", "https://v.test/2.mp4"]
    assert (list(row.mentions), row.view_count) == (["zoe", "leo"], 40)


def test_the_older_shape_says_the_same() -> None:
    new, old = rows_of(media(caption={"text": "Fête #fete"}), graph())
    names = [
        "message_id",
        "text",
        "author_id",
        "author_handle",
        "created_at",
        "url",
        "like_count",
        "reply_count",
    ]
    assert [getattr(new, name) for name in names] == [getattr(old, name) for name in names]
    assert list(old.media_urls) == ["https://i.test/1.jpg", "https://v.test/2.mp4"]


@pytest.mark.parametrize(
    "more",
    [
        {"product_type": "ad"},
        {"link": "https://www.facebook.com/ads/ig_redirect/?d=x"},
    ],
)
def test_advertisements_are_counted_apart(more: dict[str, Any]) -> None:
    _, entry = read(lines(envelope("instagram.com", media(**more))), ZEESCHUIMER)
    assert skipped(entry) == {"advertisement": 1}


def test_an_object_of_another_shape_is_told_apart() -> None:
    _, entry = read(lines(envelope("instagram.com", {"id": "1", "media_type": 1, "name": "x"})), ZEESCHUIMER)
    assert skipped(entry) == {"unsupported_variant": 1}


def test_comments_that_came_with_a_post_are_rows_each_once() -> None:
    one, two = media_comment("17900000000000001"), media_comment("17900000000000002", text="Non")
    post, first, second = rows_of(media(comments=[one, two], preview_comments=[two]))
    assert [row.kind for row in (post, first, second)] == ["post", "comment", "comment"]
    assert (first.text, second.text, first.target_id) == ("Bravo @ada", "Non", post.message_id)
    assert second.locator.endswith("/data/comments/1")


def test_replies_know_their_comment_and_their_post() -> None:
    reply = {k: v for k, v in media_comment("17900000000000002").items() if k != "media_id"}
    first, second = rows_of(
        media_comment(preview_child_comments=[reply], child_comment_count=4), module="instagram-comments"
    )
    assert (first.kind, first.reply_count, first.like_count) == ("comment", 4, 1)
    assert (second.kind, second.parent_id, second.target_id) == ("reply", first.message_id, first.target_id)
    assert (second.conversation_id, second.reply_count) == (first.message_id, None)


def test_the_number_of_a_comment_hides_no_time() -> None:
    (row,) = rows_of(media_comment(created_at=0), module="instagram-comments")
    assert (row.created_at, row.id_time) == (None, None)


def test_comments_of_the_older_shape_and_of_the_fork() -> None:
    thread = {
        "count": 1,
        "edges": [
            {
                "node": {
                    "id": "18",
                    "text": "Oui",
                    "created_at": 1628399910,
                    "owner": {"id": "57", "username": "leo"},
                }
            }
        ],
    }
    node = {
        "id": "17",
        "text": "Bravo",
        "created_at": 1628399900,
        "owner": {"id": "56", "username": "zoe"},
        "edge_liked_by": {"count": 3},
        "edge_threaded_comments": thread,
    }
    post = graph(edge_media_to_parent_comment={"count": 2, "edges": [{"node": node}]})
    _, comment, reply = rows_of(post)
    assert (comment.author_handle, comment.like_count, comment.reply_count) == ("zoe", 3, 1)
    assert (reply.parent_id, reply.author_id, reply.target_id) == ("17", "57", "2635595260958330718")
    fork = media_comment(
        user={"id": "56", "unique_id": "zoe", "nickname": "Zoé"},
        post_shortcode="CSTg-0FH89e",
        parent_comment_id="17",
    )
    (row,) = rows_of(fork, module="instagram-comments")
    assert (row.author_id, row.author_handle, row.author_name) == ("56", "zoe", "Zoé")
    assert (row.parent_id, row.url) == ("17", f"https://www.instagram.com/p/CSTg-0FH89e/c/{row.message_id}/")


@given(st.integers(min_value=1 << 54, max_value=(1 << 63) - 1))
def test_a_short_code_writes_the_number_of_the_post(number: int) -> None:
    code, rest = "", number
    while rest:
        rest, digit = divmod(rest, 64)
        code = ALPHABET[digit] + code
    assert pk_of_shortcode(code) == str(number)
    assert pk_of_shortcode(code + "x" * 28) == str(number), "the longer code of a private account"


def test_what_is_no_short_code_names_no_post() -> None:
    assert pk_of_shortcode("CSTg-0FH89e") == "2635595260958330718"
    assert [pk_of_shortcode(text) for text in ("", "abc", "CSTg-0FH89!", "-" * 11)] == [None] * 4


def test_a_list_where_the_kind_is_written_is_no_post() -> None:
    assert is_media(graph())
    assert not is_media(graph(__typename=["GraphSidecar"]))
