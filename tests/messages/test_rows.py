"""Messages proved alone: every row of every format is read again in its sealed original, byte for byte."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages import importing
from saisine.messages.corpus import MessageRef
from saisine.messages.formats import FORMATS
from saisine.messages.originals import _matching, _Slices, count_missing, read_record
from saisine.messages.rows import disclose_message, row_groups, sealed_original
from saisine.messages.schema import Message
from saisine.vault.disclosures import verify_disclosure
from saisine.vault.log import Entry
from saisine.vault.row_checks import Original, check_rows
from saisine.vault.rows import REFS_PER_ROWS, Row, keep_rows, open_rows
from saisine.vault.snapshot import Policy
from saisine.vault.succession import key_chain
from tests.messages.examples import examples
from tests.messages.formats.generated import CASES
from tests.messages.world import World
from tests.messages.x_lines import body
from tests.shared import shared_file

PROFILE = """
id: essai
version: 1
label_fr: Essai
platform: other
kind: comment
match: {headers_all: [Qui, Quoi]}
fields: {author_name: Qui, text: Quoi}
"""


def rows_of(place: World) -> list[Entry]:
    place.vault.journal.refresh()
    return [entry for entry in place.vault.journal.entries if entry.act == "rows"]


def all_messages(place: World) -> list[Message]:
    """Every row, context rows too."""
    refs = [
        MessageRef(info.id, number, row)
        for info in place.corpora.list()
        for number, part in enumerate(info.parts)
        for row in range(part.rows)
    ]
    return place.corpora.get_many(refs)


def v23(place: World) -> list[str]:
    """The states of V23 over every `rows` line, the originals read again."""
    found = []
    for entry in rows_of(place):
        checks = check_rows(
            entry,
            lambda entry=entry: open_rows(place.vault, entry),  # type: ignore[misc]
            original_of=lambda item: sealed_original(place.vault, item),
            finder=count_missing,
        )
        found += [check.state for check in checks]
    return found


def require_proved(place: World, message: Message) -> bytes:
    """The bytes of a message's record, disclosed and verified."""
    shown = disclose_message(place.vault, place.corpora, str(message.ref))
    assert hashlib.sha256(shown.raw).hexdigest() == message.record_sha256
    states = {one.state for one in verify_disclosure(shown, Policy(tuple(key_chain(place.vault.folder))))}
    assert "failed" not in states
    return shown.raw


# ---------------------------------------------------------------- every format, every wrapping


def first_of_each(params: Iterable[Any]) -> list[Any]:
    """The first for each format as it is, the others among the slow tests."""
    seen: set[str] = set()
    marked = []
    for one in params:
        marked.append(pytest.param(*one, marks=[pytest.mark.slow] if one[0] in seen else []))
        seen.add(one[0])
    return marked


def one_in_six(params: Iterable[Any]) -> list[Any]:
    """Every sixth as it is, the others among the slow tests: each format has its invented case already."""
    return [
        pytest.param(*one, marks=[pytest.mark.slow] if number % 6 else [])
        for number, one in enumerate(params)
    ]


@pytest.mark.parametrize(
    ("format_id", "title", "data", "expected"),
    first_of_each(CASES),
    ids=[f"{key}: {title}" for key, title, *_ in CASES],
)
def test_every_format_gives_rows_whose_bytes_are_read_again(
    format_id: str, title: str, data: bytes, expected: dict[str, int], tmp_path: Path, place: World
) -> None:
    (tmp_path / "export.json").write_bytes(data)
    done = place.take(tmp_path / "export.json", format_id=format_id)
    messages = all_messages(place)
    if not messages:
        assert (done.corpora, rows_of(place)) == ([], [])
        return
    (entry,) = rows_of(place)
    assert entry.count == len(messages) >= expected.get("mapped", 0)
    assert v23(place) == ["verified"]
    for message in messages:
        body = require_proved(place, message)
        # what a capture holds is escaped or compressed: its bytes are those of the decoded body
        assert body in data or format_id in ("har", "warc")


SAMPLES = [(one.id, name) for one in FORMATS for name, _ in one.samples]


