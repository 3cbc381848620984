"""Archives that stop, that hold something behind their end, or nothing: what came before is read, the rest is said."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.messages.archive_streams import Budget, Limits
from saisine.messages.cut_zips import local_files
from saisine.messages.importing import Reading, read_paths
from saisine.messages.originals import read_record
from saisine.messages.schema import Message
from saisine.vault.row_checks import Original
from tests.messages.examples import examples
from tests.messages.workbooks import sheet, workbook
from tests.messages.x_lines import NOW, body

SAMPLES = Path(__file__).parent / "samples"
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def read(path: Path, data: bytes) -> tuple[list[Message], Reading]:
    path.write_bytes(data)
    reading = read_paths([path], now=NOW)
    return list(reading), reading


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("kind", sorted(PACKERS))
def test_a_compressed_file_that_stops_gives_the_messages_before(tmp_path: Path, kind: str) -> None:
    lines = body(400)
    packed = PACKERS[kind](lines)
    messages, reading = read(tmp_path / f"a.jsonl.{kind}", packed[: len(packed) * 2 // 3])
    (entry,) = reading.ledger.sources
    assert entry.is_problem
    if kind == "gz":  # the others unpack by blocks of nearly a megabyte
        assert "damaged" in entry.notes
        assert 200 < len(messages) < 400
    full, _ = read(tmp_path / "whole.jsonl", lines)
    assert [one.text for one in messages] == [one.text for one in full[: len(messages)]]


def test_what_stands_behind_the_end_of_a_gzip_costs_no_message(tmp_path: Path) -> None:
    messages, reading = read(tmp_path / "a.jsonl.gz", gzip.compress(body(9)) + b"sent by some tool")
    assert len(messages) == 9
    assert set(reading.ledger.sources[0].notes) == {"damaged"}


@settings(
    max_examples=examples(40, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(20, 4_000))
def test_a_gzip_cut_anywhere_gives_what_zlib_gives_and_says_it(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress(body(60))
    if cut >= len(packed):
        return
    messages, reading = read(tmp_path / "a.jsonl.gz", packed[:cut])
    whole_lines = zlib.decompressobj(31).decompress(packed[:cut]).count(b"\n")
    if messages:  # with less than a line, nothing can be known of the format
        assert len(messages) - whole_lines in (0, 1)  # a last one may be whole without its line end
    assert reading.ledger.is_partial
    for entry in reading.ledger.sources:
        entry.require_balance()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_that_stops_gives_the_files_before(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    whole = tarred({f"{n}.jsonl": body(40, seed=n) for n in range(4)})
    data = pack(whole)
    messages, reading = read(tmp_path / "a.tar", data[: len(data) * 3 // 5])
    entries = reading.ledger.sources
    assert 60 < len(messages) < 160
    assert len(messages) % 40, "the file in which the archive stops is read up to there"
    assert "damaged" in entries[-2].notes
    assert entries[-1].unread == "damaged"


class OneWay(io.RawIOBase):
    """Where a writer cannot go back, as a server cannot: lengths then follow the files."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.written += data
        return len(data)


FILES = {
    "empty.txt": b"",
    **{f"{'sub/' * (n % 2)}posts é {n}.jsonl": body(40, seed=n) for n in range(4)},
}


def zipped(method: int, *, is_one_way: bool, is_large: bool = False) -> bytes:
    out: Any = OneWay() if is_one_way else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.mkdir("sub")
        for name, data in FILES.items():
            with archive.open(name, "w", force_zip64=is_large) as inner:
                inner.write(data)
    return bytes(out.written) if is_one_way else out.getvalue()


ZIPS = {
    "deflated": zipped(zipfile.ZIP_DEFLATED, is_one_way=False),
    "stored": zipped(zipfile.ZIP_STORED, is_one_way=False),
    "written as a stream": zipped(zipfile.ZIP_DEFLATED, is_one_way=True),
    "written as a large stream": zipped(zipfile.ZIP_DEFLATED, is_one_way=True, is_large=True),
    "with large lengths": zipped(zipfile.ZIP_DEFLATED, is_one_way=False, is_large=True),
}


