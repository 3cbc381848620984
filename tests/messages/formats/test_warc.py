"""WARC and WACZ: offsets of an index, codings of bodies, what is cut, damaged or kept elsewhere."""

import gzip
import json
import resource
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pytest

from saisine.messages.formats.http_bodies import BodyFault, decoded
from saisine.messages.formats.warc import WARC
from saisine.messages.reading import read_paths
from tests.messages.formats.captures import X, answer_record, http, warc, warc_record
from tests.messages.formats.reading import NOW, best_format, notes, read, skipped
from tests.shared import shared_file

X_AT = "https://x.com/i/api/graphql/a/TweetDetail"


@pytest.mark.parametrize("packed", [False, True])
def test_locators_name_the_record_as_an_index_does(packed: bool) -> None:
    info = warc_record("warcinfo", "", b"software: test\r\n", media="application/warc-fields")
    data = warc(info, answer_record(X_AT, X), packed=packed)
    (row,), _ = read(data, WARC)
    offset = len(warc(info, packed=packed))
    assert row.locator == f"#warc:{offset}/data/entries/0/tweet_results/result"
    assert best_format(data, "x") == "warc"


def chunked(body: bytes) -> bytes:
    parts = [body[n : n + 100] for n in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in parts) + b"0\r\n\r\n"


def packed(codec: str, body: bytes) -> bytes:
    if codec == "gzip":
        return gzip.compress(body, 1)
    return bytes(pa.compress(body, codec=codec, asbytes=True))


BODY = json.dumps(X).encode()
CODINGS: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("plain", BODY, ()),
    ("gzip", gzip.compress(BODY), ("Content-Encoding: gzip",)),
    ("deflate", zlib.compress(BODY), ("Content-Encoding: deflate",)),
    ("raw deflate", zlib.compress(BODY)[2:-4], ("Content-Encoding: deflate",)),
    ("chunks", chunked(BODY), ("Transfer-Encoding: chunked",)),
    (
        "chunks of gzip",
        chunked(gzip.compress(BODY)),
        ("Transfer-Encoding: chunked", "Content-Encoding: gzip"),
    ),
    ("brotli", packed("brotli", BODY), ("Content-Encoding: br",)),
    ("zstandard", packed("zstd", BODY), ("Content-Encoding: zstd",)),
    ("long, in brotli", packed("brotli", BODY + b" " * 70_000), ("Content-Encoding: br",)),
    ("undone by the recorder", BODY, ("Transfer-Encoding: chunked", "Content-Encoding: br")),
]


@pytest.mark.parametrize(("title", "body", "headers"), CODINGS, ids=[one[0] for one in CODINGS])
def test_codings_are_undone(title: str, body: bytes, headers: tuple[str, ...]) -> None:
    (row,), _ = read(warc(warc_record("response", X_AT, http(body, "application/json", *headers))), WARC)
    assert row.text == "Bonjour"


def test_a_brotli_stream_that_begins_like_a_list_is_not_taken_for_one() -> None:
    long = packed("brotli", BODY + b" " * 70_000)
    assert long.startswith(b"[")
    assert decoded(long, {"content-encoding": "br"}).startswith(BODY)
    for undone in (b'[{"a": 1}]', '["été"]'.encode("latin-1"), '{"a": "été"}'.encode()):
        assert decoded(undone, {"content-encoding": "br"}) == undone


def test_a_coding_that_is_not_read_is_told() -> None:
    block = http(b"\x1f\x9d\x90", "application/json", "Content-Encoding: compress")
    rows, account = read(warc(warc_record("response", X_AT, block)), WARC)
    assert (rows, skipped(account)) == ([], {"unsupported_variant": 1})


