"""Corpora: pages without gap or repeat, search by words only, damage and erasure said."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages import corpus_files
from saisine.messages.columns import to_batch
from saisine.messages.corpus import Corpora, MessageRef, Query
from saisine.messages.ledger import Ledger
from saisine.messages.schema import COLUMNS, Message
from tests.messages.world import World, world
from tests.messages.x_lines import NOW, body

TEXTS = ["L’été à l’école", "ETE", "100 % sûr", "a_b", "l'apostrophe ' seule", 'un "mot" cité', "rien"]


def message(number: int, **values: object) -> Message:
    from saisine.texts import fold

    text = str(values.pop("text", TEXTS[number % len(TEXTS)]))
    at = values.pop("created_at", datetime(2026, 3, 1 + number % 20, number % 3, tzinfo=UTC))
    given = {
        "platform": "x",
        "kind": "post",
        "message_id": f"{number:04d}",
        "author_id": f"a{number % 5}",
        "author_handle": f"Compte_{number % 5}",
        "mapper": "test@1",
    } | values
    return Message(text=text, text_norm=fold(text), created_at=at, **given)  # type: ignore[arg-type]


def store(
    place: World, name: str, messages: list[Message], monkeypatch: pytest.MonkeyPatch | None = None
) -> None:
    unit = place.vault.new_unit()
    writer = corpus_files.CorpusWriter(place.folder / "corpora", name, unit, place.corpora.keys, now=NOW)
    for start in range(0, len(messages), 10):
        writer.add(to_batch(messages[start : start + 10]))
    writer.finish(Ledger(), [])
    writer.publish()


@pytest.fixture
def filled(place: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two corpora of several parts: 60 dated rows, many at the same moment, and 7 undated."""
    monkeypatch.setattr(corpus_files, "PART_ROWS", 20)
    store(place, "one", [message(n) for n in range(45)])
    store(
        place,
        "two",
        [message(n) for n in range(30, 45)] + [message(90 + n, created_at=None) for n in range(7)],
    )
    return place


def walk(corpora: Corpora, query: Query, limit: int) -> Iterator[list[Message]]:
    after: str | None = None
    while True:
        page = corpora.search(query, after=after, limit=limit)
        yield page.items
        after = page.next
        if after is None:
            return


# every observation of each message, for what must hold of rows
EACH = Query(all_observations=True)


@pytest.mark.parametrize("limit", [3, 7, 50, 500])
def test_pages_hold_every_row_once_newest_first(filled: World, limit: int) -> None:
    rows = [row for page in walk(filled.corpora, EACH, limit) for row in page]
    assert len(rows) == 67
    assert len({row.ref for row in rows}) == 67
    dated = [row.created_at for row in rows if row.created_at is not None]
    assert dated == sorted(dated, reverse=True)
    assert [row.created_at for row in rows[len(dated) :]] == [None] * 7


def test_a_search_forgets_case_and_accents_and_wants_every_word(filled: World) -> None:
    found = {row.text for row in filled.corpora.search(Query(text="ÉTÉ"), limit=500).items}
    assert found == {"L’été à l’école", "ETE"}
    assert {r.text for r in filled.corpora.search(Query(text="école ete"), limit=500).items} == {
        "L’été à l’école"
    }
    assert filled.corpora.count(Query(text='"ete ecole"')) == 0
    assert filled.corpora.count(Query(text="\"l'ete a l'ecole\"")) == filled.corpora.count(
        Query(text="école")
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("'; DROP TABLE messages; --", 0),
        ("%", "100 % sûr"),
        ("_", "a_b"),
        ("'", "'"),
        ('"mot"', 'un "mot" cité'),
        ("\\", 0),
        ("\0", 0),
        ("\ud800", 0),
        (".*", 0),
        ("e" * 10_000, 0),
        ("", None),
        (" ", None),
    ],
)
def test_signs_of_other_languages_are_only_searched_for(filled: World, asked: str, expected: object) -> None:
    found = filled.corpora.search(Query(text=asked), limit=500).items
    if expected == 0:
        assert found == []
    elif expected is None:
        assert len(found) == 52
    else:
        assert found
        assert all(str(expected).strip('"') in row.text.replace("’", "'") for row in found)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=30))
def test_no_parameter_makes_a_search_fail(filled: World, text: str) -> None:
    for query in (
        Query(text=text),
        Query(author=text),
        Query(target=text),
        Query(platform=text),
        Query(kind=text),
        Query(keys=frozenset({(text, text)})),
        Query(corpus=text),
    ):
        filled.corpora.search(query, limit=2)


