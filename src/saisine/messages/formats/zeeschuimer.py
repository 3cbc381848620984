"""Zeeschuimer: what a person's browser showed, one object per line, in the platform's own words.

Each line is an envelope, `{"item_id", "timestamp_collected" (ms), "last_updated" (ms), "source_platform",
"source_platform_url", "data": {...}}`. 4CAT keeps the same objects, their keys at the top and the envelope under
`__import_meta`. The module named by `source_platform` says which mapper reads `data`. Something seen several
times stands several times: the last whole one is kept, the others are counted.

Field names as in the public sources of Zeeschuimer (js/zs-background.js) and of 4CAT (backend/lib/search.py),
2024-2026.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import msgspec

from saisine.messages.formats import (
    instagram_media,
    linkedin_updates,
    threads_posts,
    tiktok_items,
    x_graphql_tweets,
)
from saisine.messages.formats.blocks import BlockReader, RecordBlock
from saisine.messages.formats.contract import (
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
    Sniff,
)
from saisine.messages.formats.json_blocks import line_blocks, whole_lines
from saisine.messages.formats.json_lines import BOM, lines_of, records_of_lines
from saisine.messages.formats.json_records import records_alone
from saisine.messages.formats.json_runs import are_one_each, bodies_of_lines, offsets_of
from saisine.messages.formats.json_values import Mapped, Place, inside
from saisine.messages.formats.other_feeds import FEEDS, map_feed
from saisine.messages.formats.outer_keys import outer_keys, score_outer
from saisine.messages.formats.zeeschuimer_columns import X_MODULES, XLine, x_line_columns
from saisine.messages.formats.zeeschuimer_shapes import Decode, decoder_for
from saisine.texts import utc_from_ms

Found = RawRecord | RecordError | Note
ObjectMapper = Callable[[dict[str, Any], RawRecord, Context, Place], Mapped]


def _map_instagram(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place) -> Mapped:
    """A post; a fork's module also gives comments under a name of its own."""
    if instagram_media.is_comment(raw) and not instagram_media.is_media(raw):
        return instagram_media.map_comment(raw, record, ctx, place)
    return instagram_media.map_media(raw, record, ctx, place)


def _map_tiktok(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place) -> Mapped:
    if tiktok_items.is_comment(raw):
        return tiktok_items.map_comment(raw, record, ctx, place)
    return tiktok_items.map_item(raw, record, ctx, place)


MODULES: Final[dict[str, ObjectMapper]] = {
    "tiktok.com": _map_tiktok,
    "tiktok-comments": _map_tiktok,
    "instagram.com": _map_instagram,
    "instagram-comments": _map_instagram,
    "twitter.com": x_graphql_tweets.map_tweet,
    "x.com": x_graphql_tweets.map_tweet,
    "twitter-comments": x_graphql_tweets.map_tweet,
    "threads.net": threads_posts.map_post,
    "threads.com": threads_posts.map_post,
    "linkedin.com": linkedin_updates.map_update,
}


# ------------------------------------------------------------------ records


class _State(msgspec.Struct, gc=False):
    is_partial: bool = msgspec.field(default=False, name="_zs_partial")


class _Envelope(msgspec.Struct, gc=False):
    """What tells two observations of one thing apart; the object itself is stepped over."""

    item_id: str | int | None = None
    source_platform: str = ""
    timestamp_collected: float = 0
    last_updated: float = 0
    data: _State | None = None


class _Kept(msgspec.Struct, gc=False):
    """The same line as 4CAT keeps it."""

    meta: _Envelope | None = msgspec.field(default=None, name="__import_meta")
    is_partial: bool = msgspec.field(default=False, name="_zs_partial")


Seen = tuple[str, tuple[bool, float]]
Shape = type[_Envelope] | type[_Kept]


def read_envelopes(member: Member, ctx: Context) -> Iterator[Found]:
    """Every line; those that a later one replaces are remembered for the mapper."""
    return records_alone(_read(member, ctx, _Envelope))


def read_blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | Found]:
    """The same; lines of X alone by blocks."""
    return _read(member, ctx, _Envelope, _x_lines)


def read_kept(member: Member, ctx: Context) -> Iterator[Found]:
    """The same for the lines of 4CAT."""
    return records_alone(_read(member, ctx, _Kept))


def _seen_in(found: Any) -> Seen | None:
    if isinstance(found, _Kept):
        return _seen(found.meta, found.is_partial) if found.meta else None
    return _seen(found, found.data.is_partial if found.data else False)


