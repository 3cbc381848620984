"""Tables that a spreadsheet or several people went through: what it did to them, what is told of it."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from saisine.errors import SaisineError
from saisine.messages.importing import read_paths
from saisine.messages.proposing import propose
from tests.messages.deposited import HEADER, days, notes, read
from tests.messages.workbooks import PACKAGE, RELATIONS, raw, sheet, workbook
from tests.messages.x_lines import NOW

# ------------------------------------------------------------------ what a spreadsheet does to a table


@pytest.mark.parametrize(
    ("cell", "hour", "precision"),
    [
        ("2:05 PM", 14, "min"),
        ("12:30 p.m.", 12, "min"),
        ("12:00 AM", 0, "min"),
        ("0,586805556", 14, "min"),
        ("0", 0, "min"),
        ("2026-04-08T14:05", 14, "min"),
        ("14:05:09", 14, "s"),
        ("24:00", None, "day"),
        ("13:05 PM", None, "day"),
        ("le soir", None, "day"),
    ],
)
def test_a_time_of_day_is_read_as_spreadsheets_write_it_or_told(
    tmp_path: Path, cell: str, hour: int | None, precision: str
) -> None:
    (row,), reading = read(tmp_path / "a.csv", f'Date;Heure;Auteur;Texte\n13/01/2026;"{cell}";Zoé;un\n')
    assert row.created_at is not None
    at = row.created_at.astimezone(ZoneInfo("Europe/Paris"))
    assert (at.day, at.hour, row.created_at_precision) == (13, hour or 0, precision)
    assert ("hours_unread" in notes(reading)) == (hour is None)


def test_an_hour_kept_as_a_number_of_days_is_read(tmp_path: Path) -> None:
    """Midnight is 0, shown 00:00; a date and time shown as its hour alone is still both."""
    header = ["Date", "Heure", "Auteur", "Texte"]
    day, hours = raw("<v>46120</v>", style=1), ("<v>0</v>", "<v>46120.586805555555</v>", "<v>0.5</v>")
    rows = [header, *([day, raw(one, style=2), "Zoé", "un"] for one in hours)]
    messages, _ = read(tmp_path / "a.xlsx", workbook({"F": sheet(rows)}))
    zone = ZoneInfo("Europe/Paris")
    clocks = [one.created_at and one.created_at.astimezone(zone).strftime("%d %H:%M") for one in messages]
    assert clocks == ["08 00:00", "08 14:05", "08 12:00"]


def test_an_empty_date_is_no_day_of_1900(tmp_path: Path) -> None:
    cells = (raw("<v>0</v>", style=1), raw("<v>1</v>", style=1), "13/04/0026", "01/01/1900")
    rows = [["Date", "Auteur", "Texte"], *([cell, "Zoé", "un"] for cell in cells)]
    messages, reading = read(tmp_path / "a.xlsx", workbook({"F": sheet(rows)}))
    assert days(messages) == [None] * 4
    assert {one.created_at_precision for one in messages} == {"none"}
    assert reading.ledger.sources[0].notes["dates_unread"][0] == 4


def linked(rows: list[list[object]], links: dict[str, str]) -> bytes:
    """A workbook of which these cells lead to these addresses."""
    uses = "".join(f'<hyperlink ref="{cell}" r:id="k{n}"/>' for n, cell in enumerate(links))
    made = "".join(
        f'<Relationship Id="k{n}" Type="{RELATIONS}/hyperlink" Target="{address}" TargetMode="External"/>'
        for n, address in enumerate(links.values())
    )
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{PACKAGE}">{made}</Relationships>'
    }
    return workbook({"F": sheet(rows, after=f"<hyperlinks>{uses}</hyperlinks>")}, parts=parts)


def test_addresses_typed_beside_links_are_kept(tmp_path: Path) -> None:
    posts = [f"https://www.facebook.com/a/posts/{n}" for n in range(4)]
    rows: list[list[object]] = [
        ["Date", "Auteur", "Texte", "Lien"],
        *(["2026-04-08", "Zoé", "un", post] for post in posts[:3]),
        ["2026-04-08", "Zoé", "un", "voir"],
    ]
    messages, _ = read(tmp_path / "a.xlsx", linked(rows, {"D3": posts[1], "D5": posts[3]}))
    assert [one.url for one in messages] == posts
    assert {one.platform for one in messages} == {"facebook"}


def test_an_address_made_by_a_formula_is_read(tmp_path: Path) -> None:
    def formula(text: str) -> object:
        return raw(f"<f>{text}</f><v>voir</v>", kind="str")

    rows = [
        ["Date", "Auteur", "Texte", "Lien"],
        [
            "2026-04-08",
            "Zoé",
            "un",
            formula("HYPERLINK(&quot;https://x.com/a/status/1&quot;,&quot;voir&quot;)"),
        ],
        ["2026-04-08", "Zoé", "deux", formula("CONCATENATE(&quot;vo&quot;,&quot;ir&quot;)")],
    ]
    messages, _ = read(tmp_path / "a.xlsx", workbook({"F": sheet(rows)}))
    assert [(one.url, one.platform) for one in messages] == [
        ("https://x.com/a/status/1", "x"),
        (None, "other"),
    ]


@pytest.mark.parametrize(
    ("cell", "url", "platform"),
    [
        ("www.facebook.com/z/posts/1", "https://www.facebook.com/z/posts/1", "facebook"),
        ("x.com/a/status/1", "https://x.com/a/status/1", "x"),
        ("HTTPS://X.COM/a", "https://X.COM/a", "x"),
        ("<https://x.com/a>", "https://x.com/a", "x"),
        ("lien : https://x.com/a.", "https://x.com/a", "x"),
        ("https://x.com/a/status/2 , https://x.com/a/status/3", "https://x.com/a/status/2", "x"),
        ("voir https://fr.wikipedia.org/wiki/Foo_(bar)", "https://fr.wikipedia.org/wiki/Foo_(bar)", "other"),
        ("(https://x.com/a)", "https://x.com/a", "x"),
        ("voir", None, "other"),
        ("zoe@x.com/a", None, "other"),
        ("ex.com/a", None, "other"),
    ],
)
def test_an_address_is_found_in_its_cell(tmp_path: Path, cell: str, url: str | None, platform: str) -> None:
    (row,), _ = read(tmp_path / "a.csv", f'Date;Auteur;Texte;Lien\n2026-04-08;Zoé;un;"{cell}"\n')
    assert (row.url, row.platform) == (url, platform)
    both = ["https://x.com/a/status/2", "https://x.com/a/status/3"]
    assert list(row.urls) == (both if "," in cell else [])


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["1775123456789010000", "1775123456789020000"], False),
        (["1775123456789010000,00"], False),
        (["1775123456789010000"], False),  # one in ten thousand
        (["1220345678901230", "1220345678901230", "1220345678901230"], True),  # one of sixteen digits in ten
        (["1775123456789000", "1775123458023000"], True),  # microseconds of a clock of milliseconds
        (["1775123456789010000", "1775123456789010001"], True),
        (["7300000000000000000", "7300000000000000000"], True),  # made up
        (["17751234567890120"], True),
        (["'1775323456789041234"], True),
        (["1.775.323.456.789.041.234"], True),
        (["123456789012340"], True),
    ],
)
def test_long_numbers_of_which_fifteen_digits_are_left_are_no_identifiers(
    tmp_path: Path, cells: list[str], *, kept: bool
) -> None:
    rows = "".join(f"{cell};13/04/2026;Zoé;un\n" for cell in cells)
    messages, reading = read(tmp_path / "a.csv", f"Identifiant;Date;Auteur;Texte\n{rows}")
    bare = [re.sub(r"[.']", "", cell) for cell in cells]
    assert [one.message_id for one in messages] == (bare if kept else [None] * len(cells))
    assert ("rounded_ids" in notes(reading)) != kept


def test_what_stands_around_a_text_is_kept_as_it_was(tmp_path: Path) -> None:
    table = 'Date;Auteur;Texte\n2026-04-08;Zoé;"\tonglet "\n2026-04-08;Zoé;net\n2026-04-08;Zoé;"=""007"""\n'
    messages, _ = read(tmp_path / "a.csv", table)
    assert [(one.text, one.text_raw) for one in messages] == [
        ("onglet", "\tonglet "),
        ("net", None),
        ("007", '="007"'),
    ]


