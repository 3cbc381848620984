"""What people read beside the text of a post is kept: shared titles, cards, polls, articles, descriptions of pictures;
and what stands in the place of a post that is gone is counted."""

import copy
import json
from typing import Any

import pytest

from saisine.messages.formats.bluesky import BLUESKY
from saisine.messages.formats.contract import Format
from saisine.messages.formats.discord import DISCORD
from saisine.messages.formats.facebook_graph import FACEBOOK_GRAPH
from saisine.messages.formats.mastodon import MASTODON_API
from saisine.messages.formats.mastodon_archive import MASTODON_ARCHIVE
from saisine.messages.formats.x_graphql_tweets import X_GRAPHQL
from saisine.messages.formats.zeeschuimer import ZEESCHUIMER
from saisine.messages.schema import Message
from tests.messages.formats.platform_items import tweet
from tests.messages.formats.reading import read, skipped
from tests.messages.test_columnar import one_by_one, told

AT = "2023-11-14T22:13:20+0000"
JOINED = ["fragments_joined"]
ODD: list[Any] = [None, "", "x", 3, True, [], {}, [None], {"a": 1}, "é\0", "\ud800", "\u2028"]


def words(row: Message) -> tuple[str, list[str]]:
    return row.text, list(row.text_repairs)


def written(data: Any) -> bytes:
    """JSON without escapes where it can be: a record that has some is never mapped in a block."""
    try:
        return json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(data).encode()


def agree(one: Format, data: Any) -> list[Message]:
    """The rows, when blocks and records taken one by one give the same."""
    assert one.blocks is not None
    body = data if isinstance(data, bytes) else written(data)
    assert told(one, body) == told(one_by_one(one), body)
    return read(body, one)[0]


def altered(value: Any) -> list[Any]:
    """Copies of a value, each with another value somewhere inside."""
    found = []
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        for odd in [*ODD, *(altered(value[key]) if isinstance(value[key], dict | list) else ())]:
            other = copy.deepcopy(value)
            other[key] = odd
            found.append(other)
    return found


# ------------------------------------------------------------------ Facebook

SHARED = {
    "type": "share",
    "title": "Titre",
    "description": "Texte partagé",
    "url": "https://e.test/x",
    "subattachments": {"data": [{"type": "photo", "media": {"image": {"src": "https://e.test/2.jpg"}}}]},
}


def facebook_post(**fields: Any) -> dict[str, Any]:
    return {"id": "1_2", "created_time": AT, "updated_time": AT, **fields}


def facebook_comment(number: int, **fields: Any) -> dict[str, Any]:
    said = {"created_time": AT, "from": {"id": "4", "name": "Zoé"}, "comment_count": 0, "like_count": 0}
    return {"id": f"2_{number}", **said, **fields}


def test_a_post_without_message_has_its_story_and_the_words_it_shares() -> None:
    story = facebook_post(story="Ada a partagé une publication.", attachments={"data": [SHARED]})
    (row,), _ = read({"data": [story]}, FACEBOOK_GRAPH)
    assert words(row) == ("Ada a partagé une publication.\nTitre\nTexte partagé", JOINED)
    assert "text" not in row.missing
    assert list(row.media_urls) == ["https://e.test/2.jpg"]


def test_a_post_with_a_message_keeps_it_alone_and_the_story_alone_is_one_piece() -> None:
    said = facebook_post(message="Bonjour", story="Ada a partagé", attachments={"data": [SHARED]})
    alone = facebook_post(story="Ada a changé de photo")
    rows, _ = read({"data": [said, alone, facebook_post()]}, FACEBOOK_GRAPH)
    assert [words(row) for row in rows] == [("Bonjour", []), ("Ada a changé de photo", []), ("", [])]
    assert "text" in rows[2].missing


def test_the_pictures_of_an_album_are_all_named_once() -> None:
    first = {"media": {"image": {"src": "https://e.test/1.jpg"}}}
    second = {"media": {"image": {"src": "https://e.test/2.jpg"}}}
    album = {"type": "album", **first, "subattachments": {"data": [first, second]}}
    (row,), _ = read(
        {"data": [facebook_post(message="Album", attachments={"data": [album]})]}, FACEBOOK_GRAPH
    )
    assert list(row.media_urls) == ["https://e.test/1.jpg", "https://e.test/2.jpg"]


