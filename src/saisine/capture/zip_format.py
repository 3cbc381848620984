"""The bytes of a zip, read strictly: every byte belongs to one structure, and both descriptions of a file agree.

A zip describes each file twice, before it and in the table at the end; readers that trust different ones see
different files. Here the local headers, the data, the table and the end record must tile the whole file.
Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4. Nothing is inflated here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from saisine.capture.findings import Words, told

STORED: Final = 0
DEFLATED: Final = 8
DIRECTORY_BYTES: Final = 16 << 20  # the table of 20,000 members with long names; a larger one is not read

_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_MAX16: Final = 0xFFFF
_MAX32: Final = 0xFFFFFFFF
_TAIL_BYTES: Final = _END.size + _MAX16
# Bits 1, 2: how hard deflate tried; 3: sizes follow the data; 11: the name is UTF-8.
_PLAIN_FLAGS: Final = 0x0806 | 0x0008
_LOCKED_FLAGS: Final = 0x2041
_SIZES_FOLLOW: Final = 0x0008
_ZIP64: Final = 0x0001
# Times (UT, NTFS) and owners (ux, Ux): they describe, and no reader takes a file from them.
_DESCRIBING: Final = frozenset({0x5455, 0x000A, 0x7875, 0x7855, 0x5855})


class NotZip(Exception):
    """No zip that can be read; `words` says why."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


class TooMany(Exception):
    """More members, or a larger table, than is read; `words` says how many."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


@dataclass(slots=True)
class Entry:
    """One file of the table. `data_at` is where its bytes begin; sizes and CRC are the table's."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size: int
    attributes: int
    local_at: int
    stamp: tuple[int, int, int]  # version needed, time, date
    is_zip64: bool
    data_at: int = 0

    @property
    def is_locked(self) -> bool:
        return bool(self.flags & _LOCKED_FLAGS)

    @property
    def label(self) -> str:
        """The name as a sentence may quote it; `containers` decides what the name is."""
        return self.raw_name.decode("utf-8", "backslashreplace")