def test_a_count_that_no_column_holds_costs_no_message(tmp_path: Path) -> None:
    (row,), reading = read(
        tmp_path / "a.csv", "Date;Auteur;Texte;Vues\n13/04/2026;Zoé;un;9999999999999999999999\n"
    )
    assert (row.text, row.view_count) == ("un", None)
    assert reading.ledger.sources[0].failed == []


# ------------------------------------------------------------------ told for what they are


def test_relative_dates_are_no_dates_that_a_profile_could_read(tmp_path: Path) -> None:
    table = "Date;Auteur;Texte\nil y a 2 jours;Zoé;un\n2 days ago;Zoé;deux\nzut;Zoé;trois\n"
    messages, reading = read(tmp_path / "a.csv", table)
    assert days(messages) == [None] * 3
    (entry,) = reading.ledger.sources
    assert (entry.notes["dates_relative"][0], entry.notes["dates_unread"][0]) == (2, 1)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_a_web_page_under_the_name_of_a_workbook_is_told(tmp_path: Path, name: str) -> None:
    page = "<html><body><TABLE><tr><th>Date</th></tr></TABLE></body></html>"
    messages, reading = read(tmp_path / name, page)
    assert (messages, reading.ledger.sources[0].unread) == ([], "table_page")


@pytest.mark.parametrize("first", [True, False])
def test_a_header_that_is_longer_than_what_is_looked_at_is_told(tmp_path: Path, *, first: bool) -> None:
    known, more = ["Date", "Auteur", "Texte"], [f"colonne {n}" for n in range(10_000)]
    header = [*known, *more] if first else [*more, *known]
    path = tmp_path / "a.csv"
    messages, reading = read(path, ";".join(header) + "\n" + ";".join(["x"] * len(header)) + "\n")
    assert (messages, reading.ledger.sources[0].unread) == ([], "header_too_long")
    with pytest.raises(SaisineError) as caught:
        propose(path, now=NOW)
    assert "trop longue" in caught.value.sentence("fr")


