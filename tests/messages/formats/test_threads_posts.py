"""Threads' own posts: replies, reposts, quotes, links behind the platform's redirection."""

from typing import Any

import pytest

from saisine.messages.formats.zeeschuimer import ZEESCHUIMER
from saisine.messages.schema import Message
from tests.messages.formats.platform_items import envelope, lines, media, thread_post
from tests.messages.formats.reading import read, skipped, utc


def rows_of(*posts: dict[str, Any]) -> list[Message]:
    numbered = (envelope("threads.net", one, str(number)) for number, one in enumerate(posts))
    return read(lines(*numbered), ZEESCHUIMER)[0]


def test_every_column_of_a_post() -> None:
    (row,) = rows_of(thread_post(text="Bonjour @zoe #asso"))
    assert (row.platform, row.kind, row.message_id) == ("threads", "post", "3400000000000000000")
    assert (row.author_id, row.author_handle, row.author_name) == ("77", "ada", "Ada")
    assert (row.created_at, row.created_at_precision) == (utc("2024-06-21T20:00:00Z"), "s")
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (4, 2, 2, None)
    assert (list(row.mentions), list(row.hashtags)) == (["zoe"], ["asso"])
    assert row.url == "https://www.threads.com/@ada/post/C8vKrRZsAAA"
    assert row.missing == ("view_count", "lang")


def test_a_reply_names_the_account_it_answers_and_says_that_the_post_is_unknown() -> None:
    (row,) = rows_of(thread_post(is_reply=True, reply_to_author={"id": "78", "username": "zoe"}))
    assert (row.kind, row.parent_id, row.conversation_id) == ("reply", None, None)
    assert (row.target_id, row.target_kind, row.target_handle) == ("78", "account", "zoe")
    assert {"parent_id", "conversation_id"} <= set(row.missing)


@pytest.mark.parametrize("name", ["quoted_post", "quoted_attachment_post"])
def test_a_quoted_post_becomes_context(name: str) -> None:
    quote, context = rows_of(thread_post(share_info={name: thread_post("34", "Cité")}))
    assert (quote.kind, quote.quote_of_id) == ("quote", "34")
    assert (context.role, context.text) == ("context", "Cité")
    assert context.locator.endswith(f"/data/text_post_app_info/share_info/{name}")


def test_a_repost_shows_the_inner_text() -> None:
    shared = thread_post("34", "Partagé")
    repost, context = rows_of(thread_post(text=None, share_info={"reposted_post": shared}))
    assert (repost.kind, repost.repost_of_id, repost.text) == ("repost", "34", "Partagé")
    assert (context.role, context.message_id) == ("context", "34")


def test_a_text_in_pieces_is_joined_and_links_lose_the_redirection() -> None:
    pieces = {
        "fragments": [
            {"plaintext": "Lire "},
            {"plaintext": "ici", "link_fragment": {"uri": "https://e.test/a"}},
        ]
    }
    preview = {"url": "https://l.threads.com/?u=https%3A%2F%2Fe.test%2Fb&e=secret"}
    (row,) = rows_of(thread_post(text=None, text_fragments=pieces, link_preview_attachment=preview))
    assert row.text == "Lire ici"
    assert list(row.urls) == ["https://e.test/a", "https://e.test/b"]


def test_pictures_videos_and_sound() -> None:
    parts = [
        {"image_versions2": {"candidates": [{"url": "https://i.test/1.jpg"}]}, "video_versions": None},
        {"image_versions2": None, "video_versions": [{"url": "https://v.test/2.mp4"}]},
    ]
    post = thread_post() | {"carousel_media": parts, "audio": {"audio_src": "https://a.test/3.mp3"}}
    (row,) = rows_of(post)
    assert list(row.media_urls) == ["https://i.test/1.jpg", "https://v.test/2.mp4", "https://a.test/3.mp3"]


def test_hidden_likes_are_missing_and_a_post_that_is_gone_is_marked() -> None:
    hidden, gone = rows_of(
        thread_post() | {"like_and_view_counts_disabled": True}, thread_post("34", is_post_unavailable=True)
    )
    assert (hidden.like_count, "like_count" in hidden.missing) == (None, True)
    assert (hidden.deleted, gone.deleted) == ("none", "tombstone")


def test_a_post_of_instagram_is_none_of_threads() -> None:
    _, entry = read(lines(envelope("threads.net", media())), ZEESCHUIMER)
    assert skipped(entry) == {"unsupported_variant": 1}
