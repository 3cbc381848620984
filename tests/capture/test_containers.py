"""Zip hygiene, C01 to C03: one failing and one passing case for each rule, made by hand."""

import io
import json
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.capture import Limits, check_container
from saisine.capture.containers import open_container
from saisine.capture.findings import Findings
from tests.capture.build import zipped
from tests.capture.conftest import by_number, zip_failures
from tests.shared import shared_file

TWO = [("un.txt", b"premier" * 40), ("dossier/deux.txt", b"second" * 40)]


class OneWay(io.RawIOBase):
    """A target that cannot go back: zip writers then put sizes after the data."""

    def __init__(self) -> None:
        self.body = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        self.body += bytes(piece)  # type: ignore[call-overload]
        return len(bytes(piece))  # type: ignore[call-overload]


def streamed(files: list[tuple[str, bytes]], method: int, *, wide: bool = False) -> bytes:
    out = OneWay()
    with zipfile.ZipFile(out, "w", method) as archive:  # type: ignore[call-overload]
        for name, body in files:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=wide) as member:
                member.write(body)
    return bytes(out.body)


def wide(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(body)
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        zipped(TWO),
        zipped(TWO, zipfile.ZIP_DEFLATED),
        zipped([("vide", b"")]),
        zipped([]),
        streamed(TWO, zipfile.ZIP_STORED),
        streamed([*TWO, ("vide", b"")], zipfile.ZIP_DEFLATED),
        streamed([*TWO, ("vide", b"")], zipfile.ZIP_DEFLATED, wide=True),
        wide(TWO),
        zipped([("dossier/", b""), *TWO]),
        zipped([("été/œuvre.txt", b"x")]),
    ],
)
def test_what_common_writers_make_is_verified(body: bytes) -> None:
    assert by_number(check_container(io.BytesIO(body))) == {n: {"verified"} for n in ("C01", "C02", "C03")}


def test_an_archive_with_a_zip64_end_is_read() -> None:
    body = zipped(TWO)
    end = body.rindex(b"PK\5\6")
    count, size, offset = 2, *struct.unpack("<2L", body[end + 12 : end + 20])
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    classic = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    good = body[:end] + end64 + locator + classic
    assert len(zipfile.ZipFile(io.BytesIO(good)).namelist()) == 2
    assert not zip_failures(good)
    lying = body[:end] + end64.replace(b"\2\0\0\0\0\0\0\0", b"\3\0\0\0\0\0\0\0") + locator + classic
    assert "C01" in zip_failures(lying)


def changed(body: bytes, at: int, new: bytes) -> bytes:
    return body[:at] + new + body[at + len(new) :]


def central(body: bytes) -> int:
    return body.index(b"PK\1\2")


BASE = zipped(TWO)
C01_FAULTS = {
    "no zip": b"not a zip",
    "empty": b"",
    "an end cut short": b"PK\5\6",
    "cut": BASE[:-30],
    "trailing bytes": BASE + b"tail",
    "leading bytes": b"MZ lead" + BASE,
    "a comment": BASE[:-2] + b"\4\0tail",
    "two archives in one": zipped([("autre", b"x")]) + BASE,
    "a comment that is announced and absent": BASE[:-2] + b"\4\0",
    "an archive in the comment": BASE[:-2] + struct.pack("<H", len(zipped([]))) + zipped([]),
    "bytes between two files": b"".join(
        [BASE[: BASE.index(b"PK\3\4", 4)], b"hide", BASE[BASE.index(b"PK\3\4", 4) :]]
    ),
    "encrypted": changed(changed(BASE, 6, b"\1"), central(BASE) + 8, b"\1"),
    "another name before the data": changed(BASE, 30, b"UN"),
    "another name in the table": changed(BASE, central(BASE) + 46, b"UN"),
    "another size before the data": changed(BASE, 22, b"\1"),
    "another checksum in both": changed(changed(BASE, 14, b"abcd"), central(BASE) + 16, b"abcd"),
    "another time": changed(BASE, 10, b"\7"),
    "changed content": changed(BASE, 40, b"X"),
    "unknown compression": changed(changed(BASE, 8, b"\x63"), central(BASE) + 10, b"\x63"),
    "unknown flag": changed(changed(BASE, 6, b"\x10"), central(BASE) + 8, b"\x10"),
    "count too high": changed(changed(BASE, len(BASE) - 14, b"\3"), len(BASE) - 12, b"\3"),
    "several volumes": changed(BASE, len(BASE) - 18, b"\1"),
    "offset past the end": changed(BASE, central(BASE) + 42, b"\xff\xff\xff\x7f"),
    "two entries over one content": changed(BASE, BASE.rindex(b"PK\1\2") + 42, b"\0\0\0\0"),
}