def test_what_saisine_wrote_itself_is_told(tmp_path: Path) -> None:
    messages, _ = read(tmp_path / "a.csv", f"{HEADER}2026-04-08,Zoé,un,\n")
    lines = read_paths([tmp_path / "a.csv"], now=NOW)
    with (tmp_path / "b.ndjson").open("wb") as out:
        lines.write_ndjson(out)
    reading = read_paths([tmp_path / "b.ndjson"], now=NOW)
    assert list(reading) == []
    assert reading.ledger.sources[0].unread == "own_export"
    assert len(messages) == 1
    _, reading = read(tmp_path / "c.parquet", b"PAR1" + bytes(100))
    assert reading.ledger.sources[0].unread == "parquet"


def test_a_mail_is_no_table_to_make_a_profile_of(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text(
        "From: zoe@exemple.invalid\nTo: asso@exemple.invalid\nSubject: un\nDate: Wed, 8 Apr 2026 14:05:00 +0200\n"
        'Message-ID: <1@exemple.invalid>\nContent-Type: text/plain; charset="utf-8"\n\nBonjour; voilà\nun; deux\n'
    )
    with pytest.raises(SaisineError, match="eml"):
        propose(path, now=NOW)


def test_a_profile_is_proposed_for_the_sheet_that_is_named(tmp_path: Path) -> None:
    first = [["Date", "Auteur", "Texte"], ["2026-04-08", "Zoé", "un mot"]]
    other = [["Moment", "Qui", "Ce qui est dit"], ["2026-04-08", "Bob", "deux mots"]]
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"Un": sheet(first), "Deux": sheet(other)}))
    assert propose(path, now=NOW).columns[0].header == "Date"
    assert propose(path, now=NOW, sheet="Deux").columns[0].header == "Moment"
    with pytest.raises(SaisineError, match="Un, Deux"):
        propose(path, now=NOW, sheet="Trois")


