"""Tables that are easily misread: two orders of dates, headers that change below, texts that hold the separator."""

import re
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages.formats.table_orders import is_either
from saisine.messages.importing import read_paths
from saisine.messages.proposing import propose
from tests.messages.deposited import HEADER, days, notes, read
from tests.messages.workbooks import raw, sheet, workbook
from tests.messages.x_lines import NOW

# ------------------------------------------------------------------ order of dates


def test_dates_that_prove_the_month_first_are_all_read_so(tmp_path: Path) -> None:
    table = f"{HEADER}05/06/2024 12:00,Zoé,un,\n05/13/2024 12:00,Zoé,deux,\n"
    messages, reading = read(tmp_path / "a.csv", table)
    assert days(messages) == ["05-06", "05-13"]
    assert "month_first" in notes(reading)
    assert "dates_unread" not in notes(reading)


def test_the_proof_may_come_long_after_the_first_block(tmp_path: Path) -> None:
    rows = "05/06/2024 12:00,Zoé,un,\n" * 60_000
    messages, _ = read(tmp_path / "a.csv", f"{HEADER}{rows}05/13/2024 12:00,Zoé,deux,\n")
    assert {*days(messages)} == {"05-06", "05-13"}


def test_dates_that_prove_the_day_first_say_nothing(tmp_path: Path) -> None:
    messages, reading = read(
        tmp_path / "a.csv", f"{HEADER}05/06/2024 12:00,Zoé,un,\n13/05/2024 12:00,Zoé,b,\n"
    )
    assert days(messages) == ["06-05", "05-13"]
    assert notes(reading) == {"zone_assumed"}


def test_true_dates_that_a_spreadsheet_may_have_turned_are_told(tmp_path: Path) -> None:
    """Excel in French makes 5 June of 05/06, and leaves 05/13 a text."""
    rows = [
        ["Date", "Author", "Text"],
        [raw("<v>45448</v>", style=1), "Zoé", "un"],
        ["05/13/2024", "Zoé", "deux"],
    ]
    messages, reading = read(tmp_path / "a.xlsx", workbook({"Feuille": sheet(rows)}))
    assert days(messages) == ["06-04", "05-12"]  # midnight in Paris
    assert {"month_first", "days_maybe_turned"} <= notes(reading)
    plain = [
        ["Date", "Author", "Text"],
        [raw("<v>45448</v>", style=1), "Zoé", "un"],
        ["13/05/2024", "Zoé", "deux"],
    ]
    told = notes(read(tmp_path / "b.xlsx", workbook({"Feuille": sheet(plain)}))[1])
    assert "days_maybe_turned" not in told
    assert "days_maybe_swapped" in told  # or one in American English did


@pytest.mark.parametrize("proof", [raw("<v>45463</v>", style=1), "05/06/2024"])
def test_true_dates_past_the_twelfth_prove_that_none_was_swapped(tmp_path: Path, proof: Any) -> None:
    """A spreadsheet that reads months first takes no day over 12 for a date, and leaves no other as a text."""
    rows = [
        ["Date", "Author", "Text"],
        [raw("<v>45448</v>", style=1), "Zoé", "un"],
        ["13/05/2024", "Zoé", "deux"],
        [proof, "Zoé", "trois"],
    ]
    told = notes(read(tmp_path / "a.xlsx", workbook({"Feuille": sheet(rows)}))[1])
    assert told == {"zone_assumed"}


def test_an_order_that_nothing_proves_is_said(tmp_path: Path) -> None:
    messages, reading = read(tmp_path / "a.csv", f"{HEADER}05/06/2024 12:00,Zoé,un,\n")
    assert days(messages) == ["06-05"]
    assert "day_first_assumed" in notes(reading)


def test_of_two_orders_in_one_table_a_date_of_two_readings_has_none(tmp_path: Path) -> None:
    cells = ("05/06/2024 12:00", "13/05/2024 12:00", "05/14/2024 12:00", "07/07/2024 12:00")
    messages, reading = read(tmp_path / "a.csv", HEADER + "".join(f"{cell},Zoé,un,\n" for cell in cells))
    assert days(messages) == [None, "05-13", "05-14", "07-07"]
    assert messages[0].created_at_raw == cells[0]
    assert "mixed_date_orders" in notes(reading)
    assert "dates_unread" not in notes(reading)


def test_a_date_inside_a_text_proves_nothing(tmp_path: Path) -> None:
    messages, _ = read(tmp_path / "a.csv", f"{HEADER}05/06/2024 12:00,Zoé,vu le 05/13/2024,\n")
    assert days(messages) == ["06-05"]


def test_dates_of_a_text_say_nothing_of_a_column_that_needs_no_order(tmp_path: Path) -> None:
    _, reading = read(
        tmp_path / "a.csv", f"{HEADER}2024-05-13 12:00,Zoé,vu le 05/06/2024 et le 05/13/2024,\n"
    )
    assert notes(reading) == {"zone_assumed"}


