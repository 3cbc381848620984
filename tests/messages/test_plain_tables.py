"""Plain tables are read as columns, and give what `csv.reader` gives; signs that end lines elsewhere stay in cells."""

import csv
import io
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.messages.formats import table_blocks
from saisine.messages.formats.contract import Format
from saisine.messages.formats.fourcat_csv import FOURCAT_CSV
from saisine.messages.formats.minet import MINET
from saisine.messages.formats.table_cells import CellColumns
from saisine.messages.formats.table_layout import Layout
from saisine.messages.formats.table_structure import Grid, marks_of, may_have_outer_space
from saisine.messages.formats.table_times import plain_times
from saisine.messages.formats.table_values import parse_time
from saisine.messages.formats.tables import CSV_SIMPLE
from saisine.messages.zones import load_zone
from saisine.texts import utc_us
from tests.messages.examples import examples
from tests.messages.formats.reading import read
from tests.messages.test_columnar import CELLS, HEADERS, one_by_one, told

PARIS = load_zone("Europe/Paris")
SIGNS = st.text(alphabet='ab;"\n\r é\xa0=', max_size=40)
WRITINGS = ("iso", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "epoch")
TWEETS = (
    "id,timestamp_utc,user_screen_name,text,retweeted_id,to_tweetid,retweeted_user,like_count,hashtags,"
    "collection_time,user_timestamp_utc,quoted_id,to_userid"
).split(",")


@settings(max_examples=examples(25, 400), deadline=None)
@given(SIGNS)
def test_ends_and_cells_seen_in_the_bytes_are_those_of_the_csv_reader(text: str) -> None:
    data = text.encode()
    marks = marks_of(data, ";", is_end=True)
    if marks is None or not data:
        return
    ends = marks.row_ends().tolist()
    bodies = [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert b"".join(bodies) == data
    rows = list(csv.reader(io.StringIO(text, newline="\n"), delimiter=";"))
    assert [next(csv.reader([body.decode()], delimiter=";")) for body in bodies] == rows
    grid = Grid.of(data, marks, 0, 2)
    assert (grid is None) == any(len(row) not in (0, 2) for row in rows)
    if grid is not None:
        columns = [grid.column(0).to_pylist(), grid.column(1).to_pylist()]
        assert columns == [[row[index] if row else "" for row in rows] for index in (0, 1)]


@settings(max_examples=examples(25, 400), deadline=None)
@given(SIGNS, st.integers(0, 3))
def test_rows_seen_behind_the_first_ones_are_those_that_follow(text: str, before: int) -> None:
    data = f'a;b\n"c;\n";d\n{text}'.encode()
    marks = marks_of(data, ";", is_end=False)
    if marks is None or len(marks.row_ends()) <= before:
        return
    ends = marks.row_ends()
    some = marks.behind(before)
    assert some.row_ends().tolist() == ends[before:].tolist()
    whole, part = Grid.of(data, marks, 0, 2), Grid.of(data, some, int(ends[before - 1]) if before else 0, 2)
    if whole is not None and part is not None:
        for index in (0, 1):
            assert part.column(index).to_pylist() == whole.column(index).to_pylist()[before:]


@settings(max_examples=examples(25, 400), deadline=None)
@given(st.lists(SIGNS, min_size=1, max_size=5))
def test_a_column_said_to_be_without_outer_spaces_has_none(cells: list[str]) -> None:
    if not may_have_outer_space(pa.array(cells)):
        assert [cell.strip() for cell in cells] == cells


def written(
    header: list[str], rows: list[list[str]], delimiter: str, line_end: str, is_quoted: bool
) -> bytes:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows([header, *rows])
    return out.getvalue().encode()


TOOLS = (
    (CSV_SIMPLE, ["Date", "Auteur", "Texte", "Lien"], ";"),
    (FOURCAT_CSV, HEADERS, ","),
    (MINET, TWEETS, ","),
)


@pytest.mark.parametrize(("one", "header", "delimiter"), TOOLS, ids=lambda one: getattr(one, "id", ""))
@settings(max_examples=examples(8, 100), deadline=None)
@given(data=st.data(), line_end=st.sampled_from(["\n", "\r\n"]), is_quoted=st.booleans())
def test_plain_tables_read_as_columns_give_what_rows_give(
    one: Format, header: list[str], delimiter: str, data: st.DataObject, line_end: str, is_quoted: bool
) -> None:
    cells = CELLS | st.just("08/04/2026 14:05")
    rows = data.draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), max_size=6))
    body = written(header, rows, delimiter, line_end, is_quoted)
    assert told(one, body) == told(one_by_one(one), body)


def test_plain_rows_are_not_made_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CellColumns, "__iter__", None)
    monkeypatch.setattr(table_blocks, "reader_of", None)
    rows = [["08/04/2026 14:05", f"Ada {n}", 'Un "mot"; deux\nlignes', ""] for n in range(60)]
    found, entry = read(written(TOOLS[0][1], rows, ";", "\r\n", is_quoted=False), CSV_SIMPLE)
    assert (len(found), entry.mapped, found[59].author_name) == (60, 60, "Ada 59")