def test_a_comment_that_is_only_a_link_has_the_words_of_the_link() -> None:
    photo = {"type": "photo", "media": {"image": {"src": "https://e.test/1.jpg"}}}
    page = {
        "data": [
            facebook_comment(1, message="", attachment=SHARED),
            facebook_comment(2, message="Regardez", attachment=SHARED),
            facebook_comment(3, message="", attachment=photo),
            facebook_comment(4, attachments={"data": [{"type": "share", "title": "Titre"}]}),
            facebook_comment(5),
        ]
    }
    rows = agree(FACEBOOK_GRAPH, page)
    assert [words(row) for row in rows] == [
        ("Titre\nTexte partagé", JOINED),
        ("Regardez", []),
        ("", []),
        ("Titre", []),
        ("", []),
    ]
    assert ["text" in row.missing for row in rows] == [False, False, False, False, True]


def test_odd_attachments_give_the_same_by_blocks_and_alone() -> None:
    shared = {"title": "Titre", "description": "Texte", "subattachments": {"data": [{"media": None}]}}
    for odd in altered({"attachment": shared, "attachments": {"data": [shared]}}):
        agree(FACEBOOK_GRAPH, {"data": [facebook_comment(1, message="", **odd), facebook_comment(2)]})


# ------------------------------------------------------------------ Discord

CARD = {"title": "Avis", "description": "Texte", "fields": [{"name": "Motif", "value": "insulte"}]}
POLL = {"question": {"text": "Qui ?"}, "answers": [{"text": "moi"}, {"text": "toi"}]}


def discord(*said: dict[str, Any]) -> dict[str, Any]:
    common = {
        "type": "Default",
        "timestamp": "2023-11-14T22:13:20+00:00",
        "author": {"id": "5", "name": "ada"},
    }
    return {
        "guild": {"id": "10", "name": "Asso"},
        "channel": {"id": "20", "type": "GuildTextChat", "name": "général"},
        "messages": [
            {"id": str(1_174_111_000_000_000_000 + n), **common, **one} for n, one in enumerate(said)
        ],
    }


def test_the_fields_of_a_card_are_read() -> None:
    only_fields = {"title": "", "description": "", "url": None, "fields": CARD["fields"]}
    half = {"fields": [{"name": "Seul", "value": ""}, {"name": None, "value": "valeur"}]}
    rows = agree(DISCORD, discord({"content": "", "embeds": [only_fields]}, {"embeds": [CARD, half]}))
    assert [words(row) for row in rows] == [
        ("Motif: insulte", JOINED),
        ("Avis\nTexte\nMotif: insulte\nSeul\nvaleur", JOINED),
    ]


def test_the_card_of_a_bot_stands_below_its_words_and_the_preview_of_a_page_does_not() -> None:
    preview = {**CARD, "url": "https://e.test/page"}
    rows = agree(
        DISCORD,
        discord(
            {"content": "Sanction", "embeds": [CARD]},
            {"content": "Voyez https://e.test/page", "embeds": [preview]},
            {"content": "Voyez", "embeds": [preview, CARD]},
            {"content": "", "embeds": [preview]},
        ),
    )
    card = "Avis\nTexte\nMotif: insulte"
    assert [words(row) for row in rows] == [
        (f"Sanction\n{card}", JOINED),
        ("Voyez https://e.test/page", []),
        (f"Voyez\n{card}", JOINED),
        (card, JOINED),
    ]


def test_a_poll_without_words_gives_its_question_and_its_answers() -> None:
    rows = agree(DISCORD, discord({"content": "", "poll": POLL}, {"content": "Votez", "poll": POLL}))
    assert [words(row) for row in rows] == [("Qui ?\nmoi\ntoi", JOINED), ("Votez", [])]


