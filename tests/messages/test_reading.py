"""Reading without a workspace: sniffing, members, ledger, and the sum that always holds."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages.archive_streams import Limits
from saisine.messages.importing import Reading, read_paths
from saisine.messages.ledger import FAILED, FAILED_THEN_CUT, Ledger
from saisine.messages.schema import Message
from saisine.messages.unread_words import UNREAD
from saisine.messages.words import NOTES, SKIP_REASONS
from tests.messages.examples import examples
from tests.messages.x_lines import NOW, body, post


def read(path: Path, **options: object) -> tuple[list[Message], Reading]:
    reading = read_paths([path], now=NOW, **options)  # type: ignore[arg-type]
    return list(reading), reading


def require_sum(ledger: Ledger) -> None:
    for entry in ledger.as_json()["sources"]:  # type: ignore[attr-defined]
        skipped = sum(one["count"] for one in entry["skipped"])
        assert entry["read"] == entry["mapped"] + skipped + len(entry["failed"])


def test_each_row_leads_back_to_its_exact_bytes(tmp_path: Path) -> None:
    whole = body(12)
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + whole)
    messages, reading = read(path)
    data = path.read_bytes()
    assert len(messages) == 12
    for message in messages:
        start, length = message.locator.removeprefix("#byte=").split("+")
        record = data[int(start) : int(start) + int(length)]
        assert hashlib.sha256(record).hexdigest() == message.record_sha256
        assert json.loads(record)["id"] == message.message_id
        assert message.source_sha256 == hashlib.sha256(data).hexdigest()
        assert message.mapper == "x-twarc@2"
    require_sum(reading.ledger)


def zipped(inner: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in inner.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(inner: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in inner.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", lambda data: zipped({"data/posts.jsonl": data})),
        ("a.jsonl.gz", gzip.compress),
        ("a.tar", lambda data: tarred({"data/posts.jsonl": data})),
        ("a.tar.gz", lambda data: gzip.compress(tarred({"posts.jsonl": data}))),
        ("b.zip", lambda data: zipped({"c.zip": zipped({"d.jsonl.gz": gzip.compress(data)})})),
    ],
)
def test_the_same_messages_come_out_of_any_container(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    data = body(5)
    plain, packed = tmp_path / "posts.jsonl", tmp_path / name
    plain.write_bytes(data)
    packed.write_bytes(pack(data))
    expected, _ = read(plain)
    found, reading = read(packed)
    assert [m.record_sha256 for m in found] == [m.record_sha256 for m in expected]
    assert reading.ledger.totals().mapped == 5
    assert not reading.ledger.is_partial


def test_a_fourth_archive_inside_is_left_closed_and_said(tmp_path: Path) -> None:
    data = body(1)
    for depth in range(4):
        data = zipped({f"inner{depth}.{'jsonl' if depth == 0 else 'zip'}": data})
    path = tmp_path / "deep.zip"
    path.write_bytes(data)
    messages, reading = read(path)
    assert messages == []
    assert [entry.unread for entry in reading.ledger.sources] == ["nested_too_deep"]


@pytest.mark.parametrize("name", ["", "\0.jsonl", "/"])
def test_a_file_without_a_name_in_a_zip_is_accounted_for(tmp_path: Path, name: str) -> None:
    """Made by hand: no packer writes them, a damaged byte does."""
    data = zipped({"y.jsonl": body(2), "z.jsonl": body(3, seed=1)})
    written = name.encode().ljust(7, b"/") if name else b""
    at = data.rindex(b"y.jsonl")
    if name:
        data = data.replace(b"y.jsonl", written)
    else:  # the central directory alone: its length of name, 18 bytes before it, then what follows it as a comment
        data = data[: at - 18] + b"\0\0\0\0\7\0" + data[at - 12 :]
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    messages, reading = read(path)
    assert len(messages) >= 3
    require_sum(reading.ledger)
    assert all(entry.format or entry.unread for entry in reading.ledger.sources)


def test_a_folder_is_read_in_order_and_the_rest_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "depot"
    (folder / "sous").mkdir(parents=True)
    (folder / "sous" / "a.jsonl").write_bytes(body(3))
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    (folder / "c.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "d.bin").write_bytes(b"\x01\x02\x03")
    (folder / "e.jsonl").write_bytes((folder / "sous" / "a.jsonl").read_bytes())
    (folder / "lien").symlink_to(folder / "b.png")
    messages, reading = read(folder)
    assert len(messages) == 3
    assert {entry.path: entry.unread for entry in reading.ledger.sources} == {
        "depot/lien": "not_a_file",
        "depot/b.png": "image",
        "depot/c.pdf": "document",
        "depot/d.bin": "unknown_format",
        "depot/e.jsonl": None,
        "depot/sous/a.jsonl": "same_file",
    }


NOBODY_READS = """
import os
from datetime import UTC, datetime
from pathlib import Path
from saisine.messages.importing import read_paths
if os.getuid() == 0:  # root may read anything: become nobody, once everything is imported
    os.setgid(65534); os.setuid(65534)
