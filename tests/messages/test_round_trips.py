"""What is written in a format comes back from its reader: any text, in every format that we or the library can write.

JSON and tables are written by the standard library into the invented file of each format, the others by the
writers of the example and by archives.
"""

import csv
import html
import io
import json
import random
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.example.accounts import Account
from saisine.example.meta import write_meta
from saisine.example.tables import write_facebook, write_minet
from saisine.example.wave import Plan, Said, Source
from saisine.example.x import write_x
from saisine.example.youtube import write_youtube
from saisine.messages.formats import FORMATS
from saisine.messages.formats.contract import Format
from saisine.messages.reading import read_paths
from saisine.messages.schema import Message
from tests.messages.confusables import CSV, separated
from tests.messages.examples import examples
from tests.messages.formats.generated import CASES
from tests.messages.formats.reading import NOW, read
from tests.messages.formats.test_meta_dyi import as_meta
from tests.messages.fuzzing.containers import Files, packed, zipped
from tests.messages.fuzzing.json_mutations import load_documents

BY_ID = {one.id: one for one in FORMATS}
# Everything that a person may type, and what tools do to it: line ends, marks, signs of markup, direction marks.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("<>&;\"'\\\n\r\t ,é🎉\u202e"),
    min_size=1,
    max_size=60,
).filter(lambda text: bool(text.strip()))
EXAMPLES = settings(max_examples=examples(20, 200), deadline=None)


# ------------------------------------------------------------------ JSON


def as_it_is(text: str) -> str:
    return text


def escaped(text: str) -> str:
    """X escapes three signs in the texts of its old interface and of its pages."""
    return html.escape(text, quote=False)


class Place(NamedTuple):
    """The message of an invented file whose text may be replaced, where it stands in the rows, and how its tool
    writes a text: `written`."""

    label: str
    one: Format
    documents: list[Any]
    text: str
    row: int
    written: Callable[[str], Any]
    strips: bool


def replaced(value: Any, old: str, new: Any) -> Any:
    """The same value, every text that is `old` replaced."""
    if isinstance(value, list):
        return [replaced(one, old, new) for one in value]
    if isinstance(value, dict):
        return {key: replaced(one, old, new) for key, one in value.items()}
    return new if value == old and isinstance(value, str) else value


ESCAPING = {"x-api-v1", "x-graphql", "snscrape"}
# A profile's cell and TikTok's comments are read without the spaces around them.
STRIPPING = {"tiktok-user-data"}


@cache
def json_places() -> tuple[Place, ...]:
    """The first message of each JSON file whose text stands there as it is read."""
    found = []
    for key, title, data, _ in CASES:
        documents = load_documents(data)
        if documents is None or key == "har" or title.startswith("the smaller places"):  # these write HTML
            continue
        if key == "meta-dyi":
            documents = [as_meta(one) if not json.dumps(one).isascii() else one for one in documents]
        rows, _ = read(data, BY_ID[key])
        for number, row in enumerate(rows):
            raw = as_meta(row.text) if key == "meta-dyi" else row.text
            if raw and _is_the_text(BY_ID[key], documents, raw, number):
                written = as_meta if key == "meta-dyi" else escaped if _escapes(key, title) else as_it_is
                strips = key in STRIPPING or key.startswith("apify")
                found.append(Place(f"{key}: {title}", BY_ID[key], documents, raw, number, written, strips))
                break
    return tuple(found)


def _is_the_text(one: Format, documents: list[Any], text: str, number: int) -> bool:
    """Whether this row says what stands at the place of `text`: some formats build their text from several."""
    rows, _ = read(
        "".join(json.dumps(replaced(doc, text, "Essai")) + "\n" for doc in documents).encode(), one
    )
    return number < len(rows) and rows[number].text == "Essai"


def _escapes(key: str, title: str) -> bool:
    return key in ESCAPING or (key, title) == ("zeeschuimer", "X, a quote")


def test_most_json_formats_have_a_place_for_a_text() -> None:
    formats = {place.one.id for place in json_places()}
    assert len(formats) >= 28, sorted(formats)