# ------------------------------------------------------------------ tables kept by several people


def test_row_numbers_are_no_identifiers_of_messages(tmp_path: Path) -> None:
    """The rows 1 of two sheets are not one message."""
    header = ["ID", "Date", "Auteur", "Texte"]
    sheets = {
        name: sheet(
            [header, [1, "2026-04-08", "Zoé", f"un de {name}"], [2, "2026-04-09", "Bob", f"deux de {name}"]]
        )
        for name in ("Avril", "Mai")
    }
    messages, _ = read(tmp_path / "a.xlsx", workbook(sheets))
    assert len({one.message_id for one in messages}) == len(messages) == 4
    assert all("message_id" in one.missing for one in messages)
    messages, _ = read(tmp_path / "b.csv", "ID,Date,Author,Text\n1912345678901234567,2026-04-08,Zoé,un\n")
    assert [one.message_id for one in messages] == ["1912345678901234567"]


@pytest.mark.parametrize(
    ("header", "row", "text", "author", "handle", "day"),
    [
        (
            "Date;Auteur;Propos;Commentaire",
            "13/04/2026;Jean;dégage;à signaler",
            "dégage",
            "Jean",
            None,
            "04-12",
        ),
        ("Date;Nom;Message haineux;Message", "13/04/2026;Jean;dégage;merci", "dégage", "Jean", None, "04-12"),
        ("Date;Nom;Pseudo;Message", "13/04/2026;Sarah;jean_59;dégage", "dégage", None, "jean_59", "04-12"),
        (
            "Date;Auteur du message;Propos tenus;Nom",
            "13/04/2026;Jean;dégage;Sarah",
            "dégage",
            "Jean",
            None,
            "04-12",
        ),
        (
            "Date;Auteur;Message;Publié le",
            "20/04/2026;Jean;dégage;13/04/2026",
            "dégage",
            "Jean",
            None,
            "04-12",
        ),
    ],
)
def test_who_keeps_a_table_is_not_taken_for_who_wrote(
    tmp_path: Path, header: str, row: str, text: str, author: str | None, handle: str | None, day: str
) -> None:
    messages, _ = read(tmp_path / "a.csv", f"{header}\n{row}\n")
    assert [(one.text, one.author_name, one.author_handle) for one in messages] == [(text, author, handle)]
    assert days(messages) == [day]


def test_a_message_that_is_a_screenshot_alone_is_kept(tmp_path: Path) -> None:
    rows = "13/04/2026;Jean;;IMG_2034.png\n13/04/2026;Jean;;oui\n13/04/2026;Jean;un;oui\n"
    messages, reading = read(tmp_path / "a.csv", f"Date;Auteur;Texte;Capture\n{rows}")
    assert [(one.text, list(one.media_urls)) for one in messages] == [("", ["IMG_2034.png"]), ("un", [])]
    assert reading.ledger.sources[0].skipped["empty_record"][0] == 1


def test_a_sheet_names_the_platform_of_its_rows(tmp_path: Path) -> None:
    rows = [["Date", "Auteur", "Texte"], ["2026-04-08", "Zoé", "un"]]
    messages, _ = read(tmp_path / "a.xlsx", workbook({"Instagram": sheet(rows), "Avril": sheet(rows)}))
    assert [one.platform for one in messages] == ["instagram", "other"]


