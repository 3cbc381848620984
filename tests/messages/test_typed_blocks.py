"""Objects decoded as structs and mapped column by column give the rows and the account that each gives alone,
whatever was done to some of them."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.messages.formats import FORMATS, json_lines, json_records, json_runs
from saisine.messages.formats.contract import json_array
from saisine.messages.formats.har import HAR
from saisine.messages.formats.json_runs import is_utf8
from saisine.texts import fold, fold_all
from tests.messages.formats.reading import member_of
from tests.messages.test_columnar import one_by_one, told

AT = "2026-03-0{}T10:00:00"


def youtube(n: int) -> dict[str, Any]:
    said = {
        "videoId": "v1", "textDisplay": "Bonjour <b>à</b> tous", "textOriginal": f"Bonjour {n}", "likeCount": n,
        "authorDisplayName": "@ada", "authorChannelId": {"value": "UC1"}, "publishedAt": AT.format(n) + "Z",
        "updatedAt": AT.format(n) + "Z",
    }  # fmt: skip
    reply = {"id": f"U{n}.r", "snippet": {**said, "parentId": f"U{n}"}}
    around = {"videoId": "v1", "topLevelComment": {"id": f"U{n}", "snippet": said}, "totalReplyCount": n % 3}
    return {
        "kind": "youtube#commentThread",
        "id": f"U{n}",
        "snippet": around,
        "replies": {"comments": [reply]},
    }


def facebook(n: int) -> dict[str, Any]:
    link = f"https://www.facebook.com/11/posts/22/?comment_id={n}"
    reply = {"id": f"22_9{n}", "message": "Oui", "created_time": AT.format(n) + "+0000", "comment_count": 0}
    return {
        "id": f"22_{n}", "message": f"Bonjour {n}", "created_time": AT.format(n) + "+0000", "permalink_url": link,
        "from": {"name": "Ada", "id": "7"}, "like_count": n, "comment_count": 2,
        "comments": {"data": [reply] * (n % 2)},
    }  # fmt: skip


def instagram(n: int) -> dict[str, Any]:
    reply = {"id": f"1790000000000000{n}", "text": "@ada #oui", "timestamp": AT.format(n) + "+0000"}
    return {
        "id": f"1780000000000000{n}", "text": f"Bonjour {n}", "timestamp": AT.format(n) + "+0000",
        "username": "ada", "like_count": n, "media": {"id": "1770000000000000"},
        "from": {"id": "7", "username": "ada"}, "replies": {"data": [reply] * (n % 2)},
    }  # fmt: skip


def discord(n: int) -> dict[str, Any]:
    return {
        "id": str((1_770_000_000_000 + n - 1_420_070_400_000) << 22), "type": "Default", "content": f"Bonjour {n}",
        "timestamp": AT.format(n) + ".123+00:00", "timestampEdited": None, "attachments": [], "embeds": [],
        "author": {"id": "7", "name": "ada", "discriminator": "0012", "nickname": "Ada"},
        "mentions": [{"name": "zoe"}], "reference": {"messageId": "5", "type": "Default"},
    }  # fmt: skip


def ytdlp(n: int) -> dict[str, Any]:
    return {
        "id": f"Ug{n}", "parent": "root", "text": f"Bonjour {n}", "like_count": n, "author": "@ada",
        "author_id": "UC1", "_time_text": "2 years ago", "timestamp": 1_700_000_000 + n, "author_thumbnail": "x",
        "author_is_uploader": False, "is_favorited": False,
    }  # fmt: skip


def gallery(n: int) -> Any:
    """The object of a metadata file, or an entry of a dump: a post, or one of its pictures."""
    who = {"id": 7, "name": "ada", "nick": "Ada", "date": "2020-01-01 10:00:00", "protected": n == 3}
    post = {
        "category": "twitter", "subcategory": "tweet", "tweet_id": 19 * 10**17 + n, "retweet_id": n % 2, "reply_id": 0,
        "quote_id": 0, "conversation_id": 5, "date": AT.format(n).replace("T", " "), "author": who, "user": who,
        "lang": "fr", "favorite_count": n, "retweet_count": 1, "quote_count": 2, "reply_count": 3, "view_count": 4,
        "content": f"Bonjour {n}", "hashtags": ["oui", "oui"], "mentions": [{"id": 1, "name": "zoe"}],
        "reply_to": "zoe",
    }  # fmt: skip
    return [3, "https://x.test/1.jpg", post] if n % 4 == 0 else post if n == 5 else [2, post]


def x_post(n: int) -> dict[str, Any]:
    return {
        "id": str(1_900_000_000_000_000_000 + n), "text": f"Bonjour {n}", "author_id": "7", "lang": "fr",
        "created_at": AT.format(n) + ".000Z", "conversation_id": "5", "in_reply_to_user_id": "3",
        "edit_history_tweet_ids": ["5"], "referenced_tweets": [{"type": "replied_to", "id": "4"}],
        "entities": {"hashtags": [{"tag": "oui"}], "mentions": [{"username": "zoe"}]},
        "public_metrics": {"like_count": n, "retweet_count": 1}, "author": {"id": "7", "username": "ada"},
    }  # fmt: skip


def zeeschuimer_x(n: int) -> dict[str, Any]:
    """A post, by its number: plain, quoting, reposting, long, inside a wrapper, quoting one that is gone…"""
    legacy = {
        "full_text": f"RT @zoe: Bonjour &amp; {n}…", "created_at": f"Sun Mar 0{n} 10:00:00 +0000 2026",
        "favorite_count": n, "quote_count": 2, "lang": "fr", "in_reply_to_status_id_str": "4", "id_str": "9",
        "entities": {"hashtags": [{"text": "oui"}], "urls": [{"url": "a"}], "user_mentions": [{"screen_name": "b"}]},
        "extended_entities": {"media": [{"media_url_https": "x"}]}, "user_id_str": "7",
    }  # fmt: skip
    person = {
        "rest_id": "7", "core": {"screen_name": "ada", "created_at": "Sun Mar 01 10:00:00 +0000 2020"},
        "legacy": {"name": "Ada"}, "avatar": {"image_url": "x"},
    }  # fmt: skip
    post = {
        "rest_id": str(19 * 10**17 + n), "legacy": legacy, "core": {"user_results": {"result": person}},
        "views": {"count": "5"}, "edit_control": {"edit_tweet_ids": ["1", "2"]},
    }  # fmt: skip
    note = {
        "note_tweet_results": {"result": {"text": "Longue", "entity_set": {"hashtags": [{"text": "long"}]}}}
    }
    gone = {"__typename": "TweetTombstone", "tombstone": {}}
    reposting = {**legacy, "retweeted_status_result": {"result": {"tweet": {**post, "note_tweet": note}}}}
    shapes: list[dict[str, Any]] = [
        post,
        {**post, "quoted_status_result": {"result": post}},
        {**post, "legacy": reposting},
        {**post, "note_tweet": note},
        {"__typename": "TweetWithVisibilityResults", "tweet": post},
        {**post, "legacy": {**legacy, "quoted_status_id_str": "8"}, "quoted_status_result": {"result": gone}},
        {**post, "promoted": n == 7},
        {**post, "legacy": {**reposting, "quoted_status_id_str": "8"}},
    ]
    return {
        "item_id": str(n), "timestamp_collected": 1_780_000_000_000 + n, "source_platform": "twitter.com",
        "source_platform_url": "x", "data": copy.deepcopy(shapes[n - 1]),
    }  # fmt: skip


def flat(n: int) -> dict[str, Any]:
    """A video by a column profile: plain, with a list, with a path written as one key, a name that is no object…"""
    one: dict[str, Any] = {
        "id": str(7_300_000_000_000_000_000 + n), "text": f"Bonjour {n}", "webVideoUrl": f"https://www.tiktok.com/{n}",
        "createTimeISO": AT.format(n) + ".000Z", "diggCount": n, "shareCount": 2.0,
        "playCount": True, "commentCount": "3",
        "authorMeta": {"id": "7", "name": "ada", "nickName": "Ada"}, "hashtags": [{"name": "oui"}], "fans": [1, 2],
    }  # fmt: skip
    more: list[dict[str, Any]] = [
        {},
        {"authorMeta/name": "zoe"},
        {"authorMeta": "ada"},
        {"text": ["a", None, 1.0]},
    ]
    return one | more[n % 4 if n > 4 else 0]


KINDS: dict[str, tuple[Callable[[int], Any], bytes, bytes]] = {
    "apify-tiktok-videos": (flat, b"", b""),
    "apify-tiktok-videos array": (flat, b"[", b"]"),
    "youtube-api": (youtube, b'{"items":[', b"]}"),
    "facebook-graph": (facebook, b'{"data":[', b'],"paging":{"cursors":{}}}'),
    "instagram-graph": (instagram, b'{"data":[', b"]}"),
    "discord": (
        discord,
        b'{"guild":{"id":"1"},"channel":{"id":"2","type":"GuildTextChat","name":"g"},"messages":[',
        b"]}",
    ),
    "ytdlp": (
        ytdlp,
        b'{"id":"v1","extractor_key":"Youtube","webpage_url":"https://x.test","title":"T","comments":[',
        b'],"epoch":1790000000}',
    ),
    "gallery-dl": (gallery, b"[", b"]"),
    "x-twarc": (x_post, b"", b""),
    "zeeschuimer": (zeeschuimer_x, b"", b""),
}
ODD: list[Any] = [
    None, "", "x", 3, 3.0, -1, True, 10**30, [], {}, [None], {"a": 1}, "é\0", "\ud800", "😀 œuvre  ½ ", "2026-13-01",
    "17", "2026-03-01T10:00:00", "<b>é&amp;</b>",
]  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 60), st.sampled_from([*range(len(ODD)), -1])), max_size=3
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of everything inside a value."""
    inside: list[tuple[Any, Any]] = []
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        inside.append((value, key))
        if isinstance(one, dict | list):
            inside += places(one)
    return inside


