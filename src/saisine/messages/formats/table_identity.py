"""What names a row of a table and what it answers, where the file gives no identifier."""

from collections.abc import Mapping, Sequence
from typing import Any

from saisine.messages.columns import Column, Same
from saisine.messages.formats.blocks import Fields, RecordBlock
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_cells import CellColumns, Part, joined_rows
from saisine.messages.formats.table_columns import Cells
from saisine.messages.formats.table_fields import listed
from saisine.messages.formats.table_repairs import read_again


def derive(
    rows: list[int],
    ids: Cells,
    raw: Mapping[str, Cells | Same],
    fields: Fields,
    block: RecordBlock,
    ctx: Context,
    plain: Mapping[str, int],
) -> None:
    """Fill in the identifiers of these rows. `plain` says where the columns stand whose cells no reading changes."""
    count = len(block)
    days = raw.get("created_at", Same(None))
    if "text_repairs" in fields:
        # the same row of a copy of the table that nothing spoilt has the same identifier
        plain, days = {}, days if isinstance(days, Same) else read_again(days)
    parts = [
        encoded(fields["platform"]),
        first_bytes(("conversation_id", "target_id"), fields, block, plain),
        first_bytes(("created_at",), {"created_at": days}, block, plain),
        first_bytes(("author_id", "author_handle", "author_name"), fields, block, plain),
        first_bytes(("text",), fields, block, plain),
    ]
    named = joined_rows(parts, b"\x1f", count)
    found = ctx.keys_of(named if len(rows) == count else [named[row] for row in rows])
    if len(rows) == count:
        ids[:] = found
        return
    for row, one in zip(rows, found, strict=True):
        ids[row] = one


def first_bytes(
    names: Sequence[str], fields: Mapping[str, Column | Cells], block: RecordBlock, plain: Mapping[str, int]
) -> Part:
    """For each row, the UTF-8 of the first of these columns that holds something there: that of the file itself
    where a cell was taken as it stands, which spares writing it again."""
    there = [name for name in names if fields.get(name, Same(None)) != Same(None)]
    if len(there) == 1 and there[0] in plain and isinstance(block.objs, CellColumns):
        found = block.objs.bytes_of(plain[there[0]])
        if found is not None:
            return found
    if not there:
        return b""
    if len(there) == 1:
        return encoded(fields[there[0]])
    columns = [listed(fields[name], len(block)) for name in there]
    return encoded([next(filter(None, cells), None) for cells in zip(*columns, strict=True)])


def name_parents(numbers: Sequence[str | None], ids: Cells, fields: Fields, ctx: Context) -> None:
    """`3-1` answers `3`: the parent is the message of that number, met before."""
    threads: dict[str, str | None] = ctx.memory.setdefault("threads", {})
    parents = list(listed(fields.get("parent_id", Same(None)), len(ids)))
    for row, number in enumerate(numbers):
        if number:
            threads[number] = ids[row]
            if "-" in number and not parents[row]:
                parents[row] = threads.get(number.partition("-")[0])
    fields["parent_id"] = parents


def encoded(texts: Any) -> Part:
    if isinstance(texts, Same):
        return (texts.value or "").encode("utf-8", "surrogatepass")
    if texts.count(texts[0]) == len(texts):
        return (texts[0] or "").encode("utf-8", "surrogatepass")
    return [(text or "").encode("utf-8", "surrogatepass") for text in texts]