@pytest.mark.parametrize("fault", C01_FAULTS)
def test_a_zip_that_two_readers_could_read_apart_is_refused(fault: str) -> None:
    assert "C01" in zip_failures(C01_FAULTS[fault])


def with_gap(at: int) -> bytes:
    """A zip whose table is right in every number, and that holds four bytes of nobody before file `at`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(3):
            if number == at:
                out.write(b"hide")
                archive.start_dir = out.tell()
            if number < 2:
                archive.writestr(f"{number}.txt", b"x")
    return out.getvalue()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_bytes_that_belong_to_no_file_are_refused_wherever_they_lie(at: int) -> None:
    body = with_gap(at)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None, "the standard reader sees nothing"
    assert [words[:29] for words in zip_failures(body)["C01"]] == ["4 bytes belong to no file (by"]


def test_a_huge_zip64_offset_is_a_finding_and_no_crash() -> None:
    body = zipped([("un", b"x")])
    at = central(body)
    extra = struct.pack("<2HQ", 1, 8, 2**64 - 1)
    row = changed(body[at : at + 46], 30, struct.pack("<H", len(extra)))
    row = changed(row, 42, b"\xff\xff\xff\xff")
    end = changed(body[-22:], 12, struct.pack("<L", 48 + len(extra)))
    assert "C01" in zip_failures(body[:at] + row + b"un" + extra + end)


def deflated(body: bytes, packed: Callable[[bytes], bytes]) -> bytes:
    """A zip of one deflated file whose compressed bytes are replaced, sizes kept right."""
    made = zipped([("a", body)], zipfile.ZIP_DEFLATED)
    at = central(made)
    old = made[31:at]
    new = packed(old)
    size = struct.pack("<L", len(new))
    shift = struct.pack("<L", 31 + len(new))
    table = changed(made[at:], 20, size)
    return changed(made[:31], 18, size) + new + changed(table, len(table) - 6, shift)


def test_bytes_hidden_behind_compressed_data_are_refused() -> None:
    body = b"texte" * 50
    assert not zip_failures(deflated(body, lambda packed: packed))
    assert zip_failures(deflated(body, lambda packed: packed + b"hidden")) == {
        "C01": ["a: bytes hidden after the content"]
    }
    assert "C01" in zip_failures(deflated(body, lambda packed: packed[:-3]))
    assert "C01" in zip_failures(deflated(body, lambda packed: b"\xff" + packed[1:]))


@pytest.mark.parametrize(
    "name",
    [
        "/etc/x", "../x", "a/../../x", "a/./x", "a//x", "C:x", "C:/x", "a\\b", "CON", "con.txt", "a/NUL.", "lpt1.txt",
        "a\nb", "a\u202eb", "a\u200bb", "x" * 1100, "flux:caché", "com¹",
    ],
)  # fmt: skip
def test_a_name_that_could_climb_or_deceive_is_refused(name: str) -> None:
    assert "C02" in zip_failures(zipped([(name, b"x")]))


def test_a_name_cut_by_a_nul_is_refused() -> None:
    body = zipped([("abcd", b"x")]).replace(b"abcd", b"a\0cd")
    assert "C02" in zip_failures(body)


@pytest.mark.parametrize(
    "names",
    [
        ("a", "a"), ("A.txt", "a.txt"), ("é", "e\u0301"), ("Straße", "STRASSE"), ("a", "a."), ("a", "a/b"),
        ("dossier/x", "Dossier/x"), ("ﬁ", "fi"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_a_disk_could_merge_are_refused(names: tuple[str, str]) -> None:
    assert "C02" in zip_failures(zipped([(name, b"x") for name in names]))


@pytest.mark.parametrize("mode", [0o120777, 0o060644, 0o010644, 0o104755, 0o102755])
def test_links_devices_and_special_modes_are_refused(mode: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("lien")
        info.external_attr = mode << 16
        archive.writestr(info, b"/etc/passwd")
    assert zip_failures(out.getvalue()) == {"C02": ["lien: link or special file"]}


def test_members_are_counted_before_they_are_read() -> None:
    body = zipped([(str(n), b"") for n in range(30)])
    assert not zip_failures(body, Limits(members=30))
    assert set(zip_failures(body, Limits(members=29))) == {"C03"}
    # The end record may also lie about the count.
    lying = changed(changed(body, len(body) - 14, b"\1\0"), len(body) - 12, b"\1\0")
    assert set(zip_failures(lying, Limits(members=29))) == {"C03"}


def test_a_ratio_above_200_over_one_mebibyte_is_refused_and_not_read() -> None:
    bomb = zipped([("a", bytes(2 << 20))], zipfile.ZIP_DEFLATED)
    assert set(zip_failures(bomb)) == {"C03"}
    small = zipped([("a", bytes(1 << 20))], zipfile.ZIP_DEFLATED)
    assert not zip_failures(small)


def test_the_total_and_the_room_on_disk_are_kept() -> None:
    body = zipped([("a", bytes(600)), ("b", bytes(600))])
    assert not zip_failures(body, Limits(total_bytes=1200))
    assert set(zip_failures(body, Limits(total_bytes=1199))) == {"C03"}
    assert set(zip_failures(body, Limits(free_bytes=1000))) == {"C03"}


@pytest.mark.parametrize("announced", [10, 249, 251, 5000])
def test_a_size_that_lies_is_refused(announced: int) -> None:
    body = zipped([("a", b"texte" * 50)], zipfile.ZIP_DEFLATED)
    size = struct.pack("<L", announced)
    lying = changed(changed(body, 22, size), central(body) + 24, size)
    assert set(zip_failures(lying)) == {"C03"}


def test_a_field_that_nothing_covers_is_said() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a")
        info.extra = struct.pack("<2H", 0xCAFE, 4) + b"hide"
        archive.writestr(info, b"x")
    found = check_container(io.BytesIO(out.getvalue()))
    assert {check.state for check in found if check.n == "C01"} == {"verified", "not_checked"}
    assert "4 bytes of an unknown extra field" in next(c.what_en for c in found if c.state == "not_checked")


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary(max_size=300), max_size=6),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    st.sampled_from(["plain", "streamed", "wide"]),
)
@settings(max_examples=60, deadline=None)
def test_what_the_standard_writer_makes_is_read_as_the_standard_reader_does(
    files: dict[str, bytes], method: int, form: str
) -> None:
    pairs = list(files.items())
    body = zipped(pairs, method) if form == "plain" else streamed(pairs, method, wide=form == "wide")
    findings = Findings()
    container = open_container(io.BytesIO(body), Limits(), findings)
    assert container is not None
    read = {}
    for name in container.members:
        stream = container.stream(name)
        read[name] = b"".join(iter(stream.read, b""))
        assert stream.fault is None
    assert read == files
    assert findings.checks() == []


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_findings_and_never_an_exception(body: bytes) -> None:
    assert zip_failures(body)
    assert zip_failures(b"PK\3\4" + body + b"PK\5\6" + body)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_archive_never_raises(data: st.DataObject) -> None:
    body = bytearray(zipped(TWO, zipfile.ZIP_DEFLATED))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check_container(io.BytesIO(bytes(body)))


def test_shared_zips_get_the_verdict_of_their_list() -> None:
    """« Refuse, or extract nothing »: nothing is ever extracted, and four of the five are refused."""
    folder = shared_file("vectors/own/zip")
    cases = json.loads((folder / "cases.json").read_text("utf-8"))
    found = {}
    for case in cases:
        with (folder / case["file"]).open("rb") as file:
            found[case["file"]] = {c.n for c in check_container(file) if c.state == "failed"}
    assert found == {
        "absolute.zip": {"C02"},
        "case-collision.zip": {"C02"},
        "nested.zip": set(),  # a zip inside is a member like another: it is not opened
        "ratio-bomb.zip": {"C03"},
        "symlink.zip": {"C02"},
    }


def test_memory_stays_flat_whatever_the_archive_claims(
    peak_bytes: Callable[[Callable[[], object]], int],
) -> None:
    many = zipped([(f"dossier/{n}", b"") for n in range(4_000)])
    assert peak_bytes(lambda: check_container(io.BytesIO(many))) < 16 << 20
    large = zipped([("a", bytes(range(256)) * (1 << 14))], zipfile.ZIP_DEFLATED)  # 4 MiB
    assert peak_bytes(lambda: check_container(io.BytesIO(large), Limits(ratio=10_000))) < 1 << 20
    flooded = BASE[:-22] + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, 0x7FFFFFFF, 0, 0)
    assert peak_bytes(lambda: check_container(io.BytesIO(flooded))) < 2 << 20
