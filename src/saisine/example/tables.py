"""Two tables of comments: one bought from ExportComments (Facebook), one made with minet (YouTube)."""

import csv
import io
import random
from datetime import UTC, datetime
from typing import Final

from saisine.example.association import PAGE
from saisine.example.identifiers import channel_id, comment_id, letters, video_id, zulu
from saisine.example.threads import make_threads
from saisine.example.wave import Plan, Said

MINET: Final = (
    *("video_id", "comment_id", "author_name", "author_channel_id", "text", "like_count"),
    *("published_at", "updated_at", "reply_count", "parent_comment_id"),
)
EXPORTCOMMENTS: Final = (
    *("", "Name (click to view profile)", "Profile ID", "Date", "Likes", "Comment", "(view source)"),
)


def write_facebook(plan: Plan, rng: random.Random, collected_at: datetime) -> bytes:
    """ExportComments: a BOM, a preamble with the address, numbers like 12-1 for replies, times in UTC."""
    post = (
        f"https://www.facebook.com/{PAGE}/posts/pfbid0{letters(rng, 50).replace('-', 'a').replace('_', 'b')}"
    )
    rows: list[tuple[object, ...]] = [
        ("URL", post),
        ("Export date (UTC)", f"{collected_at:%Y-%m-%d %H:%M:%S}"),
    ]
    rows += [(), EXPORTCOMMENTS]
    for number, thread in enumerate(make_threads(plan.of("facebook"), rng), 1):
        for place, one in enumerate((thread.first, *thread.replies)):
            numbered = f"{number}-{place}" if place else f"{number}"
            source = f"{post}?comment_id={10**15 + rng.getrandbits(49)}"
            rows.append((numbered, *_cells(one, rng), source))
    return "\ufeff".encode() + _table(rows, "\r\n")


def _cells(one: Said, rng: random.Random) -> tuple[object, ...]:
    at = one.at.astimezone(UTC)
    profile = 61_550_000_000_000 + one.author.number % 10**10
    return one.author.name, profile, f"{at:%Y-%m-%d %H:%M:%S}", int(rng.expovariate(0.4)), one.text


def write_minet(plan: Plan, rng: random.Random) -> bytes:
    """`minet youtube comments`: one video, each thread followed by its replies."""
    video = video_id(rng)
    rows: list[tuple[object, ...]] = [MINET]
    for thread in make_threads(plan.of("minet"), rng):
        parent = comment_id(rng)
        rows.append(_minet_row(thread.first, video, parent, len(thread.replies), "", rng))
        rows += [_minet_row(one, video, comment_id(rng, parent), "", parent, rng) for one in thread.replies]
    return _table(rows, "\n")


def _minet_row(
    one: Said, video: str, id: str, replies: int | str, parent: str, rng: random.Random
) -> tuple[object, ...]:
    author, at = one.author, zulu(one.at)
    likes = int(rng.expovariate(0.5))
    return video, id, f"@{author.handle}", channel_id(author.number), one.text, likes, at, at, replies, parent


def _table(rows: list[tuple[object, ...]], line_end: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator=line_end).writerows(rows)
    return out.getvalue().encode()