@pytest.mark.parametrize("cell", ["5/13/2024", "05-13-2024", "05.13.2024", "5/13/24"])
def test_each_writing_may_prove_the_month_first(tmp_path: Path, cell: str) -> None:
    other = cell.replace("13", "6")
    rows = f"{other},Zoé,un,\n" * 5_000 + f"{cell},Zoé,deux,\n" + f"{other},Zoé,un,\n" * 5_000
    messages, reading = read(tmp_path / "a.csv", HEADER + rows)
    assert "month_first" in notes(reading)
    assert set(days(messages)) == {"05-05", "05-12"}  # midnight in Paris


def test_a_profile_of_a_person_is_followed(tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text(
        "id: p\nlabel_fr: p\nplatform: other\nkind: comment\nmatch: {headers_all: [Text]}\n"
        'fields: {text: Text, created_at: Date}\ntimes: {format: ["%d/%m/%Y %H:%M"]}\n'
    )
    (tmp_path / "a.csv").write_text(f"{HEADER}05/06/2024 12:00,Zoé,un,\n05/13/2024 12:00,Zoé,deux,\n")
    reading = read_paths([tmp_path / "a.csv"], profile=profile, now=NOW)
    assert days(list(reading)) == ["06-05", None]
    assert "dates_unread" in notes(reading)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("13.05.2024 14:05", "05-13"),
        ("13-05-2024", "05-12"),  # at midnight in Paris
        ("13/05/24 14:05", "05-13"),
        ("13/05/2024 02:05 PM", "05-13"),
        ("13 mai 2024 à 14:05", "05-13"),
    ],
)
def test_dates_as_people_write_them_are_read(tmp_path: Path, cell: str, day: str) -> None:
    messages, _ = read(tmp_path / "a.csv", f"{HEADER}{cell},Zoé,un,\n")
    assert days(messages) == [day]


@given(st.integers(1, 31), st.integers(1, 31), st.sampled_from("/.-"))
def test_a_day_has_two_readings_when_both_numbers_may_be_months(first: int, second: int, sep: str) -> None:
    assert is_either(f"{first:02}{sep}{second:02}{sep}2024") == (
        first != second and first <= 12 and second <= 12
    )


@pytest.mark.parametrize(
    ("clock", "minutes"),
    [("14:05", "14:05"), ("14h05", "14:05"), ("9:05:30", "09:05"), ("soir", None), ("", None)],
)
def test_a_time_of_day_in_a_column_of_its_own_is_read(
    tmp_path: Path, clock: str, minutes: str | None
) -> None:
    table = f"Date;Heure;Auteur;Texte\n13/05/2024;{clock};Zoé;un\n"
    (message,), _ = read(tmp_path / "a.csv", table)
    assert message.created_at is not None
    shown = message.created_at.astimezone(ZoneInfo("Europe/Paris"))
    assert shown.strftime("%d %H:%M") == f"13 {minutes or '00:00'}"
    assert (message.created_at_precision == "day") == (minutes is None)


@pytest.mark.parametrize(("cell", "hour"), [("45425,5868055556", "12:05"), ("13/05/2024 14h05", "12:05")])
def test_dates_as_spreadsheets_and_people_write_them(tmp_path: Path, cell: str, hour: str) -> None:
    (message,), _ = read(tmp_path / "a.csv", f"Date;Auteur;Texte\n{cell};Zoé;un\n")
    assert message.created_at is not None
    assert message.created_at.strftime("%m-%d %H:%M") == f"05-13 {hour}"


# ------------------------------------------------------------------ headers and cells


def test_tables_put_together_may_have_their_columns_in_another_order(tmp_path: Path) -> None:
    joined = (
        "date;auteur;texte;lien\n13/05/2024;Bob;un;\n"
        "auteur;texte;date;lien\nZoé;deux;14/05/2024;https://x.com/a/status/1\n"
        "date;auteur;texte;lien\n15/05/2024;Bob;trois;\n"
    )
    messages, reading = read(tmp_path / "a.csv", joined)
    assert [(one.author_name, one.text) for one in messages] == [
        ("Bob", "un"),
        ("Zoé", "deux"),
        ("Bob", "trois"),
    ]
    assert messages[1].url == "https://x.com/a/status/1"
    assert reading.ledger.totals().skipped == 2


def test_a_table_with_more_columns_may_follow(tmp_path: Path) -> None:
    joined = (
        "date;auteur;texte\n13/05/2024;Bob;un\n"
        "date;auteur;texte;lien\n14/05/2024;Zoé;deux;https://x.com/a/status/1\n"
    )
    messages, reading = read(tmp_path / "a.csv", joined)
    assert [(one.text, one.url) for one in messages] == [("un", None), ("deux", "https://x.com/a/status/1")]
    assert "extra_cells" not in notes(reading)