@pytest.mark.parametrize(("coding", "codec"), [("gzip", "gzip"), ("br", "brotli"), ("zstd", "zstd")])
def test_a_bomb_stops_at_the_limit(coding: str, codec: str) -> None:
    with pytest.raises(BodyFault) as caught:
        decoded(packed(codec, bytes(17 << 20)), {"content-encoding": coding})
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_damaged_bodies_give_their_memory_back(coding: str) -> None:
    """Of each read that failed, arrow kept the buffer that it had made for the largest body: 16 MB of addresses."""

    def pages() -> int:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0])

    damaged = packed({"br": "brotli"}.get(coding, coding), BODY)[:20] + b"\xff" * 40
    before = pages()
    for _ in range(40):
        with pytest.raises(BodyFault):
            decoded(damaged, {"content-encoding": coding})
    assert (pages() - before) * resource.getpagesize() < 100 << 20


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_a_packed_body_that_is_cut_or_damaged_is_told(coding: str) -> None:
    whole = packed({"br": "brotli"}.get(coding, coding), BODY)
    for bad in (whole[:-5], b"\x1b" + b"x" * 40):
        with pytest.raises(BodyFault) as caught:
            decoded(bad, {"content-encoding": coding})
        assert caught.value.code == "damaged_body"


def test_a_damaged_compression_fails_alone() -> None:
    bad = http(b"\x1f\x8bxxxxxxx", "application/json", "Content-Encoding: gzip")
    rows, account = read(warc(warc_record("response", X_AT, bad), answer_record(X_AT, X, 1)), WARC)
    assert (len(rows), [one.error for one in account.failed]) == (1, ["damaged_body"])


def test_a_revisit_has_no_body_and_requests_are_not_responses() -> None:
    revisit = warc_record("revisit", X_AT, http(b""), 1)
    request = warc_record("request", X_AT, BODY, 2, "application/http; msgtype=request")
    _, account = read(warc(revisit, request), WARC)
    assert (account.read, skipped(account)) == (1, {"empty_record": 1})


def test_a_resource_record_is_a_body_of_its_own() -> None:
    (row,), _ = read(warc(warc_record("resource", X_AT, BODY, media="application/json")), WARC)
    assert row.text == "Bonjour"


def test_a_wacz_is_read_through_the_door(tmp_path: Path) -> None:
    path = tmp_path / "page.wacz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": []}))
        archive.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0", "id": "pages", "title": "All"}\n')
        archive.writestr("archive/data.warc.gz", warc(answer_record(X_AT, X), packed=True))
    reading = read_paths([path], now=NOW)
    (row,) = reading
    assert (row.text, row.locator.partition("#")[0], row.mapper) == (
        "Bonjour",
        "archive/data.warc.gz!",
        "warc@3",
    )
    assert {one.unread for one in reading.ledger.sources if one.format is None} == {"no_message_inside"}
    assert not reading.ledger.is_partial


@pytest.mark.parametrize("name", ["valid_example_1.wacz", "valid_signed_example_1.wacz"])
def test_the_shared_wacz_files_are_opened(name: str) -> None:
    reading = read_paths([shared_file(f"samples/wacz/{name}")], now=NOW)
    assert list(reading) == []
    assert [one.format for one in reading.ledger.sources if one.format] == ["warc"]
    assert not reading.ledger.is_partial


def test_the_shared_cut_warc_gives_what_came_before_and_says_so() -> None:
    _, account = read(shared_file("samples/warc/example-trunc.warc"), WARC)
    assert (account.read, notes(account), account.truncated) == (1, {"truncated": 1}, True)


# ------------------------------------------------------------------ records that are not as they should be

THREE = [answer_record(X_AT, X, number) for number in range(3)]


@pytest.mark.parametrize("level", [0, 9])
def test_a_file_compressed_again_as_a_whole_gives_every_record(level: int) -> None:
    data = gzip.compress(warc(*THREE), level, mtime=0) + gzip.compress(THREE[0], mtime=0)
    rows, account = read(data, WARC)
    assert [row.locator.partition("/data")[0] for row in rows] == [
        "#warc:0",
        "#warc:0/record 1",
        "#warc:0/record 2",
        f"#warc:{len(data) - len(gzip.compress(THREE[0], mtime=0))}",
    ]
    assert not account.is_problem


