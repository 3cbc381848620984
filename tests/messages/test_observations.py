"""A message seen several times is read once, as last seen; each observation stays, with its counts and its place."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages.columns import to_batch
from saisine.messages.corpus import Corpora, Query
from saisine.messages.corpus_files import CorpusWriter
from saisine.messages.importing import import_paths
from saisine.messages.ledger import Ledger
from saisine.messages.observations import (
    changed_texts,
    count_observations,
    history_named,
    history_of,
    rows_with_counts,
)
from saisine.messages.schema import Message
from tests.messages.world import World, world
from tests.messages.x_lines import NOW, post


def take(place: World, path: Path, posts: list[dict[str, object]], days: int) -> str:
    """One import, `days` after the first."""
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in posts), "utf-8")
    done = import_paths(
        [path], vault=place.vault, corpora=place.corpora, clock=lambda: NOW + timedelta(days=days)
    )
    return done.corpora[0]


def seen(number: int, likes: int | None, text: str | None = None) -> dict[str, object]:
    one = post(number)
    if likes is None:
        del one["public_metrics"]
    else:
        one["public_metrics"] |= {"like_count": likes}
    return one | ({"text": text} if text is not None else {})


@pytest.fixture(scope="module")
def thrice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, tuple[str, str]]]:
    """One post in three imports, beside others; its text changed before the last. Only read by the tests."""
    folder = tmp_path_factory.mktemp("thrice")
    with world(folder / "association") as place:
        take(place, folder / "a.jsonl", [seen(0, 4), seen(1, 1)], 0)
        take(place, folder / "b.jsonl", [seen(0, None), seen(2, 2)], 10)
        take(place, folder / "c.jsonl", [seen(0, 31, "autre texte"), seen(3, 3)], 20)
        yield place, ("x", str(post(0)["id"]))


def test_a_message_in_three_imports_is_found_once_as_last_seen(thrice: tuple[World, tuple[str, str]]) -> None:
    place, key = thrice
    items = place.corpora.search(Query()).items
    assert len(items) == place.corpora.count(Query()) == 4
    (one,) = [item for item in items if item.message_id == key[1]]
    assert (one.text, one.like_count) == ("autre texte", 31)


def test_each_observation_stays_with_its_counts_and_its_source(thrice: tuple[World, tuple[str, str]]) -> None:
    place, key = thrice
    history = history_of(place.corpora, key)
    assert [one.message.like_count for one in history.observations] == [4, None, 31]
    assert [one.is_newest for one in history.observations] == [False, False, True]
    assert [one.is_changed for one in history.observations] == [False, False, True]
    assert len({one.message.source_sha256 for one in history.observations}) == 3
    assert all(place.corpora.get(one.message.ref or "") == one.message for one in history.observations)
    assert history.newest.message.ref == history.observations[-1].message.ref


def test_counts_make_a_series_in_which_a_hidden_count_is_no_zero(
    thrice: tuple[World, tuple[str, str]],
) -> None:
    place, key = thrice
    series = history_of(place.corpora, key).series()
    assert series["like_count"] == [(NOW, 4), (NOW + timedelta(days=20), 31)]
    assert series["view_count"] == []


def test_a_listed_history_holds_no_text_unless_asked(thrice: tuple[World, tuple[str, str]]) -> None:
    place, key = thrice
    history = history_of(place.corpora, key)
    assert "autre texte" not in str(history.as_json())
    assert "autre texte" in str(history.as_json(with_text=True))
    assert history.as_json()["text_versions"] == 2


def test_any_reference_or_the_key_names_the_same_history(thrice: tuple[World, tuple[str, str]]) -> None:
    place, key = thrice
    history = history_of(place.corpora, key)
    for one in history.observations:
        assert history_named(place.corpora, one.message.ref or "") == history
    assert history_named(place.corpora, ":".join(key)) == history
    for name in ("x:404", "rien", "abc:0:0", "x:", f"{place.corpora.list()[0].id}:9:9"):
        with pytest.raises(SaisineError) as caught:
            history_named(place.corpora, name)
        assert caught.value.code == "message_unknown"


def test_messages_are_shown_with_how_often_they_were_seen(thrice: tuple[World, tuple[str, str]]) -> None:
    place, key = thrice
    rows = rows_with_counts(place.corpora, place.corpora.search(Query()).items)
    assert {row["message_id"]: row["observations"] for row in rows} == {
        str(post(number)["id"]): 3 if number == 0 else 1 for number in range(4)
    }
    assert count_observations(place.corpora, [key, ("x", "404")]) == {key: 3}
    assert count_observations(place.corpora, []) == {}


def test_two_records_of_one_import_are_two_observations(place: World, tmp_path: Path) -> None:
    take(place, tmp_path / "d.jsonl", [seen(0, 1), seen(0, 2), seen(5, 3)], 0)
    assert place.corpora.count(Query()) == 2
    key = ("x", str(post(0)["id"]))
    assert [one.message.like_count for one in history_of(place.corpora, key).observations] == [1, 2]
    assert history_of(place.corpora, key).newest.message.like_count == 2


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("observed") / "association") as place:
        yield place


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=6, deadline=None)
def test_the_search_and_the_history_agree_on_which_is_newest(
    emptied: World, drawn: list[tuple[int, int, bool]]
) -> None:
    """`drawn` are (message, day collected, read for itself or inside another) of one corpus each, in any order."""
    corpora = Corpora(emptied.folder / f"corpora-{uuid4().hex}", emptied.vault.part_keys)
    unit = emptied.vault.new_unit()
    for number, (name, day, is_primary) in enumerate(drawn):
        message = Message(
            platform="x",
            message_id=str(name),
            kind="post",
            role="primary" if is_primary else "context",
            collected_at=NOW + timedelta(days=day),
            text=f"vu {number}",
        )
        writer = CorpusWriter(
            corpora.folder, f"c{number}", unit, corpora.keys, now=NOW + timedelta(hours=number)
        )
        writer.add(to_batch([message]))
        writer.finish(Ledger(), [])
        writer.publish()
    items = corpora.search(Query(role=None)).items
    assert len(items) == len({name for name, _, _ in drawn})
    for item in items:
        history = history_of(corpora, ("x", item.message_id or ""))
        assert history.newest.message == item
        assert len(history.observations) == sum(str(name) == item.message_id for name, _, _ in drawn)


def test_a_text_that_changed_between_two_collections_is_found(place: World, tmp_path: Path) -> None:
    assert changed_texts(place.corpora) == []
    take(place, tmp_path / "a.jsonl", [seen(n, 4) for n in range(4)], 0)
    assert changed_texts(place.corpora) == [], "seen once"
    last = take(place, tmp_path / "b.jsonl", [seen(1, 9), seen(2, 9, "tout autre chose"), seen(7, 1)], 3)
    (ref,) = changed_texts(place.corpora)
    assert ref.startswith(last), "as it is read today"
    assert place.corpora.get(ref).text == "tout autre chose"
