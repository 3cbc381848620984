"""Tables (CSV) read by a column profile: which header fills which column, in which writing."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Mapper,
    Member,
    Message,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Skip,
    Sniff,
    Sniffer,
)
from saisine.messages.formats.profiles import FieldRule, Profile, load_profile, load_shipped
from saisine.messages.formats.table_json import JsonLayout, json_layout, json_rows, opens_like_json
from saisine.messages.formats.table_rows import Layout, find_layout, key_of, read_with
from saisine.messages.formats.table_values import (
    is_rounded,
    parse_count,
    parse_flag,
    parse_time,
    plain_cell,
    platform_of,
)
from saisine.messages.zones import load_zone

IDS: Final = frozenset({"message_id", "author_id", "parent_id", "target_id", "conversation_id"})
COUNTS: Final = frozenset({"like_count", "share_count", "reply_count", "view_count"})
TIMES: Final = frozenset({"created_at", "edited_at", "collected_at", "author_created_at"})
LISTS: Final = frozenset({"mentions", "urls", "hashtags", "media_urls"})


def sniff_with(profile: Profile) -> Sniffer:
    """A sniffer of tables whose header is this profile's; one made for any table scores lower."""

    def sniff(head: bytes, name: str) -> Sniff:
        layout = layout_of(head, profile) if profile.headers_all else None
        if layout is None:
            return Sniff(0, [])
        found = [header for header in profile.headers_any if layout.has([header])]
        share = len(found) / max(1, len(profile.headers_any))
        base, more = (40, 15) if profile.is_generic else (75, 20)
        reasons = [*(names[0] for names in profile.headers_all), *found, f"delimiter {layout.delimiter!r}"]
        return Sniff(base + round(more * share), [*reasons, layout.encoding])

    return sniff


def layout_of(head: bytes, profile: Profile) -> Layout | None:
    """How the table is written, rows and columns or JSON; None when it is not the profile's."""
    if opens_like_json(head):
        return json_layout(head, profile)
    return find_layout(head, profile) if profile.form != "json" else None


def read_table(profile: Profile) -> Reader:
    """A reader of the rows of a table, whatever the profile allows it to be."""
    read_rows = read_with(profile)

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        layout = layout_of(member.read(HEAD_BYTES), profile)
        if isinstance(layout, JsonLayout):
            yield from json_rows(member, ctx, layout)
        elif layout is None:
            yield Note("unknown_header", ctx.locator_prefix)
        else:
            yield from read_rows(member, ctx)

    return records


# ------------------------------------------------------------------ mapping

Cells = Sequence[str]
Getter = Callable[[Cells], str | None]