def _light(line: bytes, kind: Shape) -> Any:
    """A line without the object it carries; by the standard parser where msgspec refuses a character. Raises
    ValueError or RecursionError."""
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.convert(json.loads(line.decode("utf-8", "surrogateescape")), kind)


def _seen(found: _Envelope, is_partial: bool) -> Seen | None:
    """(what was seen, how good the observation is): a whole object first, then the latest."""
    if found.item_id is None:
        return None
    age = found.last_updated or found.timestamp_collected
    return f"{found.source_platform} {found.item_id}", (not is_partial, age)


def _read(
    member: Member, ctx: Context, kind: Shape, of_x: BlockReader | None = None
) -> Iterator[RecordBlock | Found]:
    modules: set[str] = set()
    ctx.memory["older"] = older = _older_lines(member, kind, modules)
    if modules and modules <= X_MODULES:
        yield from (of_x or _lines)(member, ctx)
        return
    owed: Counter[str] = Counter()
    first = ""
    for found in _lines(member, ctx, decoder_for(modules)):
        yield found
        if not isinstance(found, RawRecord) or found.offset in older:
            continue
        if tiktok_items.count_owed(inside(found.obj, "data") or found.obj, owed):
            first = first or found.locator
    missing = sum(number for number in owed.values() if number > 0)
    if missing:
        yield Note("replies_missing", first, count=missing)


_x_lines: Final = line_blocks(XLine)


def _lines(member: Member, ctx: Context, light: Decode | None = None) -> Iterator[Found]:
    with member.open() as stream:
        yield from records_of_lines(lines_of(stream), Any, ctx.locator_prefix, light)


def _older_lines(member: Member, kind: Shape, modules: set[str]) -> set[int]:
    """The byte offsets of the lines that a better observation of the same thing replaces; `modules` gathers those met.

    A first, light reading: the objects are stepped over. What cannot be read is left to the second one.
    """
    best: dict[str, tuple[tuple[bool, float], int]] = {}
    older: set[int] = set()
    for start, found in _light_lines(member, kind):
        if isinstance(found, _Envelope):
            modules.add(found.source_platform)
        seen = _seen_in(found)
        if seen is None:
            continue
        key, rank = seen
        known = best.get(key)
        if known is None or rank >= known[0]:
            best[key] = rank, start
        if known is not None:
            older.add(known[1] if rank >= known[0] else start)
    return older


def _light_lines(member: Member, kind: Shape) -> Iterator[tuple[int, Any]]:
    """(byte offset of its first sign, what it says) of every line, by blocks where they are plain."""
    decode = msgspec.json.Decoder(kind).decode_lines
    offset, fault = 0, None
    with member.open() as stream:
        while fault is None:
            data, fault = whole_lines(stream)
            if not data:
                break
            yield from _together(data, offset, decode) or _one_by_one(data, offset, kind)
            offset += len(data)
    if fault is not None:
        raise fault


def _together(data: bytes, offset: int, decode: Callable[[bytes], list[Any]]) -> list[tuple[int, Any]]:
    """The lines of a block; none where they must be taken one by one."""
    mark = len(BOM) if offset == 0 and data.startswith(BOM) else 0
    try:
        found = decode(data[mark:])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return []
    bodies = bodies_of_lines(data[mark:])
    if not bodies or not are_one_each(bodies, found):
        return []
    return list(zip(offsets_of(data[mark:], bodies, b"\n", offset + mark), found, strict=True))


def _one_by_one(data: bytes, offset: int, kind: Shape) -> Iterator[tuple[int, Any]]:
    for line in BytesIO(data):
        body = line.removeprefix(BOM) if offset == 0 else line
        with suppress(ValueError, RecursionError):  # left to the second reading
            yield offset + len(line) - len(body.lstrip()), _light(body, kind)
        offset += len(line)


# ------------------------------------------------------------------ mapping


def unwrap(obj: Any) -> tuple[str, dict[str, Any], datetime | None]:
    """(module, the platform's object, when it was seen) of a line in either writing. Raises KeyError."""
    meta = obj.get("__import_meta", obj)
    raw = obj if meta is not obj else obj["data"]
    collected = meta.get("timestamp_collected")
    at = utc_from_ms(collected) if isinstance(collected, int | float) and collected > 0 else None
    return meta["source_platform"], raw, at


