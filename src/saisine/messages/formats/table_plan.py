"""A column profile bound to the columns of one file: blocks of its rows become columns of messages."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from saisine.messages.columns import Column, Columns, Same, as_list
from saisine.messages.formats.blocks import (
    BlockMapper,
    Fields,
    RecordBlock,
    Unfit,
    columns_of,
    names_missing,
    require_counts,
)
from saisine.messages.formats.profiles import FieldRule, Profile
from saisine.messages.formats.raw import Context, Note
from saisine.messages.formats.table_cautions import (
    AUTHORS,
    bare_ids,
    told_platform,
    unread_counts,
    with_clocks,
    without_answers,
    without_reporter,
)
from saisine.messages.formats.table_cells import CellColumns
from saisine.messages.formats.table_columns import (
    Cells,
    column,
    padded,
    places_of,
    times,
    without_rounded,
)
from saisine.messages.formats.table_fields import (
    COUNTS,
    getters,
    is_there,
    listed,
    place_of,
    several_in,
    value_of,
)
from saisine.messages.formats.table_identity import derive, name_parents
from saisine.messages.formats.table_json import JsonLayout
from saisine.messages.formats.table_kept import (
    each_row,
    filled_in,
    first_of_both,
    holds_none_of,
    kept_of,
    platforms_named,
    totals_in,
    without,
)
from saisine.messages.formats.table_layout import Layout, key_of
from saisine.messages.formats.table_orders import TIMES, DateOrder, is_either
from saisine.messages.formats.table_repairs import read_again, with_repairs
from saisine.messages.formats.table_replies import REPLIES
from saisine.messages.formats.word_times import is_relative
from saisine.messages.idtime import UNKNOWN
from saisine.messages.zones import load_zone

IDS: Final = frozenset({"message_id", "author_id", "parent_id", "target_id", "conversation_id"})
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
# Of a column that no reading changes; an identifier may have been rounded.
_AS_IT_STANDS: Final = frozenset({"text", "created_at", "author_handle", "author_name"})
_NUMBERING_DIGITS: Final = 7
_FIRST_US: Final = 631_152_000_000_000  # 1990: no network had messages before, and an empty date is of 1900


def map_rows(profile: Profile) -> BlockMapper:
    """A mapper of blocks of rows; what the profile does not fill in is listed in `missing`."""

    def map_block(block: RecordBlock, ctx: Context) -> Columns:
        if "plan" not in ctx.memory:
            _bind(profile, block.outer[0]["layout"], ctx)
        plan: _Plan = ctx.memory["plan"]
        others = plan.other_headers(block)
        if others and len(block) > 1:
            raise Unfit(others)  # mapped alone, in their order: what is below each is read by it
        if others:
            _bind(profile, _under(block.objs[0], block.outer[0]["layout"]), ctx)
            return Columns(0, {}, [("not_a_message", block.locators[0])])
        return plan.columns(block, ctx)

    return map_block


def _bind(profile: Profile, layout: Layout, ctx: Context) -> None:
    order: DateOrder = ctx.memory.get("date_order", DateOrder())
    ctx.memory["plan"] = _Plan(order.applied_to(profile), layout, ctx, is_mixed=order.is_mixed)


def _under(header: Sequence[str], layout: Layout) -> Layout:
    """The same table below another header."""
    return Layout(
        layout.delimiter,
        layout.encoding,
        list(header),
        layout.header_row,
        layout.preamble,
        line_end=layout.line_end,
    )


class _Plan:
    """The profile bound to the columns of one file."""

    def __init__(self, profile: Profile, layout: Layout, ctx: Context, *, is_mixed: bool = False) -> None:
        self.has_left_out = False  # a column that names a person, until it was told
        if profile.is_generic:
            whole, profile = profile, without_reporter(profile, layout)
            self.has_left_out = any(
                layout.has([header])
                for name in AUTHORS
                if name in whole.fields
                for header in whole.fields[name].headers
                if name not in profile.fields or header not in profile.fields[name].headers
            )
        self.profile = profile
        # whether identifiers are the numbers of the rows; None until rows came
        self.is_numbered: bool | None = None
        self.is_mixed = is_mixed  # days first in some dates, months first in others
        self.header = layout.header
        self.is_json = isinstance(layout, JsonLayout)
        self.rules = profile.fields
        # only of a table that shows some: an actor that was not asked for replies counts them all the same
        first = f"{REPLIES}/0/"
        self.nests_replies = (
            profile.nests_replies and not self.is_json and any(name.startswith(first) for name in self.header)
        )
        self.getters = getters(profile.fields, layout)
        places = {
            name: place_of(rule, layout.columns)
            for name, rule in profile.fields.items()
            if name in _AS_IT_STANDS and rule.const is rule.template is rule.json is None
        }
        self.plain = {name: place for name, place in places.items() if place is not None}
        self.text_place = place_of(profile.fields["text"], layout.columns) or 0
        self.names = frozenset(name for name in layout.header if name).union(
            *(rule.headers for rule in profile.fields.values())
        )
        self.wanted = [{key_of(name) for name in names} for names in profile.headers_all]
        self.zone = load_zone(profile.zone) if profile.zone else ctx.zone
        self.platform = profile.platform if profile.platform != "auto" else told_platform(layout, ctx)
        self.missing = tuple(
            sorted(
                name
                for name in _GIVEN
                if name not in profile.fields or not is_there(profile.fields[name], layout)
            )
        )

    def other_headers(self, block: RecordBlock) -> list[int]:
        """Where the header of another table stands, whose columns are not in this order: tables put together."""
        if self.is_json or not self.wanted:
            return []
        cells = column(padded(block.objs, len(self.header)), self.text_place)
        if self.names.isdisjoint(cells):
            return []
        places = [place for place, cell in enumerate(cells) if cell in self.names]
        return [place for place in places if self._is_other_header(block.objs[place])]

    def _is_other_header(self, row: Sequence[str]) -> bool:
        names = {key_of(cell) for cell in row}
        return list(row) != self.header and all(names & keys for keys in self.wanted)

    def columns(self, block: RecordBlock, ctx: Context) -> Columns:
        """The messages of a block of rows. Raises before anything is remembered of it."""
        skipped: list[tuple[str, str]] = []
        notes: list[Note] = []
        if repeats := set(places_of(self.header, block.objs)):
            kept = [row not in repeats for row in range(len(block))]
            block = without(block, kept, "not_a_message", skipped)
        raw = self._raw(block)
        texts, ids = raw.get("text"), raw.get("message_id")
        if texts is None or holds_none_of(texts):
            links = value_of("url", raw["url"], self.rules["url"]) if "url" in raw else Same(None)
            pictures = value_of("media_urls", raw.get("media_urls", Same(None)), FieldRule())
            kept = [
                bool(text) or (bool(number) and not rounded) or bool(link or picture)
                for text, number, rounded, link, picture in zip(
                    each_row(texts, block),
                    each_row(ids, block),
                    self._rounded(ids, block),
                    listed(links, len(block)),
                    listed(pictures, len(block)),
                    strict=True,
                )
            ]
            if not all(kept):
                if torn := self._torn(block, kept):
                    notes.append(Note("torn_rows", block.locators[torn[0]], count=len(torn)))
                block = without(block, kept, "empty_record", skipped)
                raw = {name: kept_of(cells, kept) for name, cells in raw.items()}
        if totals := totals_in(raw):
            kept = [row not in totals for row in range(len(block))]
            block = without(block, kept, "not_a_message", skipped)
            raw = {name: kept_of(cells, kept) for name, cells in raw.items()}
        if not len(block):
            return Columns(0, {}, skipped, notes)
        return self._finish(block, raw, ctx, skipped, notes)

    def _torn(self, block: RecordBlock, kept: Sequence[bool]) -> list[int]:
        """Of the rows left out, those shorter than the header that hold something: most often the rest of a text
        that went on to another line without quotes."""
        width = len(self.header)
        return [
            row
            for row, is_kept in enumerate(kept)
            if not is_kept and not self.is_json and len(block.objs[row]) < width and any(block.objs[row])
        ]

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
        notes: list[Note],
    ) -> Columns:
        count = len(block)
        if self.has_left_out:
            self.has_left_out = False
            notes.append(Note("person_left_out", block.locators[0]))
        fields, damaged = self._values(raw, block, notes)
        self._times(raw, fields, block, notes)
        require_counts(fields)
        texts = filled_in(raw.get("text"), count)
        as_written = self._as_written(texts, block)
        fields["text"], before = with_repairs(texts, fields, block, notes)
        if as_written or before:
            fields["text_raw"] = first_of_both(as_written, before)
        fields["platform"] = self._platform(raw, fields, count)
        if self.nests_replies and (replies := self._nested(fields, count)):
            notes.append(Note("replies_nested", block.locators[0], count=replies))
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
        uncounted: list[int] = []
        for name, cells in raw.items():
            if name in TIMES or name in ("text", "platform", "thread_number", "clock"):
                continue
            if name in IDS and isinstance(cells, list):
                cells = bare_ids(cells)
                cells, rounded = without_rounded(cells, is_typed=self.is_json)
                if rounded:
                    damaged[name] = set(rounded)
                if self.profile.is_generic and name == "message_id":
                    cells = self._without_numbering(cells)
            fields[name] = value_of(name, cells, self.rules[name])
            if name in AUTHORS and self.profile.is_generic:
                fields[name] = without_answers(fields[name])
            if name in COUNTS:
                uncounted += unread_counts(cells, fields[name])
        if uncounted:
            notes.append(Note("counts_unread", block.locators[min(uncounted)], count=len(uncounted)))
        links = raw.get("url", Same(None))
        if "urls" not in raw and fields.get("url") is not links and (several := several_in(links)):
            fields["urls"] = several
        rows = sorted(row for rounded in damaged.values() for row in rounded)
        notes += [Note("rounded_ids", block.locators[row]) for row in rows]
        return fields, damaged

    def _as_written(self, texts: list[str], block: RecordBlock) -> list[str | None] | None:
        """The cells whose text stands there with spaces around or as a formula; None where none does."""
        rows = block.objs
        if "text" not in self.plain or (isinstance(rows, CellColumns) and rows.is_plain(self.text_place)):
            return None
        cells = column(padded(rows, len(self.header)), self.text_place)
        found = [cell if cell != text else None for cell, text in zip(cells, texts, strict=True)]
        return found if any(found) else None

    def _without_numbering(self, cells: Cells) -> Cells:
        """Identifiers, none where they number the rows of a table kept by hand: 1, 2, 3… The rows 1 of two sheets are
        not one message. The first block of rows tells it for the next."""
        if self.is_numbered is None:
            short = [cell for cell in cells if cell]
            self.is_numbered = bool(short) and all(
                len(one) <= _NUMBERING_DIGITS and one.isdecimal() for one in short
            )
            if self.is_numbered:
                numbers = set(map(int, short))
                self.is_numbered = min(numbers) <= 1 and max(numbers) <= 2 * len(short)
        return [None] * len(cells) if self.is_numbered else cells

    def _nested(self, fields: Fields, count: int) -> int:
        """How many replies the comments of this block carry inside them."""
        return sum(filter(None, listed(fields.get("reply_count", Same(None)), count)))

    def _times(
        self, raw: Mapping[str, Cells | Same], fields: Fields, block: RecordBlock, notes: list[Note]
    ) -> None:
        for name in raw.keys() & TIMES:
            cells = each_row(raw[name], block)
            if name == "created_at" and raw.get("clock", Same(None)) != Same(None):
                cells = with_clocks(cells, each_row(raw["clock"], block), block, notes)
            sure = read_again(cells)
            if self.is_mixed:
                sure = [cell if cell and not is_either(cell) else None for cell in sure]
            found = times(sure, self.profile.time_formats, self.zone)
            early = (found.at < _FIRST_US) & (found.at != UNKNOWN)
            if early.any():
                kept = [None if one else cell for cell, one in zip(sure, early.tolist(), strict=True)]
                found = times(kept, self.profile.time_formats, self.zone)
            fields[name] = found.at
            if name != "created_at":
                continue
            fields["created_at_raw"] = cells
            fields["created_at_precision"] = found.precisions
            known = found.at != UNKNOWN
            fields["created_at_source"] = (
                Same("field") if known.all() else ["field" if one else None for one in known.tolist()]
            )
            if not known.all():
                unread = [row for row, cell in enumerate(sure) if cell and not known[row]]
                relative = [row for row in unread if is_relative(cells[row] or "")]
                others = sorted({*unread} - {*relative})
                for code, rows in (("dates_unread", others), ("dates_relative", relative)):
                    if rows:
                        notes.append(Note(code, block.locators[rows[0]], count=len(rows)))
            if found.assumed is not None and (self.profile.zone is None or self.profile.is_order_proved):
                first = block.locators[found.assumed.index(True)]
                code = "zone_assumed" if self.profile.zone is None else "zone_of_tool"
                notes.append(Note(code, first, count=found.assumed.count(True)))
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
        urls = listed(fields.get("url", Same(None)), count)
        words = listed(said or Same(None), count)
        if words.count(None) < count or None in urls:
            urls = [word or url or "" for word, url in zip(words, urls, strict=True)]
        found = platforms_named(urls)
        if is_guessed:
            return found
        named = listed(found, count)
        own = [one if word else self.platform for one, word in zip(named, words, strict=True)]
        return Same(own[0]) if own.count(own[0]) == count else own

    def _kinds(self, raw: Mapping[str, Cells | Same], fields: Fields, count: int) -> Column:
        own, parents = fields.get("kind", Same(None)), fields.get("parent_id", Same(None))
        numbers = raw.get("thread_number", Same(None))
        kinds = [one or self.profile.kind for one in listed(own, count)]
        if "comment" not in kinds or parents == numbers == Same(None):
            return Same(kinds[0]) if kinds.count(kinds[0]) == count else kinds
        return [
            "reply" if kind == "comment" and (parent or "-" in (number or "")) else kind
            for kind, parent, number in zip(
                kinds, listed(parents, count), listed(numbers, count), strict=True
            )
        ]

    def _identify(
        self,
        raw: Mapping[str, Cells | Same],
        fields: Fields,
        damaged: set[int],
        block: RecordBlock,
        ctx: Context,
    ) -> list[int]:
        """Rows without identifier get a derived one; those whose identifier was damaged stay without. Returns the
        rows that got one."""
        count = len(block)
        ids = list(listed(fields.get("message_id", Same(None)), count))
        derived: list[int] = []
        if ids.count(None) == count and not damaged:
            derived = list(range(count))
        elif None in ids:
            derived = [row for row, one in enumerate(ids) if one is None and row not in damaged]
        if derived:
            derive(derived, ids, raw, fields, block, ctx, self.plain)
        fields["message_id"] = ids
        if "thread_number" in raw:
            name_parents(listed(raw["thread_number"], count), ids, fields, ctx)
        return derived

    def _missing(
        self, fields: Fields, damaged: Mapping[str, set[int]], derived: list[int], count: int
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
        return [(*names, *others) for names, others in zip(listed(absent, count), more, strict=True)]
