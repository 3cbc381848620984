"""WACZ checks C04 to C12, each with a failing and a passing case; one changed byte; bounded memory."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.capture import NAMES, Limits, check_wacz
from saisine.capture.books import page_url
from saisine.errors import SaisineError
from tests.capture import build
from tests.capture.build import (
    BLOCKS,
    DIGEST,
    IMAGE,
    INDEX,
    LIST,
    PAGE,
    PAGES,
    STAMP,
    WARC,
    contents,
    good,
    listed,
    sha256,
    with_digest,
    zipped,
)
from tests.capture.conftest import by_number, failed
from tests.shared import shared_file

GOOD = zipped(good())


def test_a_good_capture_is_verified_but_for_the_signature_it_has_not() -> None:
    found = by_number(check_wacz(io.BytesIO(GOOD)))
    assert found == {n: {"not_checked"} if n == "C12" else {"verified"} for n in NAMES}
    assert by_number(check_wacz(io.BytesIO(zipped(good(), zipfile.ZIP_DEFLATED)))) == found


def without(name: str) -> dict[str, bytes]:
    return {path: body for path, body in contents().items() if path != name}


def changed(**members: bytes) -> dict[str, bytes]:
    """The good members with some replaced, and the list made again by the same hand: C05 to C07 hold."""
    names = {"warc": WARC, "index": INDEX, "blocks": BLOCKS, "pages": PAGES}
    return listed({**contents(), **{names[short]: body for short, body in members.items()}})


def plain(lines: list[bytes], *more: tuple[str, bytes]) -> dict[str, bytes]:
    """A capture whose index is one uncompressed file."""
    kept = {path: body for path, body in contents().items() if not path.startswith("indexes/")}
    return listed({**kept, "indexes/index.cdx": b"".join(lines), **dict(more)})


def lines() -> list[bytes]:
    parts = build.records()
    return build.index_lines(parts, build.gzipped(body for _, body in parts))


def edited(line: bytes, **fields: object) -> bytes:
    head, brace, rest = line.partition(b"{")
    return head + json.dumps({**json.loads(brace + rest), **fields}).encode() + b"\n"


def numbers(files: dict[str, bytes], **options: object) -> set[str]:
    return set(failed(zipped(files), **options))


# ------------------------------------------------------------------ C04


@pytest.mark.parametrize(
    "body",
    [
        b"", b"x", b"[]", b"\xff{}", "\ufeff{}".encode(), b'{"profile": "data-package"}',
        b'{"profile": "data-package", "resources": [{"path": 1}]}',
        b'{"profile": "data-package", "profile": "data-package", "resources": []}',
        b'{"profile": "multi-wacz-package", "resources": []}', b'{"resources": []}',
        b'{"profile": "data-package", "resources": [], "x": NaN}',
        b'{"profile": "data-package", "resources": [], "x": "\\ud800"}',
        b'{"profile": "data-package", "resources": [], "x": ' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 200_000, b'{"a":' * 100_000, b"]" * 10, b'{"x": "unfinished',
        b'{"profile": "data-package", "resources": [], "x": [' + b"1," * 500_000 + b"1]}",
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_refused(body: bytes) -> None:
    found = failed(zipped(with_digest({**good(), LIST: body})))
    assert set(found) == {"C04"}


def test_a_list_may_hold_brackets_in_its_words() -> None:
    assert numbers(listed(contents(), title="[" * 100 + '"{,' * 100 + "\\")) == set()


def test_an_absent_list_leaves_what_rests_on_it_not_checked() -> None:
    found = by_number(check_wacz(io.BytesIO(zipped(contents()))))
    assert found["C04"] == {"failed"}
    assert [found[n] for n in ("C05", "C06", "C07", "C12")] == [{"not_checked"}] * 4
    assert [found[n] for n in ("C08", "C09", "C10", "C11")] == [{"verified"}] * 4


# ------------------------------------------------------------------ C05, C06


@pytest.mark.parametrize("name", ["archive/evil", "extra.txt", ".caché", "autre/", "pages/", "fuzzy/x.json"])
def test_a_member_that_is_not_listed_is_refused_whatever_its_name(name: str) -> None:
    found = failed(zipped({**good(), name: b"" if name.endswith("/") else b"x"}))
    expected = set() if name == "pages/" else {"C05"}  # the folder of a listed file holds nothing of its own
    assert set(found) == expected


def test_a_listed_member_must_be_there_and_listed_once() -> None:
    files = good()
    gone = {path: body for path, body in files.items() if path != BLOCKS}
    assert failed(zipped(gone)) == {"C05": [f"{BLOCKS}: announced, but absent"]}
    twice = [build.resource(path, body) for path, body in contents().items()]
    assert numbers(listed(contents(), resources=[*twice, twice[0]])) == {"C05"}


def resources(**changes: object) -> list[dict[str, object]]:
    """The right lines, the one of pages.jsonl with some fields replaced or (None) dropped."""
    lines = [build.resource(path, body) for path, body in contents().items()]
    merged = {**lines[-1], **changes}
    return [*lines[:-1], {name: value for name, value in merged.items() if value is not None}]


@pytest.mark.parametrize(
    "change",
    [
        {"bytes": 3}, {"bytes": None}, {"bytes": True}, {"bytes": "12"}, {"hash": sha256(b"other")}, {"hash": None},
        {"hash": "sha1:" + "0" * 40}, {"hash": "sha512:" + "0" * 128}, {"hash": "sha256:xyz"}, {"hash": 7},
        {"hash": "0" * 64}, {"hash": "sha224:" + "0" * 56},
    ],
)  # fmt: skip
def test_a_wrong_or_unknown_hash_or_size_is_refused(change: dict[str, object]) -> None:
    assert numbers(listed(contents(), resources=resources(**change))) == {"C06"}


@pytest.mark.parametrize("text", ["md5:" + "0" * 32, "0" * 32])
def test_an_md5_hash_is_not_checked(text: str) -> None:
    found = by_number(check_wacz(io.BytesIO(zipped(listed(contents(), resources=resources(hash=text))))))
    assert found["C06"] == {"verified", "not_checked"}


def test_the_older_layout_is_read_and_its_missing_digest_is_not_checked() -> None:
    old = [
        {"path": path, "stats": {"hash": sha256(body)[7:], "bytes": len(body)}, "hashing": "sha256"}
        for path, body in contents().items()
    ]
    files = listed(contents(), resources=old)
    del files[DIGEST]
    found = by_number(check_wacz(io.BytesIO(zipped(files))))
    assert (found["C06"], found["C07"]) == ({"verified"}, {"not_checked"})
    old[0]["stats"]["hash"] = "0" * 64  # type: ignore[index]
    assert numbers(listed(contents(), resources=old)) == {"C06"}


# ------------------------------------------------------------------ C07, C08


def test_the_hash_of_the_list_must_be_its_own() -> None:
    files = good()
    assert numbers({**files, LIST: files[LIST] + b"\n"}) == {"C07"}
    assert numbers(with_digest(files, path="other.json")) == {"C07"}
    assert numbers({**files, DIGEST: b"{"}) == {"C07"}
    assert numbers({**files, DIGEST: files[DIGEST][:-1] + b', "path": "datapackage.json"}'}) == {"C07"}


def test_our_own_captures_must_carry_the_hash_of_their_list() -> None:
    files = {path: body for path, body in good().items() if path != DIGEST}
    assert numbers(files) == set()
    assert numbers(files, own_capture=True) == {"C07"}
    assert numbers(good(), own_capture=True) == set()


@pytest.mark.parametrize("name", [WARC, INDEX, PAGES])
def test_archive_index_and_pages_must_be_there(name: str) -> None:
    assert "C08" in numbers(listed(without(name)))
    assert numbers(listed(without(BLOCKS))) == set(), "an index in blocks may come without its .idx"


# ------------------------------------------------------------------ C09


def test_a_record_changed_by_someone_who_made_every_list_again_is_found() -> None:
    parts = build.records()
    forged = [(uri, body.replace(b"essai", b"autre")) for uri, body in parts]
    stored = build.gzipped(body for _, body in forged)
    made = b"".join(build.index_lines(forged, stored))
    index = gzip.compress(made, mtime=0)
    blocks = build.blocks_of(index, made)
    assert numbers(changed(warc=b"".join(stored), index=index, blocks=blocks)) == {"C09"}


def test_a_truncated_archive_is_refused() -> None:
    found = failed(zipped(changed(warc=contents()[WARC][:-9])))
    assert "C09" in found
    assert "stops in the middle of a gzip member" in found["C09"][0]


def test_another_compression_is_not_checked() -> None:
    found = by_number(
        check_wacz(io.BytesIO(zipped(listed({**contents(), "archive/x.warc.zst": b"\x28\xb5"}))))
    )
    assert found["C09"] == {"verified", "not_checked"}


# ------------------------------------------------------------------ C10


def test_a_plain_index_is_read_as_json_lines_or_as_columns() -> None:
    assert numbers(plain(lines())) == set()
    rows = []
    for line in lines():
        fields = json.loads(line[line.index(b"{") :])
        digest = fields["digest"].removeprefix("sha1:")
        rows.append(
            f"k {STAMP} {fields['url']} text/html 200 {digest} - - {fields['length']} {fields['offset']} "
            f"{fields['filename']}\n".encode()
        )
    header = b" CDX N b a m s k r M S V g\n"
    assert numbers(plain([header, *rows])) == set()
    assert numbers(plain([header, *rows, b"too short\n"])) == {"C10"}
    assert numbers(plain([header, *(row.replace(b"2026", b"2025") for row in rows)])) == {"C10"}


@pytest.mark.parametrize(
    "fields",
    [
        {"offset": "1"}, {"offset": "x"}, {"offset": -1}, {"url": "https://autre.exemple.test/"}, {"url": None},
        {"length": "12"}, {"digest": sha256(b"x")}, {"recordDigest": sha256(b"x")}, {"filename": "autre.warc.gz"},
        {"filename": None}, {"offset": 10**30},
    ],
)  # fmt: skip
def test_an_index_line_that_points_elsewhere_is_refused(fields: dict[str, object]) -> None:
    first, *rest = lines()
    assert numbers(plain([edited(first, **fields), *rest])) == {"C10"}


def test_an_index_line_may_leave_out_what_it_does_not_know() -> None:
    kept = {"url", "offset", "filename"}
    short = []
    for line in lines():
        head, brace, rest = line.partition(b"{")
        fields = {name: value for name, value in json.loads(brace + rest).items() if name in kept}
        short.append(head + json.dumps(fields).encode() + b"\n")
    assert numbers(plain(short)) == set()


def test_a_line_of_another_date_or_form_is_refused() -> None:
    first, *rest = lines()
    assert numbers(plain([first.replace(STAMP.encode(), b"20261120150439"), *rest])) == {"C10"}
    assert numbers(plain([first.replace(STAMP.encode(), b"2026"), *rest])) == {"C10"}
    assert numbers(plain([b"no json\n", first, *rest])) == {"C10"}
    assert numbers(plain([first, *rest, edited(first, length="7")])) == {"C10"}
    assert numbers(plain([first, first, *rest])) == set(), "the same line twice says the same thing"


def test_a_response_that_the_index_hides_is_refused() -> None:
    shorter = [line for line in lines() if IMAGE.encode() not in line]
    found = failed(zipped(plain(shorter)))
    assert list(found) == ["C10"]
    assert IMAGE in found["C10"][0]
    kept = [line for line in lines() if b"urn:text" not in line]
    assert numbers(plain(kept)) == set(), "only responses must be indexed"


def test_the_blocks_of_an_index_are_compared_one_for_one() -> None:
    made = lines()
    two = [gzip.compress(made[0], mtime=0), gzip.compress(b"".join(made[1:]), mtime=0)]
    index = b"".join(two)
    meta = b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'

    def row(line: bytes, offset: int, block: bytes, **more: object) -> bytes:
        key = b" ".join(line.split(b" ")[:2])
        fields = {"offset": offset, "length": len(block), "digest": sha256(block), **more}
        return key + b" " + json.dumps(fields).encode() + b"\n"

    first, second = row(made[0], 0, two[0]), row(made[1], len(two[0]), two[1])
    assert numbers(changed(index=index, blocks=meta + first + second)) == set()
    wrong = [
        meta + first, meta + first + second + second, meta + second + first,
        meta + first.replace(b"2026", b"2025") + second,
        meta + row(made[0], 0, two[0], digest=sha256(b"x")) + second, meta + row(made[0], 1, two[0]) + second,
        b'!meta 0 {"filename": "absent.cdx.gz"}\n' + first + second, meta + b"x\n", b"",
    ]  # fmt: skip
    for blocks in wrong:
        assert numbers(changed(index=index, blocks=blocks)) == {"C10"}, blocks
    flat = listed({**without(INDEX), INDEX: b"".join(made), BLOCKS: meta + first})
    assert numbers(flat) == {"C10"}


# ------------------------------------------------------------------ C11


@pytest.mark.parametrize(
    "body",
    [
        b"", b"x\n", b'{"url": "x"}\n', b'{"format": "other"}\n', build.pages("https://ailleurs.exemple.test/"),
        build.pages(PAGE) + b'{"title": "no address"}\n', build.pages(PAGE) + b"not json\n",
        build.pages(PAGE) + b'{"url": "a", "url": "b"}\n', build.pages("urn:view:" + PAGE),
    ],
)  # fmt: skip
def test_a_page_without_its_record_is_refused(body: bytes) -> None:
    assert numbers(changed(pages=body)) == {"C11"}


def test_pages_are_found_whatever_the_fragment() -> None:
    assert numbers(changed(pages=build.pages(PAGE, PAGE + "#bas", IMAGE))) == set()
    more = listed({**contents(), "pages/extraPages.jsonl": build.pages("https://ailleurs.exemple.test/")})
    assert failed(zipped(more)) == {"C11": ["pages/extraPages.jsonl: line 2: no record matches"]}


# ------------------------------------------------------------------ one changed byte


def bytes_that_cannot_matter(body: bytes) -> dict[int, set[int]]:
    """Places of the table that no reader takes content or name from, with the values they may take.

    « Version made by » (who wrote the zip), the « text » mark of the internal attributes, and the external
    attributes as long as they name no link, device or special mode. Everything else is covered.
    """
    free: dict[int, set[int]] = {}
    at = body.index(b"PK\1\2")
    while body[at : at + 4] == b"PK\1\2":
        for place in (4, 5, 36, 38, 39, 40, 41):
            free[at + place] = set(range(256)) if place != 36 else {0, 1}
        at += 46 + body[at + 28] + 256 * body[at + 29]
    return free


def same_once_inflated(before: bytes, after: bytes) -> bool:
    """Whether a changed byte lies in deflated data and changes nothing of what it inflates to.

    The last byte of deflated data has up to seven bits that no reader looks at (RFC 1951, section 3.2.3).
    """
    found = []
    for body in (before, after):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            found.append([(info.filename, info.CRC, archive.read(info)) for info in archive.infolist()])
    return found[0] == found[1]


MIXED = zipped(good(), zipfile.ZIP_DEFLATED)
FREE = {body: bytes_that_cannot_matter(body) for body in (GOOD, MIXED)}


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_any_single_changed_byte_is_reported(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from([GOOD, MIXED]))
    at = data.draw(st.integers(0, len(body) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != body[at]))
    after = body[:at] + bytes([value]) + body[at + 1 :]
    if failed(after):
        return
    if value in FREE[body].get(at, set()):
        return
    assert body is MIXED, (at, value)
    assert same_once_inflated(body, after), (at, value)


def test_the_bytes_that_cannot_matter_are_few() -> None:
    """Seven per member out of the whole file, and each link or special mode in them is refused all the same."""
    assert len(FREE[GOOD]) == 7 * len(good())
    at = GOOD.index(b"PK\1\2") + 41
    assert "C02" in failed(GOOD[:at] + b"\xa1" + GOOD[at + 1 :])


def test_the_shared_good_capture_survives_no_change_at_two_hundred_places() -> None:
    body = shared_file("vectors/own/wacz/good.wacz").read_bytes()
    free = bytes_that_cannot_matter(body)
    draw = random.Random(200)
    for at in draw.sample([place for place in range(len(body)) if place not in free], 200):
        assert failed(body[:at] + bytes([body[at] ^ draw.randint(1, 255)]) + body[at + 1 :]), at


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_heavily_damaged_capture_never_raises(data: st.DataObject) -> None:
    files = contents()
    name = data.draw(st.sampled_from(list(files)))
    body = bytearray(files[name])
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    found = check_wacz(io.BytesIO(zipped(listed({**files, name: bytes(body)}))))
    assert {check.n for check in found} == set(NAMES)


@pytest.mark.parametrize("url", ["https://[", "//[x", "https://]/"])
def test_an_address_that_is_none_is_kept_as_written(url: str) -> None:
    assert page_url(url) == url


# ------------------------------------------------------------------ measure


def test_every_number_is_told_even_of_what_is_no_zip() -> None:
    for body in (b"", b"x" * 500, GOOD[:100]):
        found = by_number(check_wacz(io.BytesIO(body)))
        assert found == {n: {"failed"} if n == "C01" else {"not_checked"} for n in NAMES}
    found = by_number(check_wacz(io.BytesIO(GOOD), limits=Limits(members=3)))
    assert found == {n: {"failed"} if n == "C03" else {"not_checked"} for n in NAMES}


def test_thousands_of_faults_are_counted_and_twenty_are_named() -> None:
    many = [edited(lines()[0], offset=str(10_000 + n)) for n in range(300)]
    found = [check for check in check_wacz(io.BytesIO(zipped(plain([*lines(), *many])))) if check.n == "C10"]
    assert len(found) == 21
    assert found[-1].what_en == "and 280 more"


def test_memory_is_bounded_by_what_is_announced_not_by_the_content(
    peak_bytes: Callable[[Callable[[], object]], int],
) -> None:
    def peak(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> int:
        body = zipped(files, method)
        return peak_bytes(lambda: check_wacz(io.BytesIO(body)))

    flood = gzip.compress(build.response(PAGE, bytes(8 << 20)), 9, mtime=0)
    assert peak(changed(warc=flood)) < 3 << 20
    noise = random.Random(1).randbytes(4 << 20)
    assert peak(changed(warc=noise)) < 3 << 20
    assert peak({**good(), LIST: b'{"a":[' + b"[],{}," * 1_100_000 + b"1]}"}) < 30 << 20
    assert peak(changed(pages=build.pages(PAGE) + b'{"url": "' + b"x" * (9 << 20))) < 24 << 20
    assert peak(plain([*lines(), b"x" * (9 << 20)])) < 8 << 20
    many = b"".join(edited(lines()[0], offset=str(n + 10_000)) for n in range(1_000))
    assert peak(plain([*lines(), many])) < 4 << 20


def test_an_index_longer_than_is_compared_is_said() -> None:
    from saisine.capture.books import IndexBook, IndexLine, PageBook

    book = IndexBook(most=2)
    for offset in range(3):
        assert book.add(IndexLine("a.warc.gz", offset, PAGE, STAMP)) is None
    assert (book.is_full, book.lines) == (True, 3)
    pages = PageBook(most=1)
    pages.add(PAGE)
    pages.add(IMAGE)
    assert (pages.is_full, pages.is_pending(PAGE), pages.is_pending(IMAGE)) == (True, True, False)


def test_gzip_inside_the_archive_is_counted_too() -> None:
    flood = gzip.compress(build.response(PAGE, bytes(1 << 20)), 9, mtime=0)
    assert "C03" in numbers(changed(warc=flood), limits=Limits(total_bytes=100_000))


def test_progress_is_told_as_bytes_read() -> None:
    seen: list[tuple[int, int | None]] = []
    check_wacz(io.BytesIO(GOOD), progress=lambda done, total, _: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len(seen) == 4


def test_a_path_is_read_and_a_missing_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.wacz").write_bytes(GOOD)
    assert not [c for c in check_wacz(tmp_path / "a.wacz") if c.state == "failed"]
    with pytest.raises(SaisineError) as caught:
        check_wacz(tmp_path / "absent.wacz")
    assert caught.value.code == "capture_unreadable"
    assert "absent.wacz" in caught.value.what("fr")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.wacz"]


# ------------------------------------------------------------------ shared captures

OWN = {
    "good.wacz": set(),
    "warc-missing.wacz": {"C05", "C08", "C10", "C11"},
    "absolute.wacz": {"C02", "C05"},
    "datapackage-not-json.wacz": {"C04", "C07"},
    "duplicate-entry.wacz": {"C02"},
    "unlisted-file-no-dot.wacz": {"C05"},
}


def test_our_shared_captures_get_the_verdict_of_their_list() -> None:
    folder = shared_file("vectors/own/wacz")
    cases = json.loads((folder / "cases.json").read_text("utf-8"))
    assert len(cases) == 6
    for case in cases:
        found = by_number(check_wacz(folder / case["file"]))
        bad = {number for number, states in found.items() if "failed" in states}
        assert (bad == set()) is case["valid"], case
        assert bad == OWN[case["file"]], case


def test_shared_captures_of_others_get_the_verdict_of_their_name() -> None:
    folder = shared_file("vectors/wacz")
    found = {path.name: by_number(check_wacz(path)) for path in sorted(folder.iterdir())}
    bad = {name: {n for n, states in one.items() if "failed" in states} for name, one in found.items()}
    assert bad == {
        "invalid_example_1.wacz": {"C05", "C06", "C08"},
        "valid_example_1.wacz": set(),
        "valid_signed_example_1.wacz": set(),
    }
    assert found["valid_example_1.wacz"]["C07"] == {"not_checked"}, "older layout, no digest file"
    assert found["valid_signed_example_1.wacz"]["C12"] == {"verified", "not_checked"}
