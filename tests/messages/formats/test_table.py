"""Walk the table of formats: ids, words, help, samples, docs, and a digest of what each version gives."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from saisine.messages.formats import FORMATS
from saisine.messages.formats.contract import HEAD_BYTES, Format
from saisine.messages.schema import PLATFORMS, Message
from tests.messages.formats.generated import CASES
from tests.messages.formats.reading import best_format, read, skipped
from tests.shared import shared_file

BY_ID = {one.id: one for one in FORMATS}
GOLDEN = Path(__file__).with_name("golden.json")
DOCS = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
each_format = pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.id)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[1]}")
each_sample = pytest.mark.parametrize(
    ("one", "name", "expected"),
    [(one, name, expected) for one in FORMATS for name, expected in one.samples],
    ids=lambda value: value if isinstance(value, str) else "",
)


def test_ids_are_unique_and_well_formed() -> None:
    assert len(BY_ID) == len(FORMATS)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) for key in BY_ID)


@each_format
def test_each_format_has_its_words_help_cases_and_row_in_the_docs(one: Format) -> None:
    assert one.label_fr.strip()
    assert one.label_en.strip()
    assert one.how_to_get_fr != one.how_to_get_en
    assert one.version >= 1
    assert set(one.platforms) <= set(PLATFORMS)
    assert "!" not in one.label_fr + one.how_to_get_fr
    assert set(one.cannot_give) <= set(Message.__struct_fields__)
    for text in (one.how_to_get_fr, one.how_to_get_en):
        assert re.search(r"^1\. ", text, re.MULTILINE)
        assert re.search(r"^2\. ", text, re.MULTILINE)
        assert re.search(r"\b20[2-9]\d\b", text), "the day on which the steps were right"
    assert one.samples or any(key == one.id for key, *_ in CASES)
    assert f"| `{one.id}` | {one.version} |" in DOCS.read_text("utf-8")


@each_case
def test_generated_cases_are_recognised_and_counted(case: tuple[str, str, bytes, dict[str, int]]) -> None:
    key, _, data, expected = case
    _, entry = read(data, BY_ID[key])
    assert best_format(data, "x.jsonl" if data.endswith(b"\n") else "x") == key
    assert {"mapped": entry.mapped} | skipped(entry) == expected
    assert entry.failed == []


@each_sample
def test_shared_samples_give_what_the_table_says(one: Format, name: str, expected: dict[str, int]) -> None:
    rows, entry = read(shared_file(name), one)
    counts = {"mapped": entry.mapped, "failed": len(entry.failed), "context": entry.context} | skipped(entry)
    assert {key: counts.get(key, 0) for key in expected} == expected
    assert entry.read == entry.mapped + sum(skipped(entry).values()) + len(entry.failed)
    assert len(rows) == entry.mapped + entry.context


@each_sample
def test_shared_samples_are_recognised(one: Format, name: str, expected: dict[str, int]) -> None:
    assert best_format(shared_file(name).read_bytes(), Path(name).name) == one.id


@each_case
def test_only_one_format_recognises_a_file(case: tuple[str, str, bytes, dict[str, int]]) -> None:
    """Formats of one platform (x-…) share a mapper and may come close; others stay far below."""
    key, _, data, _ = case
    scores = {one.id: one.sniff(data[:HEAD_BYTES], "x").score for one in FORMATS if one.id[:2] != key[:2]}
    assert max(scores.values()) < 60, scores


def test_no_format_claims_what_is_no_export() -> None:
    others = [b"", b"{}", b"[]", b'{"a": 1}', b"Bonjour", b"id;texte\n1;a\n", b"<html></html>", b"\0" * 100]
    quoted = json.dumps(CASES[0][2].decode()).encode()
    for data in [*others, quoted, b'{"note": ' + quoted + b"}", b"texte : " + CASES[0][2]]:
        scores = {one.id: one.sniff(data[:HEAD_BYTES], "result.json").score for one in FORMATS}
        assert max(scores.values()) < 30, (data[:40], scores)


def test_no_format_claims_the_samples_of_another_tool() -> None:
    """Every shared file that no format lists: Mastodon, Bluesky, Discord, HAR, the Graph API…"""
    root = shared_file("samples")
    ours = {name.split("/")[1] for one in FORMATS for name, _ in one.samples}
    others = [
        path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] not in ours
    ]
    assert others
    claimed = {
        f"{path.parent.name}/{path.name}": one.id
        for path in others
        for one in FORMATS
        if one.sniff(path.read_bytes()[:HEAD_BYTES], path.name).score >= 30
    }
    assert claimed == {}


def digest(one: Format, data: bytes) -> str:
    """What the mapper gives, without the version itself."""
    rows = [row.as_json() | {"mapper": one.id} for row in read(data, one)[0]]
    text = json.dumps(rows, sort_keys=True, default=lambda value: datetime.isoformat(value))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@each_case
def test_a_version_is_raised_when_the_mapper_gives_something_else(
    case: tuple[str, str, bytes, dict[str, int]],
) -> None:
    """To mend after a wanted change: raise `version`, then put the new digest in golden.json."""
    key, title, data, _ = case
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert golden[f"{key}@{BY_ID[key].version}: {title}"] == digest(BY_ID[key], data)
