"""WARC records read as a stream: what holds is verified, what does not is named with its place."""

import base64
import gzip
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.capture import Limits, check_warc
from saisine.capture.digests import Digest
from saisine.capture.streams import Budget, OverBudget
from saisine.capture.warc import WarcReader
from tests.capture.build import PAGE, gzipped, record, records, response, sha1, sha256
from tests.capture.conftest import by_number, failures
from tests.shared import shared_file


def told(body: bytes) -> str:
    """All that failed, in one text; "" when the file is good."""
    return " / ".join(failures(check_warc(io.BytesIO(body), "x.warc")).get("C09", []))


GOOD = [body for _, body in records()]


def test_plain_and_gzip_files_are_verified_alike() -> None:
    for body in (b"".join(GOOD), b"".join(gzipped(GOOD))):
        found = check_warc(io.BytesIO(body), "x.warc")
        assert [(c.n, c.state, c.what_en) for c in found] == [("C09", "verified", "5 records, 8 hashes")]


def test_places_and_lengths_are_those_of_the_file() -> None:
    for stored in (GOOD, gzipped(GOOD)):
        reader = WarcReader(io.BytesIO(b"".join(stored)), Budget(1 << 20))
        places = []
        for found in reader:
            found.finish()
            places.append((found.offset, found.length, found.stored_sha256.hex()))
        starts = [sum(map(len, stored[:n])) for n in range(len(stored))]
        assert places == [(at, len(p), sha256(p)[7:]) for at, p in zip(starts, stored, strict=True)]


def test_a_block_can_be_read_while_it_is_verified() -> None:
    reader = WarcReader(io.BytesIO(b"".join(gzipped(GOOD))), Budget(1 << 20))
    blocks = {found.type: b"".join(iter(lambda r=found: r.read(7), b"")) for found in reader}
    assert blocks["resource"] == "Fil d’essai".encode()
    assert reader.faults == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (GOOD[1].replace(b"essai", b"autre"), "the hash of the block differs"),
        (GOOD[1].replace(b"HTTP/1.1 200", b"HTTP/1.1 404"), "the hash of the block differs"),
        (response(PAGE, b"un", payload=b"deux"), "the hash of the content differs"),
        (record("resource", PAGE, b"un", length=1), "does not end where its length says"),
        (record("resource", PAGE, b"un", length=9), "bytes are missing"),
        (record("resource", PAGE, b"un", end=b"\r\n"), "does not end where its length says"),
        (record("resource", PAGE, b"un", end=b""), "does not end where its length says"),
        (record("resource", PAGE, b"un", version="2.0"), "no WARC record begins here"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "no WARC record begins here"),
        (record("resource", PAGE, b"un", extra="Content-Length: 3\r\n"), "header repeated"),
        (record("resource", PAGE, b"un", extra="sans deux points\r\n"), "malformed line"),
        (record("resource", PAGE, b"un").replace(b"WARC-Date", b"WARC-Jour"), "header missing or malformed: warc-date"),
        (record("resource", PAGE, b"un").replace(b"2026-11", b"2026-13"), "malformed date"),
        (record("resource", PAGE, b"un").replace(b"Length: 2", b"Length: x"), "header missing or malformed"),
        (record("resource", PAGE, b"un", digest=lambda _: "sha1:zz"), "malformed hash"),
        (GOOD[1][:200], "WARC header cut"),
        (GOOD[1][:-20], "bytes are missing"),
        (b"", "no record"),
    ],
)  # fmt: skip
def test_each_fault_of_a_record_is_named(body: bytes, words: str) -> None:
    assert words in told(body)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_both_versions_are_read(version: str) -> None:
    assert told(record("resource", PAGE, b"un", version=version)) == ""


def test_one_gzip_member_holds_one_record() -> None:
    assert "holds something else" in told(gzip.compress(GOOD[0] + GOOD[1]))
    assert "bytes are missing" in told(gzip.compress(GOOD[1][:-30]) + gzip.compress(GOOD[1][-30:]))
    assert "damaged gzip member" in told(b"".join(gzipped(GOOD)) + b"tail")


