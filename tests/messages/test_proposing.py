"""The guided profile: the right columns, doubts told, dates never guessed, and a file that reads back the same."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages.column_scores import JUDGES, header_scores
from saisine.messages.formats.profiles import load_profile
from saisine.messages.proposal_documents import write_profile
from saisine.messages.proposal_words import CHECKS, FIELDS, REASONS
from saisine.messages.proposing import Proposal, propose
from saisine.messages.reading import read_paths
from saisine.messages.schema import COLUMNS
from saisine.messages.table_guesses import NO_FIELD, column_names, field_of_name, normal_header
from tests.messages.examples import examples
from tests.messages.formats.reading import NOW, utc
from tests.messages.header_sets import ROWS, SETS, value
from tests.messages.workbooks import raw, sheet, workbook

SMALL = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def table(rows: list[list[str]], delimiter: str = ";") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def proposal_of(path: Path, data: bytes | list[list[str]], **options: Any) -> Proposal:
    path.write_bytes(table(data) if isinstance(data, list) else data)
    return propose(path, now=NOW, **options)


def held(proposal: Proposal) -> dict[str, str]:
    return {column.field: column.header for column in proposal.columns if column.field is not None}


def codes(proposal: Proposal) -> list[str]:
    return [check.code for check in proposal.checks]


def columns_in(line: str) -> list[tuple[str, str, str]]:
    """(header, kind of values, field) of a line of `header_sets.SETS`."""
    found = []
    for one in line.split(" | "):
        header, _, rest = one.strip().rpartition(":")
        kind, _, name = rest.partition("=")
        found.append((header, kind, name))
    return found


# ------------------------------------------------------------------ the right columns


# Every table once in `make test`, by one of the three; by all three where the slow tests run.
WRITTEN = [
    pytest.param(line, sign, marks=[] if number % 3 == place else [pytest.mark.slow], id=f"{line[:50]}{sign}")
    for number, line in enumerate(SETS)
    for place, sign in enumerate((";", ",", "\t"))
]


@pytest.mark.parametrize(("line", "delimiter"), WRITTEN)
def test_invented_tables_get_the_right_answer(tmp_path: Path, line: str, delimiter: str) -> None:
    columns = columns_in(line)
    rows = [[header for header, _, _ in columns]]
    rows += [[value(kind, number) for _, kind, _ in columns] for number in range(ROWS)]
    proposal = proposal_of(tmp_path / "a.csv", table(rows, delimiter))
    assert [column.field or "" for column in proposal.columns] == [name for _, _, name in columns]
    assert proposal.profile is not None
    assert len(proposal.sample) == 10


@pytest.mark.parametrize("line", SETS, ids=lambda line: line[:50])
def test_the_same_tables_as_workbooks_and_json_get_the_same_answer(tmp_path: Path, line: str) -> None:
    columns = columns_in(line)
    rows = [[value(kind, number) for _, kind, _ in columns] for number in range(ROWS)]
    expected = [name for _, _, name in columns]
    book = workbook({"Feuil1": sheet([[header for header, _, _ in columns], *rows])})
    assert [one.field or "" for one in proposal_of(tmp_path / "a.xlsx", book).columns] == expected
    lines = [dict(zip([header for header, _, _ in columns], row, strict=True)) for row in rows]
    data = "\n".join(json.dumps(one) for one in lines).encode()
    assert [one.field or "" for one in proposal_of(tmp_path / "a.ndjson", data).columns] == expected


def test_forty_tables_stand_in_the_list() -> None:
    assert len(SETS) == len(set(SETS)) == 40


def test_the_table_is_then_read_with_the_saved_profile(tmp_path: Path) -> None:
    rows = [
        ["Créé le", "Qui parle", "Ce qui est dit"],
        ["23/04/2026 14:05", "Ada", "Bonjour à toutes et à tous"],
    ]
    proposal = proposal_of(
        tmp_path / "a.csv", rows, chosen={"author_name": "Qui parle", "text": "Ce qui est dit"}
    )
    assert proposal.profile is not None
    write_profile(tmp_path / "p.yaml", proposal.profile)
    reading = read_paths([tmp_path / "a.csv"], profile=tmp_path / "p.yaml", now=NOW)
    (message,) = list(reading)
    assert (message.author_name, message.text) == ("Ada", "Bonjour à toutes et à tous")
    assert message.created_at == utc("2026-04-23T12:05:00Z")
    assert message.mapper == f"{proposal.profile.id}@1"


def test_a_profile_tells_nothing_of_the_file_but_its_headers(tmp_path: Path) -> None:
    rows = [["Date", "Auteur", "Texte"], ["23/04/2026", "Ada Exemple", "Un texte qui reste ici"]]
    proposal = proposal_of(tmp_path / "nom-secret.csv", rows)
    assert proposal.profile is not None
    write_profile(tmp_path / "p.yaml", proposal.profile, ["à vérifier"])
    written = (tmp_path / "p.yaml").read_text("utf-8")
    assert not any(word in written for word in ("secret", "Ada", "reste"))


def test_a_date_and_an_hour_in_two_columns_make_one_time(tmp_path: Path) -> None:
    rows = [["Date", "Heure", "Auteur", "Texte"], ["23/04/2026", "14h05", "Ada", "un deux trois quatre"]]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    (row,) = proposal.sample
    assert (row.created_at, row.created_at_precision) == (utc("2026-04-23T12:05:00Z"), "min")


def test_a_preamble_is_stepped_over_and_names_the_platform(tmp_path: Path) -> None:
    data = (
        b"Export;https://www.instagram.com/p/a\r\n;\r\nDate;Compte;Commentaire\r\n"
        b"2026-04-08;ada;un deux trois quatre\r\n"
    )
    proposal = proposal_of(tmp_path / "a.csv", data)
    assert (proposal.header_row, held(proposal)["text"]) == (2, "Commentaire")
    assert proposal.profile is not None
    assert proposal.profile.platform == "instagram"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_every_encoding_of_excel_is_read(tmp_path: Path, encoding: str) -> None:
    text = "Créé le;Autrice;Texte\r\n23/04/2026;Zoé;Été à l’ombre des pins\r\n"
    proposal = proposal_of(tmp_path / "a.csv", text.encode(encoding))
    assert held(proposal) == {"created_at": "Créé le", "author_name": "Autrice", "text": "Texte"}
    assert proposal.sample[0].text == "Été à l’ombre des pins"


def test_nested_json_has_columns_by_path(tmp_path: Path) -> None:
    rows = [
        {"author": {"name": "Ada"}, "msg": {"text": f"un deux trois quatre {n}"}, "at": 1775649900}
        for n in range(3)
    ]
    proposal = proposal_of(tmp_path / "a.json", json.dumps(rows).encode(), chosen={"created_at": "at"})
    assert held(proposal) == {"author_name": "author/name", "text": "msg/text", "created_at": "at"}
    assert [row.created_at for row in proposal.sample] == [utc("2026-04-08T12:05:00Z")] * 3


def test_a_key_that_comes_late_in_json_is_not_lost(tmp_path: Path) -> None:
    lines = [{"date": "2026-04-08", "author": "Ada", "text": f"un deux trois quatre {n}"} for n in range(900)]
    path, profile = tmp_path / "a.ndjson", tmp_path / "p.yaml"
    path.write_text(
        "\n".join(json.dumps(one) for one in [*lines, lines[0] | {"parentId": "abc-12345"}]), "utf-8"
    )
    profile.write_text(
        "id: p\nversion: 1\nlabel_fr: p\nplatform: x\nkind: comment\ndialect: {form: json}\n"
        "match: {headers_all: [text]}\nfields: {text: text, author_name: author, parent_id: parentId}\n",
        "utf-8",
    )
    first, *_, last = list(read_paths([path], profile=profile, now=NOW))
    assert (first.parent_id, last.parent_id, last.kind) == (None, "abc-12345", "reply")
    assert "parent_id" in first.missing
    assert "parent_id" not in last.missing


# ------------------------------------------------------------------ doubts


def test_dates_that_can_be_read_in_two_ways_stay_empty_until_someone_says(tmp_path: Path) -> None:
    rows = [["Date", "Auteur", "Texte"], ["08/04/2026 14:05", "Ada", "un deux trois quatre"]]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert proposal.is_undecided
    assert "date_order" in codes(proposal)
    assert (proposal.day_first, proposal.month_first) == (("%d/%m/%Y %H:%M",), ("%m/%d/%Y %H:%M",))
    assert [(row.created_at, row.created_at_raw) for row in proposal.sample] == [(None, "08/04/2026 14:05")]
    for order, expected in (("day", "2026-04-08T12:05:00Z"), ("month", "2026-08-04T12:05:00Z")):
        settled = proposal_of(tmp_path / "a.csv", rows, order=order)
        assert not settled.is_undecided
        assert settled.sample[0].created_at == utc(expected)


def test_one_date_far_down_the_file_proves_the_order(tmp_path: Path) -> None:
    rows = [
        ["Date", "Auteur", "Texte"],
        *([f"0{n % 9 + 1}/04/2026", "Ada", f"un deux trois {n}"] for n in range(2500)),
    ]
    assert proposal_of(tmp_path / "a.csv", rows).is_undecided
    proposal = proposal_of(tmp_path / "a.csv", [*rows, ["23/04/2026", "Ada", "un deux trois quatre"]])
    assert not proposal.is_undecided
    assert proposal.profile is not None
    assert proposal.profile.time_formats == ("%d/%m/%Y",)


def test_two_columns_that_fit_alike_are_to_be_checked(tmp_path: Path) -> None:
    rows = [["Date", "Commentaire", "Message"], ["23/04/2026", "un deux trois quatre", "cinq six sept huit"]]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    column = proposal.column_of("text")
    assert column is not None
    assert column.is_to_check
    assert column.rivals == ["Message"]
    assert "tie" in codes(proposal)
    settled = proposal_of(tmp_path / "a.csv", rows, chosen={"text": "Message"})
    assert held(settled)["text"] == "Message"
    assert "tie" not in codes(settled)


def test_without_a_text_there_is_no_profile(tmp_path: Path) -> None:
    rows = [["Date", "Vues", "Compte"], ["23/04/2026", "12", "@ada"], ["24/04/2026", "13", "@zoe"]]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert (proposal.profile, proposal.sample) == (None, [])


def test_a_header_that_its_values_contradict_is_not_believed(tmp_path: Path) -> None:
    rows = [
        ["Texte", "Date", "Lien"],
        ["12", "Bonjour à toutes et à tous", "demain"],
        ["13", "Merci pour tout cela", "hier"],
    ]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert "created_at" not in held(proposal)
    assert "text" not in held(proposal)
    reasons = {column.header: [reason.code for reason in column.reasons] for column in proposal.columns}
    assert reasons["Date"] == ["values_differ"]


def test_row_numbers_are_never_identifiers(tmp_path: Path) -> None:
    """Two tables that both count from 1 would otherwise hide each other's messages."""
    rows = [["ID", "Texte"], *([str(n), f"un deux trois quatre {n}"] for n in range(1, 20))]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert held(proposal) == {"text": "Texte"}
    assert proposal.columns[0].reasons[0].code == "row_numbers"


