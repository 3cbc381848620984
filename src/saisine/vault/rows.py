"""Rows: one salted Merkle tree over the records of a sealed export, so that one can be shown and proved alone.

Leaf i = SHA-256(0x00 || salt i || SHA-256(record i)), salt i = HMAC-SHA256(row key, i as 8 bytes, big endian);
the tree is that of RFC 6962. Its root and count stand in a `rows` line of the log; the row key and the places
of the records lie in an encrypted object of the same unit, and end with it (docs/rows.md).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

import msgspec

from saisine.errors import SaisineError
from saisine.vault.faults import disk_faults
from saisine.vault.log import Entry
from saisine.vault.merkle import Tree
from saisine.vault.objects import Batch, Written, object_path, open_object
from saisine.vault.opening import on_day
from saisine.vault.records import Context, SealItem, build_record, read_record, record_hash
from saisine.vault.salted import CHUNK_ROWS, RowTree, Salts, row_leaves

if TYPE_CHECKING:
    from saisine.vault.store import Vault

KEY_BYTES: Final = 32
MEDIA_TYPE: Final = "text/x-saisine-rows"
# A `rows` line also carries object, record, root and sizes: 20 refs keep it under 2 KiB, whatever they are.
REFS_PER_ROWS: Final = 20
_GROUPS_PER_BATCH: Final = 500
_TEXT_ROWS: Final = 8192
_HEADER_BYTES: Final = 8192


class Row(NamedTuple):
    """One record: SHA-256 of its exact bytes (hex), which source of the line's refs, its place in it."""

    sha256: str
    source: int
    locator: str


class RowBlock(NamedTuple):
    """Some rows as columns: what `Row` holds, one list each."""

    sha256s: Sequence[str]
    sources: Sequence[int]
    locators: Sequence[str]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """The rows of some sealed sources: one tree, one object, one line of the log.

    `refs` are the items of the sources, at most 20; `count` how many rows `blocks()` gives, in blocks.
    """

    refs: tuple[str, ...]
    count: int
    blocks: Callable[[], Iterator[RowBlock]]


@dataclass(frozen=True, slots=True)
class RowProof:
    """What shows one record under a root: its salt and path, and the hash it must have (hex)."""

    index: int
    salt: bytes
    path: tuple[bytes, ...]
    sha256: str


# ---------------------------------------------------------------- the object


class RowsHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a rows object; every other line is one row, `<sha256> <source> <locator>`."""

    v: int
    key: str


def _text_of(block: RowBlock) -> bytes:
    """The lines of some rows. Backslash and line end of a place are written `\\\\` and `\\n`."""
    places: Sequence[str] = block.locators
    if "\n" in (joined := "".join(places)) or "\\" in joined:
        places = [_escaped(place) for place in places]
    rows = zip(block.sha256s, block.sources, places, strict=True)
    return "".join([f"{sha256} {source} {place}\n" for sha256, source, place in rows]).encode()


def _escaped(place: str) -> str:
    return place.replace("\\", "\\\\").replace("\n", "\\n")


def _unescaped(text: str) -> str:
    return "\\".join(piece.replace("\\n", "\n") for piece in text.split("\\\\"))


class _RowStream:
    """The text of a rows object, made while it is read; the tree over its rows grows with it."""

    def __init__(self, key: bytes, group: RowGroup) -> None:
        header = msgspec.json.encode(RowsHeader(1, key.hex())) + b"\n"
        self.tree = RowTree(key, group.count)
        self.error: SaisineError | None = None
        self._text, self._at = header, 0
        self._blocks = group.blocks()

    def read(self, size: int = -1) -> bytes:
        try:
            while self._at == len(self._text) and (block := next(self._blocks, None)) is not None:
                self.tree.add(bytes.fromhex("".join(block.sha256s)))
                self._text, self._at = _text_of(block), 0
        except SaisineError as error:
            self.error = error  # age would wrap it out of recognition
            raise
        piece = self._text[self._at : None if size < 0 else self._at + size]
        self._at += len(piece)
        return piece


def read_rows(source: BinaryIO) -> tuple[bytes, Iterator[list[bytes]]]:
    """(row key, the lines of rows by lists) of a rows object. Raises `rows_damaged`."""
    try:
        header = msgspec.json.decode(source.readline(_HEADER_BYTES), type=RowsHeader)
        key = bytes.fromhex(header.key)
    except (msgspec.MsgspecError, ValueError) as error:
        raise SaisineError("rows_damaged", reason=error) from error
    if header.v != 1 or len(key) != KEY_BYTES:
        raise SaisineError("rows_damaged", reason=f"v {header.v}")
    return key, iter(lambda: list(islice(source, _TEXT_ROWS)), [])


def digests_of(lines: Sequence[bytes]) -> bytes:
    """The record hashes of some lines, joined. Raises `rows_damaged`."""
    try:
        found = bytes.fromhex(b"".join([line[:64] for line in lines]).decode("ascii"))
    except ValueError as error:
        raise SaisineError("rows_damaged", reason=error) from error
    if len(found) != 32 * len(lines):
        raise SaisineError("rows_damaged", reason="a line without its SHA-256")
    return found


def parse_row(line: bytes) -> Row:
    """One line of a rows object. Raises `rows_damaged`."""
    try:
        sha256, source, place = line.decode().removesuffix("\n").split(" ", 2)
        return Row(sha256, int(source), _unescaped(place))
    except ValueError as error:
        raise SaisineError("rows_damaged", reason=type(error).__name__) from error


# ---------------------------------------------------------------- sealing rows


def keep_rows(vault: "Vault", groups: Iterable[RowGroup], *, unit: str, actor: str = "") -> list[Entry]:
    """Seal the rows of some groups and log one `rows` line each; groups already logged are left as they are.

    A group is known by its unit, refs and count, so that an import that starts again makes its rows once.
    Raises what sealing raises. Durable on return, in a signed head.
    """
    vault.require_writable()
    vault.journal.refresh()
    known = {(entry.refs, entry.count) for entry in vault.journal.entries if _is_rows(entry, unit)}
    todo = [group for group in groups if group.count and (group.refs, group.count) not in known]
    entries: list[Entry] = []
    for start in range(0, len(todo), _GROUPS_PER_BATCH):
        entries += _keep_batch(vault, todo[start : start + _GROUPS_PER_BATCH], unit, actor)
    if entries:
        vault.sign_head()
    return entries


def _is_rows(entry: Entry, unit: str) -> bool:
    return entry.act == "rows" and entry.unit == unit


def _keep_batch(vault: "Vault", groups: Sequence[RowGroup], unit: str, actor: str) -> list[Entry]:
    recipient = vault.keys.recipient_of(unit)
    records, lines = [], []
    with disk_faults(vault.folder), vault.writer.batch() as batch:
        for group in groups:
            stream = _RowStream(vault.random(KEY_BYTES), group)
            written = _write(batch, stream, recipient)
            if stream.tree.count != group.count:
                raise SaisineError("rows_damaged", reason=f"{stream.tree.count} / {group.count}")
            records.append(_record_of(written, group, vault.random(32), actor))
            lines.append(_line_of(written, stream.tree, group, records[-1], unit, actor))
        entries, place = vault.writer.commit(batch, records, recipient, lines)
    vault.catalogue.keep_records(place, records)
    return entries


def _write(batch: Batch, stream: _RowStream, recipient: Any) -> Written:
    try:
        return batch.write(stream, recipient)
    except Exception:
        if stream.error is not None:
            raise stream.error from None
        raise


def _record_of(written: Written, group: RowGroup, nonce: bytes, actor: str) -> bytes:
    item = SealItem("rows.txt", b"", kind="rows", media_type=MEDIA_TYPE, parents=group.refs)
    return build_record(item, written, nonce, Context(actor))


def _line_of(
    written: Written, tree: RowTree, group: RowGroup, record: bytes, unit: str, actor: str
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "act": "rows",
        "unit": unit,
        "object": written.object,
        "size": written.object_size,
        "record": record_hash(record),
        "root": tree.root().hex(),
        "count": group.count,
        "refs": list(group.refs),
    }
    return fields | ({"actor": actor} if actor else {})


# ---------------------------------------------------------------- reading rows back


def rows_entries(vault: "Vault", item: str) -> list[Entry]:
    """The `rows` lines over one sealed source, the oldest first: the first one proves most."""
    vault.journal.refresh()
    lines = (entry for entry in vault.journal.entries if entry.act == "rows")
    return [entry for entry in lines if isinstance(entry.refs, tuple) and item in entry.refs]


def require_rows(vault: "Vault", seq: int) -> Entry:
    """The `rows` line of that number. Raises `rows_line_unknown`."""
    vault.journal.refresh()
    entry = vault.journal.entries[seq] if 0 <= seq < vault.journal.size else None
    if entry is None or entry.act != "rows":
        raise SaisineError("rows_line_unknown", seq=seq)
    return entry


def open_rows(vault: "Vault", entry: Entry) -> BinaryIO:
    """The rows object of a line, checked while it is read. Raises `unit_erased`, `record_unreadable`,
    `object_missing`, `object_damaged`."""
    unit = str(entry.unit)
    if (gone := vault.journal.standing.erased.get(unit)) is not None:
        raise SaisineError("unit_erased", unit=unit, **on_day(gone))
    identity = vault.keys.identity_of(unit)
    record = read_record(vault.catalogue.record_line(entry))
    path = object_path(vault.folder / "objects", str(entry.object))
    return open_object(path, identity, record.size, record.sha256)


def find_row(vault: "Vault", item: str, locator: str, sha256: str) -> tuple[Entry, int]:
    """(`rows` line, index) of the record at that place of a sealed source. Raises `rows_none`."""
    for entry in rows_entries(vault, item):
        assert isinstance(entry.refs, tuple)
        wanted = _text_of(RowBlock([sha256], [entry.refs.index(item)], [locator]))
        with open_rows(vault, entry) as source:
            _, lists = read_rows(source)
            first = 0
            for lines in lists:
                if wanted in lines:
                    return entry, first + lines.index(wanted)
                first += len(lines)
    raise SaisineError("rows_none")


def row_proofs(vault: "Vault", seq: int, indexes: Collection[int]) -> Iterator[RowProof]:
    """The proofs of some rows of one tree, ascending, in two passes over its object.

    Raises `rows_line_unknown`, `row_unknown`, `rows_damaged` when the object does not give the logged root,
    and as `open_rows`.
    """
    entry = require_rows(vault, seq)
    count = int(entry.count) if isinstance(entry.count, int) else 0
    for index in indexes:
        if not 0 <= index < count:
            raise SaisineError("row_unknown", index=index, count=count)
    with open_rows(vault, entry) as source:
        key, lists = read_rows(source)
        tree = RowTree(key, count)
        for lines in lists:
            tree.add(digests_of(lines))
    above = Tree(tree.chunk_roots())
    if (tree.count, above.root().hex()) != (count, entry.root):
        raise SaisineError("rows_damaged", reason="root")
    with open_rows(vault, entry) as source:
        yield from _proofs(source, count, above, sorted(set(indexes)))


def _proofs(source: BinaryIO, count: int, above: Tree, indexes: Sequence[int]) -> Iterator[RowProof]:
    key, lists = read_rows(source)
    salts, wanted = Salts(key, count), _by_chunk(indexes)
    for number, digests in enumerate(_chunks(lists)):
        if number not in wanted:
            continue
        start, rows = number * CHUNK_ROWS, len(digests) // 32
        mine = salts.between(start, start + rows)
        tree, top = Tree(row_leaves(mine, digests)), above.inclusion(number, above.size)
        for index in wanted[number]:
            place = slice(32 * (index - start), 32 * (index - start) + 32)
            path = (*tree.inclusion(index - start, rows), *top)
            yield RowProof(index, mine[place], path, digests[place].hex())


def _by_chunk(indexes: Sequence[int]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index in indexes:
        found.setdefault(index // CHUNK_ROWS, []).append(index)
    return found


def _chunks(lists: Iterable[list[bytes]]) -> Iterator[bytes]:
    """The record hashes of one chunk after the other, joined."""
    pending = b""
    for lines in lists:
        pending += digests_of(lines)
        while len(pending) >= 32 * CHUNK_ROWS:
            yield pending[: 32 * CHUNK_ROWS]
            pending = pending[32 * CHUNK_ROWS :]
    if pending:
        yield pending