def test_a_truncated_or_damaged_gzip_member_is_named() -> None:
    body = b"".join(gzipped(GOOD))
    assert "stops in the middle of a gzip member" in told(body[:-1])
    assert "stops in the middle of a gzip member" in told(body[:-40])
    flipped = bytearray(body)
    flipped[len(body) // 2] ^= 0xFF
    assert told(bytes(flipped))


def test_what_comes_before_a_cut_is_still_verified() -> None:
    reader = WarcReader(io.BytesIO(b"".join(GOOD)[:-10]), Budget(1 << 20))
    found = list(reader)
    assert [one.faults == [] for one in found] == [True, True, True, True, False]
    assert found[-1].is_cut


def chunked(body: bytes, *, size: int = 5) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("body", [b"", b"a", "Fil d’essai\n".encode() * 9])
def test_a_chunked_body_is_accepted_with_or_without_its_framing(body: bytes) -> None:
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
    sent = chunked(body)
    assert told(response(PAGE, sent, head, payload=sent)) == ""
    assert told(response(PAGE, sent, head, payload=body)) == ""
    assert "content differs" in told(response(PAGE, sent, head, payload=body + b"x"))
    assert "content differs" in told(response(PAGE, b"zz\r\n" + sent, head, payload=body))
    assert "content differs" in told(response(PAGE, sent, payload=body)), "not said to be chunked"


@given(st.binary(max_size=200), st.integers(1, 40), st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_chunks_are_taken_away_wherever_the_stream_is_cut(body: bytes, size: int, step: int) -> None:
    from saisine.capture.payloads import Payload

    expected = Digest.parse(sha256(body))
    assert expected is not None
    payload = Payload(expected, "http")
    block = b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n" + chunked(body, size=size)
    for at in range(0, len(block), step):
        payload.update(block[at : at + step])
    assert payload.verdict() is True


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (record("revisit", PAGE, b"HTTP/1.1 200 OK\r\n\r\n", "application/http", b"elsewhere"), "another record"),
        (record("response", "gemini://x", b"20 ok", "application/gemini", b"x"), "protocol"),
        (record("resource", PAGE, b"un", payload=b"un", extra="WARC-Segment-Number: 1\r\n"), "several records"),
        (record("resource", PAGE, b"un", digest=lambda _: "blake2:zz"), "kind that is not read"),
    ],
)  # fmt: skip
def test_a_hash_that_cannot_be_verified_is_not_checked(body: bytes, words: str) -> None:
    found = check_warc(io.BytesIO(body), "x.warc")
    assert any(words in check.what_en for check in found if check.state == "not_checked")
    assert by_number(found)["C09"] == {"verified", "not_checked"}


def test_hashes_are_read_in_every_form_that_tools_write() -> None:
    value = bytes(range(20))
    forms = [
        value.hex(), value.hex().upper(), base64.b32encode(value).decode(), base64.b32encode(value).decode().lower(),
        base64.b64encode(value).decode(), base64.urlsafe_b64encode(value).decode(),
    ]  # fmt: skip
    assert {Digest.parse(f"sha1:{form}") for form in forms} == {Digest("sha1", value)}
    assert Digest.parse(base64.b32encode(value).decode()) == Digest("sha1", value)
    assert Digest.parse("md5:abc") is None
    for wrong in ("sha1:", "sha256:" + value.hex(), "sha1:é", "sha1:1112H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"):
        with pytest.raises(ValueError):
            Digest.parse(wrong)


@given(
    st.lists(st.binary(max_size=120), min_size=1, max_size=5), st.booleans(), st.sampled_from([sha1, sha256])
)
@settings(max_examples=60, deadline=None)
def test_any_content_makes_a_good_record(
    bodies: list[bytes], is_gzip: bool, digest: Callable[[bytes], str]
) -> None:
    made = [response(PAGE, body, digest=digest) for body in bodies]
    stored = b"".join(gzipped(made) if is_gzip else made)
    found = check_warc(io.BytesIO(stored), "x.warc")
    assert [c.what_en for c in found] == [
        f"{len(made)} record{'s' if len(made) > 1 else ''}, {2 * len(made)} hashes"
    ]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_never_raise(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from([b"".join(GOOD), b"".join(gzipped(GOOD))])))
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check_warc(io.BytesIO(bytes(body)), "x.warc")