@pytest.mark.parametrize("kind", sorted(ZIPS))
def test_a_zip_that_stops_gives_the_files_before_and_the_one_in_which_it_stops(
    tmp_path: Path, kind: str
) -> None:
    whole, _ = read(tmp_path / "whole.zip", ZIPS[kind])
    assert len(whole) == 160
    cut = ZIPS[kind][: ZIPS[kind].index(b"posts \xc3\xa9 3") - 200]
    messages, reading = read(tmp_path / "a.zip", cut)
    assert 80 < len(messages) < 120
    original = Original("a.zip", len(cut), lambda: io.BytesIO(cut))
    for one in (messages[0], messages[-1]):  # checked later as any other evidence
        assert sha256(read_record(original, one.locator, one.record_sha256)).hexdigest() == one.record_sha256
    as_whole = [(one.locator, one.record_sha256, one.text) for one in whole]
    assert [(one.locator, one.record_sha256, one.text) for one in messages] == as_whole[: len(messages)]
    entries = {entry.path.rpartition("!")[2]: entry for entry in reading.ledger.sources}
    assert "damaged" in entries["posts é 2.jsonl"].notes
    assert reading.ledger.sources[-1].unread == "damaged"
    assert any("téléchargez-le de nouveau" in one for one in reading.ledger.sentences())


@pytest.mark.parametrize("kind", sorted(ZIPS))
def test_a_zip_that_lost_its_table_alone_gives_every_message(tmp_path: Path, kind: str) -> None:
    messages, reading = read(tmp_path / "a.zip", ZIPS[kind][: ZIPS[kind].index(b"PK\x01\x02")])
    assert len(messages) == 160
    assert [entry.unread for entry in reading.ledger.sources][-1] == "damaged"
    assert all("damaged" not in entry.notes for entry in reading.ledger.sources)


