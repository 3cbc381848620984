"""A column profile bound to the columns of one file: blocks of its rows become columns of messages."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from saisine.messages.columns import Column, Columns, Same
from saisine.messages.formats.blocks import (
    BlockMapper,
    Fields,
    RecordBlock,
    as_list,
    columns_of,
    names_missing,
    require_counts,
)
from saisine.messages.formats.profiles import FieldRule, Profile
from saisine.messages.formats.raw import Context, Note
from saisine.messages.formats.table_columns import (
    Cells,
    column,
    or_none,
    padded,
    times,
    without_rounded,
    written_counts,
)
from saisine.messages.formats.table_json import JsonLayout
from saisine.messages.formats.table_rows import Layout, key_of
from saisine.messages.formats.table_values import parse_flag, plain_cell, platform_of
from saisine.messages.idtime import UNKNOWN
from saisine.messages.zones import load_zone

IDS: Final = frozenset({"message_id", "author_id", "parent_id", "target_id", "conversation_id"})
COUNTS: Final = frozenset({"like_count", "share_count", "reply_count", "view_count"})
TIMES: Final = frozenset({"created_at", "edited_at", "collected_at", "author_created_at"})
LISTS: Final = frozenset({"mentions", "urls", "hashtags", "media_urls"})
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
_NUMBER: Final = re.compile("[0-9]+")
Rows = list[Any]
Getter = Callable[[Rows], Cells | Same]


def map_rows(profile: Profile) -> BlockMapper:
    """A mapper of blocks of rows; what the profile does not fill in is listed in `missing`."""

    def map_block(block: RecordBlock, ctx: Context) -> Columns:
        plan = ctx.memory.get("plan")
        if plan is None:
            plan = ctx.memory["plan"] = _Plan(profile, block.outer[0]["layout"], ctx)
        assert isinstance(plan, _Plan)
        return plan.columns(block, ctx)

    return map_block


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
        self.missing = tuple(
            sorted(
                name
                for name in _GIVEN
                if name not in profile.fields or not _is_there(profile.fields[name], layout)
            )
        )

    def columns(self, block: RecordBlock, ctx: Context) -> Columns:
        """The messages of a block of rows. Raises before anything is remembered of it."""
        skipped: list[tuple[str, str]] = []
        if self.header in block.objs:
            block = _without(block, [row != self.header for row in block.objs], "not_a_message", skipped)
        raw = self._raw(block)
        texts, ids = raw.get("text"), raw.get("message_id")
        if texts is None or _holds_none(texts):
            kept = [
                bool(text) or (bool(number) and not rounded)
                for text, number, rounded in zip(
                    _each_row(texts, block), _each_row(ids, block), self._rounded(ids, block), strict=True
                )
            ]
            if not all(kept):
                block = _without(block, kept, "empty_record", skipped)
                raw = self._raw(block)
        if not len(block):
            return Columns(0, {}, skipped)
        return self._finish(block, raw, ctx, skipped)

    def _raw(self, block: RecordBlock) -> dict[str, Cells | Same]:
        rows = padded(block.objs, len(self.header))
        return {name: get(rows) for name, get in self.getters.items()}

    def _rounded(self, ids: Cells | Same | None, block: RecordBlock) -> list[bool]:
        rounded = set(without_rounded(ids)[1]) if isinstance(ids, list) else set()
        return [row in rounded for row in range(len(block))]

    def _finish(
        self,
        block: RecordBlock,
        raw: Mapping[str, Cells | Same],
        ctx: Context,
        skipped: list[tuple[str, str]],
    ) -> Columns:
        count, notes = len(block), list[Note]()
        fields, damaged = self._values(raw, block, notes)
        self._times(raw, fields, block, notes)
        require_counts(fields)
        fields["text"] = _filled_in(raw.get("text"), count)
        fields["platform"] = self._platform(raw, fields, count)
        derived = self._identify(raw, fields, damaged.get("message_id", set()), block, ctx)
        fields["kind"] = self._kinds(raw, fields, count)
        return columns_of(
            block, ctx, fields, self._missing(fields, damaged, derived, count), skipped=skipped, notes=notes
        )

    def _values(
        self, raw: Mapping[str, Cells | Same], block: RecordBlock, notes: list[Note]
    ) -> tuple[Fields, dict[str, set[int]]]:
        """(columns that are no times and no text, the rows of each whose identifier a spreadsheet rounded)."""
        fields: Fields = {}
        damaged: dict[str, set[int]] = {}
        for name, cells in raw.items():
            if name in TIMES or name in ("text", "platform", "thread_number"):
                continue
            if name in IDS and isinstance(cells, list):
                cells, rounded = without_rounded(cells)
                if rounded:
                    damaged[name] = set(rounded)
            fields[name] = _value(name, cells, self.rules[name])
        rows = sorted(row for rounded in damaged.values() for row in rounded)
        notes += [Note("rounded_ids", block.locators[row]) for row in rows]
        return fields, damaged

    def _times(
        self, raw: Mapping[str, Cells | Same], fields: Fields, block: RecordBlock, notes: list[Note]
    ) -> None:
        for name in TIMES & raw.keys():
            cells = _each_row(raw[name], block)
            found = times(cells, self.profile.time_formats, self.zone)
            fields[name] = found.at
            if name != "created_at":
                continue
            fields["created_at_raw"] = cells
            fields["created_at_precision"] = found.precisions
            known = (found.at != UNKNOWN).tolist()
            fields["created_at_source"] = (
                Same("field") if all(known) else ["field" if one else None for one in known]
            )
            if found.assumed is not None and self.profile.zone is None:
                first = block.locators[found.assumed.index(True)]
                notes.append(Note("zone_assumed", first, count=found.assumed.count(True)))
        edited, created = fields.get("edited_at"), fields.get("created_at")
        if edited is not None and created is not None:
            fields["edited_at"] = np.where(edited == created, UNKNOWN, edited)
        if "collected_at" in fields:
            fields["collected_at"] = as_list(fields["collected_at"], len(block))

    def _platform(self, raw: Mapping[str, Cells | Same], fields: Fields, count: int) -> Column:
        said = raw.get("platform")
        is_guessed = self.profile.platform == "auto" and self.platform == "other"
        if (said is None or said == Same(None)) and not is_guessed:
            return Same(self.platform)
        urls = _list(fields.get("url", Same(None)), count)
        known: dict[str, str] = {}
        found = []
        for word, url in zip(_list(said or Same(None), count), urls, strict=True):
            if not word and not is_guessed:
                found.append(self.platform)
                continue
            # no name of a platform holds a number: addresses that differ by theirs are asked about once
            asked = _NUMBER.sub("0", word or url or "")
            if asked not in known:
                known[asked] = platform_of(asked)
            found.append(known[asked])
        return Same(found[0]) if found.count(found[0]) == count else found

    def _kinds(self, raw: Mapping[str, Cells | Same], fields: Fields, count: int) -> Column:
        own = fields.get("kind", Same(None))
        kinds = [one or self.profile.kind for one in _list(own, count)]
        if "comment" in kinds:
            parents = _list(fields.get("parent_id", Same(None)), count)
            numbers = _list(raw.get("thread_number", Same(None)), count)
            kinds = [
                "reply" if kind == "comment" and (parent or "-" in (number or "")) else kind
                for kind, parent, number in zip(kinds, parents, numbers, strict=True)
            ]
        return kinds

    def _identify(
        self,
        raw: Mapping[str, Cells | Same],
        fields: Fields,
        damaged: set[int],
        block: RecordBlock,
        ctx: Context,
    ) -> set[int]:
        """Rows without identifier get a derived one; those whose identifier was damaged stay without. Returns the
        rows that got one."""
        count = len(block)
        ids = list(_list(fields.get("message_id", Same(None)), count))
        derived = (
            {row for row, one in enumerate(ids) if one is None and row not in damaged}
            if None in ids
            else set()
        )
        if derived:
            self._derive(sorted(derived), ids, raw, fields, block, ctx)
        fields["message_id"] = ids
        if "thread_number" in raw:
            self._threads(_list(raw["thread_number"], count), ids, fields, ctx)
        return derived

    def _derive(
        self,
        rows: list[int],
        ids: Cells,
        raw: Mapping[str, Cells | Same],
        fields: Fields,
        block: RecordBlock,
        ctx: Context,
    ) -> None:
        """Fill in the identifiers of these rows."""
        count = len(block)
        platforms, texts, numbers, handles, names, conversations, targets = (
            _list(fields.get(name, Same(None)), count)
            for name in (
                *("platform", "text", "author_id", "author_handle", "author_name"),
                *("conversation_id", "target_id"),
            )
        )
        stated = _each_row(raw.get("created_at"), block)
        for row in rows:
            author = numbers[row] or handles[row] or names[row] or ""
            where = conversations[row] or targets[row] or ""
            ids[row] = ctx.derive_id(platforms[row], where, stated[row] or "", author, texts[row])

    def _threads(self, numbers: Sequence[str | None], ids: Cells, fields: Fields, ctx: Context) -> None:
        """`3-1` answers `3`: the parent is the message of that number, met before."""
        threads: dict[str, str | None] = ctx.memory.setdefault("threads", {})
        parents = list(_list(fields.get("parent_id", Same(None)), len(ids)))
        for row, number in enumerate(numbers):
            if number:
                threads[number] = ids[row]
                if "-" in number and not parents[row]:
                    parents[row] = threads.get(number.partition("-")[0])
        fields["parent_id"] = parents

    def _missing(
        self, fields: Fields, damaged: Mapping[str, set[int]], derived: set[int], count: int
    ) -> Column:
        absent: Column = Same(self.missing)
        if self.is_json:  # a key may come for the first time in a later object
            absent = names_missing(fields, self.missing, count)
        if not damaged and not (derived and "message_id" not in self.missing):
            return absent
        more: list[tuple[str, ...]] = [()] * count
        for name, rows in damaged.items():
            for row in rows:
                more[row] += (name,)
        if "message_id" not in self.missing:
            for row in derived:
                more[row] += ("message_id",)
        return [(*names, *others) for names, others in zip(_list(absent, count), more, strict=True)]


def _without(
    block: RecordBlock, kept: list[bool], reason: str, skipped: list[tuple[str, str]]
) -> RecordBlock:
    skipped += [(reason, place) for place, is_kept in zip(block.locators, kept, strict=True) if not is_kept]
    return block.only(kept)


def _list(values: Any, count: int) -> list[Any]:
    return [values.value] * count if isinstance(values, Same) else values


def _each_row(cells: Cells | Same | None, block: RecordBlock) -> Cells:
    return [None] * len(block) if cells is None else _list(cells, len(block))


def _holds_none(cells: Cells | Same) -> bool:
    return not cells.value if isinstance(cells, Same) else None in cells


def _filled_in(cells: Cells | Same | None, count: int) -> list[str]:
    return [cell or "" for cell in _list(cells if cells is not None else Same(""), count)]


# ------------------------------------------------------------------ cells


def _is_there(rule: FieldRule, layout: Layout) -> bool:
    if isinstance(layout, JsonLayout):
        names = (*rule.headers, *rule.template_headers)
        return rule.const is not None or any(name.casefold() in layout.seen for name in names)
    return rule.const is not None or rule.template is not None or layout.has(rule.headers)


def _getter(rule: FieldRule, columns: Mapping[str, int]) -> Getter:
    """What takes one column out of rows: None where the cell is empty or absent."""
    if rule.const is not None:
        return lambda rows: Same(rule.const)
    if rule.template is not None:
        return _filled(rule.template, columns)
    index = next((columns[key_of(name)] for name in rule.headers if key_of(name) in columns), None)
    if index is None:
        return lambda rows: Same(None)
    if rule.json is not None:
        path = rule.json.split(".")
        return lambda rows: [_inside(cell, path) for cell in column(rows, index)]
    return lambda rows: _plain(column(rows, index))


def _plain(cells: list[str]) -> Cells:
    """The cells without surrounding spaces, nor Excel's `="…"`."""
    stripped = list(map(str.strip, cells))
    if '="' in "".join(stripped):
        stripped = list(map(plain_cell, stripped))
    return or_none(stripped)


