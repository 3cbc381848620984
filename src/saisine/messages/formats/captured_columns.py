"""Posts of X found in a capture, by blocks: what `captured.map_captured` says of each, column by column."""

from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np

from saisine.messages.columns import Columns
from saisine.messages.formats.blocks import BLOCK_RECORDS, BlockReader, RecordBlock
from saisine.messages.formats.captured import Aside, context_of
from saisine.messages.formats.raw import Context, Member, Note, RawRecord, Reader, RecordError
from saisine.messages.formats.x_page_columns import tweet_columns
from saisine.messages.formats.x_page_posts import Tweet
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_us

_tweet: Final = msgspec.json.Decoder(Tweet).decode


def in_blocks_of_x(reader: Reader) -> BlockReader:
    """The same, posts of X by blocks; a response that gives nothing does not end one."""

    def blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
        posts: list[Tweet] = []
        records: list[RawRecord] = []
        for one in reader(member, ctx):
            post = _post(one)
            if post is not None:
                posts.append(post)
                records.append(one)  # type: ignore[arg-type]
            is_aside = type(one) is RawRecord and isinstance(one.obj, Aside)
            if posts and (len(posts) >= BLOCK_RECORDS or (post is None and not is_aside)):
                yield _block(posts, records)
                posts, records = [], []
            if post is None:
                yield one
        if posts:
            yield _block(posts, records)

    return blocks


def _post(one: RawRecord | RecordError | Note) -> Tweet | None:
    if type(one) is not RawRecord or not one.outer or one.is_suspect or one.body is None:
        return None
    if one.outer[0]["site"].platform != "x":
        return None
    try:
        return _tweet(one.body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _block(posts: list[Tweet], records: list[RawRecord]) -> RecordBlock:
    return RecordBlock(
        posts,
        [one.locator for one in records],
        [one.sha256 for one in records],
        [one.offset for one in records],
        [one.length for one in records],
        whole=records,
    )


def captured_columns(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of posts of X and of those they carry, dated by the moment their response came. Raises `Unfit`."""
    around = [one.outer[0] for one in block.whole]  # type: ignore[union-attr]
    inner = context_of(around[0]["site"], ctx)
    inner.collected_at = ctx.collected_at
    seen = {one["at"] for one in around}
    us = {at: UNKNOWN if at is None else utc_us(at) for at in seen}
    return tweet_columns(
        block.objs, block, inner, collected=np.array([us[one["at"]] for one in around], np.int64)
    )
