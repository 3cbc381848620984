"""Tables (CSV) read by a column profile: which header fills which column, in which writing."""

from collections.abc import Container, Iterator
from pathlib import Path
from typing import Final

from saisine.messages.formats.blocks import BlockReader, RecordBlock, by_itself
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Sniff,
    Sniffer,
)
from saisine.messages.formats.profiles import Profile, load_own, load_shipped
from saisine.messages.formats.table_blocks import read_blocks
from saisine.messages.formats.table_json import JsonLayout, json_layout, json_rows, opens_like_json
from saisine.messages.formats.table_layout import Layout, find_layout, key_of
from saisine.messages.formats.table_objects import read_objects
from saisine.messages.formats.table_orders import order_of
from saisine.messages.formats.table_plan import map_rows
from saisine.messages.formats.table_rows import read_with


def sniff_with(profile: Profile) -> Sniffer:
    """A sniffer of tables whose header is this profile's; one made for any table scores lower."""

    def sniff(head: bytes, name: str) -> Sniff:
        layout = layout_of(head, profile) if profile.headers_all else None
        if layout is None:
            return Sniff(0, [])
        found = [header for header in profile.headers_any if layout.has([header])]
        share = len(found) / max(1, len(profile.headers_any))
        base, more = (40, 15) if profile.is_generic else (80, 15)
        score = base + round(more * share)
        reasons = [*(names[0] for names in profile.headers_all), *found, f"delimiter {layout.delimiter!r}"]
        return Sniff(min(score, 50) if layout.is_pasted else score, [*reasons, layout.encoding])

    return sniff


def layout_of(head: bytes, profile: Profile) -> Layout | None:
    """How the table is written, rows and columns or JSON; None when it is not the profile's."""
    if opens_like_json(head):
        return json_layout(head, profile)
    return find_layout(head, profile) if profile.form != "json" else None


def read_table(profile: Profile) -> Reader:
    """A reader of the rows of a table, whatever the profile allows it to be."""

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        layout = layout_of(member.read(HEAD_BYTES), profile)
        if isinstance(layout, JsonLayout):
            yield from json_rows(member, ctx, layout, nests_replies=profile.nests_replies)
        elif layout is None:
            yield Note("unknown_header", ctx.locator_prefix)
        else:
            yield from _ordered(profile, member, ctx, layout)
            yield from read_with(profile)(member, ctx)

    return records


def read_table_blocks(profile: Profile) -> BlockReader:
    """The same by blocks of rows."""

    def blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
        layout = layout_of(member.read(HEAD_BYTES), profile)
        if isinstance(layout, JsonLayout):
            yield from read_objects(member, ctx, layout, profile)
        elif layout is None:
            yield Note("unknown_header", ctx.locator_prefix)
        else:
            yield from _ordered(profile, member, ctx, layout)
            yield from read_blocks(profile)(member, ctx)

    return blocks


def _ordered(profile: Profile, member: Member, ctx: Context, layout: Layout) -> Iterator[Note]:
    """Remember how the dates of this table are to be read, for its mapper, and say it; say that two tables stand side
    by side, of which the one on the right is not read."""
    names = [key_of(name) for name in layout.header]
    if any(names.count(key_of(name)) > 1 for name in profile.fields["text"].headers):
        yield Note("columns_twice", ctx.locator_prefix)
    if profile.is_order_proved:
        order = ctx.memory["date_order"] = order_of(member, ctx, profile, layout)
        yield from order.notes(ctx.locator_prefix)


# ------------------------------------------------------------------ formats made of profiles


def format_of(profile: Profile) -> Format:
    """The format that reads tables with this profile."""
    return Format(
        id=profile.id,
        version=profile.version,
        platforms=() if profile.platform == "auto" else (profile.platform,),
        label_fr=profile.label_fr,
        label_en=profile.label_en,
        how_to_get_fr=profile.how_to_get_fr,
        how_to_get_en=profile.how_to_get_en,
        sniff=sniff_with(profile),
        records=read_table(profile),
        map=by_itself(map_rows(profile)),
        blocks=read_table_blocks(profile),
        map_block=map_rows(profile),
    )


def profile_format(path: Path, taken: Container[str] = frozenset()) -> Format:
    """The format described by a person's profile file. Raises `path_missing` or `profile_malformed`."""
    return format_of(load_own(path, taken))


APIFY: Final = tuple(
    format_of(load_shipped(f"apify-{name}"))
    for name in (
        "facebook-comments",
        "instagram-comments",
        "tiktok-comments",
        "tiktok-videos",
        "youtube-comments",
    )
)
DISCORD_CSV: Final = format_of(load_shipped("discord-csv"))
EXPORTCOMMENTS: Final = format_of(load_shipped("exportcomments"))
MINET_YOUTUBE_COMMENTS: Final = format_of(load_shipped("minet-youtube-comments"))
YOUTUBE_DATA_TOOLS: Final = format_of(load_shipped("youtube-data-tools"))
CSV_SIMPLE: Final = format_of(load_shipped("csv-simple"))