def _json_getter(rule: FieldRule, columns: Mapping[str, int]) -> Getter:
    """The same for objects, which need not all have the same keys: the first that holds something is taken."""
    if len(rule.headers) < 2:
        return _getter(rule, columns)
    several = [_getter(replace(rule, headers=(name,)), columns) for name in rule.headers]

    def get(rows: Rows) -> Cells:
        found = [_list(one(rows), len(rows)) for one in several]
        return [next((cell for cell in cells if cell), None) for cells in zip(*found, strict=True)]

    return get


def _filled(template: str, columns: Mapping[str, int]) -> Getter:
    """`{header}` replaced by cells; None as soon as one of them is empty."""
    first, *pieces = re.split(r"\{([^{}]*)\}", template)
    indexes = [columns.get(key_of(name)) for name in pieces[::2]]
    pattern = first.replace("%", "%%") + "".join("%s" + after.replace("%", "%%") for after in pieces[1::2])

    def get(rows: Rows) -> Cells | Same:
        if None in indexes:
            return Same(None)
        cells = [column(rows, index) for index in indexes if index is not None]
        return [pattern % values if all(values) else None for values in zip(*cells, strict=True)]

    return get if pieces else lambda rows: Same(first)


def _inside(cell: str, path: Sequence[str]) -> str | None:
    """A value inside a cell that holds JSON; None when it is not there."""
    try:
        found: Any = json.loads(cell)
        for step in path:
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) else None if found is None else str(found)


def _value(name: str, cells: Cells | Same, rule: FieldRule) -> Column:
    if isinstance(cells, Same):
        one = _value(name, [cells.value], rule)
        return one if isinstance(one, Same) else Same(one[0])
    if name in LISTS:
        return [[part for part in (cell or "").split(rule.split or "|") if part] for cell in cells]
    if name == "url":  # exporters write a word there ("view") that only their page makes a link of
        return [cell if cell and cell.startswith(("http://", "https://")) else None for cell in cells]
    if name in COUNTS or rule.parse == "int":
        return written_counts(cells)
    if name == "owner_is_author" or rule.parse == "bool":
        return [None if cell is None else parse_flag(cell) for cell in cells]
    return cells
