"""Responses of a capture by blocks: what `captured` says of each, the posts of X column by column.

Answers of one address are laid out alike: what the first ones taught (`captured_trails`) spares the search in the next.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple, overload
from urllib.parse import urlsplit

import msgspec
import numpy as np
from msgspec import UNSET

from saisine.messages.columns import Columns
from saisine.messages.formats.blocks import BLOCK_RECORDS, BlockReader, RecordBlock, value_of
from saisine.messages.formats.captured import (
    Around,
    Aside,
    Response,
    ResponseReader,
    Site,
    around_of,
    aside,
    context_of,
    document_of,
    nothing_around,
    record_at,
    records_at,
    records_of,
)
from saisine.messages.formats.captured_trails import End, Trail
from saisine.messages.formats.json_lines import is_too_deep
from saisine.messages.formats.json_spans import pointer
from saisine.messages.formats.raw import Context, Member, Note, RawRecord, RecordError
from saisine.messages.formats.x_page_columns import tweet_columns
from saisine.messages.formats.x_page_posts import Tweet
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_us

MAX_TRAILS: Final = 64
_NUMBER: Final = re.compile(r"\d+")
_NUL: Final = b"\\u0000"
_tweet: Final = msgspec.json.Decoder(Tweet).decode
Found = RawRecord | RecordError | Note


class Post(NamedTuple):
    """A post of X as a struct, the place of its answer and where it stands there."""

    tweet: Tweet
    place: str
    end: End
    digest: str
    around: Around


class Posts(Sequence[RawRecord]):
    """The posts of a block as the mapper of one record takes them, made when one is mapped alone."""

    def __init__(self, posts: list[Post]) -> None:
        self.posts = posts

    def __len__(self) -> int:
        return len(self.posts)

    @overload
    def __getitem__(self, rank: int) -> RawRecord: ...
    @overload
    def __getitem__(self, rank: slice) -> "Posts": ...
    def __getitem__(self, rank: int | slice) -> "RawRecord | Posts":
        if isinstance(rank, slice):
            return Posts(self.posts[rank])
        _, place, end, digest, around = self.posts[rank]
        is_suspect = b"\\u" in end.body
        return record_at(place, end, value_of(end.body), around, is_suspect=is_suspect, digest=digest)


def in_blocks(responses: ResponseReader) -> BlockReader:
    """What is found in the responses of a capture, posts of X by blocks; a response that gives nothing ends none."""

    def blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | Found]:
        posts: list[Post] = []
        trails: dict[tuple[str, str], Trail] = {}
        for one in responses(member, ctx):
            for found in _read(*one, trails) if isinstance(one, tuple) else (one,):
                if isinstance(found, Post):
                    posts.append(found)
                    continue
                is_aside = type(found) is RawRecord and isinstance(found.obj, Aside)
                if posts and not is_aside:
                    yield _block(posts)
                    posts = []
                yield found
            if len(posts) >= BLOCK_RECORDS:
                yield _block(posts)
                posts = []
        if posts:
            yield _block(posts)

    return blocks


def _block(posts: list[Post]) -> RecordBlock:
    return RecordBlock(
        [one.tweet for one in posts],
        [one.place + pointer(one.end.steps) for one in posts],
        [one.digest for one in posts],
        [one.end.start for one in posts],
        [len(one.end.body) for one in posts],
        whole=Posts(posts),
    )


def _read(
    response: Response, site: Site | None, trails: dict[tuple[str, str], Trail]
) -> Iterator[Post | RawRecord | RecordError]:
    """What a response holds, by what those of its address taught where that is enough."""
    body = document_of(response, site) if site is not None and site.around is nothing_around else None
    trail = _trail_of(response, site, trails) if site is not None and body is not None else None
    if site is None or body is None or trail is None or site.has_rare(body):
        yield from _structured(records_of(response, site))
        return
    ends = trail.ends(body)
    found: Sequence[Post | RawRecord] | None = None
    if ends is not None and site.platform == "x":
        found = _posts_at(ends, body, response, site, trail)
    if ends is not None and found is None:
        found = records_at(ends, response, site)
    if found is None:
        yield from _structured(records_of(response, site, trail.learn))
    else:
        yield from _structured(found or (aside(response, "not_a_message"),))


def _trail_of(response: Response, site: Site, trails: dict[tuple[str, str], Trail]) -> Trail | None:
    """What is known of the answers of this address, whatever the numbers in it; None past the number of trails."""
    key = site.platform, _NUMBER.sub("0", urlsplit(response.address).path)
    if key not in trails and len(trails) < MAX_TRAILS:
        trails[key] = Trail(site.keys)
    return trails.get(key)


def _posts_at(
    ends: list[End], body: bytes, response: Response, site: Site, trail: Trail
) -> list[Post] | None:
    """The posts at these ends; None when one of them must be looked at as it comes."""
    if _NUL in body:
        return None
    around = around_of(response, site)
    posts: list[Post] = []
    for end in ends:
        try:
            tweet = _tweet(end.body)
        except (msgspec.MsgspecError, RecursionError):
            return None
        if _is_shown(tweet):
            digest = sha256(end.body, usedforsecurity=False).hexdigest()
            posts.append(Post(tweet, response.locator, end, digest, around))
        elif trail.has_key(end.body) or is_too_deep(body):
            return None
    return posts


def _is_shown(tweet: Tweet) -> bool:
    """Whether this is a post or the frame of a promoted one, without a doubt (`x_graphql_tweets.is_shown`)."""
    legacy = tweet.legacy
    if tweet.frame is not UNSET:
        return True
    if not legacy or legacy.full_text is None:
        return False
    return tweet.rest_id is not None or legacy.id_str is not None


def _structured(found: Iterable[Post | RawRecord | RecordError]) -> Iterator[Post | RawRecord | RecordError]:
    """The same, posts of X as structs."""
    for one in found:
        yield (type(one) is RawRecord and _post_of(one)) or one


def _post_of(one: RawRecord) -> Post | None:
    if not one.outer or one.is_suspect or one.body is None or one.outer[0]["site"].platform != "x":
        return None
    try:
        tweet = _tweet(one.body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    around: dict[str, Any] = dict(one.outer[0])
    steps = around.pop("steps")
    place = one.locator.removesuffix(pointer(steps))
    return Post(tweet, place, End(one.offset, one.body, steps), one.sha256, around)


def captured_columns(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of posts of X and of those they carry, dated by the moment their response came. Raises `Unfit`."""
    assert isinstance(block.whole, Posts)
    around = [one.around for one in block.whole.posts]
    inner = context_of(around[0]["site"], ctx)
    inner.collected_at = ctx.collected_at
    us = {at: UNKNOWN if at is None else utc_us(at) for at in {one["at"] for one in around}}
    return tweet_columns(
        block.objs, block, inner, collected=np.array([us[one["at"]] for one in around], np.int64)
    )
