"""Workbooks that are damaged, hostile, endless or of another kind: refused in plain words, in flat memory."""

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from saisine.messages.filetypes import type_of
from saisine.messages.formats import xlsx, xlsx_parts
from tests.messages.sheets import HEADER, ROW, first_sheet, notes, read
from tests.messages.workbooks import MAIN, raw, sheet, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("head", "unread"),
    [
        (OLE.ljust(512, b"\0") + b"\x09\x08\x10\0\0\x06\x05\0", "spreadsheet"),
        (OLE.ljust(1024, b"\0") + "Workbook".encode("utf-16-le"), "spreadsheet"),
        (OLE.ljust(1024, b"\0") + "EncryptedPackage".encode("utf-16-le"), "locked_workbook"),
        (OLE.ljust(1024, b"\0"), "document"),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "spreadsheet",
        ),
    ],
)
def test_other_workbooks_are_told_apart(head: bytes, unread: str) -> None:
    assert type_of(head).unread == unread


def test_a_binary_workbook_is_told_and_not_read(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"\x83\x01\0")
    messages, (source,) = read(tmp_path / "a.xlsb", packed.getvalue())
    assert (messages, source["unread"]) == ([], "spreadsheet")


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData>'
    "</worksheet>"
)
OUTSIDE = BOMB.replace('<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/hostname">').replace(
    "&b;", "&a;"
)


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, "<!DOCTYPE x>" + sheet([HEADER, ROW])])
def test_a_document_type_is_refused_before_an_entity_exists(tmp_path: Path, body: str) -> None:
    messages, (source,) = read(tmp_path / "a.xlsx", workbook({"A": body}))
    assert messages == []
    assert source["unread"] == "damaged"


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"],
)
@pytest.mark.parametrize("body", ["", "<a", "pas du XML", BOMB, "<a/>"])
def test_a_damaged_part_never_crashes(tmp_path: Path, part: str, body: str) -> None:
    read(
        tmp_path / "a.xlsx", workbook({"A": sheet([HEADER, [raw("<v>0</v>", kind="s")]])}, parts={part: body})
    )


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="1"/>',
        '<row r="1048577"/>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="?"><v>1</v></c></row>',
        '<row r="1"><c t="s"><v>7</v></c></row>',
    ],
)
def test_a_sheet_that_breaks_its_own_rules_is_damaged(tmp_path: Path, rows: str) -> None:
    body = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    messages, (source,) = read(tmp_path / "a.xlsx", workbook({"A": body}))
    assert messages == []
    assert source["unread"] in ("damaged", "no_message_inside")


def test_a_cut_sheet_keeps_the_rows_before_the_cut(tmp_path: Path) -> None:
    body = sheet([HEADER, *[[*ROW[:4], f"c-{n:07}"] for n in range(800)]])
    messages, (source,) = read(tmp_path / "a.xlsx", workbook({"A": body[: len(body) // 2]}))
    assert len(messages) > 250
    assert source["truncated"]
    assert notes(source)["damaged"] == 1


def test_a_compressed_bomb_stops_within_its_limits(tmp_path: Path) -> None:
    body = sheet([HEADER, ROW]).replace("</sheetData>", " " * 21_000_000 + "</sheetData>")
    data = workbook({"A": body})
    assert len(data) < 100_000
    tracemalloc.start()
    messages, (source,) = read(tmp_path / "a.xlsx", data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(messages) == 1
    assert "too_expanded" in notes(source)
    assert peak < 20_000_000


def test_one_endless_tag_is_not_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_parts, "MAX_TOKEN_BYTES", 1 << 20)
    require_endless_tag_damaged(tmp_path, 700_000)


@pytest.mark.slow
def test_one_endless_tag_of_its_real_length_is_not_kept_in_memory(tmp_path: Path) -> None:
    require_endless_tag_damaged(tmp_path, 11_000_000)


def require_endless_tag_damaged(tmp_path: Path, length: int) -> None:
    noise = random.Random(1).randbytes(length).hex().encode()
    body = b'<worksheet xmlns="' + MAIN.encode() + b'"><sheetData a="' + noise + b'"/></worksheet>'
    messages, (source,) = read(
        tmp_path / "a.xlsx", workbook({"A": ""}, parts={"xl/worksheets/sheet1.xml": body})
    )
    assert messages == []
    assert source["unread"] == "damaged"


def test_far_cells_do_not_multiply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "GROWTH_FREE_CHARACTERS", 4 << 20)
    require_far_cells_stopped(tmp_path, 1_500, 16_000_000)


@pytest.mark.slow
def test_far_cells_of_a_whole_sheet_do_not_multiply(tmp_path: Path) -> None:
    require_far_cells_stopped(tmp_path, 20_000, 200_000_000)


def require_far_cells_stopped(tmp_path: Path, count: int, limit: int) -> None:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, count))
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"A": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'}))
    member = first_sheet(path)
    given = 0
    with member.open() as stream:
        while piece := stream.read(1 << 20):
            given += len(piece)
    assert given < limit
    assert [note.code for note in member.notes()] == ["too_expanded"]


def peak_of(path: Path, count: int) -> int:
    """The memory that reading a sheet of this many rows takes at most."""
    path.write_bytes(workbook({"A": sheet([HEADER, *[[*ROW[:4], f"c-{n:07}"] for n in range(count)]])}))
    tracemalloc.start()
    with first_sheet(path).open() as stream:
        read = sum(piece.count(b"\r\n") for piece in iter(lambda: stream.read(1 << 16), b""))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == count + 1
    return peak


def test_memory_stays_flat_when_rows_grow(tmp_path: Path) -> None:
    assert peak_of(tmp_path / "a.xlsx", 4_000) < peak_of(tmp_path / "a.xlsx", 2_500) + 250_000


@pytest.mark.slow
def test_memory_stays_flat_when_many_rows_grow(tmp_path: Path) -> None:
    assert peak_of(tmp_path / "a.xlsx", 16_000) < peak_of(tmp_path / "a.xlsx", 5_000) + 1_000_000


def test_a_part_in_an_encoding_that_nobody_knows_is_a_fault_of_the_workbook() -> None:
    part = io.BytesIO(b'<?xml version="1.0" encoding="false"?><a/>')
    with pytest.raises(xlsx_parts.WorkbookFault):
        list(xlsx_parts.walk(part, xlsx_parts.Handlers()))
