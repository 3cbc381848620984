"""A record that a file stops inside: what is whole of it is kept, never half a message."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.json_cuts import closed
from saisine.messages.importing import read_paths
from tests.messages.x_lines import NOW

PAGE = {
    "data": [
        {"id": str(1790000000000000001 + n), "text": f"post {n}, « {{[ »", "author_id": "9", "lang": "fr"}
        | {"created_at": "2024-05-13T12:43:51.000Z", "conversation_id": "1", "edit_history_tweet_ids": ["1"]}
        for n in range(5)
    ],
    "includes": {"users": [{"id": "9", "username": "zoe", "name": "Zoé"}]},
    "meta": {"result_count": 5},
}

INNER = st.dictionaries(
    st.sampled_from(("a", "b", 'c"\\')), st.text(max_size=5) | st.lists(st.integers(), max_size=2)
)
LISTS = st.lists(INNER, max_size=4)


@given(st.integers(), LISTS, LISTS, st.integers(0, 400))
def test_only_whole_elements_of_the_lists_asked_for_are_kept(
    number: int, kept: list[Any], other: list[Any], cut: int
) -> None:
    value = {"id": number, "kept": kept, "other": other}
    text = json.dumps(value, ensure_ascii=False)
    found = closed(text[:cut], {"kept"})
    if found is None:
        return
    part = json.loads(found)
    assert part["id"] == value["id"]
    assert part["kept"] == value["kept"][: len(part["kept"])] != []
    assert "other" not in part


@pytest.mark.parametrize("text", ["", "[", '{"kept": [', '{"kept": [1, 2', "}", '{"kept": []}', "texte"])
def test_nothing_is_made_of_nothing(text: str) -> None:
    assert closed(text, {"kept"}) is None


def test_the_posts_of_a_page_that_stops_are_kept(tmp_path: Path) -> None:
    whole = json.dumps(PAGE, ensure_ascii=False).encode()
    counts = set()
    for cut in range(len(whole) // 4, len(whole), 37):
        (tmp_path / "a.jsonl").write_bytes(whole + b"\n" + whole[:cut])
        reading = read_paths([tmp_path / "a.jsonl"], now=NOW)
        texts = [one.text for one in reading]
        assert texts[:5] == [f"post {n}, « {{[ »" for n in range(5)]
        assert texts[5:] == texts[: len(texts) - 5]
        (entry,) = reading.ledger.sources
        assert entry.truncated
        assert len(entry.failed) == 1
        counts.add(len(texts) - 5)
    assert counts == {1, 2, 3, 4, 5}
