"""One bad file per fault: each is sealed, said in plain words, and never stops the files beside it."""

import gzip
import io
import json
import os
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from saisine.messages.corpus import Query
from saisine.messages.importing import read_paths
from saisine.messages.ledger import SourceEntry
from tests.messages.world import world
from tests.messages.x_lines import NOW, body, post

GOOD = 3


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")  # a name written twice
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def encrypted_zip() -> bytes:
    """A zip whose only member carries the flag of a password."""
    data = bytearray(archive(("posts.jsonl", body(2))))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + place
        data[at] |= 1
    return bytes(data)


def bomb() -> bytes:
    """100 MB of spaces in 100 kB, after one good line."""
    return archive(("posts.jsonl", body(1) + b" " * (100 << 20)))


def lying_zip() -> bytes:
    """A zip whose table claims another size than its member has."""
    data = bytearray(archive(("posts.jsonl", body(5))))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("lien.jsonl")
    info.external_attr = 0o120777 << 16
    return info


def nested(value: str) -> bytes:
    return (json.dumps(post(1))[:-1] + f', "z": {value}}}\n').encode()


HUGE = body(1, seed=3) + json.dumps(post(1) | {"text": "a" * (17 << 20)}).encode() + b"\n" + body(1, seed=4)

FAULTS: dict[str, tuple[str, bytes, str]] = {
    # fault: (file name, its bytes, the code that the ledger must show)
    "empty": ("a.jsonl", b"", "empty"),
    "truncated_json": ("a.json", json.dumps([post(1), post(2)]).encode()[:-30], "truncated"),
    "truncated_lines": ("a.jsonl", body(3)[:-9], "truncated"),
    "truncated_gzip": ("a.jsonl.gz", gzip.compress(body(400))[:-60], "damaged"),
    "truncated_zip": ("a.zip", archive(("posts.jsonl", body(90)))[:-80], "damaged"),
    "wrong_encoding": (
        "a.jsonl",
        json.dumps(post(1) | {"text": "été"}, ensure_ascii=False).encode("cp1252"),
        "bad_bytes",
    ),
    "encrypted_zip": ("a.zip", encrypted_zip(), "encrypted"),
    "zip_bomb": ("a.zip", bomb(), "too_expanded"),
    "gzip_bomb": (
        "a.jsonl.gz",
        gzip.compress(body(1) + (b" " * 1023 + b"\n") * (100 << 10), 9),
        "too_expanded",
    ),
    "lying_zip": ("a.zip", lying_zip(), "damaged"),
    "traversing_member": ("a.zip", archive(("../../etc/posts.jsonl", body(2))), "unsafe_name"),
    "windows_traversal": ("a.zip", archive(("..\\..\\posts.jsonl", body(2))), "unsafe_name"),
    "absolute_member": ("a.zip", archive(("/etc/posts.jsonl", body(2))), "unsafe_name"),
    "linked_member": ("a.zip", archive((link(), b"/etc/passwd")), "unsafe_name"),
    "same_name_twice": (
        "a.zip",
        archive(("é.jsonl", body(2)), ("É.jsonl", body(2, seed=9))),
        "duplicate_name",
    ),
    "unknown_format": ("a.dat", b"\x07\x08 rien de connu", "unknown_format"),
    "html_export": ("a.html", b"<!DOCTYPE html><html><body>vos messages</body></html>", "web_page"),
    "nul_in_text": ("a.jsonl", json.dumps(post(1) | {"text": "a\0b"}).encode(), "mapped"),
    "nul_in_file": ("a.jsonl", body(1) + b"\0" * 50 + b"\n" + body(1, seed=2), "stray_text"),
    "deep_json": ("a.jsonl", nested("[" * 5000 + "]" * 5000), "failed"),
    "deep_array": ("a.json", b"[" + nested("[" * 100_000 + "]" * 100_000).strip() + b"]", "failed"),
    "huge_record": ("a.jsonl", HUGE, "failed"),
    "huge_element": ("a.json", b"[" + HUGE.strip().replace(b"\n", b",") + b"]", "failed"),
    "nan": ("a.jsonl", nested("NaN"), "failed"),
    "stray_text": ("a.jsonl", body(1) + b"une ligne de prose\n" + body(1, seed=5), "stray_text"),
    "interleaved_lines": ("a.jsonl", body(1) + body(1)[:90] + body(1, seed=4), "failed"),
    "huge_number": (
        "a.jsonl",
        json.dumps(post(1) | {"public_metrics": {"like_count": 10**30}}).encode(),
        "failed",
    ),
    "year_0": ("a.jsonl", json.dumps(post(1) | {"created_at": "0000-00-00T00:00:00Z"}).encode(), "failed"),
}