@pytest.mark.parametrize(("format_id", "name"), one_in_six(SAMPLES), ids=[name for _, name in SAMPLES])
def test_every_published_sample_gives_rows_that_are_found_again(
    format_id: str, name: str, place: World
) -> None:
    path = shared_file(name if name.startswith("samples/") else f"samples/{name}")
    done = place.take(path)
    messages = all_messages(place)
    assert len(messages) == sum(entry.mapped + entry.context for entry in done.ledger.sources)
    assert v23(place) == ["verified"] * len(rows_of(place))
    assert bool(rows_of(place)) == bool(messages)
    for message in (*messages[:2], *messages[-2:]):
        require_proved(place, message)


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a\nb\\c#byte=1+2/posts.jsonl", data)
        archive.writestr("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(40))
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("dossier/posts.jsonl")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


WRAPPED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("posts.jsonl", lambda data: data),
    ("posts.jsonl.gz", gzip.compress),
    ("export.zip", zipped),
    ("export.tar.gz", lambda data: gzip.compress(tarred(data))),
    ("export.zip.zip", lambda data: zipped(zipped(data))),
    ("posts.txt", lambda data: data.decode().encode("utf-16")),
]


@pytest.mark.parametrize(("name", "wrap"), WRAPPED, ids=[name for name, _ in WRAPPED])
def test_archives_and_encodings_are_opened_again_the_same_way(
    name: str, wrap: Callable[[bytes], bytes], tmp_path: Path, place: World
) -> None:
    data = body(20)
    (tmp_path / name).write_bytes(wrap(data))
    # the page keeps files under a name of its own while they wait
    place.take(tmp_path / name, names={tmp_path / name: f"depot/autre-{name}"})
    messages = all_messages(place)
    assert len(messages) == 20
    assert v23(place) == ["verified"]
    assert all(require_proved(place, message) + b"\n" in data for message in messages[::7])