def test_filters_hold_together(filled: World) -> None:
    corpora = filled.corpora
    assert corpora.count(Query(author="@compte_3")) == corpora.count(Query(author="a3")) > 0
    day = Query(since=date(2026, 3, 5), until=date(2026, 3, 5))
    rows = corpora.search(day, limit=500).items
    assert rows
    assert {row.created_at.astimezone(corpus_zone()).date() for row in rows if row.created_at} == {
        date(2026, 3, 5)
    }
    assert corpora.count(Query(corpus="two")) == 22
    assert corpora.count(Query(keys=frozenset({("x", "0031"), ("youtube", "0032")}))) == 1
    assert corpora.count(Query(platform="youtube")) == 0
    assert sum(corpora.by_day(Query()).values()) == 45
    assert sum(corpora.by_hour(EACH).values()) == 60
    assert corpora.by_platform(Query()) == {"x": 52}


def corpus_zone() -> object:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Paris")


def test_context_rows_are_not_counted_unless_asked(place: World) -> None:
    store(place, "one", [message(1), message(2, role="context")])
    assert place.corpora.count(Query()) == 1
    assert place.corpora.count(Query(role=None)) == 2


def test_a_reference_opens_its_row_and_a_false_one_is_refused(filled: World) -> None:
    rows = filled.corpora.search(Query(), limit=5).items
    refs = [str(row.ref) for row in rows]
    assert filled.corpora.get_many(refs[::-1]) == rows[::-1]
    assert filled.corpora.get(refs[0]) == rows[0]
    for ref, code in (
        ("one:0:99999", "message_unknown"),
        ("one:99:0", "message_unknown"),
        ("../x:0:0", "message_unknown"),
        ("absent:0:0", "corpus_unknown"),
        ("", "message_unknown"),
    ):
        with pytest.raises(SaisineError) as caught:
            filled.corpora.get(ref)
        assert caught.value.code == code
    assert str(MessageRef.parse(refs[0])) == refs[0]


@given(cursor=st.text(max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_false_cursor_is_refused_in_words(filled: World, cursor: str) -> None:
    with pytest.raises(SaisineError) as caught:
        filled.corpora.search(Query(), after=cursor)
    assert caught.value.code == "cursor_malformed"


def test_a_scan_gives_columns_with_references(filled: World) -> None:
    table = filled.corpora.scan(["text", "platform", "created_at"], Query(text="ete"))
    assert table.column_names == ["ref", "text", "platform", "created_at"]
    row = table.to_pylist()[0]
    assert filled.corpora.get(row["ref"]).text == row["text"]
    assert filled.corpora.scan(["text"], Query(platform="discord")).num_rows == 0


def test_every_column_comes_back_as_it_went_in(place: World) -> None:
    full = message(
        1,
        mentions=["a", "b"],
        like_count=0,
        view_count=None,
        owner_is_author=True,
        edited_at=datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC),
        missing=("lang",),
        text="👩‍👩‍👧 ‮ \ufffd",
    )
    store(place, "one", [full])
    (back,) = place.corpora.search(Query()).items
    for name in COLUMNS:
        was, found = getattr(full, name), getattr(back, name)
        assert found == (list(was) if isinstance(was, tuple) else was), name


def test_a_changed_part_is_refused_and_another_key_opens_nothing(filled: World, tmp_path: Path) -> None:
    part = filled.folder / "corpora" / "one" / "part-0000.parquet"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(bytes(data))
    fresh = Corpora(filled.folder / "corpora", filled.corpora.keys)
    with pytest.raises(SaisineError) as caught:
        fresh.search(Query(text="ete"))
    assert caught.value.code == "corpus_damaged"
    part.unlink()
    with pytest.raises(SaisineError) as caught:
        fresh.search(Query(text="ete"))
    assert caught.value.code == "corpus_damaged"


def test_parts_are_bound_to_their_place(filled: World) -> None:
    folder = filled.folder / "corpora" / "one"
    first, second = folder / "part-0000.parquet", folder / "part-0001.parquet"
    first.write_bytes(second.read_bytes())
    with pytest.raises(SaisineError):
        Corpora(filled.folder / "corpora", filled.corpora.keys).search(Query(text="ete"))


def test_rows_whose_key_is_destroyed_are_gone_and_the_rest_stays(filled: World) -> None:
    info = filled.corpora.info("one")
    for part in info.parts:
        filled.corpora.keys.destroy(info.unit, f"one/{part.name}")
    fresh = Corpora(filled.folder / "corpora", filled.corpora.keys)
    assert fresh.count(Query()) == 22


def test_a_broken_manifest_hides_one_corpus_and_names_it(filled: World) -> None:
    (filled.folder / "corpora" / "one" / "manifest.json").write_text("{", "utf-8")
    assert [info.id for info in filled.corpora.list()] == ["two"]
    assert filled.corpora.damaged() == ["one"]


def test_the_memory_of_columns_is_bounded(filled: World) -> None:
    small = Corpora(filled.folder / "corpora", filled.corpora.keys, cache_bytes=2_000)
    assert len(small.search(EACH, limit=100).items) == 67
    assert small._columns.nbytes <= 4_000


def test_a_second_process_reads_what_the_first_wrote(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(body(5))
    with world(tmp_path / "w") as first:
        first.take(path)
    with world(tmp_path / "w") as second:
        assert second.corpora.count(Query()) == 5
