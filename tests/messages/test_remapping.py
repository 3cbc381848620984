"""A corpus read again: no difference without a change, and every change found, counted, and named without a text."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages import remapping
from saisine.messages.corpus import Query
from saisine.messages.differences import EXAMPLES, pair
from saisine.messages.schema import Message, Skip
from tests.messages import newer_mapper
from tests.messages.world import World
from tests.messages.x_lines import NOW, body

ROWS = 60


@pytest.fixture
def corpus(place: World, tmp_path: Path) -> str:
    (tmp_path / "posts.jsonl").write_bytes(body(ROWS))
    (name,) = place.take(tmp_path / "posts.jsonl").corpora
    return name


def propose(place: World, corpus: str, **options: object) -> remapping.Proposal:
    return remapping.propose(
        place.vault,
        place.corpora,
        place.folder / "remaps",
        corpus,
        scratch=place.folder / "scratch",
        now=NOW,
        **options,  # type: ignore[arg-type]
    )


def left_aside(place: World) -> list[Path]:
    return [path for path in (place.folder / "remaps").iterdir() if path.is_dir()]


def test_the_same_mapper_gives_no_difference_and_leaves_nothing_aside(place: World, corpus: str) -> None:
    keys = sorted((place.folder / "vault" / "keys").rglob("*.age"))
    made = propose(place, corpus)
    assert made.difference.is_empty
    assert (made.difference.rows_before, made.difference.rows_after) == (ROWS, ROWS)
    assert made.totals.mapped == ROWS
    assert left_aside(place) == []
    assert list((place.folder / "scratch").iterdir()) == []
    assert sorted((place.folder / "vault" / "keys").rglob("*.age")) == keys


def test_every_container_is_read_again_as_it_was(place: World, tmp_path: Path) -> None:
    import gzip
    import zipfile

    with zipfile.ZipFile(tmp_path / "tout.zip", "w") as archive:
        archive.writestr("a/posts.jsonl", body(9, seed=1))
        archive.writestr("b/posts.jsonl", body(8, seed=2))
    (tmp_path / "posts.jsonl.gz").write_bytes(gzip.compress(body(7, seed=3)))
    (name,) = place.take(tmp_path / "tout.zip", tmp_path / "posts.jsonl.gz").corpora
    made = propose(place, name)
    assert made.difference.is_empty
    assert made.difference.rows_after == 24


def test_a_new_column_is_counted_with_ten_examples_and_no_text(
    place: World, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_mapper.install(monkeypatch, newer_mapper.with_views)
    difference = propose(place, corpus).difference
    assert (difference.changed, difference.added.count, difference.removed.count) == (ROWS, 0, 0)
    assert set(difference.columns) == {"view_count"}
    tally = difference.columns["view_count"]
    assert tally.count == ROWS
    assert len(tally.examples) == EXAMPLES
    one = tally.examples[0]
    old = place.corpora.get(one.before)
    assert (old.message_id, old.locator, old.record_sha256) == (
        one.message_id,
        one.locator,
        one.record_sha256,
    )
    texts = {message.text for message in place.corpora.search(Query(), limit=ROWS).items}
    assert not any(text in str(difference) for text in texts)
    assert difference.mappers_before != difference.mappers_after


def test_rows_that_appear_and_disappear_are_told_apart(
    place: World, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(message: Message) -> Message | Skip | list[Message]:
        number = int(message.message_id or 0) % 4
        if number == 0:
            return Skip("system_line")
        if number == 1:
            twin = msgspec.structs.replace(message, message_id=f"{message.message_id}9")
            return [message, twin]
        return message

    ids = [int(one.message_id or 0) % 4 for one in place.corpora.search(Query(), limit=ROWS).items]
    newer_mapper.install(monkeypatch, split)
    difference = propose(place, corpus).difference
    assert difference.removed.count == ids.count(0) > 0
    assert difference.added.count == ids.count(1) > 0
    assert difference.changed == 0
    assert all(one.before and not one.after for one in difference.removed.examples)
    assert all(one.after and not one.before for one in difference.added.examples)


def test_a_record_whose_identifier_changed_is_the_same_message(
    place: World, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_mapper.install(
        monkeypatch, lambda one: msgspec.structs.replace(one, message_id=f"0{one.message_id}")
    )
    difference = propose(place, corpus).difference
    assert (difference.added.count, difference.removed.count) == (0, 0)
    assert difference.columns["message_id"].count == ROWS


def test_a_proposal_is_invisible_until_it_is_accepted_and_the_next_one_takes_its_place(
    place: World, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_mapper.install(monkeypatch, newer_mapper.with_views)
    first = propose(place, corpus)
    assert [info.id for info in place.corpora.list()] == [corpus]
    assert place.corpora.count(Query()) == ROWS
    second = propose(place, corpus)
    assert remapping.pending(place.folder / "remaps", place.corpora.keys, corpus) == [second]
    assert len(left_aside(place)) == 1
    assert first.difference == second.difference


def test_the_day_of_the_import_stays_that_of_relative_times(
    place: World, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_mapper.install(monkeypatch, newer_mapper.with_views)
    later = NOW.replace(year=NOW.year + 1)
    made = remapping.propose(
        place.vault,
        place.corpora,
        place.folder / "remaps",
        corpus,
        scratch=place.folder / "scratch",
        now=later,
    )
    assert made.at == later
    assert "collected_at" not in made.difference.columns


def test_what_cannot_be_read_again_says_why(
    place: World, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SaisineError) as caught:
        propose(place, "inconnu")
    assert caught.value.code == "corpus_unknown"
    newer_mapper.install(monkeypatch, lambda one: Skip("system_line"))
    with pytest.raises(SaisineError) as caught:
        propose(place, corpus)
    assert caught.value.code == "remap_empty"
    assert left_aside(place) == []
    (_, item) = place.corpora.info(corpus).sources[0]
    from saisine.vault import erasure

    erasure.erase_items(place.vault, [place.vault.find(item)], "mistake")
    with pytest.raises(SaisineError) as caught:
        propose(place, corpus)
    assert caught.value.code == "remap_source_gone"


def test_a_table_read_with_a_persons_profile_asks_for_it_again(place: World, tmp_path: Path) -> None:
    table = tmp_path / "liste.csv"
    table.write_text("Qui;Quoi;Quand\nAda;bonjour;2026-03-01\nLou;bonsoir;2026-03-02\n", "utf-8")
    profile = tmp_path / "mien.yaml"
    profile.write_text(
        "id: profil-du-verger\nversion: 1\nlabel_fr: Liste\nlabel_en: List\nplatform: other\nkind: comment\n"
        "match: {headers_all: [Qui, Quoi, Quand]}\n"
        "fields: {author_name: Qui, text: Quoi, created_at: Quand}\ntimes: {format: iso, zone: Europe/Paris}\n",
        "utf-8",
    )
    (name,) = place.take(table, profile=profile).corpora
    with pytest.raises(SaisineError) as caught:
        propose(place, name)
    assert caught.value.code == "remap_profile"
    assert propose(place, name, profile=profile).difference.is_empty


def test_files_of_another_import_are_not_read_into_this_one(place: World, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.jsonl").write_bytes(body(5, seed=number))
    place.take(tmp_path / "1.jsonl")
    (second,) = place.take(tmp_path / "1.jsonl", tmp_path / "2.jsonl").corpora
    assert place.corpora.info(second).rows == 5
    assert propose(place, second).difference.is_empty


@given(st.lists(st.integers(0, 6)), st.lists(st.integers(0, 6)))
@settings(max_examples=30, deadline=None)
def test_equal_values_meet_once_each_in_their_order(left: list[int], right: list[int]) -> None:
    a, b = pair(np.array(left, np.uint64), np.array(right, np.uint64))
    pairs = sorted(zip(a.tolist(), b.tolist(), strict=True))
    expected = []
    for value in sorted(set(left) & set(right) - {0}):
        ours = [n for n, one in enumerate(left) if one == value]
        theirs = [n for n, one in enumerate(right) if one == value]
        expected += list(zip(ours, theirs, strict=False))
    assert pairs == sorted(expected)
