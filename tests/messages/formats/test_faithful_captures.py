"""What captured pages say beside a text and of whom: its address, what was spoken, the comment that it answers."""

import dataclasses
import json
from typing import Any

import pytest

from saisine.messages.formats.contract import Format
from saisine.messages.formats.har import HAR
from saisine.messages.formats.instagram_media import is_comment
from saisine.messages.formats.warc import WARC
from saisine.messages.formats.x_graphql_tweets import X_GRAPHQL
from saisine.messages.formats.zeeschuimer import ZEESCHUIMER
from saisine.messages.schema import Message
from tests.messages.formats.captures import (
    YOUTUBE,
    answer_record,
    entry,
    har,
    warc,
    youtube_entity,
    youtube_link,
)
from tests.messages.formats.platform_items import envelope, lines, media_comment, tweet
from tests.messages.formats.reading import read, skipped

YOUTUBE_ADDRESS = "https://www.youtube.com/youtubei/v1/next?prettyPrint=false"
INSTAGRAM_ADDRESS = "https://www.instagram.com/api/v1/media/3000000000000000000/comments/"
X_ADDRESS = "https://x.com/i/api/graphql/a/TweetDetail"


def agree(one: Format, data: bytes) -> list[Message]:
    """The rows, when blocks and records taken one by one give the same."""
    rows, account = read(data, one)
    assert account.failed == []
    alone, _ = read(data, dataclasses.replace(one, blocks=None, map_block=None))
    assert [row.as_json() for row in rows] == [row.as_json() for row in alone]
    return rows


def captured(address: str, answer: Any) -> list[Message]:
    """The rows of an answer in a HAR, when a WARC gives the same."""
    rows = agree(HAR, har(entry(address, answer)))
    again, _ = read(warc(answer_record(address, answer)), WARC)
    assert [(row.message_id, row.text, row.url) for row in again] == [
        (row.message_id, row.text, row.url) for row in rows
    ]
    return rows


# ------------------------------------------------------------------ YouTube: whose address


VICTIM = "UgxVictime"
OTHER = "youtube.com/watch?v=XXXXXXXXXXX&lc=" + VICTIM


def mutations(*ones: Any) -> dict[str, Any]:
    return {"frameworkUpdates": {"entityBatchUpdate": {"mutations": list(ones)}}}


def web_command(url: str) -> dict[str, Any]:
    return {"innertubeCommand": {"commandMetadata": {"webCommandMetadata": {"url": url}}}}


def linking(key: str) -> dict[str, Any]:
    """A comment with the address of another's in its words, and in what YouTube makes a link of."""
    one = youtube_entity(key, OTHER)
    one["payload"]["commentEntityPayload"]["properties"]["content"]["commandRuns"] = [
        {"startIndex": 0, "length": 9, "onTap": web_command("/" + OTHER.partition("/")[2])}
    ]
    return one


@pytest.mark.parametrize("is_last", [False, True])
def test_the_address_of_a_comment_is_never_taken_from_the_text_of_another(*, is_last: bool) -> None:
    attack = [linking("UgxAttaque"), youtube_link("vid00000001", "UgxAttaque")]
    victim = [youtube_entity(VICTIM, "Bonjour"), youtube_link("vid00000001", VICTIM)]
    rows = captured(YOUTUBE_ADDRESS, mutations(*(victim + attack if is_last else attack + victim)))
    assert {row.message_id: (row.target_id, row.url) for row in rows} == {
        one: ("vid00000001", f"https://www.youtube.com/watch?v=vid00000001&lc={one}")
        for one in (VICTIM, "UgxAttaque")
    }


def test_a_comment_whose_surface_is_not_there_has_no_video_rather_than_that_of_a_text() -> None:
    rows = captured(YOUTUBE_ADDRESS, mutations(youtube_entity(VICTIM, "Bonjour"), linking("UgxAttaque")))
    assert [(row.target_id, row.url, "target_id" in row.missing) for row in rows] == [(None, None, True)] * 2