@pytest.mark.parametrize("content", ["", "Bonjour"])
def test_odd_cards_and_polls_give_the_same_by_blocks_and_alone(content: str) -> None:
    for odd in altered({"embeds": [CARD], "poll": POLL}):
        agree(DISCORD, discord({"content": content, **odd}, {"content": "après"}))


# ------------------------------------------------------------------ X

ARTICLE = {"title": "Titre", "preview_text": "Le début", "plain_text": "Tout le texte"}


def article(**fields: Any) -> dict[str, Any]:
    return {"article_results": {"result": {"rest_id": "9", **fields}}}


def poll(*labels: str) -> dict[str, Any]:
    values = [
        {"key": f"choice{n}_label", "value": {"string_value": one, "type": "STRING"}}
        for n, one in enumerate(labels, 1)
    ]
    return {
        "legacy": {"name": "poll2choice_text_only", "binding_values": [*reversed(values), {"key": "counts"}]}
    }


LINK_CARD = {"legacy": {"binding_values": [{"key": "title", "value": {"string_value": "Autrui"}}]}}


def lines_of_x(*posts: dict[str, Any]) -> bytes:
    envelope = {"timestamp_collected": 1_764_000_000_000, "source_platform": "twitter.com"}
    return b"\n".join(
        json.dumps({"item_id": str(n), **envelope, "data": one}).encode() for n, one in enumerate(posts)
    )


def answer(*items: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"timeline": {"entries": [{"content": {"itemContent": item}} for item in items]}}}


def test_an_article_of_x_is_read_below_its_address() -> None:
    begun = article(title="Titre", preview_text="Tout le…", plain_text="Tout le texte")
    posts = [
        tweet(text="https://t.co/a", article=article(**ARTICLE)),
        tweet(text="", article=begun),
        tweet(text="A &amp; B", article=article(title="Titre")),
        tweet(article=None, card=None),
    ]
    rows = agree(ZEESCHUIMER, lines_of_x(*posts))
    assert [words(row) for row in rows] == [
        ("https://t.co/a\nTitre\nLe début\nTout le texte", JOINED),
        ("Titre\nTout le texte", JOINED),
        ("A & B\nTitre", ["html_unescaped", *JOINED]),
        ("Bonjour", []),
    ]
    assert [row.text_raw for row in rows] == ["https://t.co/a", "", "A &amp; B", None]
    shown, _ = read(answer(*({"tweet_results": {"result": one}} for one in posts)), X_GRAPHQL)
    assert [words(row) for row in shown] == [words(row) for row in rows]


def test_the_choices_of_a_poll_of_x_stand_below_it_in_their_order() -> None:
    asked = tweet(text="Qui ?", card=poll("Les uns", "Les autres", "Tous", "Personne"))
    again = tweet(
        "1690000000000000001", "RT @a: Qui ?", legacy={"retweeted_status_result": {"result": asked}}
    )
    rows = agree(ZEESCHUIMER, lines_of_x(asked, tweet(card=LINK_CARD), again))
    whole = "Qui ?\nLes uns\nLes autres\nTous\nPersonne"
    assert [words(row) for row in rows] == [
        (whole, JOINED),
        ("Bonjour", []),
        (whole, JOINED),
        (whole, JOINED),
    ]
    assert [row.text_raw for row in rows] == ["Qui ?", None, "RT @a: Qui ?", "Qui ?"]


def test_odd_articles_and_polls_give_the_same_by_blocks_and_alone() -> None:
    for odd in altered({"article": article(**ARTICLE), "card": poll("Oui", "Non")}):
        agree(ZEESCHUIMER, lines_of_x(tweet(**odd), tweet("1690000000000000001")))
    escaped = lines_of_x(tweet(card=poll("Oui", "Non"))).replace(b"choice1", b"\\u0063hoice1")
    assert agree(ZEESCHUIMER, escaped)[0].text == "Bonjour\nOui\nNon"


TOMBSTONE = {"__typename": "TweetTombstone", "tombstone": {"text": {"text": "Ce post a été supprimé"}}}


