"""Workbooks: what a spreadsheet changes, hides or damages is read exactly, told, or refused; never guessed."""

import io
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.messages import spreadsheets
from saisine.messages.formats.xlsx import date_text, may_be_rounded, number_text, place_of
from saisine.messages.formats.xlsx_parts import is_date_format, unescape
from saisine.messages.originals import read_record
from saisine.messages.reading import read_paths
from saisine.vault.row_checks import Original
from tests.messages.examples import examples
from tests.messages.formats.reading import NOW
from tests.messages.sheets import HEADER, ROW, cells_of, notes, read
from tests.messages.workbooks import PACKAGE, RELATIONS, letters, raw, sheet, strings, workbook

SAMPLES = Path(__file__).parent / "samples"


def test_a_sheet_is_read_like_a_table(tmp_path: Path) -> None:
    (message,), (source,) = read(tmp_path / "a.xlsx", workbook({"Feuil1": sheet([HEADER, ROW])}))
    assert (source["path"], source["format"]) == ("a.xlsx!Feuil1", "csv-simple")
    assert (message.text, message.author_name, message.platform) == ("Bonjour", "Ada", "x")
    assert message.created_at == datetime(2026, 4, 8, 12, 5, tzinfo=UTC)
    assert (message.message_id, message.created_at_precision) == ("c-1234567", "min")


def test_a_row_keeps_its_number_and_its_bytes_each_time_it_is_read(tmp_path: Path) -> None:
    data = workbook({"Mes messages": sheet([["Titre"], [], HEADER, [], ROW])})
    (message,), _ = read(tmp_path / "a.xlsx", data)
    assert message.locator == "Mes messages!#row=5"
    line = cells_of(tmp_path, data)[4]
    assert message.record_sha256 == sha256(f"{line}\r\n".encode()).hexdigest()


def test_hidden_sheets_are_named_and_left_closed(tmp_path: Path) -> None:
    table = sheet([HEADER, ROW])
    messages, sources = read(tmp_path / "a.xlsx", workbook({"Vue": table, "Notes": table}, hidden=["Notes"]))
    assert len(messages) == 1
    assert [(source["path"], source.get("unread")) for source in sources] == [
        ("a.xlsx!Vue", None),
        ("a.xlsx!Notes", "hidden_sheet"),
    ]


def test_rows_behind_a_filter_are_read_and_told(tmp_path: Path) -> None:
    messages, (source,) = read(
        tmp_path / "a.xlsx", workbook({"A": sheet([HEADER, ROW, ROW], hidden_rows=[3])})
    )
    assert len(messages) == 2
    assert notes(source)["hidden_rows"] == 1


def test_unused_sheets_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"A": sheet([HEADER, ROW]), "B": sheet([]), "C": sheet([["Infos"], ["x"]])}))
    reading = read_paths([path], now=NOW)
    assert len(list(reading)) == 1
    assert not reading.ledger.is_partial
    assert [entry.unread for entry in reading.ledger.sources] == [None, "no_message_inside", "unknown_table"]


def test_a_profile_reads_the_sheet_it_was_made_for_and_leaves_the_others(tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text(
        "id: p\nversion: 1\nlabel_fr: p\nplatform: x\nkind: comment\nmatch: {headers_all: [quoi]}\n"
        "fields: {text: quoi, author_name: qui}\n",
        "utf-8",
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        workbook({"A": sheet([["a", "b"], ["1", "2"]]), "B": sheet([["quoi", "qui"], ["un", "Ada"]])})
    )
    reading = read_paths([path], now=NOW, profile=profile)
    assert [message.text for message in reading] == ["un"]
    assert [(entry.format, entry.unread) for entry in reading.ledger.sources] == [
        (None, "unknown_table"),
        ("p", None),
    ]
    assert not reading.ledger.is_partial


# ------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (raw("<v>12</v>"), "12"),
        (raw("<v>12.0</v>"), "12"),
        (raw("<v>0.30000000000000004</v>"), "0.3"),
        (raw("<v>1.5E+3</v>"), "1500"),
        (raw("<v>1.7456789012345679E+18</v>"), "1.7456789012345679E+18"),
        (raw("<v>1745678901234567893</v>"), "1745678901234567893"),
        (raw("<v>1745678901234568000</v>"), "1.74567890123456E+18"),
        (raw("<v>1</v>", kind="b"), "true"),
        (raw("<f>A1&amp;B1</f><v>deux</v>", kind="str"), "deux"),
        (raw("<f>1+1</f><v>2</v>"), "2"),
        (
            raw("<is><r><t>Bon</t></r><r><t>jour</t></r><rPh><t>phonétique</t></rPh></is>", kind="inlineStr"),
            "Bonjour",
        ),
        (raw("<is><t>a_x000D_\nb_x005F_c</t></is>", kind="inlineStr"), "a\r\nb_c"),
        (raw("<is><t>nul _x0000_ _xD83D_</t></is>", kind="inlineStr"), "nul � �"),
        (raw("<v>46120</v>", style=1), "2026-04-08"),
        (raw("<v>46120.5868171296</v>", style=2), "2026-04-08T14:05:01"),
        (raw("<v>0.5</v>", style=2), "12:00:00"),
        (raw("<v>1.5</v>", style=3), "1.5"),
        (raw("<v>46120</v>", style=4), "46120"),
        (raw("<v>60</v>", style=1), "60"),
        (raw("<v>-3</v>", style=1), "-3"),
        (raw("<v>2026-04-08T14:05:00</v>", kind="d"), "2026-04-08T14:05:00"),
        (raw("<v>abc</v>"), "abc"),
        ("  espaces  ", "  espaces  "),
        ('guillemet " et\nligne', 'guillemet "" et\nligne'),
    ],
)
def test_a_cell_is_what_a_person_saw(tmp_path: Path, cell: Any, expected: str) -> None:
    lines = cells_of(tmp_path, workbook({"A": sheet([["x", cell]])}))
    assert "\r\n".join(lines) == f'"x","{expected}"\r\n'