def test_identifiers_that_a_spreadsheet_rounded_are_told_before_the_import(tmp_path: Path) -> None:
    rows = [["Identifiant", "Texte"], *([f"1,7{n}E+18", f"un deux trois quatre {n}"] for n in range(9))]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert "rounded_ids" in codes(proposal)
    assert {row.message_id for row in proposal.sample} == {None}


def test_serial_dates_of_a_csv_are_told(tmp_path: Path) -> None:
    rows = [["Date", "Texte"], ["46120,5868055556", "un deux trois quatre"]]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert "serial_dates" in codes(proposal)
    assert proposal.sample[0].created_at == utc("2026-04-08T12:05:00Z")


def test_a_second_column_of_the_same_name_is_not_proposed(tmp_path: Path) -> None:
    rows = [
        ["Texte", "Texte", "Date"],
        ["", "un deux trois quatre", "23/04/2026"],
        ["", "cinq six sept huit", "24/04/2026"],
    ]
    proposal = proposal_of(tmp_path / "a.csv", rows)
    assert "text" not in held(proposal)
    assert proposal.columns[1].reasons[0].code == "duplicate_header"


# ------------------------------------------------------------------ sheets and files


def test_the_sheet_of_messages_is_chosen_and_the_others_named(tmp_path: Path) -> None:
    head = ["Date", "Auteur", "Texte"]
    line = [raw("<v>46120.5</v>", style=2), "Ada", "un deux trois quatre"]
    sheets = {
        "Lisez-moi": sheet([["À propos"], ["Tableau de suivi"]]),
        "Contacts": sheet([["Nom", "Ville"], ["Rivage", "Lyon"]]),
        "Messages": sheet([head, line]),
        "Vieux": sheet([head[1:], line[1:]]),
        "Interne": sheet([head, line]),
    }
    proposal = proposal_of(tmp_path / "a.xlsx", workbook(sheets, hidden=["Interne"]))
    assert (proposal.name, proposal.form) == ("Messages", "xlsx")
    facts = {check.code: check.facts for check in proposal.checks}
    assert facts["other_sheets"]["names"] == "Vieux"
    assert facts["hidden_sheets"]["names"] == "Interne"