@pytest.mark.parametrize(
    ("held", "place"),
    [
        ({"result": TOMBSTONE}, "/itemContent/tweet_results/result"),
        ({"result": {"tombstone": {"text": {}}}}, "/itemContent/tweet_results/result"),
        ({"result": {"__typename": "TweetUnavailable"}}, "/itemContent/tweet_results/result"),
        ({}, "/itemContent"),
        ({"result": None}, "/itemContent"),
    ],
)
def test_what_stands_in_the_place_of_a_post_that_is_gone_is_counted(held: dict[str, Any], place: str) -> None:
    rows, entry = read(answer({"tweet_results": {"result": tweet()}}, {"tweet_results": held}), X_GRAPHQL)
    assert ([row.text for row in rows], skipped(entry)) == (["Bonjour"], {"empty_record": 1})
    assert entry.skipped["empty_record"][1].endswith(f"/data/timeline/entries/1/content{place}")


def test_a_promoted_place_stays_an_advertisement_and_no_post_is_lost_with_an_empty_one() -> None:
    promoted: dict[str, Any] = {"tweet_results": {}, "promotedMetadata": {}}
    beside = {"tweet_results": {}, "other": {"result": tweet()}}
    within = {"tweet_results": {"result": {"tombstone": {"tweet": tweet()}}}}
    rows, entry = read(answer(promoted, beside, within), X_GRAPHQL)
    assert (len(rows), skipped(entry)) == (2, {"advertisement": 1})


# ------------------------------------------------------------------ Mastodon, Threads, Bluesky


def status(content: str = "<p>Qui ?</p>", **fields: Any) -> dict[str, Any]:
    return {
        "id": "111411200008060928",
        "created_at": "2023-11-14T22:13:20.123Z",
        "visibility": "public",
        "content": content,
        "account": {"id": "9", "acct": "zoe", "display_name": "Zoé"},
        **fields,
    }


def activity(content: str, **note: Any) -> dict[str, Any]:
    said = {"id": "https://m.ex/users/zoe/statuses/1", "type": "Note", "content": content, **note}
    return {
        "type": "OrderedCollection",
        "orderedItems": [
            {
                "id": "https://m.ex/users/zoe/statuses/1/activity",
                "type": "Create",
                "actor": "https://m.ex/users/zoe",
                "published": "2023-11-14T22:13:20Z",
                "object": said,
            }
        ],
    }


OPTIONS = {"options": [{"title": "Les uns"}, {"title": "Les autres"}]}
PICTURES = [
    {"url": "https://e.test/1.jpg", "description": "Un dessin"},
    {"url": "https://e.test/2.jpg", "description": None},
    {"url": "https://e.test/3.jpg", "description": "Une photo"},
]


def test_the_options_of_a_poll_of_mastodon_stand_below_it() -> None:
    boost = status("<p>x</p>", id="1", reblog=status(poll=OPTIONS))
    asked = status(poll=OPTIONS, media_attachments=PICTURES)
    rows, _ = read([asked, boost, status(poll=None), status("", poll=OPTIONS)], MASTODON_API)
    whole = ("Qui ?\nLes uns\nLes autres", ["html_stripped", *JOINED])
    assert [words(row) for row in rows] == [
        whole,
        whole,
        whole,
        ("Qui ?", ["html_stripped"]),
        ("Les uns\nLes autres", JOINED),
    ]
    assert rows[0].text_raw == "<p>Qui ?</p>"


@pytest.mark.parametrize("key", ["oneOf", "anyOf"])
def test_the_options_of_a_poll_of_an_outbox_stand_below_it(key: str) -> None:
    options = {key: [{"type": "Note", "name": "Oui"}, {"type": "Note", "name": "Non"}]}
    (row,), _ = read(activity("<p>Qui ?</p>", **options), MASTODON_ARCHIVE)
    assert words(row) == ("Qui ?\nOui\nNon", ["html_stripped", *JOINED])


def test_the_descriptions_of_pictures_are_the_text_of_a_status_without_any() -> None:
    one = [PICTURES[0]]
    hidden = status("", spoiler_text="Attention", media_attachments=PICTURES)
    statuses = [
        status("", media_attachments=PICTURES),
        status("<p></p>", media_attachments=one),
        status("<p>Voyez</p>", media_attachments=PICTURES),
        hidden,
    ]
    rows, _ = read(statuses, MASTODON_API)
    assert [row.text for row in rows] == ["Un dessin\nUne photo", "Un dessin", "Voyez", "Attention"]
    assert ["fragments_joined" in row.text_repairs for row in rows] == [True, False, False, False]