def codes_of(entry: SourceEntry) -> set[str]:
    """Everything the ledger says of a source, as codes."""
    said = {*entry.notes, *entry.skipped}
    said |= {"failed"} if entry.failed else set()
    said |= {"mapped"} if entry.mapped else set()
    return said | ({entry.unread} if entry.unread else set())


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_fault_is_said_and_the_rest_goes_on(tmp_path: Path, fault: str) -> None:
    name, data, code = FAULTS[fault]
    folder = tmp_path / "depot"
    folder.mkdir()
    (folder / name).write_bytes(data)
    (folder / "zz-good.jsonl").write_bytes(body(GOOD, seed=77))
    with world(tmp_path / "association") as place:
        done = place.take(folder)
        assert len(done.sealed) == 2
        said = {one for entry in done.ledger.sources[:-1] for one in codes_of(entry)}
        assert code in said
        assert done.ledger.sources[-1].mapped == GOOD
        mapped = sum(entry.mapped for entry in done.ledger.sources)
        assert place.corpora.count(Query(all_observations=True)) == mapped >= GOOD
        assert place.vault.read_bytes(done.sealed[0].item, limit=1 << 30) == data
        for entry in done.ledger.sources:
            entry.require_balance()
        for language in ("fr", "en"):
            assert all("{" not in sentence for sentence in done.ledger.sentences(language))


def test_a_bomb_is_stopped_before_it_costs_memory_and_keeps_what_came_first(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(bomb())
    reading = read_paths([path], now=NOW)
    assert len(list(reading)) == 1
    assert reading.ledger.is_partial


def test_nothing_is_written_outside_the_workspace(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    path = tmp_path / "a.zip"
    path.write_bytes(archive(("../../dehors.jsonl", body(2)), ("/tmp/dehors.jsonl", body(2))))
    list(read_paths([path], now=NOW))
    assert set(tmp_path.rglob("*")) == before | {path}


def test_no_failure_quotes_the_message(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    secret = "phrase que le relevé ne doit pas répéter"
    lines = [
        json.dumps(post(1) | {"text": [secret]}, ensure_ascii=False),
        json.dumps(post(2) | {"created_at": secret}, ensure_ascii=False),
        '{"id": "1", "text": "' + secret + '", "author_id": }',
        secret,
    ]
    path.write_bytes(body(1) + "\n".join(lines).encode())
    reading = read_paths([path], now=NOW)
    list(reading)
    said = json.dumps(reading.ledger.as_json(), ensure_ascii=False) + " ".join(reading.ledger.sentences())
    assert len(reading.ledger.sources[0].failed) == 3
    assert "phrase" not in said


@pytest.mark.parametrize(
    "make", [lambda: b"\xff" * 70_000, lambda: b"{" * 70_000, lambda: b'"' * 70_000, lambda: b"[" * 70_000]
)
def test_noise_is_not_taken_for_messages(tmp_path: Path, make: Callable[[], bytes]) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(make())
    reading = read_paths([path], now=NOW)
    assert list(reading) == []


def test_what_is_no_file_is_neither_opened_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube")
    reading = read_paths([tmp_path], now=NOW)
    assert list(reading) == []
    assert reading.ledger.sources[0].unread == "not_a_file"