def test_counts_that_are_not_exact_are_told(tmp_path: Path) -> None:
    rows = "".join(f"13/04/2026;Jean;un;{count}\n" for count in ("1,2 k", "12", "", "≈10"))
    messages, reading = read(tmp_path / "a.csv", f"Date;Auteur;Texte;Likes\n{rows}")
    assert [one.like_count for one in messages] == [None, 12, None, None]
    assert reading.ledger.sources[0].notes["counts_unread"][0] == 2


@pytest.mark.parametrize(
    "cell",
    ["2026/04/13", "13-avr-26", "13/04/26 00h00", "13/04/2026 à 0h00", "13.04.2026 00.00", "13 avril 2026"],
)
def test_more_ways_of_writing_a_day_by_hand(tmp_path: Path, cell: str) -> None:
    messages, reading = read(tmp_path / "a.csv", f"Date;Auteur;Texte\n{cell};Jean;un\n")
    assert days(messages) == ["04-12"]
    assert "dates_unread" not in notes(reading)


SPOILT = """\
Créé le;Pseudo;Commentaire
8 février 2026;zoé;C’est écrit « là »…
2 août 2026;Anaïs;Menacée à l’école 😀
"""


def spoilt(text: str) -> str:
    """What a spreadsheet shows, and saves, of UTF-8 that it took for Windows-1252."""
    return text.encode().decode("cp1252")


def test_a_table_saved_in_a_wrong_encoding_is_read_as_it_was_written(tmp_path: Path) -> None:
    good, _ = read(tmp_path / "a.csv", SPOILT.encode())
    found, reading = read(tmp_path / "b.csv", b"\xef\xbb\xbf" + spoilt(SPOILT).encode())
    told = ("text", "text_norm", "author_handle", "message_id", "created_at", "created_at_precision")
    for one, other in zip(found, good, strict=True):
        assert [getattr(one, name) for name in told] == [getattr(other, name) for name in told]
        assert (one.text_repairs, one.text_raw) == (("mojibake",), spoilt(other.text))
        assert (one.created_at_raw, other.text_raw) == (spoilt(other.created_at_raw or ""), None)
    assert "mojibake_left" not in notes(reading)


def test_a_text_of_which_a_part_only_is_in_a_wrong_encoding_stays_and_is_told(tmp_path: Path) -> None:
    lines = (
        f"8 février 2026;zoé;{text}" for text in (f"déjà {spoilt('menacé')}", "AMANHÃ…", "« LIBERTÉ…", "É»")
    )
    (first, *others), reading = read(
        tmp_path / "a.csv", "\n".join(("Date;Pseudo;Commentaire", *lines)).encode()
    )
    assert (first.text, first.text_raw, first.text_repairs) == ("déjà menacÃ©", None, ())
    assert [(one.text, one.text_repairs) for one in others] == [
        *(("AMANHÃ…", ()), ("« LIBERTÉ…", ()), ("É»", ())),
    ]
    assert reading.ledger.sources[0].notes["mojibake_left"][0] == 1


def test_a_quote_that_is_never_closed_is_told_for_what_it_is(tmp_path: Path) -> None:
    lines = 'Date;Auteur;Message\n14/03/2026;Zoé;"il dit ""non\n15/03/2026;Zoé;deux\n'
    messages, reading = read(tmp_path / "a.csv", lines)
    (entry,) = reading.ledger.sources
    assert [one.text for one in messages] == ['il dit "non\n15/03/2026;Zoé;deux']
    assert "quote_open" in entry.notes
    assert entry.truncated
    cut, reading = read(tmp_path / "b.csv", lines.rstrip())
    assert len(cut) == 1
    assert "truncated" in reading.ledger.sources[0].notes