def test_a_text_that_is_the_name_of_a_column_is_a_message(tmp_path: Path) -> None:
    messages, _ = read(
        tmp_path / "a.csv", "date;auteur;texte;lien\n13/05/2024;Bob;texte;\n14/05/2024;Zoé;auteur;\n"
    )
    assert [one.text for one in messages] == ["texte", "auteur"]


def test_a_text_pushed_to_the_right_is_told_even_when_the_last_cell_is_empty(tmp_path: Path) -> None:
    table = f"{HEADER}2024-05-13,Bob,un,\n2024-05-13,Bob,salut, sale type,\n2024-05-14,Zoé,deux,\n"
    _, reading = read(tmp_path / "a.csv", table)
    assert reading.ledger.sources[0].notes["extra_cells"][1] == "#row=3"


def test_a_spreadsheet_that_pads_all_its_rows_loses_nothing(tmp_path: Path) -> None:
    table = f"{HEADER}2024-05-13,Bob,un,,,\n2024-05-14,Zoé,deux,,,\n"
    messages, reading = read(tmp_path / "a.csv", table)
    assert [one.text for one in messages] == ["un", "deux"]
    assert "extra_cells" not in notes(reading)


def test_a_picture_has_a_link_and_no_text(tmp_path: Path) -> None:
    table = f"{HEADER}2024-05-13,Bob,,https://x.com/a/status/1\n2024-05-13,Bob,,\nTotal,,,12\n"
    messages, reading = read(tmp_path / "a.csv", table)
    assert [(one.text, one.url) for one in messages] == [("", "https://x.com/a/status/1")]
    assert reading.ledger.totals().skipped == 2


def test_rows_under_a_merged_cell_are_told(tmp_path: Path) -> None:
    rows = [["Date", "Auteur", "Texte"], ["2024-05-13", "Bob", "un"], ["", "Zoé", "deux"]]
    merges = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="B1:C1"/></mergeCells>'
    data = workbook({"Feuil1": sheet(rows, after=merges)})
    _, reading = read(tmp_path / "a.xlsx", data)
    assert reading.ledger.sources[0].notes["merged_cells"][0] == 1


# ------------------------------------------------------------------ what a person asked for


def test_a_format_that_does_not_fit_is_said(tmp_path: Path) -> None:
    messages, reading = read(tmp_path / "a.csv", f"{HEADER}2024-05-13,Bob,un,\n", format_id="telegram")
    assert not messages
    assert reading.ledger.sources[0].unread == "wrong_format"
    assert reading.ledger.is_partial


def test_a_profile_is_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        propose(tmp_path, now=NOW)
    assert caught.value.code == "profile_of_folder"
    assert caught.value.exit_code == 64