def test_rows_held_as_columns_are_those_of_the_file_and_keep_some_of_them() -> None:
    data = b'un;deux\na;"b""\n"\n\nc;d\n'
    layout = Layout(";", "utf-8", ["un", "deux"], 0, "")
    marks = marks_of(data, ";", is_end=True)
    assert marks is not None
    cells = CellColumns.of(data, marks.behind(1), 8, layout)
    assert cells is not None
    assert (cells.column(0), cells.column(1)) == (["a", "", "c"], ['b"\n', "", "d"])
    assert (list(cells.bodies()), cells.empty_rows()) == ([b'a;"b""\n"\n', b"\n", b"c;d\n"], [1])
    some = cells.only([False, False, True])
    assert (some.column(1), list(some), some.places_of(["c", "d"])) == (["d"], [["c", "d"]], [0])
    assert (list(some.bodies()), some[-1]) == ([b"c;d\n"], ["c", "d"])


# ------------------------------------------------------------------ signs that end lines elsewhere

ROWS = b"Date;Auteur;Texte\n08/04/2026;Ada;un\rdeux\n09/04/2026;Zo\xc3\xa9;trois\n"


def test_a_lone_return_without_quotes_is_part_of_its_cell() -> None:
    for one in (CSV_SIMPLE, one_by_one(CSV_SIMPLE)):
        (first, second), entry = read(ROWS, one)
        assert (first.text, second.text, entry.read) == ("un\rdeux", "trois", 2)
        assert first.record_sha256 == sha256(b"08/04/2026;Ada;un\rdeux\n").hexdigest()


def test_a_lone_return_that_may_have_joined_two_rows_is_a_failed_row_alone() -> None:
    data = ROWS + b'10/04/2026;Lou;x\r11/04/2026;Max;y\n12/04/2026;Zoe;"a\rb";de trop\n'
    for one in (CSV_SIMPLE, one_by_one(CSV_SIMPLE)):
        found, entry = read(data, one)
        assert [message.text for message in found] == ["un\rdeux", "trois", "a\rb"]
        assert [(failure.locator, failure.error) for failure in entry.failed] == [("#row=4", "bad_row")]
        assert (entry.read, entry.mapped) == (4, 3)


def test_a_table_of_an_old_excel_for_mac_is_read() -> None:
    data = b'Date;Auteur;Texte\r08/04/2026;Ada;"deux\nlignes"\r09/04/2026;Lou;sans\nguillemets\r10/04/2026;Max;fin'
    for one in (CSV_SIMPLE, one_by_one(CSV_SIMPLE)):
        found, entry = read(data, one)
        assert [message.text for message in found] == ["deux\nlignes", "sans\nguillemets", "fin"]
        assert [message.locator for message in found] == ["#row=2", "#row=3", "#row=4"]
        assert found[0].record_sha256 == sha256(b'08/04/2026;Ada;"deux\nlignes"\r').hexdigest()
        assert (entry.read, entry.truncated) == (3, False)


# ------------------------------------------------------------------ times

AUTUMN = datetime(2026, 10, 25)  # noqa: DTZ001 (local: clocks go back at 3 in Paris)
MOMENTS = st.datetimes(datetime(1890, 1, 1), datetime(2200, 1, 1)) | st.datetimes(  # noqa: DTZ001 (likewise)
    AUTUMN, AUTUMN + timedelta(hours=5)
)


@settings(max_examples=examples(25, 400), deadline=None)
@given(
    st.lists(MOMENTS, min_size=1, max_size=4),
    st.sampled_from([*WRITINGS[1:4], "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
)
def test_times_of_a_column_are_those_of_its_cells(moments: list[datetime], writing: str) -> None:
    cells = [f"{moment:{writing}}" for moment in moments]
    found = plain_times(cells, WRITINGS, PARIS)
    each = [parse_time(cell, WRITINGS, PARIS) for cell in cells]
    if found is not None:
        assert found.at.tolist() == [utc_us(one.at) for one in each if one is not None]
        assert [found.precision] * len(cells) == [one and one.precision for one in each]


def test_times_far_from_a_change_of_clocks_are_read_together() -> None:
    cells = [f"{datetime(2026, 4, 8) + timedelta(hours=7 * n):%d/%m/%Y %H:%M}" for n in range(50)]  # noqa: DTZ001
    found = plain_times(cells, WRITINGS, PARIS)
    assert found is not None
    assert plain_times([*cells, "31/02/2026 10:00"], WRITINGS, PARIS) is None
    far = plain_times(["01/02/1900 10:00", "29/02/2400 10:00"], WRITINGS, PARIS)
    assert far is not None
    assert datetime.fromtimestamp(int(far.at[1]) / 1e6, UTC) == datetime(2400, 2, 29, 9, tzinfo=UTC)
    assert plain_times(["01/02/1900 10:00", "29/02/2401 10:00"], WRITINGS, PARIS) is None
    assert plain_times([*cells, "25/10/2026 02:30"], WRITINGS, PARIS) is None
