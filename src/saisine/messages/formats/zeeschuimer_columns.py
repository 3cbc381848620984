"""Lines of Zeeschuimer that hold posts of X, by blocks: what `zeeschuimer.map_line` says of each, column by column."""

from typing import Final

import msgspec
import numpy as np
from msgspec import UNSET

from saisine.messages.columns import Columns, Times
from saisine.messages.formats.blocks import RecordBlock, Unfit
from saisine.messages.formats.raw import Context
from saisine.messages.formats.x_page_columns import tweet_columns
from saisine.messages.formats.x_page_posts import Absent, Tweet
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_from_ms, utc_us

X_MODULES: Final = frozenset({"twitter.com", "x.com", "twitter-comments"})


class XLine(msgspec.Struct, gc=False):
    source_platform: str
    data: Tweet
    timestamp_collected: int | float | None = None
    kept: Absent = msgspec.field(default=UNSET, name="__import_meta")


def x_line_columns(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of lines of X; those that a later line replaces are left out. Raises ValueError for another line."""
    older = ctx.memory.get("older", ())
    kept = [offset not in older for offset in block.offsets]
    if all(kept):
        return _columns(block, ctx)
    skipped = [
        ("duplicate_older_observation", place)
        for place, is_kept in zip(block.locators, kept, strict=True)
        if not is_kept
    ]
    if not any(kept):
        return Columns(0, {}, skipped)
    try:
        found = _columns(block.only(kept), ctx)
    except Unfit as unfit:
        ranks = [rank for rank, is_kept in enumerate(kept) if is_kept]
        raise Unfit([ranks[rank] for rank in unfit.ranks]) from None
    found.skipped.extend(skipped)
    return found


def _columns(block: RecordBlock, ctx: Context) -> Columns:
    lines: list[XLine] = block.objs
    if not all(one.source_platform in X_MODULES and one.kept is UNSET for one in lines):
        raise ValueError("another kind of line")
    collected = _times([one.timestamp_collected for one in lines])
    return tweet_columns([one.data for one in lines], block, ctx, below="/data", collected=collected)


def _times(said: list[int | float | None]) -> Times:
    """Unix milliseconds as microseconds. Raises OverflowError past the year 9999."""
    return np.array(
        [UNKNOWN if one is None or one <= 0 else utc_us(utc_from_ms(one)) for one in said], np.int64
    )