@settings(
    max_examples=examples(40, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(sorted(ZIPS)), data=st.data())
def test_a_zip_cut_anywhere_gives_a_beginning_of_its_messages(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(5, len(ZIPS[kind]) - 30))
    whole, _ = read(tmp_path / "whole.zip", ZIPS[kind])
    messages, reading = read(tmp_path / "a.zip", ZIPS[kind][:cut])
    assert [one.text for one in messages] == [one.text for one in whole[: len(messages)]]
    assert reading.ledger.is_partial
    for entry in reading.ledger.sources:
        entry.require_balance()


def test_a_changed_byte_in_a_zip_that_stops_is_told_by_its_checksum(tmp_path: Path) -> None:
    data = bytearray(ZIPS["stored"][: ZIPS["stored"].index(b"PK\x01\x02")])
    at = data.index(b'"text"')
    at = data.index(b"e", at + 12)
    data[at] ^= 1
    messages, reading = read(tmp_path / "a.zip", bytes(data))
    assert len(messages) == 160
    assert "damaged" in next(one for one in reading.ledger.sources if one.mapped).notes


def test_a_workbook_that_lost_its_table_alone_gives_every_row(tmp_path: Path) -> None:
    rows = [["Date", "Auteur", "Texte"], *[["2026-04-08", f"a{n}", f"t{n}"] for n in range(50)]]
    data = workbook({"Feuille": sheet(rows)})
    messages, reading = read(tmp_path / "a.xlsx", data[: data.index(b"PK\x01\x02")])
    assert [one.text for one in messages] == [f"t{n}" for n in range(50)]
    assert [entry.unread for entry in reading.ledger.sources] == [None, "damaged"]


def test_a_workbook_that_stops_in_its_rows_gives_those_before_where_cells_hold_their_texts(
    tmp_path: Path,
) -> None:
    rows = [
        ["Date", "Auteur", "Texte"],
        *[["2026-04-08", f"a{n}", sha256(bytes(n)).hexdigest()] for n in range(2_000)],
    ]
    data = workbook({"Feuille": sheet(rows)})
    messages, reading = read(tmp_path / "a.xlsx", data[: len(data) // 2])
    assert 500 < len(messages) < 1_500
    assert messages[-1].text == sha256(bytes(len(messages) - 1)).hexdigest(), "the last one is whole"
    assert all("damaged" in (entry.unread, *entry.notes) for entry in reading.ledger.sources)


def test_a_workbook_that_lost_its_texts_is_not_read_as_if_it_were_whole(tmp_path: Path) -> None:
    """Excel and others write the texts behind the sheets, which hold numbers of texts: half of them is other cells."""
    data = (SAMPLES / "ecrit-par-xlsxwriter.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.getinfo("xl/sharedStrings.xml").header_offset
    messages, reading = read(tmp_path / "a.xlsx", data[: place + 80])
    assert messages == []
    assert [entry.unread for entry in reading.ledger.sources] == ["damaged"]


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
def test_thirty_bytes_less_cost_a_workbook_no_message(tmp_path: Path, writer: str) -> None:
    data = (SAMPLES / f"ecrit-par-{writer}.xlsx").read_bytes()
    messages, reading = read(tmp_path / "a.xlsx", data[:-30])
    assert [one.text for one in messages] == ["Bonjour, « toi »\nsur deux lignes", "Été ; à l’ombre"]
    assert reading.ledger.is_partial


@pytest.mark.parametrize("name", ["in.zip", "x.xlsx"])
def test_a_zip_that_stops_behind_an_archive_it_holds_is_not_read_as_that_one(
    tmp_path: Path, name: str
) -> None:
    """The table of the inner one is then the last that can be found."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("i.jsonl", body(5, seed=7))
    held = (
        inner.getvalue()
        if name == "in.zip"
        else workbook({"F": sheet([["Date", "Auteur", "Texte"], ["2026-04-08", "a", "t"]])})
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.jsonl", body(20))
        archive.writestr(name, held)
        archive.writestr("c.jsonl", body(20, seed=2))
    data = out.getvalue()
    messages, reading = read(tmp_path / "a.zip", data[: data.index(b"c.jsonl") + 3_000])
    assert reading.ledger.is_partial
    by_file = {
        entry.path.split("!")[1]: entry.mapped for entry in reading.ledger.sources if "!" in entry.path
    }
    assert by_file["a.jsonl"] == 20
    assert 0 < by_file["c.jsonl"] < 20
    assert len(messages) == 20 + by_file["c.jsonl"] + (5 if name == "in.zip" else 1)


@pytest.mark.parametrize("more", range(0, 300, 7))
def test_a_whole_file_of_a_zip_without_table_is_given_to_its_last_byte(more: int) -> None:
    """zlib may have taken all its input and still hold the end of what it unpacks."""
    whole = b"a" * ((1 << 20) + more)
    out: Any = OneWay()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.txt", "w") as inner:
        inner.write(whole)
    (one,) = local_files(io.BytesIO(bytes(out.written)), Budget(Limits()))
    stream, pieces = one.open(), []
    while chunk := stream.read1(1 << 20):
        pieces.append(chunk)
    assert b"".join(pieces) == whole


@pytest.mark.parametrize(("place", "value"), [(16, 200), (8, 0)], ids=["offset", "counts"])
def test_a_zip_of_which_the_end_is_damaged_is_read_by_its_files(
    tmp_path: Path, place: int, value: int
) -> None:
    data = bytearray(ZIPS["deflated"])
    at = data.rindex(b"PK\x05\x06")
    data[at + place : at + place + 4] = value.to_bytes(4, "little")
    messages, reading = read(tmp_path / "a.zip", bytes(data))
    assert len(messages) == 160
    assert reading.ledger.is_partial


def test_a_bomb_without_its_table_is_not_unpacked_to_find_its_end(tmp_path: Path) -> None:
    out: Any = OneWay()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.jsonl", "w") as inner:
        for _ in range(100):
            inner.write(bytes(1 << 20))
    data = bytes(out.written)
    messages, reading = read(tmp_path / "a.zip", data[: data.index(b"PK\x01\x02")])
    assert messages == []
    assert reading.ledger.is_partial
    assert [one.size for one in local_files(io.BytesIO(data), Budget(Limits()))] == [0]


@pytest.mark.parametrize("name", ["../a.jsonl", "/a.jsonl", "x/../../a.jsonl", "C:\\a.jsonl"])
def test_a_name_that_leaves_a_nested_archive_is_refused_too(tmp_path: Path, name: str) -> None:
    inner = tarred({name: body(1), "b.jsonl": body(1, seed=2)})
    messages, reading = read(tmp_path / "a.tar.gz", gzip.compress(inner))
    assert len(messages) == 1
    assert [entry.unread for entry in reading.ledger.sources] == ["unsafe_name", None]


def test_an_archive_without_a_file_is_accounted_for(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.mkdir("vide")
    messages, reading = read(tmp_path / "a.zip", out.getvalue())
    assert messages == []
    assert [entry.unread for entry in reading.ledger.sources] == ["empty_archive"]
    assert any("aucun fichier" in one for one in reading.ledger.sentences())


@pytest.mark.parametrize(
    "head", [b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf\x27\x1c\0\x04", b"\x28\xb5\x2f\xfd\x04"]
)
def test_an_archive_of_another_kind_says_what_to_do(tmp_path: Path, head: bytes) -> None:
    messages, reading = read(tmp_path / "a", head.ljust(200, b"\0"))
    assert messages == []
    assert reading.ledger.is_partial
    assert any("zip ordinaire" in one for one in reading.ledger.sentences())


def test_a_damaged_archive_is_told_in_one_sentence(tmp_path: Path) -> None:
    packed = gzip.compress(body(200))
    _, reading = read(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])
    assert {"damaged", "truncated"} <= set(reading.ledger.sources[0].notes)
    about = [one for one in reading.ledger.sentences() if "conservés" in one]
    assert len(about) == 1
    assert "téléchargez-le de nouveau" in about[0]