def test_a_known_format_is_said(tmp_path: Path) -> None:
    rows = [["Date", "Auteur", "Texte"], ["23/04/2026", "Ada", "un deux trois quatre"]]
    assert proposal_of(tmp_path / "a.csv", rows).known_format == "csv-simple"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Bonjour",
        b"\x89PNG\r\n\x1a\n",
        b"<html>",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"{",
        b"[1, 2]",
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SaisineError) as caught:
        proposal_of(tmp_path / "a.csv", data)
    assert caught.value.code == "table_not_found"
    assert all("{" not in caught.value.sentence(language) for language in ("fr", "en"))


@pytest.mark.parametrize("chosen", [{"texte": "Texte"}, {"text": "Rien"}, {"locator": "Texte"}])
def test_a_choice_that_fits_nothing_is_refused(tmp_path: Path, chosen: dict[str, str]) -> None:
    rows = [["Date", "Texte"], ["23/04/2026", "un deux trois quatre"]]
    with pytest.raises(SaisineError) as caught:
        proposal_of(tmp_path / "a.csv", rows, chosen=chosen)
    assert caught.value.code == "profile_choice_unknown"


def test_a_corrected_profile_is_never_overwritten(tmp_path: Path) -> None:
    proposal = proposal_of(tmp_path / "a.csv", [["Date", "Texte"], ["23/04/2026", "un deux trois quatre"]])
    assert proposal.profile is not None
    write_profile(tmp_path / "p.yaml", proposal.profile)
    with pytest.raises(SaisineError) as caught:
        write_profile(tmp_path / "p.yaml", proposal.profile)
    assert caught.value.code == "profile_exists"