def map_line(record: RawRecord, ctx: Context) -> Message | Skip | Mapped:
    """What one line holds, by the mapper of its module."""
    if record.offset in ctx.memory.get("older", ()):
        return Skip("duplicate_older_observation")
    module, raw, collected_at = unwrap(record.obj)
    place = Place("" if raw is record.obj else "/data", collected_at=collected_at)
    mapper = MODULES.get(module)
    if mapper is not None:
        rows = mapper(raw, record, ctx, place)
    elif module in FEEDS:
        rows = map_feed(module, raw, record, ctx, place)
    else:
        return Skip("unsupported_variant")
    return rows[0] if len(rows) == 1 else rows


# ------------------------------------------------------------------ recognition

_ENVELOPE: Final = ("item_id", "timestamp_collected", "source_platform", "source_platform_url", "data")


def sniff(head: bytes, name: str) -> Sniff:
    """Lines whose outer keys are the envelope's, whatever the platform's object inside holds."""
    return score_outer(head, _ENVELOPE, best=98)


def sniff_kept(head: bytes, name: str) -> Sniff:
    """Lines with the envelope under `__import_meta`, as 4CAT keeps them."""
    if b'"__import_meta"' not in head or "__import_meta" not in outer_keys(head):
        return Sniff(0, [])
    return Sniff(96, ["__import_meta"])


_HOW_FR: Final = """\
À faire avant que la plateforme ou les auteurs ne suppriment les messages.
1. Sur un ordinateur, installez Firefox, puis l’extension Zeeschuimer (université d’Amsterdam, gratuite).
2. Ouvrez Zeeschuimer et activez la plateforme voulue : TikTok, TikTok (commentaires), Instagram, X, Threads…
3. Dans un autre onglet, ouvrez la publication. Affichez tous les commentaires et toutes les réponses, puis \
défilez jusqu’en bas.
4. Revenez à Zeeschuimer : le nombre d’éléments a augmenté. Cliquez sur « .ndjson » et enregistrez le fichier.
5. Déposez ce fichier ici, sans l’ouvrir dans un autre programme.
Le fichier ne contient que ce que l’écran a montré. Pour Instagram, il n’y a pas les commentaires ; pour Facebook \
et LinkedIn, capturez la page. État au 1er juin 2026 ; les écrans changent."""
_HOW_EN: Final = """\
To be done before the platform or the authors delete the messages.
1. On a computer, install Firefox, then the Zeeschuimer extension (University of Amsterdam, free).
2. Open Zeeschuimer and switch on the platform: TikTok, TikTok (comments), Instagram, X, Threads…
3. In another tab, open the publication. Show every comment and reply, then scroll to the end.
4. Back in Zeeschuimer, the number of items has grown. Click ".ndjson" and save the file.
5. Drop that file here, without opening it in another program.
The file holds only what the screen showed. For Instagram it has no comments; for Facebook and LinkedIn, capture \
the page. As of 1 June 2026; screens change."""
_PLATFORMS: Final = ("tiktok", "instagram", "x", "threads", "linkedin", "other")

ZEESCHUIMER: Final = Format(
    id="zeeschuimer",
    version=3,
    platforms=_PLATFORMS,
    label_fr="Zeeschuimer : ce que le navigateur a montré (TikTok, Instagram, X, Threads…)",
    label_en="Zeeschuimer: what the browser showed (TikTok, Instagram, X, Threads…)",
    how_to_get_fr=_HOW_FR,
    how_to_get_en=_HOW_EN,
    sniff=sniff,
    records=read_envelopes,
    map=map_line,
    blocks=read_blocks,
    map_block=x_line_columns,
)

FOURCAT_NDJSON: Final = Format(
    id="4cat-ndjson",
    version=3,
    platforms=_PLATFORMS,
    label_fr="4CAT : jeu de données en NDJSON (TikTok, Instagram, X, Threads…)",
    label_en="4CAT: data set in NDJSON (TikTok, Instagram, X, Threads…)",
    how_to_get_fr="""\
1. Une équipe de recherche qui a 4CAT ouvre le jeu de données importé de Zeeschuimer.
2. Elle clique sur « Download » et choisit « NDJSON » : le CSV perd une partie des champs.
3. Gardez le fichier tel que reçu et déposez-le ici.
Il contient ce que le navigateur de l’équipe a montré. État au 1er juin 2026 ; les écrans changent.""",
    how_to_get_en="""\
1. A research team that has 4CAT opens the data set imported from Zeeschuimer.
2. It clicks "Download" and chooses "NDJSON": the CSV loses part of the fields.
3. Keep the file as received and drop it here.
It holds what the team's browser showed. As of 1 June 2026; screens change.""",
    sniff=sniff_kept,
    records=read_kept,
    map=map_line,
)