@dataclass(slots=True)
class Layout:
    """What the table lists, and what does not hold in the bytes around it."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Words] = field(default_factory=list)
    uncovered: list[Words] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _End:
    at: int  # where the end records begin: the table must stop there
    count: int
    directory_bytes: int
    directory_at: int


def read_layout(file: BinaryIO, most: int) -> Layout:
    """The entries of a zip and every fault of its structure. Raises `NotZip`, `TooMany`, OSError."""
    layout = Layout()
    end = _find_end(file, layout.faults)
    if end.count > most or end.directory_bytes > DIRECTORY_BYTES:
        raise TooMany(
            f"{end.count} fichiers annoncés ; {most} au plus sont lus",
            f"{end.count} files announced; {most} at most are read",
        )
    begin = end.at - end.directory_bytes
    if begin < 0:
        raise NotZip("la table des fichiers dépasse l’archive", "the table of files exceeds the archive")
    # As common readers do: bytes put in front shift every offset. They are a fault, and reading goes on.
    shift = begin - end.directory_at
    if shift:
        layout.faults.append(("la table n’est pas où le dit la fin", "the table is not where the end says"))
    file.seek(begin)
    table = file.read(end.directory_bytes)
    for entry in _entries(table, layout, most):
        entry.local_at += shift
        layout.entries.append(entry)
    if len(layout.entries) != end.count:
        layout.faults.append(
            (
                f"{end.count} fichiers annoncés, {len(layout.entries)} dans la table",
                f"{end.count} files announced, {len(layout.entries)} in the table",
            )
        )
    _check_tiling(file, layout, begin)
    return layout


# ------------------------------------------------------------------ the end


def _find_end(file: BinaryIO, faults: list[Words]) -> _End:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    before = size - len(tail)
    at = len(tail) - _END.size
    if at >= 0 and (tail[at : at + 4] != b"PK\5\6" or tail[at + 20 :] != b"\0\0"):
        at = tail.rfind(b"PK\5\6", 0, at + 4)
    if at < 0:
        raise NotZip("n’est pas une archive zip", "is not a zip archive")
    _, disk, first_disk, here, count, length, offset, comment = _END.unpack_from(tail, at)
    after = len(tail) - at - _END.size
    if after or comment:
        name = ("commentaire", "comment") if after == comment else ("suite", "tail")
        faults.append(
            (f"{after} octets après la fin ({name[0]})", f"{after} bytes after the end ({name[1]})")
        )
    found = _End(before + at, count, length, offset)
    if disk or first_disk or here != count:
        faults.append(("archive en plusieurs volumes", "archive in several volumes"))
    return _find_end64(file, found) or found


def _find_end64(file: BinaryIO, end: _End) -> _End | None:
    """The zip64 end record, when its locator stands right before the end record."""
    if end.at < _LOCATOR.size + _END64.size:
        return None
    file.seek(end.at - _LOCATOR.size)
    magic, disk, at, disks = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if magic != b"PK\6\7":
        return None
    file.seek(end.at - _LOCATOR.size - _END64.size)
    record = _END64.unpack(file.read(_END64.size))
    _, length, _, _, this_disk, first_disk, here, count, directory_bytes, directory_at = record
    begins = end.at - _LOCATOR.size - _END64.size
    holds = (
        record[0] == b"PK\6\6" and length == _END64.size - 12 and here == count and at == begins
        and (disk, disks, this_disk, first_disk) == (0, 1, 0, 0)
        and end.count in (count, _MAX16)
        and end.directory_bytes in (directory_bytes, _MAX32)
        and end.directory_at in (directory_at, _MAX32)
    )  # fmt: skip
    if not holds:
        raise NotZip("les deux fins de l’archive se contredisent", "the two ends of the archive disagree")
    return _End(begins, count, directory_bytes, directory_at)


# ------------------------------------------------------------------ the table


def _entries(table: bytes, layout: Layout, most: int) -> Iterator[Entry]:
    at, count = 0, 0
    while at < len(table):
        if len(table) - at < _CENTRAL.size or table[at : at + 4] != b"PK\1\2":
            layout.faults.append(("la table des fichiers est abîmée", "the table of files is damaged"))
            return
        count += 1
        if count > most:
            raise TooMany(f"plus de {most} fichiers dans la table", f"more than {most} files in the table")
        row = _CENTRAL.unpack_from(table, at)
        name_at = at + _CENTRAL.size
        extra_at = name_at + row[10]
        comment_at = extra_at + row[11]
        at = comment_at + row[12]
        entry = _entry_of(row, table[name_at:extra_at], table[extra_at:comment_at], layout)
        if at > len(table):
            layout.faults.append(("la table des fichiers est coupée", "the table of files is cut"))
            return
        if row[12]:
            layout.faults.append(told(entry.label, ("porte un commentaire", "bears a comment")))
        yield entry


def _entry_of(row: tuple[int, ...], name: bytes, extra: bytes, layout: Layout) -> Entry:
    _, _, needed, flags, method, time, date, crc, packed, size, _, _, _, disk, internal, attributes, local = (
        row
    )
    numbers, is_zip64 = _widened((size, packed, local), extra, name, layout)
    entry = Entry(
        name,
        flags,
        method,
        crc,
        numbers[1],
        numbers[0],
        attributes,
        numbers[2],
        (needed, time, date),
        is_zip64,
    )
    if entry.is_locked:
        layout.faults.append(told(entry.label, ("est chiffré", "is encrypted")))
    elif flags & ~_PLAIN_FLAGS:
        layout.faults.append(told(entry.label, ("porte une marque inconnue", "bears an unknown flag")))
    if method not in (STORED, DEFLATED):
        layout.faults.append(told(entry.label, ("compression non lue", "compression that is not read")))
    if method == STORED and entry.size != entry.packed_bytes:
        layout.faults.append(told(entry.label, ("deux tailles différentes", "two different sizes")))
    if disk or internal > 1:
        layout.faults.append(told(entry.label, ("ligne de table abîmée", "damaged line of the table")))
    return entry


def _widened(
    numbers: tuple[int, ...], extra: bytes, name: bytes, layout: Layout
) -> tuple[tuple[int, ...], bool]:
    """The numbers with those of a zip64 field in place of 0xFFFFFFFF (section 4.5.3), and whether it is there."""
    label = name.decode("utf-8", "backslashreplace")
    wide: list[int] | None = None
    at = 0
    while at < len(extra):
        kind, length = struct.unpack_from("<2H", extra, at) if len(extra) - at >= 4 else (0, _MAX16)
        body = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if len(body) != length:
            layout.faults.append(told(label, ("champ supplémentaire abîmé", "damaged extra field")))
            break
        if kind == _ZIP64 and wide is None:
            wide = [value for (value,) in struct.iter_unpack("<Q", body[: length // 8 * 8])]
        elif kind not in _DESCRIBING:
            layout.uncovered.append(
                told(
                    label,
                    (
                        f"{length} octets d’un champ supplémentaire inconnu ne sont couverts par aucune empreinte",
                        f"{length} bytes of an unknown extra field are covered by no hash",
                    ),
                )
            )
    if wide is None:
        return numbers, False
    taken = iter(wide)
    return tuple(next(taken, _MAX32) if number == _MAX32 else number for number in numbers), True


# ------------------------------------------------------------------ local headers, and what lies between


def _check_tiling(file: BinaryIO, layout: Layout, end: int) -> None:
    """Each file begins where the one before stops, from the first byte to the table."""
    at = 0
    for entry in sorted(layout.entries, key=lambda entry: entry.local_at):
        if entry.local_at > at:
            _say_gap(layout, at, entry.local_at)
        elif entry.local_at < at:
            layout.faults.append(told(entry.label, ("recouvre un autre fichier", "overlaps another file")))
        after = _check_local(file, entry, layout, end)
        at = max(at, after)
    if at < end:
        _say_gap(layout, at, end)
    elif at > end:
        layout.faults.append(("un fichier dépasse la table", "a file runs over the table"))


def _say_gap(layout: Layout, at: int, end: int) -> None:
    layout.faults.append(
        (
            f"{end - at} octets n’appartiennent à aucun fichier (octet {at})",
            f"{end - at} bytes belong to no file (byte {at})",
        )
    )


def _check_local(file: BinaryIO, entry: Entry, layout: Layout, end: int) -> int:
    """Compare the header before the data with the table's line; where the entry stops."""
    is_inside = 0 <= entry.local_at < end  # a zip64 offset may be larger than any seek takes
    file.seek(entry.local_at if is_inside else end)
    head = file.read(_LOCAL.size)
    if not is_inside or len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
        layout.faults.append(
            told(entry.label, ("n’est pas où le dit la table", "is not where the table says"))
        )
        return entry.local_at
    _, needed, flags, method, time, date, crc, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(head)
    name = file.read(name_bytes)
    extra = file.read(extra_bytes)
    entry.data_at = entry.local_at + _LOCAL.size + name_bytes + extra_bytes
    (size, packed), is_zip64 = _widened((size, packed), extra, name, layout)
    stamp = (needed, time, date)
    # A writer that needs zip64 for the table alone raises the version there and not before the data.
    is_same = stamp == entry.stamp or (entry.is_zip64 and stamp[1:] == entry.stamp[1:])
    is_same = is_same and (name, flags, method) == (entry.raw_name, entry.flags, entry.method)
    measured, promised = (crc, packed, size), (entry.crc, entry.packed_bytes, entry.size)
    if flags & _SIZES_FOLLOW:
        is_same = is_same and all(found in (0, due) for found, due in zip(measured, promised, strict=True))
    else:
        is_same = is_same and measured == promised
    if not is_same:
        layout.faults.append(
            told(entry.label, ("ses deux descriptions diffèrent", "its two descriptions differ"))
        )
    stops = entry.data_at + entry.packed_bytes
    return (
        stops + _descriptor_bytes(file, entry, layout, stops, end, is_zip64)
        if flags & _SIZES_FOLLOW
        else stops
    )


def _descriptor_bytes(file: BinaryIO, entry: Entry, layout: Layout, at: int, end: int, is_zip64: bool) -> int:
    """How long the sizes after the data are (section 4.3.9): with or without a mark, in 4 or in 8 bytes."""
    file.seek(min(at, end))
    found = file.read(24)
    short = struct.pack("<3L", entry.crc, entry.packed_bytes & _MAX32, entry.size & _MAX32)
    long = struct.pack("<L2Q", entry.crc, entry.packed_bytes, entry.size)
    # An empty file reads both ways: the header before it says which one was meant.
    for body in (long, short) if is_zip64 else (short, long):
        for written in (b"PK\7\10" + body, body):
            if found.startswith(written):
                return len(written)
    layout.faults.append(
        told(entry.label, ("les tailles après le contenu diffèrent", "the sizes after the content differ"))
    )
    return 0
