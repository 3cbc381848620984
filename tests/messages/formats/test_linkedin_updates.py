"""LinkedIn's own posts: no date but in the number, two places for counts, shared posts."""

from typing import Any

import pytest

from saisine.messages.formats.zeeschuimer import ZEESCHUIMER
from saisine.messages.schema import Message
from tests.messages.formats.platform_items import envelope, lines, update
from tests.messages.formats.reading import read, skipped, utc


def rows_of(*posts: dict[str, Any]) -> list[Message]:
    numbered = (envelope("linkedin.com", one, str(number)) for number, one in enumerate(posts))
    return read(lines(*numbered), ZEESCHUIMER)[0]


def test_the_time_comes_from_the_number_not_from_18_h() -> None:
    (row,) = rows_of(update())
    assert (row.created_at, row.created_at_source) == (utc("2022-11-20T07:40:53.710Z"), "id")
    assert (row.created_at_raw, row.created_at_precision) == ("18 h", "ms")


def test_every_other_column() -> None:
    (row,) = rows_of(update())
    assert (row.platform, row.kind, row.message_id) == (
        "linkedin",
        "post",
        "urn:li:activity:7000000000000000000",
    )
    assert (row.author_id, row.author_handle, row.author_name) == ("urn:li:member:5", "ada", "Ada")
    assert (row.like_count, row.share_count, row.reply_count) == (5, 1, 2)
    assert row.url == "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000000"
    assert row.missing == ("view_count", "lang", "visibility")


def test_an_aggregate_is_its_first_activity_and_the_older_place_is_read() -> None:
    urn = "urn:li:aggregate:(urn:li:activity:7000000000000000000,urn:li:activity:6999999999999999999)"
    aggregate = update() | {"updateMetadata": {"urn": urn}}
    older = update() | {"preDashEntityUrn": "urn:li:fs_updateV2:(urn:li:activity:7000000000000000000,FEED)"}
    del older["updateMetadata"]
    older["socialDetail"] = {
        "likes": {"paging": {"total": 5}},
        "comments": {"paging": {"total": 2}},
        "totalShares": 1,
    }
    del older["*socialDetail"]
    for row in rows_of(aggregate, older):
        assert row.message_id == "urn:li:activity:7000000000000000000"
        assert (row.like_count, row.share_count, row.reply_count) == (5, 1, 2)


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [("À lire", "quote", ("quote_of_id", "repost_of_id")), (None, "repost", ("repost_of_id", "quote_of_id"))],
)
def test_a_shared_post_becomes_context(text: str | None, kind: str, names: tuple[str, str]) -> None:
    shared = update("6900000000000000000", "Partagé")
    row, context = rows_of(update(text=text, **{"*resharedUpdate": shared}))
    assert (row.kind, getattr(row, names[0]), getattr(row, names[1])) == (kind, context.message_id, None)
    assert (context.role, context.text) == ("context", "Partagé")
    assert context.locator.endswith("/data/*resharedUpdate")


def test_hashtags_mentions_links_and_the_largest_picture() -> None:
    text = {
        "text": "Voir #asso",
        "attributes": [{"type": "HASHTAG", "trackingUrn": "urn:li:hashtag:asso"}],
        "attributesV2": [
            {"detailData": {"*hashtag": {"trackingUrn": "urn:li:hashtag:autre"}}},
            {"detailData": {"*profileMention": {"publicIdentifier": "zoe"}}},
        ],
    }
    vector = {
        "rootUrl": "https://i.test/",
        "artifacts": [
            {"width": 100, "fileIdentifyingUrlPathSegment": "s.jpg"},
            {"width": 800, "fileIdentifyingUrlPathSegment": "l.jpg"},
        ],
    }
    content = {
        "images": [{"attributes": [{"vectorImage": vector}]}],
        "navigationContext": {"actionTarget": "https://e.test/a"},
    }
    (row,) = rows_of(update() | {"commentary": {"text": text}, "content": content})
    assert (list(row.hashtags), list(row.mentions)) == (["asso", "autre"], ["zoe"])
    assert (list(row.urls), list(row.media_urls)) == (["https://e.test/a"], ["https://i.test/l.jpg"])


@pytest.mark.parametrize("label", ["Promoted", "Post sponsorisé", "Sponsorisé • "])
def test_advertisements_are_counted_apart_in_either_language(label: str) -> None:
    one = update()
    one["actor"]["subDescription"] = {"text": label}
    _, entry = read(lines(envelope("linkedin.com", one)), ZEESCHUIMER)
    assert skipped(entry) == {"advertisement": 1}


def test_counts_that_are_not_given_are_missing() -> None:
    (row,) = rows_of(update(**{"*socialDetail": None}))
    assert (row.like_count, row.share_count, row.reply_count) == (None, None, None)
    assert {"like_count", "share_count", "reply_count"} <= set(row.missing)


def test_an_object_without_author_or_number_is_told_apart() -> None:
    _, entry = read(lines(envelope("linkedin.com", {"actor": {}, "commentary": None})), ZEESCHUIMER)
    assert skipped(entry) == {"unsupported_variant": 1}
