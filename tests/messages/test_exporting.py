"""A search written to a file: whole or not at all, the same messages again, nothing a spreadsheet would run."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages import exporting
from saisine.messages.corpus import Corpora, Query
from saisine.messages.exporting import FIELDS, export_search, inert
from saisine.messages.schema import COLUMNS, Message
from tests.messages.test_corpus import message, store
from tests.messages.world import World, world

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
MESSAGE = st.builds(
    message,
    st.integers(0, 500),
    text=TEXT | st.sampled_from(["=1+1", "+33 6", "-x", "@moi", "\t=1", "\r=1", ' "=1"', "a;b\r\nc"]),
    author_name=st.none() | TEXT,
    mentions=st.lists(TEXT, max_size=2),
    like_count=st.none() | st.integers(0, 2**63 - 1),
    owner_is_author=st.none() | st.booleans(),
    deleted=st.sampled_from(["none", "tombstone"]),
)


def plain(one: Message) -> dict[str, object]:
    """Lists and tuples of words are the same."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in one.as_json().items()}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("shared") / "w") as found:
        yield found


@settings(max_examples=10, deadline=None)
@given(messages=st.lists(MESSAGE, min_size=1, max_size=8))
def test_ndjson_and_parquet_give_the_same_messages_back(shared: World, messages: list[Message]) -> None:
    name = f"corpus-{len(shared.corpora.list())}"
    store(shared, name, messages)
    query = Query(corpus=name)
    ndjson, parquet = shared.folder / f"{name}.ndjson", shared.folder / f"{name}.parquet"
    was = [plain(one) for one in shared.corpora.search(query, limit=1000).items]
    assert export_search(shared.corpora, query, ndjson) == export_search(shared.corpora, query, parquet)
    lines = ndjson.read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert [plain(msgspec.json.decode(line, type=Message)) for line in lines] == was
    assert [plain(Message(**row)) for row in pq.read_table(parquet).to_pylist()] == was


@settings(max_examples=30)
@given(cell=TEXT | st.tuples(st.sampled_from(exporting.FORMULA), TEXT).map("".join))
def test_no_cell_begins_as_a_formula_and_nothing_else_is_changed(cell: str) -> None:
    written = inert(cell)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert written in (cell, "'" + cell)
    assert (written == cell) or cell.lstrip(" \n\xa0").startswith(exporting.FORMULA)


def test_csv_holds_every_column_and_no_formula(place: World, tmp_path: Path) -> None:
    store(
        place,
        "one",
        [message(1, text='=HYPERLINK("https://exemple.test";"ici")', author_name="-1+1", like_count=0)],
    )
    export_search(place.corpora, Query(), tmp_path / "a.CSV")
    body = (tmp_path / "a.CSV").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";")
    assert tuple(header) == FIELDS == ("ref", *COLUMNS)
    cells = dict(zip(header, row, strict=True))
    assert cells["text"] == '\'=HYPERLINK("https://exemple.test";"ici")'
    assert cells["author_name"] == "'-1+1"
    assert (cells["like_count"], cells["view_count"]) == ("0", "")
    assert cells["created_at"].endswith("Z")


def test_an_export_goes_by_pages_newest_first_and_tells_what_leaves(
    place: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 4)
    store(place, "one", [message(n) for n in range(10)])
    told: list[int] = []
    done = export_search(
        place.corpora, Query(), tmp_path / "a.ndjson", seen=lambda page: told.append(len(page))
    )
    assert (done, told) == (10, [4, 4, 2])
    lines = [msgspec.json.decode(line) for line in (tmp_path / "a.ndjson").read_bytes().splitlines()]
    assert [row["ref"] for row in lines] == [row.ref for row in place.corpora.search(Query()).items]


def test_nothing_found_writes_no_file(place: World, tmp_path: Path) -> None:
    assert export_search(place.corpora, Query(), tmp_path / "a.csv") == 0
    assert not (tmp_path / "a.csv").exists()


def refused(corpora: Corpora, path: Path) -> str:
    with pytest.raises(SaisineError) as caught:
        export_search(corpora, Query(), path)
    return caught.value.code


def test_a_file_is_never_replaced_and_an_unknown_form_is_refused(place: World, tmp_path: Path) -> None:
    store(place, "one", [message(1)])
    kept = tmp_path / "annotated.csv"
    kept.write_text("à garder", "utf-8")
    assert refused(place.corpora, kept) == "export_exists"
    assert kept.read_text("utf-8") == "à garder"
    assert refused(place.corpora, tmp_path / "a.docx") == "export_kind_unknown"
    assert refused(place.corpora, tmp_path / "absent" / "a.csv") == "export_not_written"


def test_an_export_that_stops_leaves_nothing_behind(place: World, tmp_path: Path) -> None:
    store(place, "one", [message(1)])
    folder = tmp_path / "out"
    folder.mkdir()

    def stop(page: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_search(place.corpora, Query(), folder / "a.parquet", seen=stop)
    assert list(folder.iterdir()) == []


def test_an_export_is_readable_by_its_owner_alone(place: World, tmp_path: Path) -> None:
    store(place, "one", [message(1)])
    export_search(place.corpora, Query(), tmp_path / "a.ndjson")
    assert os.stat(tmp_path / "a.ndjson").st_mode & 0o077 == 0