# ------------------------------------------------------------------ the lists


def test_names_of_columns_are_folded_and_named_once() -> None:
    names = [name for many in column_names().values() for name in many]
    assert len(names) == len(set(names))
    assert [name for name in names if normal_header(name) != name] == []
    assert set(column_names()) == set(JUDGES) | {NO_FIELD}
    assert set(JUDGES) - {"time_of_day"} <= set(COLUMNS)


def test_every_word_is_there_in_both_languages() -> None:
    assert set(FIELDS) == set(JUDGES)
    for words in (*REASONS.values(), *CHECKS.values(), *FIELDS.values()):
        assert words.fr
        assert words.en


def test_a_whole_header_weighs_more_than_a_part() -> None:
    scores = {name: header_scores(name.upper())[field][0] for name, field in field_of_name().items()}
    assert {name: score for name, score in scores.items() if score != 60} == {}


# ------------------------------------------------------------------ invariants

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["Texte", "Date", "Auteur", "08/04/2026", "1,75E+18", "https://e.test/1", "@ada", "12", "", "\0"]
    ),
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8)


def assert_answers(path: Path) -> None:
    """A proposal, or an error that can explain itself: nothing else comes out."""
    error: SaisineError | None = None
    try:
        propose(path, now=NOW)
    except SaisineError as caught:
        error = caught
    assert error is None or (error.sentence("fr") and error.sentence("en"))


@settings(max_examples=examples(15, 50), deadline=None, suppress_health_check=SMALL)
@given(rows=TABLES, delimiter=st.sampled_from([";", ",", "\t", "|"]))
def test_any_table_gives_a_proposal_or_a_sentence(
    tmp_path: Path, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(delimiter.join(row) for row in rows).encode("utf-8", "replace"))
    assert_answers(path)


@settings(max_examples=examples(15, 50), deadline=None, suppress_health_check=SMALL)
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_proposal_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert_answers(path)


HEADERS = st.lists(
    st.one_of(st.text(min_size=1, max_size=15), st.sampled_from(sorted(field_of_name()))),
    min_size=1,
    max_size=7,
)


@settings(max_examples=examples(15, 50), deadline=None, suppress_health_check=SMALL)
@given(headers=HEADERS, form=st.sampled_from(["csv", "json"]), data=st.data())
def test_a_saved_proposal_reads_back_the_same(
    tmp_path: Path, headers: list[str], form: str, data: st.DataObject
) -> None:
    kinds = data.draw(
        st.lists(st.sampled_from(["text", "fr", "iso", "id", "count", "url"]), min_size=7, max_size=7)
    )
    header = ["Texte", *headers]
    rows = [[value("text", n), *(value(kind, n) for kind in kinds[: len(headers)])] for n in range(4)]
    path, saved = tmp_path / f"a.{form}", tmp_path / "p.yaml"
    if form == "json":
        path.write_text(json.dumps([dict(zip(header, row, strict=True)) for row in rows]), "utf-8")
    else:
        path.write_bytes("".join(
            ";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in [header, *rows]
        ).encode("utf-8", "replace"))  # fmt: skip
    try:
        proposal = propose(path, now=NOW)
    except SaisineError:
        return
    if proposal.profile is None:
        return
    saved.unlink(missing_ok=True)
    write_profile(saved, proposal.profile, ["note"])
    assert load_profile(saved) == proposal.profile
    found = [row.text for row in read_paths([path], profile=saved, now=NOW)]
    assert found[: len(proposal.sample)] == [row.text for row in proposal.sample]