def changed(one: Any, rank: int, how: int) -> None:
    found = places(one)
    if not found:  # an earlier change emptied it
        return
    container, key = found[rank % len(found)]
    if how >= 0:
        container[key] = copy.deepcopy(ODD[how])
    elif isinstance(container, dict):
        del container[key]


@pytest.mark.parametrize("name", list(KINDS))
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(changes=CHANGES, is_ascii=st.booleans(), cut=st.sampled_from([0, 0, 0, 7, 300]))
def test_whatever_is_done_to_some_objects_blocks_give_what_each_gives_alone(
    name: str, changes: list[tuple[int, int, int]], is_ascii: bool, cut: int
) -> None:
    make, before, after = KINDS[name]
    items = [make(n) for n in range(1, 9)]
    for n, rank, how in changes:
        changed(items[n - 1], rank, how)
    written = [json.dumps(one, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass") for one in items]
    data = before + (b",\n" if before else b"\n").join(written) + after + b"\n"
    data = data[: len(data) - cut]
    one = next(one for one in FORMATS if one.id == name.partition(" ")[0])
    with pytest.MonkeyPatch.context() as patch:
        for module in (json_records, json_runs):
            patch.setattr(module, "LEAST_CHARS", 64)
        patch.setattr(json_records, "SINGLES", 2)
        assert told(one, data) == told(one_by_one(one), data)


AFTER = [b"", b',"pageInfo":{"a":[{"b":1}]}', b',"next":[1], "x": "}]"', b',"items":[]']


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    after=st.sampled_from(AFTER),
    between=st.sampled_from([b",", b", ", b",\n"]),
    end=st.sampled_from([b"\n", b"\r\n", b" "]),
    change=CHANGES,
)
def test_pages_that_follow_each_other_give_what_each_object_gives_alone(
    lengths: list[int], after: bytes, between: bytes, end: bytes, change: list[tuple[int, int, int]]
) -> None:
    items = [youtube(n) for n in range(1, 9)]
    for n, rank, how in change:
        changed(items[n - 1], rank, how)
    written = [json.dumps(one, ensure_ascii=False).encode("utf-8", "surrogatepass") for one in items]
    data = b"".join(
        b'{"kind":"youtube#list","items":[%b]%b}%b'
        % (between.join(written[-length:] * (length > 0)), after, end)
        for length in lengths
    )
    one = next(one for one in FORMATS if one.id == "youtube-api")
    with pytest.MonkeyPatch.context() as patch:
        for module in (json_records, json_runs):
            patch.setattr(module, "LEAST_CHARS", 64)
        patch.setattr(json_records, "SINGLES", 0)
        assert told(one, data) == told(one_by_one(one), data)


def framed(post: Any, frame: int) -> dict[str, Any]:
    """A post as an answer holds it: mostly in one place, now and then in another, or promoted."""
    shown = {"tweet_results": {"result": post}}
    frames: list[dict[str, Any]] = [
        {"content": {"itemContent": {**shown, "promotedMetadata": {}}}},
        {"content": {"items": [{"item": {"itemContent": shown}}, None, {"item": {}}]}},
        {"content": {"itemContent": shown}, "legacy": {"full_text": "Oui"}, "id_str": "3"},
        {"content": [shown]},
    ]
    return frames[frame] if frame < len(frames) else {"content": {"itemContent": shown}}


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(changes=CHANGES, is_ascii=st.booleans(), frames=st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_posts_found_in_a_capture_by_blocks_are_those_found_one_by_one(
    changes: list[tuple[int, int, int]], is_ascii: bool, frames: list[int]
) -> None:
    posts = [framed(zeeschuimer_x(n)["data"], frame) for n, frame in zip(range(1, 9), frames, strict=True)]
    for n, rank, how in changes:
        changed(posts[n - 1], rank, how)
    texts = [json.dumps({"items": posts[at : at + 2]}, ensure_ascii=is_ascii) for at in (0, 2, 4, 6)]
    entries = [
        {
            "startedDateTime": f"2026-09-01T10:00:0{n}Z",
            "request": {"url": "https://x.com/i/api"},
            "response": {"content": {"mimeType": "application/json", "text": text}},
        }
        for n, text in enumerate(texts)
    ]
    data = json.dumps({"log": {"entries": entries}}).encode("utf-8", "surrogatepass")
    assert told(HAR, data) == told(one_by_one(HAR), data)


def test_blocks_are_made_of_plain_objects() -> None:
    """Or the test above would compare a thing with itself."""
    for name in (
        "youtube-api",
        "facebook-graph",
        "instagram-graph",
        "discord",
        "ytdlp",
        "gallery-dl",
        "x-twarc",
        "zeeschuimer",
    ):
        assert next(one for one in FORMATS if one.id == name).map_block is not None


@settings(max_examples=30)
@given(
    st.lists(
        st.text(alphabet=st.characters() | st.sampled_from("éÉœŒæß’‘«…\xa0\xad\x85½ \n\x01\0"), max_size=12),
        min_size=1,
        max_size=6,
    )
)
def test_texts_fold_together_as_they_fold_alone(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


@settings(max_examples=30)
@given(st.binary(max_size=12) | st.text(max_size=6).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_utf8_when_they_can_be_text(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not is_utf8(data)
    else:
        assert is_utf8(data)


@settings(max_examples=30)
@given(
    st.recursive(
        st.text(alphabet='[]{}"\\a', max_size=4), lambda one: st.lists(one, max_size=3), max_leaves=8
    )
)
def test_depth_counts_the_brackets_outside_texts(value: Any) -> None:
    for wrap in (190, 210):
        inner = value
        for _ in range(wrap):
            inner = [inner]
        depth, level = 0, 0
        is_text = False
        body = json.dumps(inner)
        before = ""
        for sign in body.replace("\\\\", ""):
            if sign == '"' and before != "\\":
                is_text = not is_text
            elif not is_text:
                level += (sign in "[{") - (sign in "]}")
                depth = max(depth, level)
            before = sign
        assert json_lines.is_too_deep(body.encode()) == (depth > 200)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 90, 199, 200, 201, 400]), st.integers(0, 5_000)), max_size=9))