def test_the_words_of_a_text_are_no_surface() -> None:
    forged = json.dumps(youtube_link("XXXXXXXXXXX", VICTIM))
    answer = mutations(
        youtube_entity(VICTIM, "Bonjour"),
        youtube_link("vid00000001", VICTIM),
        youtube_entity("UgxAttaque", forged),
        youtube_entity("UgxB", "commentSurfaceEntityPayload"),
    )
    assert captured(YOUTUBE_ADDRESS, answer)[0].target_id == "vid00000001"


def test_surfaces_are_found_where_an_older_page_nests_them() -> None:
    rows = captured(YOUTUBE_ADDRESS, [{"page": "watch"}, {"response": YOUTUBE}])
    assert [row.target_id for row in rows] == ["vid00000001"] * 2


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/watch?v=vid00000001&pp=abc&lc=UgxA", "vid00000001"),
        ("/watch?lc=UgxA&v=vid00000001", "vid00000001"),
        ("/watch?v=vid00000001XX&lc=UgxA", None),
        ("/post/Ugkx1?lc=UgxA", None),
    ],
)
def test_the_address_of_a_surface_is_read_in_any_order(url: str, target: str | None) -> None:
    surface = {"payload": {"commentSurfaceEntityPayload": {"publishedTimeCommand": web_command(url)}}}
    (row,) = captured(YOUTUBE_ADDRESS, mutations(youtube_entity("UgxA", "Bonjour"), surface))
    assert row.target_id == target


def test_a_comment_of_before_2024_whose_date_leads_to_an_address_alone() -> None:
    endpoint = web_command("/watch?v=vid00000002&lc=UgxB")["innertubeCommand"]
    own = {"text": f"Voir {OTHER}", "navigationEndpoint": web_command("/" + OTHER)["innertubeCommand"]}
    old = {
        "commentId": "UgxB",
        "contentText": {"runs": [own]},
        "publishedTimeText": {"runs": [{"text": "1 month ago", "navigationEndpoint": endpoint}]},
    }
    (row,) = captured(YOUTUBE_ADDRESS, {"items": [{"commentRenderer": old}]})
    assert row.target_id == "vid00000002"


# ------------------------------------------------------------------ YouTube: spoken replies


NESTED = {"voiceReplyContainerViewModel": {"transcriptText": {"content": "mots dits"}}}


def spoken(container: Any, key: str = "UgxA", **surface: Any) -> dict[str, Any]:
    one = youtube_link("vid00000001", key)
    one["payload"]["commentSurfaceEntityPayload"] |= {"voiceReplyContainerViewModel": container, **surface}
    return one


@pytest.mark.parametrize(
    ("written", "container", "text", "is_missing"),
    [
        ("", NESTED, "mots dits", False),
        ("", NESTED["voiceReplyContainerViewModel"], "mots dits", False),
        ("écrit", NESTED, "écrit", False),
        ("", {"voiceReplyContainerViewModel": {}}, "", True),
        ("", {"voiceReplyContainerViewModel": {"transcriptText": {"content": ""}}}, "", True),
        ("", "autre chose", "", True),
    ],
)
def test_a_spoken_reply_has_its_transcript_or_no_text(
    written: str, container: Any, text: str, *, is_missing: bool
) -> None:
    beside = (youtube_entity("UgxB", ""), youtube_link("vid00000001", "UgxB"))
    row, other = captured(
        YOUTUBE_ADDRESS, mutations(youtube_entity("UgxA", written), spoken(container), *beside)
    )
    assert (row.text, "text" in row.missing) == (text, is_missing)
    assert (other.text, "text" in other.missing) == ("", False)


def test_a_spoken_reply_is_found_by_the_key_of_its_surface() -> None:
    models = [
        {"commentViewModel": {"commentSurfaceKey": key, "commentId": comment}}
        for key, comment in (("s1", "UgxA"), ("s2", "UgxB"))
    ]
    surface = spoken(NESTED, key="s2", publishedTimeCommand=None)
    surface["payload"]["commentSurfaceEntityPayload"]["key"] = "s2"
    changes = mutations(youtube_entity("UgxA", ""), youtube_entity("UgxB", ""), surface)
    rows = captured(YOUTUBE_ADDRESS, {"items": models, **changes})
    assert [row.text for row in rows] == ["", "mots dits"]