def test_the_descriptions_of_pictures_of_an_outbox_are_read_where_there_is_no_text() -> None:
    attached = [{"type": "Document", "url": "/1.jpg", "name": "Un dessin"}]
    for content, text in (("", "Un dessin"), ("<p>Voyez</p>", "Voyez")):
        (row,), _ = read(activity(content, attachment=attached), MASTODON_ARCHIVE)
        assert row.text == text


def threads_post(text: str | None, **app: Any) -> dict[str, Any]:
    return {
        "pk": "3235000000000000014",
        "code": "Cz5",
        "taken_at": 1_700_000_000,
        "caption": text and {"text": text},
        "user": {"pk": "42", "username": "zoe"},
        "text_post_app_info": app,
    }


def test_the_choices_of_a_poll_of_threads_stand_below_it() -> None:
    polls = [{"id": "1", "tallies": [{"text": "Les uns", "count": 1}, {"text": "Les autres"}]}]
    asked = threads_post("Qui ?", polls=polls)
    posts = [
        asked,
        threads_post(None, share_info={"reposted_post": asked}),
        threads_post("Qui ?", polls="x"),
        threads_post("Qui ?", polls=[{"tallies": [3, {"text": 4}]}]),
    ]
    envelope = {"timestamp_collected": 1_764_000_000_000, "source_platform": "threads.net"}
    lines = (json.dumps({"item_id": str(n), **envelope, "data": one}) for n, one in enumerate(posts))
    rows, _ = read("\n".join(lines).encode(), ZEESCHUIMER)
    whole = ("Qui ?\nLes uns\nLes autres", JOINED)
    assert [words(row) for row in rows] == [whole, whole, whole, ("Qui ?", []), ("Qui ?", [])]
    assert [row.kind for row in rows[:3]] == ["post", "repost", "post"]
    assert {row.text_raw for row in rows[:3]} == {"Qui ?"}


def bluesky(text: str, embed: dict[str, Any]) -> dict[str, Any]:
    return {
        "uri": "at://did:plc:zoe/app.bsky.feed.post/3ke6nqsxl2k2a",
        "cid": "bafy",
        "author": {"did": "did:plc:zoe", "handle": "zoe.test"},
        "record": {
            "$type": "app.bsky.feed.post",
            "createdAt": "2023-11-14T22:13:20Z",
            "text": text,
            "embed": embed,
        },
        "indexedAt": "2023-11-14T22:13:21Z",
    }


def test_the_descriptions_of_pictures_are_the_text_of_a_bluesky_post_without_any() -> None:
    images = {
        "$type": "app.bsky.embed.images",
        "images": [{"alt": "Un dessin"}, {"alt": ""}, {"alt": "Une photo"}],
    }
    quoting = {"$type": "app.bsky.embed.recordWithMedia", "media": {"images": [{"alt": "Un dessin"}]}}
    posts = [
        bluesky("", images),
        bluesky("Voyez", images),
        bluesky("", quoting),
        bluesky("", {"images": 3}),
    ]
    rows, _ = read({"posts": posts}, BLUESKY)
    assert [words(row) for row in rows] == [
        ("Un dessin\nUne photo", JOINED),
        ("Voyez", []),
        ("Un dessin", []),
        ("", []),
    ]


def test_a_repost_of_a_bluesky_post_shows_the_same_words_and_keeps_its_number() -> None:
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": "did:plc:luc"}, "indexedAt": AT}
    numbers = []
    for alt in ("Un dessin", ""):
        item = {"post": bluesky("", {"images": [{"alt": alt}]}), "reason": reason}
        (repost, post), _ = read({"feed": [item]}, BLUESKY)
        assert (repost.kind, repost.text, post.text) == ("repost", alt, alt)
        numbers.append(repost.message_id)
    assert numbers[0] == numbers[1]