@pytest.mark.parametrize(
    ("name", "data", "unread"),
    [
        ("__MACOSX/._a.csv", b"\0\5\x16\7", "system_file"),
        ("export/.DS_Store", b"\0\0\0\1Bud1", "system_file"),
        (
            "mail.msg",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900 + "__substg1.0_0037".encode("utf-16-le"),
            "outlook_mail",
        ),
    ],
)
def test_what_lies_beside_is_told_for_what_it_is(tmp_path: Path, name: str, data: bytes, unread: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", f"{HEADER}2024-05-13,Bob,un,\n")
        archive.writestr(name, data)
    reading = read_paths([tmp_path / "a.zip"], now=NOW)
    assert [one.text for one in reading] == ["un"]
    assert [entry.unread for entry in reading.ledger.sources] == [None, unread]


def test_two_tables_side_by_side_are_told(tmp_path: Path) -> None:
    table = "Date;Auteur;Texte;;Date;Auteur;Texte\n13/05/2024;Zoé;un;;14/05/2024;Bob;deux\n"
    messages, reading = read(tmp_path / "a.csv", table)
    assert [one.text for one in messages] == ["un"]
    assert "columns_twice" in notes(reading)


# ------------------------------------------------------------------ zones and words in dates


@pytest.mark.parametrize(
    ("cell", "utc", "precision"),
    [
        ("2026-03-14 10:11:12 CET", "2026-03-14T09:11:12", "s"),
        ("2021-07-05 14:23:11 EDT", "2021-07-05T18:23:11", "s"),
        ("2026-03-14 10:11:12 UTC", "2026-03-14T10:11:12", "s"),
        ("14/03/2026 10:11 (UTC+1)", "2026-03-14T09:11:00", "min"),
        (
            "Sat Mar 14 2026 10:11:12 GMT+0100 (heure normale d’Europe centrale)",
            "2026-03-14T09:11:12",
            "s",
        ),
        ("Sat, 14 Mar 2026 10:11:12 GMT", "2026-03-14T10:11:12", "s"),
        ("Sat Mar 14 10:11:12 +0000 2026", "2026-03-14T10:11:12", "s"),
        ("14 mars 2026 à 10:11 CET", "2026-03-14T09:11:00", "min"),
        ("14 mars 2026 à 14h", "2026-03-14T13:00:00", "hour"),
        ("14/03/2026 14h", "2026-03-14T13:00:00", "hour"),
        ("Mar 14, 2026 10:11 PM", "2026-03-14T21:11:00", "min"),
        ("September 3rd, 2024 at 3:05 p.m.", "2024-09-03T13:05:00", "min"),
        ("12 Mar 2026, 12:05 AM", "2026-03-11T23:05:00", "min"),
        # India, Ireland or Israel; June or July; no month; an hour that no clock shows
        ("2026-03-14 10:11:12 IST", None, "none"),
        ("14 jui. 2026", None, "none"),
        ("14 zut 2026", None, "none"),
        ("Mar 14, 2026 13:11 PM", None, "none"),
        ("2026-03-14 10:11:12 CET+1", None, "none"),
    ],
)
def test_a_zone_named_behind_a_time_holds_and_words_are_read(
    tmp_path: Path, cell: str, utc: str | None, precision: str
) -> None:
    (row,), reading = read(tmp_path / "a.csv", f'{HEADER}"{cell}",Zoé,un,\n')
    assert (row.created_at and row.created_at.isoformat().removesuffix("+00:00")) == utc
    assert row.created_at_precision == precision
    assert ("dates_unread" in notes(reading)) == (utc is None)
    has_zone = re.search("CET|EDT|UTC|GMT|0000", cell) is not None
    assert ("zone_assumed" in notes(reading)) == (utc is not None and not has_zone)


def test_a_profile_is_proposed_for_times_with_their_zone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Page Name,Facebook Id,Post Created,Post Created Date,Likes,Comments,Message\n"
        + "".join(
            f"Une page,123456789012,2021-0{month}-05 14:23:11 {zone},2021-0{month}-05,10,34,Bonjour à {month}\n"
            for month, zone in ((1, "EST"), (7, "EDT"))
        )
    )
    found = propose(path, now=NOW)
    fields = {column.header: column.field for column in found.columns}
    assert fields["Post Created"] == "created_at"
    assert fields["Comments"] == "reply_count"
    assert fields["Facebook Id"] == "author_id"
    assert [one.created_at and one.created_at.isoformat() for one in found.sample] == [
        "2021-01-05T19:23:11+00:00",
        "2021-07-05T18:23:11+00:00",
    ]
    assert "no_zone" not in {one.code for one in found.checks}


def test_a_column_of_comments_is_their_texts_when_it_holds_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Day,Who,Comments\n2026-03-14,Zoé,Voilà ce qui est écrit ici\n")
    assert {one.header: one.field for one in propose(path, now=NOW).columns}["Comments"] == "text"


def test_who_fills_in_a_form_is_not_who_wrote_the_message(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Horodateur,Votre nom,Votre pseudo,Pseudo de la personne qui a écrit,Message reçu\n"
        "14/03/2026 10:11:12,Camille,@camille,@compte1,Un premier message reçu ici\n"
    )
    fields = {one.header: one.field for one in propose(path, now=NOW).columns}
    assert fields["Votre nom"] is fields["Votre pseudo"] is None
    assert fields["Pseudo de la personne qui a écrit"] == "author_handle"


def test_an_hour_alone_beside_a_day_completes_it_to_the_hour(tmp_path: Path) -> None:
    table = "Date;Heure;Auteur;Texte\n14/03/2026;14h;Zoé;un\n14/03/2026;9 h 30;Zoé;deux\n2026-03-14;15h;Zoé;trois\n"
    messages, _ = read(tmp_path / "a.csv", table)
    assert [(one.created_at and one.created_at.hour, one.created_at_precision) for one in messages] == [
        (13, "hour"),
        (8, "min"),
        (23, "day"),
    ]


def test_a_line_that_a_text_without_quotes_breaks_is_told_for_what_it_is(tmp_path: Path) -> None:
    table = (
        "Date;Auteur;Texte;Lien\n14/03/2026;Zoé;un début\nde texte;https://www.facebook.com/a/posts/1\n"
        "15/03/2026;Zoé;;\n16/03/2026;Zoé;deux;\n"
    )
    messages, reading = read(tmp_path / "a.csv", table)
    assert [one.text for one in messages] == ["un début", "deux"]
    (entry,) = reading.ledger.sources
    assert entry.skipped == {"empty_record": (2, "#row=3")}
    assert entry.notes["torn_rows"][:2] == (1, "#row=3")