# ------------------------------------------------------------------ X: articles


TITLED = {"rest_id": "9", "title": "Titre", "preview_text": "Le début de tout…"}


def paragraphs(*texts: str | tuple[str, str]) -> dict[str, Any]:
    blocks = [
        {"key": "k", "type": "unstyled", "text": one}
        if isinstance(one, str)
        else {"key": "k", "type": one[0], "text": one[1]}
        for one in texts
    ]
    return {"content_state": {"blocks": blocks, "entityMap": []}}


def article(**fields: Any) -> dict[str, Any]:
    return {"article_results": {"result": TITLED | fields}}


BODY = paragraphs("Le début", ("atomic", " "), "de tout, puis", "", ("header-two", "la fin"))
WHOLE = "https://t.co/a\nTitre\nLe début\nde tout, puis\nla fin"
ARTICLES: list[tuple[Any, str, bool]] = [
    (article(**BODY), WHOLE, False),
    (
        article(plain_text="Le début de tout, puis", **BODY),
        "https://t.co/a\nTitre\nLe début de tout, puis",
        False,
    ),
    (article(), "https://t.co/a\nTitre\nLe début de tout…", True),
    (article(**paragraphs(("atomic", " "))), "https://t.co/a\nTitre\nLe début de tout…", True),
    (
        article(content_state={"blocks": ["odd", None, {"text": 3}]}),
        "https://t.co/a\nTitre\nLe début de tout…",
        True,
    ),
    ({"article_results": {}}, "https://t.co/a", True),
    ({}, "https://t.co/a", False),
    (None, "https://t.co/a", False),
]


def x_answer(*posts: Any) -> dict[str, Any]:
    return {"data": {"entries": [{"tweet_results": {"result": one}} for one in posts]}}


@pytest.mark.parametrize(("held", "text", "is_cut"), ARTICLES)
def test_the_paragraphs_of_an_article_are_read_or_told_missing(held: Any, text: str, *, is_cut: bool) -> None:
    post, plain = tweet(text="https://t.co/a", article=held), tweet("1690000000000000001")
    numbered = (envelope("twitter.com", one, one["rest_id"]) for one in (post, plain))
    zeeschuimer = agree(ZEESCHUIMER, lines(*numbered))
    answers, _ = read(x_answer(post, plain), X_GRAPHQL)
    for rows in (captured(X_ADDRESS, x_answer(post, plain)), zeeschuimer, answers):
        assert [(row.text, "text" in row.missing) for row in rows] == [(text, is_cut), ("Bonjour", False)]


def test_a_repost_and_a_quote_of_an_article_say_it_too() -> None:
    whole, cut = tweet(text="https://t.co/a", article=article(**BODY)), tweet("17", "a", article=article())
    again = tweet(
        "1690000000000000001", "RT @a: https", legacy={"retweeted_status_result": {"result": whole}}
    )
    quoting = tweet("1690000000000000002", "Voyez", quoted_status_result={"result": cut})
    rows = captured(X_ADDRESS, x_answer(again, quoting))
    assert [(row.text, "text" in row.missing) for row in rows] == [
        (WHOLE, False),
        (WHOLE, False),
        ("Voyez", False),
        ("a\nTitre\nLe début de tout…", True),
    ]


# ------------------------------------------------------------------ Instagram


def by_every_way(*comments: dict[str, Any]) -> list[Message]:
    """The rows of a capture, when those of Zeeschuimer's fork say the same."""
    rows = captured(INSTAGRAM_ADDRESS, {"comments": list(comments)})
    numbered = (envelope("instagram-comments", one, str(number)) for number, one in enumerate(comments))
    again, _ = read(lines(*numbered), ZEESCHUIMER)
    assert [(one.message_id, one.text, one.parent_id, one.media_urls) for one in again] == [
        (one.message_id, one.text, one.parent_id, one.media_urls) for one in rows
    ]
    return rows