@EXAMPLES
@given(TEXTS, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_any_text_comes_back_from_every_json_format(text: str, is_ascii: bool, end: str) -> None:
    lost = {}
    for place in json_places():
        documents = replaced(place.documents, place.text, place.written(text))
        data = "".join(json.dumps(one, ensure_ascii=is_ascii) + end for one in documents).encode()
        found = read(data, place.one)[0][place.row].text
        if found != (text.strip() if place.strips else text):
            lost[place.label] = found
    assert lost == {}


# ------------------------------------------------------------------ tables


@cache
def table_places() -> tuple[tuple[str, Format, bytes, str], ...]:
    """(label, format, table, text) of the tables whose first message stands in a cell as it is read."""
    found = []
    for key, title, data in CSV:
        text = read(data, BY_ID[key])[0][0].text
        if text and text in data.decode():
            found.append((f"{key}: {title}", BY_ID[key], data, text))
    return tuple(found)


@EXAMPLES
@given(TEXTS, st.sampled_from(",;\t"))
def test_any_text_comes_back_from_every_table(text: str, sign: str) -> None:
    lost = {}
    for label, one, data, old in table_places():
        rows = list(csv.reader(io.StringIO(separated(data, ",").decode(), newline="")))
        out = io.StringIO()
        csv.writer(out, delimiter=sign).writerows(
            [text if cell == old else cell for cell in row] for row in rows
        )
        found = [row.text for row in read(out.getvalue().encode(), one, path="a.csv")[0]]
        if text.strip() not in [one.strip() for one in found]:
            lost[label] = found
    assert lost == {}


# ------------------------------------------------------------------ the writers of the example

DAY = date(2026, 3, 14)
FIRST = datetime(2026, 3, 14, 17, tzinfo=UTC)


def plan_of(texts: list[str], source: Source) -> Plan:
    """A plan in which these words are said in one place, a minute apart, by as many accounts."""
    opened = FIRST - timedelta(days=400)
    said = tuple(
        Said(
            text,
            "fr",
            FIRST + timedelta(minutes=n),
            Account(f"Ada {n}", f"ada_{n}", opened, 1_000 + n),
            source,
            "ordinary",
        )
        for n, text in enumerate(texts)
    )
    return Plan(said, DAY, "Ada")


def from_x(plan: Plan) -> dict[str, bytes]:
    return {"x.jsonl": write_x(plan, random.Random(1), FIRST + timedelta(days=2))}


def from_youtube(plan: Plan) -> dict[str, bytes]:
    return dict(write_youtube(plan, random.Random(1)))


def from_facebook(plan: Plan) -> dict[str, bytes]:
    return {"f.csv": write_facebook(plan, random.Random(1), FIRST + timedelta(days=2))}


def from_minet(plan: Plan) -> dict[str, bytes]:
    return {"m.csv": write_minet(plan, random.Random(1))}


def from_meta(plan: Plan) -> dict[str, bytes]:
    return dict(write_meta(plan, random.Random(1)))


WRITERS: list[tuple[Source, Callable[[Plan], dict[str, bytes]]]] = [
    ("x", from_x),
    ("youtube", from_youtube),
    ("facebook", from_facebook),
    ("minet", from_minet),
    ("instagram", from_meta),
]


def read_files(files: dict[str, bytes], folder: Path) -> Iterator[Message]:
    """The messages of an archive with these files, read as an import does."""
    path = folder / "export.zip"
    path.write_bytes(zipped(list(files.items()), random.Random(1)))
    reading = read_paths([path], now=NOW)
    yield from reading
    assert reading.ledger.totals().failed == 0


@pytest.mark.parametrize(("source", "write"), WRITERS, ids=[source for source, _ in WRITERS])
def test_what_the_example_writes_is_what_its_readers_find(
    source: Source, write: Callable[[Plan], dict[str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("exemple")

    @EXAMPLES
    @given(st.lists(TEXTS, min_size=1, max_size=6))
    def check(texts: list[str]) -> None:
        if source == "minet":  # rows ended by LF: the standard writer leaves a lone CR without quotes there
            texts = [text.replace("\r", " ") for text in texts]
        plan = plan_of(texts, source)
        found = {row.created_at: row for row in read_files(write(plan), folder)}
        assert len(found) == len(texts)
        for said in plan.said:
            row = found[said.at]
            assert said.text.strip() in row.text
            assert len(row.text) <= len(said.text) + len("@voixduverger  #FestivalDesConteuses") + 10
            shown = {row.author_name, (row.author_handle or "").lstrip("@")}
            assert shown & {said.author.name, said.author.handle, f"@{said.author.handle}"}

    check()


# ------------------------------------------------------------------ archives


def tarred(files: Files, rng: random.Random) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def rows_in(path: Path) -> list[tuple[str, str | None, object]]:
    return [(row.text, row.author_name, row.created_at) for row in read_paths([path], now=NOW)]


@settings(max_examples=examples(15, 150), deadline=None)
@given(
    case=st.sampled_from([case for case in CASES if case[0] not in ("4cat-csv", "minet")]),
    layers=st.lists(st.sampled_from([zipped, tarred, packed]), min_size=1, max_size=3),
    seed=st.integers(0, 2**32),
)
def test_a_file_says_the_same_inside_any_archive(
    tmp_path_factory: pytest.TempPathFactory,
    case: tuple[str, str, bytes, dict[str, int]],
    layers: list[Callable[..., bytes]],
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    plain, wrapped = folder / "export", folder / "autre"
    plain.write_bytes(case[2])
    data, rng = case[2], random.Random(seed)
    for layer in layers:
        data = layer([("export", data)], rng)
    wrapped.write_bytes(data)
    assert rows_in(wrapped) == rows_in(plain)