reading = read_paths([Path("depot")], now=datetime.now(UTC))
print(len(list(reading)), *sorted(f"{entry.path}={entry.unread}" for entry in reading.ledger.sources))
"""


def test_a_folder_that_cannot_be_opened_is_accounted_for(tmp_path: Path) -> None:
    closed, listed = tmp_path / "depot" / "ferme", tmp_path / "depot" / "noms"
    for folder in (closed, listed):
        folder.mkdir(parents=True)
        (folder / "a.jsonl").write_bytes(body(3))
    (tmp_path / "depot" / "b.jsonl").write_bytes(body(2))
    tmp_path.chmod(0o755)
    closed.chmod(0o000)
    listed.chmod(0o444)  # its names can be listed, its files not reached
    command = [sys.executable, "-c", NOBODY_READS]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    for folder in (closed, listed):
        folder.chmod(0o755)
    told = ["2", "depot/b.jsonl=None", "depot/ferme=unreadable_folder", "depot/noms/a.jsonl=unreadable"]
    assert done.stdout.split() == told, done.stderr


def test_the_ledger_survives_a_round_trip_and_speaks_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(body(2) + b'{"id":"1","action":"delete"}\n{"id":\n')
    _, reading = read(path)
    document = reading.ledger.as_json()
    again = Ledger.from_json(json.loads(json.dumps(document)))
    assert again.as_json() == document
    assert list(again.sentences("fr")) != list(again.sentences("en"))
    assert [s["reason"] for s in document["sources"][0]["skipped"]] == ["not_a_message"]  # type: ignore[index]
    assert len(document["sources"][0]["failed"]) == 1  # type: ignore[index]


def test_a_cut_file_keeps_what_came_before_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    data = body(10)
    path.write_bytes(data[:-40])
    messages, reading = read(path)
    entry = reading.ledger.sources[0]
    assert len(messages) == 9
    assert entry.truncated
    assert entry.notes["truncated"][2] == data[:-1].rfind(b"\n") + 1
    assert reading.ledger.is_partial
    assert any("9 messages lus avant la coupure" in sentence for sentence in reading.ledger.sentences("fr"))


@settings(
    max_examples=examples(20, 40), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    cut=st.integers(0, 3000),
    flips=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=20),
)
def test_cut_and_changed_bytes_never_crash_and_the_sum_holds(
    tmp_path: Path, cut: int, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(body(6))
    for place, value in flips:
        data[place % len(data)] = value
    path = tmp_path / "a.jsonl"
    path.write_bytes(bytes(data[: len(data) - cut % len(data)]))
    _, reading = read(path)
    require_sum(reading.ledger)


@settings(
    max_examples=examples(12, 25), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    cut=st.integers(0, 3000), flips=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=9)
)
def test_a_damaged_zip_never_crashes(tmp_path: Path, cut: int, flips: list[tuple[int, int]]) -> None:
    data = bytearray(zipped({"a/posts.jsonl": body(30), "b/posts.json": json.dumps([post(1)]).encode()}))
    for place, value in flips:
        data[place % len(data)] = value
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(data[: len(data) - cut % len(data)]))
    _, reading = read(path)
    require_sum(reading.ledger)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_and_crlf_give_the_same_messages(tmp_path: Path, encoding: str) -> None:
    plain, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    plain.write_bytes(body(4))
    other.write_bytes(body(4).decode().replace("\n", "\r\n").encode(encoding))
    expected, _ = read(plain)
    found, reading = read(other)
    assert [(m.message_id, m.text) for m in found] == [(m.message_id, m.text) for m in expected]
    assert "recoded" in reading.ledger.sources[0].notes


def test_a_named_format_is_used_and_an_unknown_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(body(1))
    messages, _ = read(path, format_id="x-twarc")
    assert len(messages) == 1
    for options, code in (({"format_id": "zz"}, "format_unknown"), ({"zone": "Lune/Mer"}, "zone_unknown")):
        with pytest.raises(SaisineError) as caught:
            read(path, **options)
        assert caught.value.code == code
    with pytest.raises(SaisineError) as caught:
        read(tmp_path / "absent")
    assert caught.value.code == "path_missing"


def test_limits_are_counted_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"{n}.jsonl": body(1, seed=n) for n in range(6)}))
    messages, reading = read(path, limits=Limits(members=4))
    assert len(messages) == 4
    assert "too_many_members" in {entry.unread for entry in reading.ledger.sources}
    messages, reading = read(path, limits=Limits(expanded_bytes=100))
    assert messages == []
    assert reading.ledger.is_partial


BOM = b"\xef\xbb\xbf"


def test_files_put_one_after_the_other_lose_no_message(tmp_path: Path) -> None:
    """`type a b > c` leaves the byte-order mark of the second file in the middle."""
    for name, data in (
        ("lines.jsonl", BOM + body(3) + BOM + body(2, seed=7)),
        ("each.jsonl", b"".join(BOM + line + b"\n" for line in body(5).splitlines())),
        ("twice.jsonl", BOM + BOM + body(5)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        messages, reading = read(path)
        assert len(messages) == 5, name
        assert not reading.ledger.sources[0].failed
        for one in messages:
            start, length = map(int, one.locator.removeprefix("#byte=").split("/")[0].split("+"))
            assert hashlib.sha256(data[start : start + length]).hexdigest() == one.record_sha256
            assert data[start : start + length].startswith(b"{")


@pytest.mark.parametrize("between", [b"", b" ", b",", b"\r", b", ", b"\xef\xbb\xbf"])
def test_lines_that_ran_together_lose_no_message(tmp_path: Path, between: bytes) -> None:
    """Files joined of which the first had no line end; objects cut out of an array."""
    lines = body(9).splitlines()
    glued = b"\n".join([*lines[:3], lines[3] + between + lines[4] + between + lines[5], *lines[6:]]) + b"\n"
    path = tmp_path / "a.jsonl"
    path.write_bytes(glued)
    messages, reading = read(path)
    assert [one.message_id for one in messages] == [json.loads(line)["id"] for line in lines]
    assert reading.ledger.totals() == (9, 9, 0, 0)
    for one in messages:
        start, length = map(int, one.locator.removeprefix("#byte=").split("+"))
        assert hashlib.sha256(glued[start : start + length]).hexdigest() == one.record_sha256


def test_lines_that_each_end_with_a_comma_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b",\n".join(body(9).splitlines()))
    messages, reading = read(path)
    assert (len(messages), reading.ledger.totals()) == (9, (9, 9, 0, 0))


def test_a_first_line_of_several_objects_before_a_comma_hides_no_other_line(tmp_path: Path) -> None:
    lines = body(9).splitlines()
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines[0] + lines[1] + b",\n" + b"\n".join(lines[2:]))
    messages, reading = read(path)
    assert (len(messages), reading.ledger.totals()) == (9, (9, 9, 0, 0))


@pytest.mark.parametrize("behind", [b"}", b" et la suite", b'"x"', b"7"])
def test_what_follows_a_value_on_its_line_and_is_none_is_told(tmp_path: Path, behind: bytes) -> None:
    lines = body(5).splitlines()
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*lines[:3], lines[3] + behind, lines[4]]))
    messages, reading = read(path)
    assert (len(messages), reading.ledger.totals()) == (4, (5, 4, 0, 1))


def test_half_an_object_behind_a_whole_one_fails_alone(tmp_path: Path) -> None:
    lines = body(4).splitlines()
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*lines[:3], lines[3] + lines[0][:90]]))
    messages, reading = read(path)
    assert (len(messages), reading.ledger.totals()) == (4, (5, 4, 0, 1))
    assert "truncated" in reading.ledger.sources[0].notes


def test_documents_put_one_after_the_other_lose_no_message(tmp_path: Path) -> None:
    page = b'{"data": [%s], "meta": {"result_count": 1}}'
    one, two = (json.dumps(post(n)).encode() for n in (1, 2))
    path = tmp_path / "pages.json"
    path.write_bytes(BOM + BOM + page % one + b"\n" + BOM + page % two)
    messages, reading = read(path)
    assert (len(messages), reading.ledger.sources[0].notes) == (2, {})


def test_data_behind_text_on_a_line_is_no_text_to_pass_over(tmp_path: Path) -> None:
    lines = body(4).splitlines()
    path = tmp_path / "log.jsonl"
    path.write_bytes(
        b"\n".join([lines[0], lines[2], b"10:00 " + lines[1], b"fin du jour", b"10:01 " + lines[3]])
    )
    messages, reading = read(path)
    (entry,) = reading.ledger.sources
    assert (len(messages), len(entry.failed), set(entry.notes)) == (2, 2, {"stray_text"})
    assert reading.ledger.is_partial
    path = tmp_path / "log.json"
    page = json.dumps({"data": [post(1)], "meta": {"result_count": 1}}).encode()
    path.write_bytes(b"\n".join([page, b"10:00 " + page, b"fin du jour", b"10:01 " + page, page]))
    messages, reading = read(path)
    (entry,) = reading.ledger.sources
    assert (len(messages), len(entry.failed)) == (2, 2)


def test_a_file_of_a_known_format_without_a_message_says_so(tmp_path: Path) -> None:
    path = tmp_path / "context.json"
    path.write_bytes(b'{"ancestors": [], "descendants": []}')
    messages, reading = read(path)
    (entry,) = reading.ledger.sources
    assert (messages, entry.format, set(entry.notes)) == ([], "mastodon-api", {"nothing_inside"})
    assert not entry.is_problem


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_of_a_ledger_speaks_of_none_one_and_many(language: str) -> None:
    for words in (*NOTES.values(), *SKIP_REASONS.values(), *UNREAD.values(), FAILED, FAILED_THEN_CUT):
        said = [
            words.say(language, count=n, mapped=n, locator="#row=2", offset=1, names="a, b")
            for n in (0, 1, 2)
        ]
        assert not any(set("{}|") & set(one) or "(s)" in one or "  " in one for one in said), said
    cut = [NOTES["truncated"].say(language, mapped=n) for n in (0, 1, 2)]
    wanted = {
        "fr": ("aucun message n’a été lu", "1 message lu avant la coupure est conservé", "2 messages lus"),
        "en": ("no message was read", "1 message read before the cut is kept", "2 messages read"),
    }
    assert all(piece in one for piece, one in zip(wanted[language], cut, strict=True))


def test_a_file_is_said_to_be_sealed_only_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    _, reading = read(path)
    assert any("scellé" in one for one in reading.ledger.sentences())
    assert not any("scellé" in one for one in reading.ledger.sentences(is_sealed=False))


@pytest.mark.parametrize("name", ["Data/x.iwa", "preview_dossier/a.iwa"])
def test_a_zip_with_a_part_of_apple_is_no_document_of_apple(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "Index/ www.pref.iwate.jp")
        archive.writestr(
            "Discussion WhatsApp avec Ada.txt", "13/10/2026 09:01 - Ada: un\n13/10/2026 09:02 - Bob: deux\n"
        )
    assert len(list(read_paths([tmp_path / "a.zip"], now=NOW))) == 2
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("preview.jpg", b"\xff\xd8\xff")
        archive.writestr("Index/Tables/DataList-1.iwa", b"\0" * 40)
    reading = read_paths([tmp_path / "b.zip"], now=NOW)
    assert list(reading) == []
    assert [one.unread for one in reading.ledger.sources] == ["spreadsheet"]