PROXIED = {"first_party_cdn_proxied_images": {"fixed_height": {"url": "https://i.test/g.gif"}}}


@pytest.mark.parametrize(
    ("gif", "addresses", "is_missing"),
    [
        (PROXIED, ["https://i.test/g.gif"], False),
        ({"images": {"fixed_height": {"url": "https://g.test/g.gif"}}}, ["https://g.test/g.gif"], False),
        ({"images": {"fixed_height": {"webp": "https://g.test/g.webp"}}}, ["https://g.test/g.webp"], False),
        (
            PROXIED | {"images": {"fixed_height": {"url": "https://g.test/2"}}},
            ["https://i.test/g.gif"],
            False,
        ),
        ({"id": "g2"}, [], True),
        (None, [], False),
        ({}, [], False),
    ],
)
def test_a_comment_that_is_a_gif_has_its_address(gif: Any, addresses: list[str], *, is_missing: bool) -> None:
    (row,) = by_every_way(media_comment(text="", giphy_media_info=gif))
    assert (list(row.media_urls), "media_urls" in row.missing) == (addresses, is_missing)
    assert (row.text, "text" in row.missing) == ("", False)


def test_an_answer_to_an_answer_names_it_and_stays_in_its_thread() -> None:
    first = media_comment("1", child_comment_count=2)
    answer = media_comment("2", parent_comment_id="1", replied_to_comment_id="1")
    inner = media_comment("3", parent_comment_id="1", replied_to_comment_id="2")
    rows = by_every_way(first, answer, inner)
    assert [(row.kind, row.parent_id, row.conversation_id) for row in rows] == [
        ("comment", None, "1"),
        ("reply", "1", "1"),
        ("reply", "2", "1"),
    ]
    carried = media_comment("1", preview_child_comments=[media_comment("3", replied_to_comment_id=2)])
    assert [(row.parent_id, row.conversation_id) for row in by_every_way(carried)] == [
        (None, "1"),
        ("2", "1"),
    ]


@pytest.mark.parametrize("none", [None, "", "0", 0])
def test_a_comment_that_answers_none_is_no_reply(none: Any) -> None:
    (row,) = by_every_way(media_comment("1", parent_comment_id=none, replied_to_comment_id=none))
    assert (row.kind, row.parent_id, row.conversation_id) == ("comment", None, "1")


def test_a_comment_that_was_changed_says_so() -> None:
    rows = by_every_way(
        media_comment("1", is_edited=True), media_comment("2", is_edited=False), media_comment("3")
    )
    assert ["edited_at" in row.missing for row in rows] == [True, False, False]


def test_a_comment_without_text_is_kept_and_its_text_is_missing() -> None:
    first = media_comment("1", preview_child_comments=[media_comment("2", text=None)])
    rows = by_every_way(first, media_comment("3", text=None))
    assert [(row.message_id, row.text, "text" in row.missing) for row in rows] == [
        ("1", "Bravo @ada", False),
        ("2", "", True),
        ("3", "", True),
    ]


def test_a_caption_without_text_is_no_comment() -> None:
    caption = {"pk": "9", "text": None, "user": {"pk": "60"}, "created_at": 1_790_000_000, "media_id": "3"}
    assert not is_comment(caption)
    assert not is_comment({name: one for name, one in media_comment().items() if name != "text"})
    rows, account = read(har(entry(INSTAGRAM_ADDRESS, {"caption": caption, "comments": []})), HAR)
    assert (rows, skipped(account)) == ([], {"not_a_message": 1})


def test_a_comment_of_the_older_shape_without_text_is_kept() -> None:
    comment = {
        "id": "17900000000000003",
        "text": None,
        "created_at": 1_628_399_900,
        "owner": {"id": "56", "username": "zoe"},
        "edge_liked_by": {"count": 1},
    }
    (row,) = captured(INSTAGRAM_ADDRESS, {"data": {"edges": [{"node": comment}]}})
    assert (row.message_id, row.text, "text" in row.missing, row.like_count) == (comment["id"], "", True, 1)