def test_depth_is_found_among_many_as_in_one(shapes: list[tuple[int, int]]) -> None:
    bodies = [b"[" * depth + b'"%b"' % (b"a" * more) + b"]" * depth for depth, more in shapes]
    expected = any(map(json_lines.is_too_deep, bodies))
    assert json_lines.any_too_deep(bodies, b",\n".join(bodies)) == expected


def test_places_are_written_for_any_member_name() -> None:
    for prefix in ("", "a,b],[c.json!", "deux\nlignes/é.json!"):
        places = json_runs.places_of(prefix, [3, 17], [b"{}", b"[1, 2]"])
        assert places == [f"{prefix}3+2", f"{prefix}17+6"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({"a": st.text(max_size=20), "b": st.lists(st.integers(), max_size=3)}),
        min_size=8,
    ),
    st.integers(0, 40),
    st.sampled_from([b"", b" 1", b"[", b"}"]),
)
def test_an_array_stepped_over_by_runs_ends_where_it_ends_bracket_by_bracket(
    values: list[Any], cut: int, odd: bytes
) -> None:
    body = json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
    middle = body.find(b"}, {") + 1
    data = b'{"left": ' + body[:middle] + odd + body[middle:] + b', "read": [{"id": 1}], "after": 2}'
    data = data[: len(data) - cut]
    reader = json_array("read", look_ahead=True)
    with pytest.MonkeyPatch.context() as patch:
        for module in (json_records, json_runs):
            patch.setattr(module, "LEAST_CHARS", 64)
        patch.setattr(json_records, "SINGLES", 2)
        quick = places_of(data, reader)
        patch.setattr(json_records, "LEAST_CHARS", 1 << 40)
        assert quick == places_of(data, reader)


def places_of(data: bytes, reader: Any) -> list[str]:
    ctx: Any = type("Ctx", (), {"locator_prefix": ""})()
    return [str(one) for one in reader(member_of(data, "a.json"), ctx)]
