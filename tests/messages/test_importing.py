"""Importing: everything sealed, one corpus, nothing twice, nothing lost when it stops."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.messages import corpus_files
from saisine.messages.corpus import Query
from saisine.messages.ledger import Ledger
from saisine.messages.schema import Message
from tests.messages.world import World, world
from tests.messages.x_lines import NOW, body, post


def deposit(folder: Path) -> Path:
    folder.mkdir()
    (folder / "posts.jsonl").write_bytes(body(30))
    (folder / "capture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    (folder / "accuse.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "notes.xyz").write_bytes(b"rien de connu\n")
    return folder


def test_everything_is_sealed_and_the_readable_is_read(tmp_path: Path, place: World) -> None:
    done = place.take(deposit(tmp_path / "depot"))
    assert [(piece.name, piece.kind, piece.media_type) for piece in done.sealed] == [
        ("depot/accuse.pdf", "document", "application/pdf"),
        ("depot/capture.png", "screenshot", "image/png"),
        ("depot/notes.xyz", "original", "text/plain"),
        ("depot/posts.jsonl", "original", "application/json"),
    ]
    assert {piece.unit for piece in done.sealed} == {done.unit}
    assert [entry.unread for entry in done.ledger.sources] == ["document", "image", "unknown_format", None]
    assert not done.ledger.is_partial
    assert len(done.corpora) == 1
    assert place.corpora.count(Query()) == 30


def test_a_row_leads_back_to_its_sealed_bytes(tmp_path: Path, place: World) -> None:
    done = place.take(deposit(tmp_path / "depot"))
    info = place.corpora.info(done.corpora[0])
    message = place.corpora.search(Query(), limit=1).items[0]
    start, length = message.locator.removeprefix("#byte=").split("+")
    whole = place.vault.read_bytes(info.item_of(message.source_sha256))
    record = json.loads(whole[int(start) : int(start) + int(length)])
    assert record["id"] == message.message_id


def test_the_ledger_is_kept_encrypted_and_sealed(tmp_path: Path, place: World) -> None:
    done = place.take(deposit(tmp_path / "depot"))
    kept = place.corpora.ledger(done.corpora[0])
    assert kept.as_json() == done.ledger.as_json()
    names = {piece.name: piece for piece in place.vault.items()}
    assert (
        Ledger.from_json(json.loads(place.vault.read_bytes(names["ledger.json"].item))).as_json()
        == kept.as_json()
    )
    for path in (place.folder / "corpora").rglob("*"):
        if path.is_file():
            assert b"posts.jsonl" not in path.read_bytes()
            assert b"Compte 9" not in path.read_bytes()


def test_an_import_taken_up_again_changes_nothing(tmp_path: Path, place: World) -> None:
    folder = deposit(tmp_path / "depot")
    first = place.take(folder)
    count = len(place.vault.items())
    second = place.take(folder, unit=first.unit, resume=True)
    assert [piece.item for piece in second.sealed] == [piece.item for piece in first.sealed]
    assert (second.corpora, second.ledger.as_json()) == (first.corpora, first.ledger.as_json())
    assert len(place.vault.items()) == count
    assert place.corpora.count(Query()) == 30


def test_a_stop_while_reading_leaves_no_corpus_and_goes_on_later(tmp_path: Path, place: World) -> None:
    folder = deposit(tmp_path / "depot")
    unit = place.vault.new_unit()

    def stop(done: int, total: int | None, what: str) -> None:
        if what == "read":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.take(folder, unit=unit, progress=stop)
    assert place.corpora.list() == []
    assert list((place.folder / "corpora").iterdir()) == []
    assert len(place.vault.items()) == 4
    again = place.take(folder, unit=unit, resume=True)
    assert len(again.corpora) == 1
    assert len([piece for piece in place.vault.items() if piece.kind != "records"]) == 4


def test_a_changed_mind_between_sealing_and_reading_is_said(tmp_path: Path, place: World) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(body(3))

    def swap(done: int, total: int | None, what: str) -> None:
        if what == "seal":
            path.write_bytes(body(4))

    done = place.take(path, progress=swap)
    assert done.corpora == []
    assert [entry.unread for entry in done.ledger.sources] == ["changed"]
    assert place.vault.read_bytes(done.sealed[0].item) == body(3)


def test_names_given_by_a_person_are_shown(tmp_path: Path, place: World) -> None:
    path = tmp_path / "a1b2.part"
    path.write_bytes(body(1))
    done = place.take(path, names={path: "mon export.jsonl"})
    assert done.sealed[0].name == "mon export.jsonl"
    assert done.ledger.sources[0].path == "mon export.jsonl"


def test_a_full_disk_keeps_what_is_sealed_and_says_so(
    tmp_path: Path, place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(body(3))

    def full(self: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(corpus_files.CorpusWriter, "_write_part", full)
    with pytest.raises(SaisineError) as caught:
        place.take(path)
    assert caught.value.code == "corpus_disk_full"
    assert place.corpora.list() == []
    assert [piece.name for piece in place.vault.items() if piece.kind == "original"] == ["posts.jsonl"]


def test_what_a_killed_import_left_is_swept_but_not_a_living_one(tmp_path: Path, place: World) -> None:
    folder = place.folder / "corpora"
    living = corpus_files.CorpusWriter(folder, "alive", place.vault.new_unit(), place.corpora.keys, now=NOW)
    dead = corpus_files.CorpusWriter(folder, "dead", place.vault.new_unit(), place.corpora.keys, now=NOW)
    dead._lock.close()  # what the system does when a process dies
    assert place.corpora.sweep() == ["dead"]
    assert [path.name for path in folder.iterdir()] == ["alive.tmp"]
    living.discard()


def test_the_same_input_gives_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(body(40))
    seen: list[Sequence[Message]] = []
    for name in ("one", "two"):
        with world(tmp_path / name) as there:
            there.take(path)
            items = there.corpora.search(Query(), limit=100).items
            seen.append(items)
    assert [item.as_json() | {"ref": ""} for item in seen[0]] == [
        item.as_json() | {"ref": ""} for item in seen[1]
    ]


def test_a_table_and_posts_land_in_one_corpus(tmp_path: Path, place: World) -> None:
    folder = tmp_path / "depot"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(json.dumps(post(1)).encode())
    (folder / "b.csv").write_text("Date;Auteur;Texte\n08/04/2026 14:05;Léa;été\n", "utf-8")
    done = place.take(folder)
    assert place.corpora.by_platform(Query()) == {"x": 1, "other": 1}
    assert place.corpora.info(done.corpora[0]).mappers == ("csv-simple@3", "x-twarc@2")


def test_the_same_bytes_imported_again_are_sealed_but_not_counted_twice(tmp_path: Path, place: World) -> None:
    folder = tmp_path / "depot"
    folder.mkdir()
    (folder / "posts.jsonl").write_bytes(body(40))
    place.take(folder)
    (folder / "autre nom.jsonl").write_bytes(body(40))
    (folder / "suite.jsonl").write_bytes(body(7, first=100))
    again = place.take(folder)
    assert place.corpora.count(Query()) == 47
    assert [e.path.rsplit("/")[-1] for e in again.ledger.sources if e.unread == "read_before"] == [
        "autre nom.jsonl",
        "posts.jsonl",
    ]
    assert len([one for one in place.vault.items() if one.kind == "original"]) == 4


def test_a_format_that_a_person_names_reads_again(tmp_path: Path, place: World) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(body(4))
    place.take(path)
    place.take(path, format_id="x-twarc")
    assert place.corpora.count(Query(all_observations=True)) == 8
