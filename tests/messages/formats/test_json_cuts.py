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


def nested(name: str) -> tuple[Any, list[str]]:
    """(a document of which the last message is cut below, the texts of those before it)."""
    at = "2024-05-13T19:04:00+0000"
    if name == "facebook":
        chat = [
            {"id": f"m_{n}", "created_time": at, "message": f"mot {n}", "from": {"id": "1"}} for n in range(4)
        ]
        return {"data": [{"id": "t_1", "updated_time": at, "messages": {"data": chat}}]}, [
            f"mot {n}" for n in range(3)
        ]
    if name == "instaloader":
        answers = [
            {
                "id": 10 + n,
                "created_at": 1715627040,
                "text": f"mot {n}",
                "owner": {"id": "2", "username": "b"},
            }
            | {"likes_count": 0}
            for n in range(1, 4)
        ]
        top = {"id": 10, "created_at": 1715627040, "text": "mot 0", "owner": {"id": "1", "username": "a"}}
        return [top | {"likes_count": 0, "answers": answers}], ["mot 0", "mot 1", "mot 2"]
    posts = [
        {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": {
                "uri": f"at://did:plc:a{n}/app.bsky.feed.post/3kabcdefghij{n}",
                "cid": "c",
                "author": {"did": f"did:plc:a{n}", "handle": f"a{n}.test"},
                "record": {
                    "$type": "app.bsky.feed.post",
                    "text": f"mot {n}",
                    "createdAt": "2024-05-13T19:04:00.000Z",
                },
                "indexedAt": "2024-05-13T19:04:00.000Z",
                "likeCount": 0,
            },
        }
        for n in range(4)
    ]
    return {"thread": posts[0] | {"replies": posts[1:]}}, ["mot 0", "mot 1", "mot 2"]


@pytest.mark.parametrize("name", ["facebook", "instaloader", "bluesky"])
def test_what_is_whole_of_a_document_that_stops_is_kept(tmp_path: Path, name: str) -> None:
    document, texts = nested(name)
    whole = json.dumps(document).encode()
    path = tmp_path / ("a_comments.json" if name == "instaloader" else "a.json")
    path.write_bytes(whole[: whole.rindex(b"mot 3") + 3])
    reading = read_paths([path], now=NOW)
    assert [one.text for one in reading] == texts
    (entry,) = reading.ledger.sources
    assert entry.truncated
    assert (entry.mapped, len(entry.failed)) == (3, 1)
    assert entry.read == 4
