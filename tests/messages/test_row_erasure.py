"""Rows erased by key, author or corpus: gone from every file but the sealed one, the others as they were."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages import remapping, row_erasure
from saisine.messages.corpus import Query
from saisine.messages.corpus_files import LEDGER, load_ledger, load_manifest, part_key_name
from saisine.messages.differences import Side
from saisine.messages.row_erasure import Plan, Selection
from saisine.messages.schema import COLUMNS
from saisine.messages.side_files import read_side
from saisine.messages.withheld import Suppressed
from tests.messages.world import World
from tests.messages.x_lines import NOW, post

ROWS = 30
SECRET = "Rendez-vous rue des Tilleuls"
ID = "a" * 32


def written(number: int, **fields: object) -> dict[str, object]:
    return post(number) | fields


@pytest.fixture
def corpus(place: World, tmp_path: Path) -> str:
    """Thirty posts; the seventh is the one to erase, and its author wrote no other."""
    posts = [written(number) for number in range(ROWS)]
    posts[7] |= {
        "text": SECRET,
        "author_id": "77",
        "author": {"id": "77", "username": "Lou_7", "name": "Lou"},
    }
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in posts), "utf-8")
    (name,) = place.take(path).corpora
    return name


def erase(place: World, selection: Selection, id: str = ID) -> int:
    count = 0
    for found in row_erasure.find_rows(place.corpora, selection):
        row_erasure.write_plan(
            place.corpora, found, selection, id=id, at=NOW, reason="art17_request", salt=b"s" * 32
        )
        count += found.count
    for info, plan in row_erasure.unfinished(place.corpora.folder, place.corpora.keys):
        folder = place.corpora.folder / info.id
        row_erasure.rewrite(folder, info, plan, place.corpora.keys)
        row_erasure.publish(folder)
        row_erasure.clear(folder, info, plan, place.corpora.keys)
    place.corpora.forget()
    return count


def readable(place: World) -> Iterator[str]:
    """Everything that the keys of this vault still open beside the sealed sources, as text."""
    for folder in sorted(path for path in place.corpora.folder.iterdir() if path.is_dir()):
        info = load_manifest(folder)
        side = Side(folder, info, place.corpora.keys)
        yield (folder / "manifest.json").read_text("utf-8")
        yield str(load_ledger(folder, info, place.corpora.keys).as_json())
        yield from (str(table.to_pydict()) for table in side.tables(COLUMNS))
        for name in remapping.SIDES:
            yield str(read_side(folder, info, name, place.corpora.keys))
        known = {part.name for part in info.parts} | {LEDGER, "manifest.json", "unit", *remapping.SIDES}
        assert {path.name for path in folder.iterdir()} <= known


@pytest.mark.parametrize(
    "selection",
    [
        Selection(keys=frozenset({("x", str(post(7)["id"]))})),
        Selection(author="77"),
        Selection(author="@lou_7"),
        Selection(author="LOU", platform="x"),
    ],
    ids=["key", "id", "handle", "name"],
)
def test_what_is_erased_is_in_no_file_that_can_be_opened(
    place: World, corpus: str, selection: Selection
) -> None:
    before = place.corpora.search(Query(), limit=ROWS).items
    assert any(SECRET in text for text in readable(place))
    old = place.corpora.info(corpus)
    assert erase(place, selection) == 1
    assert not any(SECRET in text or "Lou" in text for text in readable(place))
    after = place.corpora.search(Query(), limit=ROWS).items
    assert [one.text for one in after] == [one.text for one in before if one.text != SECRET]
    assert place.corpora.search(Query(text="tilleuls")).items == []
    with pytest.raises(SaisineError) as caught:
        place.corpora.keys.get(old.unit, part_key_name(corpus, old.parts[0].name))
    assert caught.value.code == "part_key_missing"
    assert not (place.corpora.folder / corpus / old.parts[0].name).exists()
    (tombstone,) = place.corpora.info(corpus).tombstones
    assert (tombstone.id, tombstone.count, tombstone.reason) == (ID, 1, "art17_request")
    (piece,) = [one for one in place.vault.items() if one.kind == "original"]
    assert SECRET.encode() in place.vault.read_bytes(piece.item)


def test_a_file_imported_again_with_its_format_named_does_not_bring_erased_rows_back(
    place: World, corpus: str, tmp_path: Path
) -> None:
    erase(place, Selection(author="77"))
    for _ in range(2):  # the new reading keeps what the first one may not show again
        again = place.take(tmp_path / "posts.jsonl", format_id="x-twarc").corpora
        assert place.corpora.count(Query(corpus=again[0], all_observations=True)) == ROWS - 1
        assert not any(SECRET in text or "Lou" in text for text in readable(place))
        assert read_side(
            place.corpora.folder / again[0],
            place.corpora.info(again[0]),
            "suppressed.bin",
            place.corpora.keys,
        )


def test_a_second_erasure_adds_its_tombstone_and_keeps_the_first(place: World, corpus: str) -> None:
    erase(place, Selection(author="77"))
    keys = frozenset(("x", str(post(number)["id"])) for number in (1, 2, 7))
    assert erase(place, Selection(keys=keys), "b" * 32) == 2
    assert [one.count for one in place.corpora.info(corpus).tombstones] == [1, 2]
    assert place.corpora.count(Query()) == ROWS - 3
    assert erase(place, Selection(keys=keys), "c" * 32) == 0
    assert len(place.corpora.info(corpus).tombstones) == 2


def test_a_whole_corpus_leaves_its_tombstone_and_no_row(place: World, corpus: str) -> None:
    assert erase(place, Selection(corpus=corpus)) == ROWS
    info = place.corpora.info(corpus)
    assert (info.rows, info.parts, info.tombstones[0].count) == (0, (), ROWS)
    assert place.corpora.count(Query()) == 0
    assert place.corpora.search(Query()).items == []
    with pytest.raises(SaisineError) as caught:
        remap(place, corpus)
    assert caught.value.code == "remap_empty"


def remap(place: World, corpus: str) -> remapping.Proposal:
    return remapping.propose(
        place.vault,
        place.corpora,
        place.folder / "remaps",
        corpus,
        scratch=place.folder / "scratch",
        now=NOW,
    )


def test_reading_the_source_again_does_not_bring_it_back(place: World, corpus: str) -> None:
    erase(place, Selection(author="77"))
    made = remap(place, corpus)
    assert made.difference.is_empty
    assert (made.left_out, made.difference.rows_after) == (1, ROWS - 1)


def test_a_message_that_only_repeats_an_erased_one_goes_with_it(place: World, tmp_path: Path) -> None:
    first = written(0, text=SECRET)
    repeat = written(
        1, text=f"RT : {SECRET[:10]}…", referenced_tweets=[{"type": "retweeted", "id": first["id"]}]
    )
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in (first, repeat, written(2))), "utf-8")
    place.take(path)
    (found,) = row_erasure.find_rows(place.corpora, Selection(keys=frozenset({("x", str(first["id"]))})))
    assert (found.count, found.messages) == (2, 2)


def test_an_act_without_a_name_is_refused_and_nothing_found_is_nothing_done(
    place: World, corpus: str
) -> None:
    for selection in (Selection(), Selection(platform="x"), Selection(author=" @ ", corpus=corpus)):
        with pytest.raises(SaisineError) as caught:
            row_erasure.find_rows(place.corpora, selection)
        assert caught.value.code == "erase_rows_unnamed"
    with pytest.raises(SaisineError) as caught:
        row_erasure.find_rows(place.corpora, Selection(corpus="autre"))
    assert caught.value.code == "corpus_unknown"
    for author in ("%", "7' OR '1'='1", "\0", "x" * 10_000):
        assert row_erasure.find_rows(place.corpora, Selection(author=author)) == []
    assert row_erasure.find_rows(place.corpora, Selection(author="77", platform="tiktok")) == []


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_row_that_stays_is_found_where_the_plan_says(drawn: list[list[bool]]) -> None:
    """`drawn` says for each row of each part whether it goes; an emptied part is removed."""
    gone = {
        f"p{number}": tuple(n for n, goes in enumerate(part) if goes) for number, part in enumerate(drawn)
    }
    plan = Plan(
        ID,
        NOW,
        "mistake",
        "",
        "",
        tuple((f"p{number}", len(part)) for number, part in enumerate(drawn)),
        {name: rows for name, rows in gone.items() if rows},
        Suppressed(b"s" * 32),
    )
    left = [[(p, n) for n, goes in enumerate(part) if not goes] for p, part in enumerate(drawn)]
    after = [part for part in left if part]
    for p, part in enumerate(drawn):
        for n, goes in enumerate(part):
            place = plan.moved(p, n)
            assert (place is None) == goes
            assert place is None or after[place[0]][place[1]] == (p, n)
