"""The published samples of X version 2 and twarc: expected counts, ids and times equal to the source."""

import html
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats import FORMATS
from saisine.messages.importing import Reading, read_paths
from saisine.messages.schema import Message
from tests.messages.x_lines import NOW
from tests.shared import shared_file

OURS = ("x-api-v2", "x-twarc-jsonl")


def read(path: Path) -> tuple[list[Message], Reading]:
    reading = read_paths([path], now=NOW)
    return list(reading), reading


@cache
def sample(name: str) -> tuple[list[Message], dict[str, Any]]:
    messages, reading = read(shared_file(f"samples/{name}"))
    return messages, reading.ledger.as_json()["sources"][0]  # type: ignore[index]


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda one: one.id)
def test_every_declared_sample_gives_the_declared_counts(chosen: Any) -> None:
    if not chosen.samples:
        pytest.skip("no published sample: generated cases only")
    for name, expected in chosen.samples:
        if not name.startswith("samples/"):
            name = f"samples/{name}"
        _, reading = read(shared_file(name))
        found: Counter[str] = Counter()
        for entry in reading.ledger.sources:
            found.update(mapped=entry.mapped, failed=len(entry.failed), context=entry.context)
            found.update({reason: count for reason, (count, _) in entry.skipped.items()})
        assert {key: found[key] for key in expected} == dict(expected), name


@pytest.mark.parametrize("folder", OURS)
def test_every_file_is_read_without_exception_and_the_sum_holds(folder: str) -> None:
    for path in sorted(shared_file(f"samples/{folder}").iterdir()):
        if path.suffix == ".md":
            continue
        messages, reading = read(path)
        for entry in reading.ledger.sources:
            entry.require_balance()
            assert entry.format in ("x-api-v2", "x-twarc"), path.name
        assert all(message.time_flag is None for message in messages), path.name


def posts_of(document: Any) -> list[dict[str, Any]]:
    data = document.get("data", [])
    return data if isinstance(data, list) else [data]


@pytest.mark.parametrize("name", ["x-api-v2/search_tweets_query.json", "x-twarc-jsonl/kpop.jsonl"])
def test_ids_texts_and_times_equal_the_source(name: str) -> None:
    messages, _ = sample(name)
    path = shared_file(f"samples/{name}")
    documents = (
        [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        if path.suffix == ".jsonl"
        else [json.loads(path.read_text("utf-8"))]
    )
    posts = [post for document in documents for post in posts_of(document)]
    stated = [(post["id"], html.unescape(post["text"]), post["created_at"]) for post in posts]
    primary = [m for m in messages if m.role == "primary"]
    assert [(m.message_id, m.text, m.created_at_raw) for m in primary] == stated
    for message in primary:
        assert message.created_at is not None
        assert f"{message.created_at:%Y-%m-%dT%H:%M:%S.000Z}" == message.created_at_raw


def test_the_corrupt_line_of_twarc_fails_alone_and_says_its_column() -> None:
    messages, entry = sample("x-twarc-jsonl/streaming_output_with_error.jsonl")
    assert len([m for m in messages if m.role == "primary"]) == 7
    assert [failure["error"] for failure in entry["failed"]] == [
        "bad_json: Expecting ',' delimiter (line 1 column 45)"
    ]
    assert entry["truncated"]


def test_an_edited_post_of_twarc_is_known_as_edited() -> None:
    messages, _ = sample("x-twarc-jsonl/edited.jsonl")
    primary = [m for m in messages if m.role == "primary"]
    assert primary[0].edited_at == primary[0].created_at


def test_compliance_events_are_no_messages_and_the_blank_line_is_nothing() -> None:
    messages, entry = sample("x-twarc-jsonl/tweets_compliance.jsonl")
    assert messages == []
    assert entry["read"] == 2
    assert [(one["reason"], one["count"]) for one in entry["skipped"]] == [("not_a_message", 2)]


def test_three_rows_are_what_the_source_says() -> None:
    messages, _ = sample("x-api-v2/search_tweets_query.json")
    first = messages[0]
    assert first.message_id == "1276035977375477760"
    assert (first.kind, first.parent_id) == ("reply", "1275653067283759104")
    assert (first.author_id, first.lang, first.target_id) == ("63046977", "en", "17200003")
    assert list(first.mentions) == ["snowman"]
    assert list(first.urls) == ["https://twitter.com/happycamper/status/1276035977375477760/photo/1"]
    second = messages[1]
    assert second.text.startswith("Using Labs Recent search")
    assert second.kind == "reply"
    edited, _ = sample("x-twarc-jsonl/verified_type.jsonl")
    repost = edited[0]
    assert repost.like_count == 745
    assert repost.view_count == 139075