def map_with(profile: Profile) -> Mapper:
    """A mapper of rows to messages; what a profile does not fill in is listed in `missing`."""

    def map_row(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
        plan = ctx.memory.get("plan")
        if plan is None:
            plan = ctx.memory["plan"] = _Plan(profile, record.outer[0]["layout"], ctx)
        assert isinstance(plan, _Plan)
        return plan.message(record, ctx)

    return map_row


class _Plan:
    """The profile bound to the columns of one file."""

    def __init__(self, profile: Profile, layout: Layout, ctx: Context) -> None:
        self.profile = profile
        self.header = layout.header
        self.is_json = isinstance(layout, JsonLayout)
        self.rules = profile.fields
        make = _json_getter if self.is_json else _getter
        self.getters = {name: make(rule, layout.columns) for name, rule in profile.fields.items()}
        self.zone = load_zone(profile.zone) if profile.zone else ctx.zone
        self.platform = profile.platform if profile.platform != "auto" else platform_of(layout.preamble)
        absent = [
            name
            for name in _GIVEN
            if name not in profile.fields or not _is_there(profile.fields[name], layout)
        ]
        self.missing = tuple(sorted(absent))

    def message(self, record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
        cells: list[str] = record.obj
        if cells == self.header:
            return Skip("not_a_message")
        raw = {name: get(cells) for name, get in self.getters.items()}
        notes: list[Message | Skip | Note] = []
        values: dict[str, Any] = {}
        missing: list[str] = []
        for name, cell in raw.items():
            if name in TIMES or name in ("text", "platform", "thread_number"):
                continue
            if name in IDS and cell is not None and is_rounded(cell):
                notes.append(Note("rounded_ids", record.locator))
                missing.append(name)
                cell = None
            values[name] = _value(name, cell, self.rules[name])
        self._times(raw, values, record, ctx, notes)
        text = raw.get("text") or ""
        if not text and values.get("message_id") is None:
            return Skip("empty_record")
        platform = self._platform(raw, values)
        self._identify(raw, values, missing, platform, text, ctx)
        kind = values.pop("kind", None) or self.profile.kind
        if kind == "comment" and (values.get("parent_id") or "-" in (raw.get("thread_number") or "")):
            kind = "reply"
        absent = self.missing
        if self.is_json:  # a key may come for the first time in a later object
            absent = tuple(name for name in absent if values.get(name) is None)
        message = Message.of(
            record, ctx, platform=platform, kind=kind, text=text, missing=(*absent, *missing), **values
        )
        return [message, *notes] if notes else message

    def _platform(self, raw: Mapping[str, str | None], values: Mapping[str, Any]) -> str:
        said = raw.get("platform")
        if said:
            return platform_of(said)
        if self.profile.platform == "auto" and self.platform == "other":
            return platform_of(values.get("url") or "")
        return self.platform

    def _times(
        self,
        raw: Mapping[str, str | None],
        values: dict[str, Any],
        record: RawRecord,
        ctx: Context,
        notes: list[Message | Skip | Note],
    ) -> None:
        for name in TIMES & raw.keys():
            cell = raw[name]
            if not cell:
                continue
            found = parse_time(cell, self.profile.time_formats, self.zone)
            if name == "created_at":
                values["created_at_raw"] = cell
            if found is None:
                continue
            values[name] = found.at
            if name == "created_at":
                values |= {"created_at_precision": found.precision, "created_at_source": "field"}
                if found.is_zone_assumed and self.profile.zone is None:
                    notes.append(Note("zone_assumed", record.locator))
        if values.get("edited_at") is not None and values.get("edited_at") == values.get("created_at"):
            values["edited_at"] = None

    def _identify(
        self,
        raw: Mapping[str, str | None],
        values: dict[str, Any],
        missing: list[str],
        platform: str,
        text: str,
        ctx: Context,
    ) -> None:
        """A row without identifier gets a derived one; one whose identifier was damaged stays without."""
        if values.get("message_id") is None and "message_id" not in missing:
            author = values.get("author_id") or values.get("author_handle") or values.get("author_name") or ""
            where = values.get("conversation_id") or values.get("target_id") or ""
            values["message_id"] = ctx.derive_id(platform, where, raw.get("created_at") or "", author, text)
            if "message_id" not in self.missing:
                missing.append("message_id")
        values.setdefault("message_id", None)
        number = raw.get("thread_number")
        if number:
            threads: dict[str, str | None] = ctx.memory.setdefault("threads", {})
            threads[number] = values["message_id"]
            if "-" in number and not values.get("parent_id"):
                values["parent_id"] = threads.get(number.partition("-")[0])


_GIVEN: Final = (
    "message_id",
    "author_id",
    "author_handle",
    "author_name",
    "created_at",
    "url",
    "parent_id",
    "conversation_id",
    "target_id",
    "like_count",
    "share_count",
    "reply_count",
    "view_count",
    "lang",
)


def _is_there(rule: FieldRule, layout: Layout) -> bool:
    if isinstance(layout, JsonLayout):
        names = (*rule.headers, *rule.template_headers)
        return rule.const is not None or any(name.casefold() in layout.seen for name in names)
    return rule.const is not None or rule.template is not None or layout.has(rule.headers)


def _getter(rule: FieldRule, columns: Mapping[str, int]) -> Getter:
    """What takes one column's cell out of a row: None when the cell is empty or absent."""
    if rule.const is not None:
        return lambda cells: rule.const
    if rule.template is not None:
        return _filled(rule.template, columns)
    index = next((columns[key_of(name)] for name in rule.headers if key_of(name) in columns), None)
    if index is None:
        return lambda cells: None
    if rule.json is not None:
        path = rule.json.split(".")
        return lambda cells: _inside(cells[index], path) if index < len(cells) else None
    return lambda cells: (plain_cell(cells[index]) or None) if index < len(cells) else None


def _json_getter(rule: FieldRule, columns: Mapping[str, int]) -> Getter:
    """The same for objects, which need not all have the same keys: the first that holds something is taken."""
    if len(rule.headers) < 2:
        return _getter(rule, columns)
    several = [_getter(replace(rule, headers=(name,)), columns) for name in rule.headers]
    return lambda cells: next((found for get in several if (found := get(cells))), None)


def _filled(template: str, columns: Mapping[str, int]) -> Getter:
    """`{header}` replaced by cells; None as soon as one of them is empty."""
    pieces = re.split(r"\{([^{}]*)\}", template)

    def get(cells: Cells) -> str | None:
        made = pieces[0]
        for name, after in zip(pieces[1::2], pieces[2::2], strict=True):
            index = columns.get(key_of(name))
            cell = cells[index] if index is not None and index < len(cells) else ""
            if not cell:
                return None
            made += cell + after
        return made

    return get


def _inside(cell: str, path: Sequence[str]) -> str | None:
    """A value inside a cell that holds JSON; None when it is not there."""
    try:
        found: Any = json.loads(cell)
        for step in path:
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) else None if found is None else str(found)


def _value(name: str, cell: str | None, rule: FieldRule) -> Any:
    if name in LISTS:
        return [part for part in (cell or "").split(rule.split or "|") if part]
    if cell is None:
        return None
    if name == "url" and not cell.startswith(("http://", "https://")):
        return None  # exporters write a word there ("view") that only their page makes a link of
    if name in COUNTS or rule.parse == "int":
        return parse_count(cell)
    if name == "owner_is_author" or rule.parse == "bool":
        return parse_flag(cell)
    return cell


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
        map=map_with(profile),
    )


def profile_format(path: Path) -> Format:
    """The format described by a person's profile file. Raises `path_missing` or `profile_malformed`."""
    return format_of(load_profile(path))


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
EXPORTCOMMENTS: Final = format_of(load_shipped("exportcomments"))
MINET_YOUTUBE_COMMENTS: Final = format_of(load_shipped("minet-youtube-comments"))
YOUTUBE_DATA_TOOLS: Final = format_of(load_shipped("youtube-data-tools"))
CSV_SIMPLE: Final = format_of(load_shipped("csv-simple"))