def test_dates_of_old_macs_count_from_1904(tmp_path: Path) -> None:
    data = workbook({"A": sheet([["x", raw("<v>44658</v>", style=1)]])}, is_1904=True)
    assert cells_of(tmp_path, data)[0] == '"x","2026-04-08"'


def test_shared_texts_are_found_by_their_number(tmp_path: Path) -> None:
    cells = [raw("<v>1</v>", kind="s"), raw("<v>0</v>", kind="s"), raw("<v>2</v>", kind="s")]
    texts = strings("<t>zéro</t>", "<r><t>u</t></r><r><t>n</t></r>", "<t/>")
    data = workbook({"A": sheet([[*cells, "fin"]])}, parts={"xl/sharedStrings.xml": texts})
    assert cells_of(tmp_path, data)[0] == '"un","zéro","","fin"'


def test_formulas_without_a_kept_value_and_errors_are_left_empty_and_told(tmp_path: Path) -> None:
    rows = [HEADER, [*ROW[:3], raw("<f>1+1</f>"), raw("<v>#N/A</v>", kind="e")]]
    (message,), (source,) = read(tmp_path / "a.xlsx", workbook({"A": sheet(rows)}))
    assert notes(source)["formulas_empty"] == 2
    assert message.url is None


@pytest.mark.parametrize(
    "value",
    ["<v>1.75E+18</v>", "<v>1.7456789012345679E+18</v>", "<v>1745678901234560000</v>", "<v>1.7e18</v>"],
)
def test_an_identifier_that_a_spreadsheet_rounded_is_refused_and_told(tmp_path: Path, value: str) -> None:
    (message,), (source,) = read(
        tmp_path / "a.xlsx", workbook({"A": sheet([HEADER, [*ROW[:4], raw(value)]])})
    )
    assert message.message_id is None
    assert notes(source)["rounded_ids"] == 1


def test_digits_that_no_spreadsheet_could_keep_are_believed(tmp_path: Path) -> None:
    rows = [HEADER, [*ROW[:4], raw("<v>1745678901234567893</v>")]]
    (message,), _ = read(tmp_path / "a.xlsx", workbook({"A": sheet(rows)}))
    assert message.message_id == "1745678901234567893"


def test_a_link_behind_a_word_becomes_a_column(tmp_path: Path) -> None:
    links = (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELATIONS}/hyperlink" Target="https://exemple.test/1" TargetMode="External"/>'
        f'<Relationship Id="r2" Type="{RELATIONS}/hyperlink" Target="file:///etc/passwd" TargetMode="External"/>'
        "</Relationships>"
    )
    after = '<hyperlinks><hyperlink ref="B2" r:id="r1"/><hyperlink ref="A2" r:id="r2"/></hyperlinks>'
    table = sheet([["Texte", "voir"], ["un", "lien"], ["deux", "lien"]], after=after)
    data = workbook({"A": table}, parts={"xl/worksheets/_rels/sheet1.xml.rels": links})
    assert cells_of(tmp_path, data)[:3] == [
        '"Texte","voir","voir (lien)"',
        '"un","lien","https://exemple.test/1"',
        '"deux","lien",""',
    ]


# ------------------------------------------------------------------ files of real writers