def test_a_sealed_archive_that_cannot_be_sought_is_opened_too(
    tmp_path: Path, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saisine.vault import objects

    monkeypatch.setattr(objects, "_MEMORY_BYTES", 100)  # as if it were larger than 32 MB
    (tmp_path / "export.zip").write_bytes(zipped(body(20)))
    place.take(tmp_path / "export.zip")
    assert not sealed_original(place.vault, rows_of(place)[0].refs[0]).open().seekable()  # type: ignore[index]
    assert v23(place) == ["verified"]
    require_proved(place, all_messages(place)[3])


def test_rows_of_a_table_read_with_a_profile_of_ones_own_are_found(tmp_path: Path, place: World) -> None:
    (tmp_path / "profil.yaml").write_text(PROFILE, "utf-8")
    table = 'Qui,Quoi\r\nZoé,"deux\r\nlignes, ""dont"" une"\r\nAda,bonjour\r\n'.encode()
    (tmp_path / "table.csv").write_bytes(table)
    place.take(tmp_path / "table.csv", profile=tmp_path / "profil.yaml")
    found = {require_proved(place, message) for message in all_messages(place)}
    assert found == {'Zoé,"deux\r\nlignes, ""dont"" une"\r\n'.encode(), b"Ada,bonjour\r\n"}
    assert v23(place) == ["verified"]


# ---------------------------------------------------------------- at import


def test_rows_are_logged_before_the_ledger_and_after_their_sources(tmp_path: Path, place: World) -> None:
    (tmp_path / "a.jsonl").write_bytes(body(10))
    done = place.take(tmp_path / "a.jsonl")
    place.vault.journal.refresh()
    assert [entry.act for entry in place.vault.journal.entries] == ["seal", "rows", "seal", "note"]
    (entry,) = rows_of(place)
    assert (entry.unit, entry.count, entry.refs) == (done.unit, 10, (done.sealed[0].item,))


def test_many_sources_share_trees_by_twenty(tmp_path: Path, place: World) -> None:
    folder = tmp_path / "depot"
    folder.mkdir()
    for number in range(REFS_PER_ROWS + 3):
        (folder / f"{number:02d}.jsonl").write_bytes(body(4, seed=number))
    place.take(folder)
    lines = rows_of(place)
    assert [(len(entry.refs or ()), entry.count) for entry in lines] == [(REFS_PER_ROWS, 80), (3, 12)]  # type: ignore[arg-type]
    assert v23(place) == ["verified", "verified"]
    for message in all_messages(place)[::9]:
        require_proved(place, message)


def test_a_corpus_of_several_parts_keeps_one_tree(
    tmp_path: Path, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saisine.messages import corpus_files, reading

    monkeypatch.setattr(corpus_files, "PART_ROWS", 10)
    monkeypatch.setattr(reading, "BATCH", 7)
    folder = tmp_path / "depot"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.jsonl").write_bytes(body(18, seed=number))
    place.take(folder)
    assert len(place.corpora.list()[0].parts) > 3
    assert [entry.count for entry in rows_of(place)] == [72]
    assert v23(place) == ["verified"]
    for message in all_messages(place)[::5]:
        require_proved(place, message)


def test_an_import_that_starts_again_makes_its_rows_once(
    tmp_path: Path, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_bytes(body(10))
    unit = place.vault.new_unit()

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(importing, "_seal_ledger", stopped)  # after the rows, before the corpus is seen
        with pytest.raises(KeyboardInterrupt):
            place.take(tmp_path / "a.jsonl", unit=unit, resume=True)
    assert (len(rows_of(place)), place.corpora.list()) == (1, [])
    for _ in range(2):
        place.take(tmp_path / "a.jsonl", unit=unit, resume=True)
    assert len(rows_of(place)) == 1
    require_proved(place, all_messages(place)[0])


def test_a_corpus_without_rows_gets_them_when_its_import_starts_again(
    tmp_path: Path, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_bytes(body(10))
    with monkeypatch.context() as patch:
        patch.setattr(importing, "keep_rows", lambda *_, **__: [])
        done = place.take(tmp_path / "a.jsonl")
    message = all_messages(place)[0]
    with pytest.raises(SaisineError) as caught:
        disclose_message(place.vault, place.corpora, str(message.ref))
    assert caught.value.code == "rows_none"
    place.take(tmp_path / "a.jsonl", unit=done.unit, resume=True)
    require_proved(place, message)


def test_the_same_corpus_gives_the_same_groups(tmp_path: Path, place: World) -> None:
    (tmp_path / "a.jsonl").write_bytes(body(10))
    done = place.take(tmp_path / "a.jsonl")
    info = place.corpora.info(done.corpora[0])
    groups = row_groups(place.corpora.folder / info.id, info, place.corpora.keys)
    assert keep_rows(place.vault, groups, unit=done.unit) == []


# ---------------------------------------------------------------- what is not found is said


def original(data: bytes, name: str = "a.jsonl") -> Original:
    return Original(name, len(data), lambda: io.BytesIO(data))


@pytest.mark.parametrize(
    "locator",
    ["#byte=0+3", "#byte=999999+10", "#byte=0+99999999", "#row=3", "x!#byte=0+10", "", "#", "#byte=1+2/a"],
)
def test_a_record_that_is_not_there_is_refused_in_plain_words(locator: str) -> None:
    for data in (b"", body(3), zipped(body(3)), zipped(body(3))[:200], bytes(4000)):
        with pytest.raises(SaisineError) as caught:
            read_record(original(data), locator, "ab" * 32)
        assert caught.value.code == "record_not_found"
        assert "a.jsonl" in caught.value.sentence("fr")


def test_missing_rows_are_counted_one_by_one() -> None:
    data = body(6)
    lines = data.splitlines()
    rows, start = [], 0
    for line in lines:
        rows.append(Row(hashlib.sha256(line).hexdigest(), 0, f"#byte={start}+{len(line)}"))
        start += len(line) + 1
    assert count_missing(original(data), iter(rows)) == 0
    # at another place of the same file: found by its hash
    assert count_missing(original(data), iter([rows[0]._replace(locator=rows[3].locator)])) == 0
    wrong = [one._replace(sha256="00" * 32) for one in rows[:2]]
    assert count_missing(original(data), iter([*wrong, *rows[2:]])) == 2
    assert count_missing(original(data.replace(lines[4], lines[4][:-1] + b" ")), iter(rows)) >= 1
    assert count_missing(original(b""), iter(rows)) == 6


@settings(max_examples=examples(40, 150), deadline=None)
@given(
    data=st.binary(max_size=300), starts=st.lists(st.integers(0, 320), max_size=8), length=st.integers(0, 90)
)
def test_slices_of_a_stream_are_those_of_its_bytes(data: bytes, starts: list[int], length: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("saisine.messages.originals._PIECE_BYTES", 16)
        slices = _Slices(io.BytesIO(data))
        for start in sorted(starts):
            assert slices.get(start, length) == data[start : start + length]


def test_a_value_inside_a_record_is_named_by_its_pointer() -> None:
    record = b'{"data": [ {"id": 1}, {"id" :2} ], "x": 3}'
    inner = hashlib.sha256(b'{"id" :2}').digest()
    assert _matching(record, "/data/1", inner) == b'{"id" :2}'
    for pointer in ("", "/data/0", "/data/9", "/data/-9", "/data/x", "/nowhere", "/x/1", "//"):
        assert _matching(record, pointer, inner) is None