def test_records_of_one_member_are_found_across_its_pieces() -> None:
    """Pieces of a member are 64 KiB: the next record may begin in the middle of one, its first letters in another."""
    for more in range(-3, 8):
        filler = b" " * ((64 << 10) - len(THREE[0]) + more)
        first = answer_record(X_AT, {**X, "x": filler.decode()})
        rows, _ = read(gzip.compress(first + THREE[1], mtime=0), WARC)
        assert len(rows) == 2


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("length", [0, -5, 3, 500_000_000, 10**17])
def test_a_record_that_tells_a_wrong_length_is_told(length: int, packed: bool) -> None:
    size = len(http(json.dumps(X).encode()))
    said = f"Content-Length: {size + length if length < 100 and length else length}\r\n\r\nHTTP".encode()
    odd = THREE[1].replace(f"Content-Length: {size}\r\n\r\nHTTP".encode(), said)
    assert odd != THREE[1]
    rows, account = read(warc(THREE[0], odd, THREE[2], packed=packed), WARC)
    assert rows[0].text == rows[-1].text == "Bonjour"
    assert notes(account) == {"records_cut" if packed else "truncated": 1}
    assert account.is_problem


@pytest.mark.parametrize("said", ["3", "99999999", "x"])
def test_the_length_that_a_server_told_is_not_believed(said: str) -> None:
    rows, account = read(warc(answer_record(X_AT, X, 0, f"Content-Length: {said}")), WARC)
    assert (len(rows), account.is_problem) == (1, False)


def test_a_member_that_stops_keeps_what_came_before() -> None:
    data = warc(*THREE, packed=True)
    for cut in (4, 100):
        rows, account = read(data[: len(gzip.compress(THREE[0], mtime=0)) + cut], WARC)
        assert (len(rows), notes(account), account.truncated) == (1, {"truncated": 1}, True)


def test_a_body_ten_thousand_levels_deep_fails_alone() -> None:
    deep = b"[" * 10_000 + b'"full_text"' + b"]" * 10_000
    rows, account = read(warc(warc_record("response", X_AT, http(deep)), THREE[1]), WARC)
    assert (len(rows), [one.error for one in account.failed]) == (1, ["too_deep"])


def test_one_post_in_two_answers_is_two_observations() -> None:
    rows, _ = read(warc(*THREE[:2]), WARC)
    assert len({row.message_id for row in rows}) == 1
    assert len({row.locator for row in rows}) == 2


def test_a_redirect_has_no_body() -> None:
    rows, account = read(warc(warc_record("response", X_AT, b"HTTP/1.1 302 Found\r\n\r\n"), THREE[1]), WARC)
    assert (len(rows), skipped(account), account.is_problem) == (1, {"empty_record": 1}, False)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-gzip"])
def test_a_compressed_body_that_stops_fails_with_its_place(coding: str) -> None:
    packed = (zlib.compress if coding == "deflate" else gzip.compress)(BODY)[:-30]
    block = http(packed, "application/json", f"Content-Encoding: {coding}")
    _, account = read(warc(warc_record("response", X_AT, block), THREE[1]), WARC)
    assert (account.mapped, [one.locator for one in account.failed]) == (1, ["#warc:0"])


def test_what_stands_behind_the_last_record_is_no_cut() -> None:
    plain = warc(answer_record(X_AT, X), packed=False)
    (_,), ledger = read(plain + gzip.compress(plain), WARC)
    assert set(notes(ledger)) == {"damaged"}
    (_,), ledger = read(plain + plain[:30], WARC)
    assert set(notes(ledger)) == {"truncated"}


def test_a_body_in_utf_16_is_read() -> None:
    body = json.dumps(X).encode("utf-16")
    (row,), _ = read(warc(warc_record("response", X_AT, http(body, "application/json"))), WARC)
    assert row.platform == "x"
