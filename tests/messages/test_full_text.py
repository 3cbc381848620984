"""The index of words: the same results with it as without, in memory unless the disk is encrypted, gone when stale."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.messages import corpus_files, full_text
from saisine.messages.corpus import Corpora, Query
from saisine.messages.queries import needles
from tests.messages.test_corpus import message, store
from tests.messages.world import World, world

TEXTS = [
    "L’humanité d’Élodie",
    "mani-festation du 8 mars",
    "Straße 12, œuvre",
    "👩‍👩‍👧 tous ensemble",
    "İstanbul ıssız",
    "Ελλάδα ς σ",
    "a\u0301b\u0323c x_y x-y",
    "100 % sûr",
    "ﬁn de l’été",
    "\U0001e94a\ua4ff zz\u200bzz",
    "…",
    "",
]
ALPHABET = "".join(sorted(set("".join(TEXTS)))) + "é' %_-\u0301"
LONG = "k" * 40_000 + "fin"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Corpora, Corpora]]:
    """The same corpora, with an index and without."""
    with pytest.MonkeyPatch.context() as patch, world(tmp_path_factory.mktemp("words") / "w") as place:
        patch.setattr(corpus_files, "PART_ROWS", 10)
        store(place, "one", [message(n, text=text) for n, text in enumerate([*TEXTS, LONG])])
        store(place, "two", [message(20 + n, text=f"{text} {n}") for n, text in enumerate(TEXTS)])
        corpora = Corpora(place.corpora.folder, place.corpora.keys)
        corpora.build_index()
        assert corpora.index_state == "memory"
        store(place, "later", [message(50 + n, text=text) for n, text in enumerate(TEXTS)])
        yield corpora, place.corpora


PIECES = st.sampled_from([text[start : start + 9] for text in TEXTS for start in range(0, len(text) or 1, 3)])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=PIECES | st.text(ALPHABET, max_size=6) | st.tuples(PIECES, PIECES).map(" ".join))
def test_results_are_the_same_with_the_index(indexed: tuple[Corpora, Corpora], text: str) -> None:
    with_index, without = indexed
    for query in (Query(text=text), Query(text=f'"{text}"')):
        assert with_index.search(query, limit=100) == without.search(query, limit=100)


@settings(max_examples=30, deadline=None)
@given(text=st.text(ALPHABET, min_size=1, max_size=12), data=st.data())
def test_the_index_never_leaves_out_a_row_that_matches(
    indexed: tuple[Corpora, Corpora], text: str, data: st.DataObject
) -> None:
    corpora = indexed[0]
    wanted = needles(data.draw(st.just(text) | PIECES))
    for info in corpora.list():
        for number, part in enumerate(info.parts):
            rows = corpora._words.rows_of(part.sha256, wanted)
            if rows is None:
                continue
            opened = corpora._open(info, number, ["text_norm"])
            assert opened is not None
            texts = opened.columns["text_norm"].to_pylist()
            matching = {row for row, norm in enumerate(texts) if all(piece in norm for piece in wanted)}
            assert matching <= set(rows.tolist())


def test_the_index_spares_rows(indexed: tuple[Corpora, Corpora]) -> None:
    corpora = indexed[0]
    parts = [part.sha256 for info in corpora.list() if info.id != "later" for part in info.parts]
    kept = [corpora._words.rows_of(part, ["mani"]) for part in parts]
    assert all(rows is not None for rows in kept)
    # « humanité » and « mani-festation », in two corpora, and the text with an overlong word, in case
    assert sum(len(rows) for rows in kept if rows is not None) == 5


def test_a_word_longer_than_the_index_keeps_is_still_found(indexed: tuple[Corpora, Corpora]) -> None:
    assert indexed[0].count(Query(text="kfin")) == 1


def test_a_piece_found_nearly_everywhere_is_left_to_the_plain_search(
    indexed: tuple[Corpora, Corpora], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_text, "MOST_WORDS", 1)
    with_index, without = indexed
    assert with_index.count(Query(text="s")) == without.count(Query(text="s")) > 0


@pytest.fixture
def on_disk(place: World, tmp_path: Path) -> tuple[World, Corpora, Path]:
    store(place, "one", [message(1, text="secret de réunion")])
    store(place, "two", [message(2, text="autre chose")])
    path = tmp_path / "derived" / "words.sqlite3"
    return place, Corpora(place.corpora.folder, place.corpora.keys, index=path), path


def test_nothing_is_written_unless_the_disk_is_said_to_be_encrypted(
    on_disk: tuple[World, Corpora, Path],
) -> None:
    _, corpora, path = on_disk
    corpora.build_index()
    assert corpora.index_state == "memory"
    assert not path.exists()
    corpora.forget()
    assert corpora.index_state is None


def test_an_index_on_disk_is_found_again_and_dropped_on_request(on_disk: tuple[World, Corpora, Path]) -> None:
    place, corpora, path = on_disk
    corpora.build_index(disk_is_encrypted=True)
    again = Corpora(place.corpora.folder, place.corpora.keys, index=path)
    assert again.index_state == "disk"
    assert again.count(Query(text="réun")) == 1
    again.forget()
    assert path.exists()
    again.drop_index()
    assert list(path.parent.iterdir()) == []
    assert again.count(Query(text="réun")) == 1


def test_an_index_goes_with_the_corpus_whose_words_it_holds(on_disk: tuple[World, Corpora, Path]) -> None:
    _, corpora, path = on_disk
    corpora.build_index(disk_is_encrypted=True)
    corpora.discard("two")
    assert not path.exists()
    assert corpora.index_state is None
    assert corpora.count(Query(text="réunion")) == 1


def test_a_damaged_index_is_thrown_away_and_the_search_goes_on(on_disk: tuple[World, Corpora, Path]) -> None:
    place, corpora, path = on_disk
    path.parent.mkdir()
    path.write_bytes(b"no database")
    assert corpora.count(Query(text="réunion")) == 1
    assert not path.exists()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    fresh = Corpora(place.corpora.folder, place.corpora.keys, index=path)
    assert fresh.index_state is None
    assert not path.exists()