@pytest.mark.parametrize("name", ["ecrit-par-openpyxl.xlsx", "ecrit-par-xlsxwriter.xlsx"])
def test_files_of_other_writers_are_read(name: str) -> None:
    reading = read_paths([SAMPLES / name], now=NOW)
    first, second = list(reading)
    assert (first.text, first.author_name) == ("Bonjour, « toi »\nsur deux lignes", "Camille")
    assert first.created_at == datetime(2026, 4, 8, 12, 5, tzinfo=UTC)
    assert (second.text, second.message_id) == ("Été ; à l’ombre", None)
    assert {note for entry in reading.ledger.sources for note in entry.notes} == {
        "rounded_ids",
        "zone_assumed",
    }


# ------------------------------------------------------------------ invariants

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(
    max_examples=examples(25, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_any_texts_come_back_as_they_were_written(tmp_path: Path, rows: list[list[str]]) -> None:
    import csv

    text = "\r\n".join(cells_of(tmp_path, workbook({"A": sheet(rows)})))
    read_back = list(csv.reader(io.StringIO(text, newline="")))
    expected = [[unescape(value) for value in row] for row in rows]
    for row in expected:
        while row and not row[-1]:
            row.pop()
    while expected and not expected[-1]:
        expected.pop()
    assert read_back == expected


@given(st.integers(0, 16_383), st.integers(0, 1_048_575))
def test_references_name_one_cell(column: int, row: int) -> None:
    assert place_of(f"{letters(column)}{row + 1}") == (column, row)


@given(st.integers(1, (1 << 63) - 1))
def test_a_double_never_passes_for_an_identifier(number: int) -> None:
    """What a spreadsheet kept of a number is refused unless it is the number itself."""
    kept = f"{float(number):.0f}"
    if len(kept) > 16 and number > 1 << 53:
        digits = repr(float(number)).partition("e")[0].replace(".", "")
        assert may_be_rounded(digits.ljust(len(kept), "0"))
    assert not may_be_rounded(str(number % 10**15))


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_has_a_text(number: float) -> None:
    assert number_text(repr(number))


@given(st.floats(60.0, 60_000.0), st.booleans())
def test_serial_dates_keep_their_millisecond(serial: float, is_1904: bool) -> None:
    text = date_text(serial, is_1904=is_1904)
    if text is None:
        assert int(round(serial * 86_400_000) // 86_400_000) == 60
        return
    origin = datetime(1904, 1, 1, tzinfo=UTC) if is_1904 else datetime(1899, 12, 30, tzinfo=UTC)
    days = (datetime.fromisoformat(text).replace(tzinfo=UTC) - origin).total_seconds() / 86_400
    assert abs(days - serial) < 1e-7


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("dd/mm/yyyy", True), ("[$-40C]d mmmm yyyy", True), ("h:mm:ss", True), ("[h]:mm", False), ("General", False),
        ("0.00", False), ("#,##0.00 €", False), ('0" jours"', False), ("[Red]0.00", False), ("0\\d", False),
        ("yyyy-mm-dd;@", True), ("@", False), ("0.00E+00", False),
    ],
)  # fmt: skip
def test_formats_that_show_a_date_are_known(code: str, expected: bool) -> None:
    assert is_date_format(code) is expected


@pytest.mark.parametrize("mapper", ["csv-simple@1", "profil-inconnu@1"])
def test_a_row_is_found_again_in_the_sealed_workbook(tmp_path: Path, mapper: str) -> None:
    data = workbook({"Autre": sheet([["a"]]), "Mes messages": sheet([["Titre"], [], HEADER, ROW])})
    (message,), _ = read(tmp_path / "a.xlsx", data)
    original = Original("a.xlsx", len(data), lambda: io.BytesIO(data))
    body = read_record(original, message.locator, message.record_sha256, mapper=mapper)
    assert body.endswith(b'"Bonjour","https://x.com/a/status/1","c-1234567"\r\n')


def test_a_sheet_of_empty_rows_is_gone_through_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column formatted down to the last row, as people do: what a format is known by, then its rows, in one go."""
    opened: list[str] = []
    real = spreadsheets.Workbook.rows

    def counted(self: spreadsheets.Workbook, sheet: Any, told: Any) -> Any:
        opened.append(sheet.name)
        return real(self, sheet, told)

    monkeypatch.setattr(spreadsheets.Workbook, "rows", counted)
    empty = "".join(f'<row r="{n}" hidden="1"><c r="A{n}" s="1"/></row>' for n in range(3, 4_000))
    data = workbook({"A": sheet([HEADER, ROW]).replace("</sheetData>", f"{empty}</sheetData>")})
    messages, (source,) = read(tmp_path / "a.xlsx", data)
    assert (len(messages), opened) == (1, ["A"])
    assert notes(source)["hidden_rows"] == 3_997