def test_an_inflated_flood_stops_at_the_budget(peak_bytes: Callable[[Callable[[], object]], int]) -> None:
    flood = gzip.compress(record("resource", PAGE, bytes(16 << 20)))
    assert len(flood) < 32 << 10
    found = check_warc(io.BytesIO(flood), "x.warc", limits=Limits(total_bytes=1 << 20))
    assert failures(found)["C03"] == ["x.warc: too much compressed content: stopped"]
    with pytest.raises(OverBudget):
        list(WarcReader(io.BytesIO(flood), Budget(1 << 20)))
    assert peak_bytes(lambda: check_warc(io.BytesIO(flood), "x.warc")) < 2 << 20


def test_headers_without_an_end_are_not_held(peak_bytes: Callable[[Callable[[], object]], int]) -> None:
    endless = b"WARC/1.1\r\n" + b"X-Long: aaaaaaa\r\n" * 500_000
    assert peak_bytes(lambda: told(endless)) < 4 << 20
    line = gzip.compress(b"WARC/1.1\r\nX: " + bytes(16 << 20))
    assert "WARC header cut" in told(line)
    assert peak_bytes(lambda: told(line)) < 4 << 20
    http = record("response", PAGE, b"X: y\r\n" * 400_000, "application/http", b"")
    found = check_warc(io.BytesIO(http), "x.warc")
    assert any("outsize HTTP headers" in check.what_en for check in found)


def test_shared_warcs_get_the_verdict_of_their_page() -> None:
    folder = shared_file("vectors/warc")
    verdicts = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            verdicts[path.name] = check_warc(file, path.name)
    states = {name: by_number(found)["C09"] for name, found in verdicts.items()}
    assert states == {
        "example-bad.warc.gz.bad": {"failed"},  # the whole file in one gzip member
        "example-iana.org-chunked.warc": {"verified"},
        "example-space-in-target-uri.warc.gz": {"verified"},
        "example-trunc.warc": {"failed"},
        "example-wrong-chunks.warc.gz": {"failed"},
        "example.arc.gz": {"not_checked"},  # another format
        "example.warc.gz": {"verified", "not_checked"},  # one revisit, whose body lies elsewhere
    }
    assert "format ARC" in verdicts["example.arc.gz"][0].what_en


def test_shared_samples_get_the_verdict_of_their_notes() -> None:
    folder = shared_file("samples/warc")
    bad = set()
    for path in sorted(folder.glob("*.warc*")):
        with path.open("rb") as file:
            if failures(check_warc(file, path.name)):
                bad.add(path.name)
    # example-digest.warc begins with a hash that is none (a base32 text with three 1)
    assert bad == {"example-trunc.warc", "example-digest.warc"}


@given(st.binary(min_size=32, max_size=32), st.sampled_from([("sha1", 20), ("sha256", 32)]))
def test_base32_is_read_as_the_standard_library_writes_it(value: bytes, of: tuple[str, int]) -> None:
    name, size = of
    written = base64.b32encode(value[:size]).decode()
    assert Digest.parse(f"{name}:{written}") == Digest(name, value[:size])
    assert Digest.parse(f"{name}:{written.rstrip('=').lower()}") == Digest(name, value[:size])


def test_a_finding_reads_as_json_in_both_languages() -> None:
    found = check_warc(io.BytesIO(b"x"), "x.warc")[0]
    assert (
        json.dumps(found.as_json("fr"), ensure_ascii=False).count("aucun enregistrement WARC ne commence ici")
        == 1
    )
    assert found.as_json("en") == {
        "id": "C09", "name": "WARC records are whole and right", "state": "failed",
        "detail": "x.warc: byte 0: no WARC record begins here",
    }  # fmt: skip
