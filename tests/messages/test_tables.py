"""Tables by profile: what people's spreadsheets really look like."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages.formats.profiles import SHIPPED, load_profile
from saisine.messages.formats.table_values import is_rounded, parse_count, parse_time, platform_of
from saisine.messages.importing import read_paths
from saisine.messages.schema import Message
from saisine.messages.zones import load_zone
from tests.messages.examples import examples
from tests.messages.x_lines import NOW

PARIS = load_zone("Europe/Paris")
EXCEL = (
    "\ufeffDate;Plateforme;Auteur;Texte;Lien;Identifiant;Likes\r\n"
    '08/04/2026 14:05;X;camille;"Sur\r\ndeux lignes ; et";https://x.com/a/status/1;1,75E+18;1 204\r\n'
    "09/04/2026;Facebook;léa;déjà vu;;1234;\r\n"
)


def read(path: Path, data: bytes, **options: Any) -> tuple[list[Message], dict[str, Any]]:
    path.write_bytes(data)
    reading = read_paths([path], now=NOW, **options)
    messages = list(reading)
    return messages, reading.ledger.as_json()["sources"][0]  # type: ignore[index]


def test_a_french_excel_table_is_read(tmp_path: Path) -> None:
    (first, second), entry = read(tmp_path / "a.csv", EXCEL.encode())
    assert entry["format"] == "csv-simple"
    assert (first.platform, first.text, first.author_name) == ("x", "Sur\r\ndeux lignes ; et", "camille")
    assert (f"{first.created_at}", first.created_at_precision) == ("2026-04-08 12:05:00+00:00", "min")
    assert (first.like_count, first.url) == (1204, "https://x.com/a/status/1")
    assert (second.platform, second.message_id, second.like_count) == ("facebook", "1234", None)
    assert second.created_at_precision == "day"
    assert {note["code"]: note["count"] for note in entry["notes"]} == {
        "rounded_ids": 1,
        "zone_assumed": 2,
        "day_first_assumed": 1,  # 08/04 and 09/04: nothing proves it
    }


def test_an_identifier_that_a_spreadsheet_rounded_is_refused_not_guessed(tmp_path: Path) -> None:
    (first, _), _ = read(tmp_path / "a.csv", EXCEL.encode())
    assert first.message_id is None
    assert "message_id" in first.missing
    assert all(map(is_rounded, ["1,75E+18", "1.75E+18", "1e18", "9.99E17"]))
    assert not any(map(is_rounded, ["175", "1.75", "E+18", "1750000000000000000", "abc1e5"]))


def test_rows_keep_their_bytes_and_their_number(tmp_path: Path) -> None:
    from hashlib import sha256

    (first, second), _ = read(tmp_path / "a.csv", EXCEL.encode())
    lines = EXCEL.encode().split(b"\r\n")
    assert (first.locator, second.locator) == ("#row=2", "#row=3")
    assert first.record_sha256 == sha256(lines[1] + b"\r\n" + lines[2] + b"\r\n").hexdigest()
    assert second.record_sha256 == sha256(lines[3] + b"\r\n").hexdigest()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("first_line", ["", "sep=;\r\n"])
def test_every_encoding_of_excel_gives_the_same_text(tmp_path: Path, encoding: str, first_line: str) -> None:
    data = f"{first_line}Date;Auteur;Commentaire\r\n08/04/2026 14:05;Léa;été à l’ombre\r\n"
    (message,), _ = read(tmp_path / "a.csv", data.encode(encoding))
    assert (message.text, message.author_name) == ("été à l’ombre", "Léa")


def test_export_comments_skips_its_preamble_and_links_replies(tmp_path: Path) -> None:
    data = (
        '"https://www.instagram.com/p/abc/"\n"Total: 3"\n\n'
        '"","Name (click to view profile)","Profile ID","Date","Likes","Comment","(view source)"\n'
        '"1","A","11","2026-04-08 14:05:00","2","un","https://www.instagram.com/p/abc/c/1/"\n'
        '"1-1","B","12","2026-04-08 14:06:00","0","deux","view"\n'
    )
    (first, reply), entry = read(tmp_path / "a.csv", data.encode())
    assert entry["format"] == "exportcomments"
    assert (first.platform, first.kind, first.like_count) == ("instagram", "comment", 2)
    assert (reply.kind, reply.parent_id, reply.url) == ("reply", first.message_id, None)
    assert first.message_id is not None
    assert first.message_id.startswith("derived:")
    assert f"{first.created_at}" == "2026-04-08 14:05:00+00:00"


def test_minet_and_data_tools_are_told_apart(tmp_path: Path) -> None:
    minet = (
        "video_id,comment_id,author_name,author_channel_id,text,like_count,published_at,updated_at,reply_count,"
        'parent_comment_id\nV,c1.2,B,UC2,"bonjour, toi",0,2026-04-08T14:06:00Z,2026-04-09T14:06:00Z,,c1\n'
    )
    (message,), entry = read(tmp_path / "a.csv", minet.encode())
    assert entry["format"] == "minet-youtube-comments"
    assert (message.kind, message.parent_id, message.target_id) == ("reply", "c1", "V")
    assert message.url == "https://www.youtube.com/watch?v=V&lc=c1.2"
    assert message.edited_at is not None


def test_youtube_data_tools_of_php_leaves_quotes_single_behind_a_backslash(tmp_path: Path) -> None:
    """Its site until 2025; a text may end with a backslash too."""
    tools = (
        "id,replyCount,likeCount,publishedAt,authorName,text,authorChannelId,isReply,isReplyTo,isReplyToName\n"
        'c1,0,1,2026-04-08 14:05:00,A,"il dit \\"x\\" et ""y""",UC1,0,,\n'
        'c2,0,1,2026-04-08 14:05:00,B,"je dis \\",UC2,0,,\n'
        "c3,0,1,2026-04-08 14:05:00,C,C:\\nouveau,UC3,1,c1,A\n"
        'c4,0,1,2026-04-08 14:05:00,D,"avant \\", après, fin",UC4,0,,\n'
        'c5,0,1,2026-04-08 14:05:00,E,"va \\",UCautre,http://v,0,,",UC5,0,,\n'
    )
    messages, entry = read(tmp_path / "b.csv", tools.encode())
    assert entry["format"] == "youtube-data-tools"
    assert [(one.text, one.author_id, one.parent_id, one.url, one.target_id) for one in messages] == [
        ('il dit \\"x\\" et "y"', "UC1", None, None, None),
        ("je dis \\", "UC2", None, None, None),
        ("C:\\nouveau", "UC3", "c1", None, None),
        ('avant \\", après, fin', "UC4", None, None, None),
        ('va \\",UCautre,http://v,0,,', "UC5", None, None, None),
    ]


def test_its_successor_names_the_video_and_who_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    names = (
        *(
            "videoId",
            "id",
            "totalReplyCount",
            "inferredReplyCount",
            "inferredLevel",
            "likeCount",
            "publishedAt",
        ),
        *("authorName", "authorChannelId", "isChannelOwner", "text", "isReply", "threadId", "isReplyToId"),
        "isReplyToName",
    )
    texts = ('il a dit "non" \\', 'et \\"oui\\", puis ¯\\_(ツ)_/¯', "fin")
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(names)
        for number, text in enumerate(texts):
            said = (
                *("2026-04-08 14:05:00", "@a", "UCa", "no", text),
                number,
                "c0",
                "c0" if number else "",
                "",
            )
            table.writerow(["V", f"c{number}", "" if number else 2, "", number, 4, *said])
    messages, entry = read(path, path.read_bytes())
    assert (entry["format"], len(messages)) == ("youtube-data-tools", 3)
    assert tuple(one.text for one in messages) == texts
    assert [(one.kind, one.parent_id, one.reply_count) for one in messages] == [
        *(("comment", None, 2), ("reply", "c0", None), ("reply", "c0", None)),
    ]
    assert {(one.target_id, one.text_raw) for one in messages} == {("V", None)}
    assert messages[1].url == "https://www.youtube.com/watch?v=V&lc=c1"


def test_a_table_cut_inside_a_cell_says_so(tmp_path: Path) -> None:
    data = 'Date;Auteur;Texte\n08/04/2026;a;un\n08/04/2026;b;"deux'
    messages, entry = read(tmp_path / "a.csv", data.encode())
    assert len(messages) == 2
    assert entry["truncated"]


def test_a_table_with_unknown_columns_asks_for_a_profile(tmp_path: Path) -> None:
    messages, entry = read(tmp_path / "a.csv", b"un;deux;trois\n1;2;3\n")
    assert messages == []
    assert entry["unread"] == "unknown_table"


def test_a_profile_reads_what_nothing_else_knows(tmp_path: Path) -> None:
    profile = tmp_path / "mien.yaml"
    profile.write_text(
        "id: mien\nversion: 2\nlabel_fr: Le mien\nplatform: tiktok\nkind: comment\n"
        "match: {headers_all: [quoi]}\n"
        "fields:\n  text: quoi\n  created_at: quand\n  author_handle: {header: qui}\n"
        "  hashtags: {header: mots, split: ' '}\n  lang: {const: fr}\n"
        "  like_count: {header: plus, json: a.b}\n"
        "times: {format: epoch}\n",
        "utf-8",
    )
    data = 'quoi,quand,qui,mots,plus\nbonjour,1775649900,@a,un deux,"{""a"":{""b"":7}}"\n'
    (message,), entry = read(tmp_path / "a.csv", data.encode(), profile=profile)
    assert (entry["format"], entry["format_version"], message.mapper) == ("mien", 2, "mien@2")
    assert (message.platform, message.author_handle, message.lang) == ("tiktok", "@a", "fr")
    assert (list(message.hashtags), message.like_count) == (["un", "deux"], 7)
    assert f"{message.created_at}" == "2026-04-08 12:05:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "- a",
        "id: x",
        "id: x\nversion: 1\nlabel_fr: x\nplatform: nulle\nkind: comment\nfields: {text: a}",
        "id: x\nversion: 1\nlabel_fr: x\nplatform: x\nkind: comment\nfields: {text: a, secret: b}",
        "id: x\nversion: 1\nlabel_fr: x\nplatform: x\nkind: comment\nfields: {text: a}\nexec: 1",
        "id: x\nversion: 1\nlabel_fr: x\nplatform: x\nkind: comment\nfields: {author_id: a}",
        "id: x\nversion: 1\nlabel_fr: x\nplatform: x\nkind: comment\nfields: {text: {eval: a}}",
        "a: &a [1]\nb: *a",
        "a: [",
        "!!python/object/apply:os.system ['true']",
        "\0",
    ],
)
def test_a_profile_that_is_no_profile_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_profile(path)
    assert caught.value.code == "profile_malformed"
    assert "p.yaml" in caught.value.sentence("fr")


SOUND = "id: x\nversion: 1\nlabel_fr: x\nplatform: x\nkind: comment\nfields: {text: a}\n"


@pytest.mark.parametrize(
    ("old", "new", "fr", "en"),
    [
        (
            "{text: a}",
            "{text: a, creatd_at: b}",
            "« fields » : « creatd_at » n’existe pas",
            "“creatd_at” does not exist",
        ),
        ("{text: a}", "{author_id: a}", "il manque le champ « text »", "the field “text” is missing"),
        (
            "version: 1",
            "version: x",
            "« version » : il faut ici un nombre entier",
            "a whole number is due here",
        ),
        ("id: x", 'id: "../x"', "il faut des minuscules", "plain small letters"),
        ("kind: comment", "kind: zut", "l’un de : post, comment", "one of these is due here: post"),
        (
            "kind: comment",
            "kind: comment\ntimes: {format: '%Q%%'}",
            "« %Q%% » n’écrit aucune date",
            "writes no date",
        ),
        ("kind: comment", "kind: comment\ntimes: {zone: Paris}", "Europe/Paris", "Europe/Paris"),
        ("kind: comment", "kind: comment\ndialect: {quote: ab}", "un seul signe", "a single sign"),
        ("id: x", "id: [", "Ligne 3 : ce n’est pas du YAML", "Line 3: this is not YAML"),
    ],
)
def test_a_fault_of_a_profile_is_said_with_what_is_due(
    tmp_path: Path, old: str, new: str, fr: str, en: str
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(SOUND)
    assert load_profile(path).id == "x"
    path.write_text(SOUND.replace(old, new))
    with pytest.raises(SaisineError) as caught:
        load_profile(path)
    assert fr in caught.value.sentence("fr")
    assert en in caught.value.sentence("en")


def test_a_profile_does_not_take_the_name_of_a_format(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(SOUND.replace("id: x", "id: csv-simple"))
    with pytest.raises(SaisineError, match="name of a format") as caught:
        read_paths([tmp_path], profile=path, now=NOW)
    assert "celui d’un format de Saisine" in caught.value.sentence("fr")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_profile_is_sound_and_named_after_its_file(path: Path) -> None:
    assert load_profile(path).id == path.stem


@settings(
    max_examples=examples(20, 40), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    cut=st.integers(0, 400), flips=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=9)
)
def test_damaged_tables_never_crash(tmp_path: Path, cut: int, flips: list[tuple[int, int]]) -> None:
    data = bytearray(EXCEL.encode())
    for place, value in flips:
        data[place % len(data)] = value
    read(tmp_path / "a.csv", bytes(data[: len(data) - cut % len(data)]))


def test_counts_and_times_are_read_as_people_write_them() -> None:
    assert [parse_count(cell) for cell in ("12", "1 204", "1\u202f204", "1,204", "3.0", "1,2 k", "")] == [
        12,
        1204,
        1204,
        1204,
        3,
        None,
        None,
    ]
    twice = parse_time("25/10/2026 02:30", ("%d/%m/%Y %H:%M",), PARIS)
    assert twice is not None
    assert twice.precision == "hour"
    assert parse_time("31/02/2026", ("%d/%m/%Y",), PARIS) is None
    stamps = [
        parse_time(cell, ("epoch",), PARIS) for cell in ("1775649900", "1775649900000", "1775649900000000")
    ]
    assert {found.at for found in stamps if found} == {stamps[0].at if stamps[0] else None}


def test_platforms_are_known_by_their_links() -> None:
    links = {
        "https://youtu.be/a": "youtube",
        "https://x.com/a/status/1": "x",
        "X (Twitter)": "x",
        "https://t.me/a": "telegram",
        "Exemple": "other",
        "": "other",
    }
    assert {text: platform_of(text) for text in links} == links


PLAIN = "Auteur;Texte;Date\n"


def notes(source: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: one["count"] for one in source["notes"]}


def test_a_row_wider_than_the_header_is_told(tmp_path: Path) -> None:
    """`&#128545;` without quotes: its semicolon shifts what follows it."""
    rows = "ana;c’est nul &#128545;;13/04/2026 10:00\nbob;salut;14/04/2026 10:00;;\n"
    messages, source = read(tmp_path / "a.csv", (PLAIN + rows).encode())
    assert [one.text for one in messages] == ["c’est nul &#128545", "salut"]
    assert notes(source) == {"extra_cells": 1, "zone_assumed": 1}
    assert source["notes"][0]["locator"] == "#row=2"


def test_dates_that_no_writing_fits_are_told(tmp_path: Path) -> None:
    dates = ["29/02/2023 10:00", "hier", "13/04/2026 10:00", "", "00/00/0000"]
    rows = "".join(f"ana;texte {n};{one}\n" for n, one in enumerate(dates))
    messages, source = read(tmp_path / "a.csv", (PLAIN + rows).encode())
    assert [one.created_at is None for one in messages] == [True, True, False, True, True]
    assert [one.created_at_raw for one in messages] == [one or None for one in dates]
    assert notes(source) == {"dates_unread": 2, "dates_relative": 1, "zone_assumed": 1}


def test_a_table_in_two_encodings_keeps_the_accents_of_both(tmp_path: Path) -> None:
    above = PLAIN + "Éloïse;déjà vu 😡;13/04/2026 10:00\nZoé;« à bas »;14/04/2026 10:00\n"
    below = "Noël;été;15/04/2026 10:00\n"
    for name, data in (
        ("head.csv", above.encode() + below.encode("cp1252")),
        ("far.csv", above.encode() + b"a;b;16/04/2026 10:00\n" * 5_000 + below.encode("cp1252")),
    ):
        messages, source = read(tmp_path / name, data)
        assert messages[0].text == "déjà vu 😡"
        assert (messages[-1].author_name, messages[-1].text) == ("Noël", "été")
        assert notes(source)["assumed_encoding"] == 1, name
    _, source = read(tmp_path / "old.csv", (PLAIN + below).encode("cp1252"))
    assert notes(source)["assumed_encoding"] == 1
    _, source = read(tmp_path / "new.csv", above.encode())
    assert "assumed_encoding" not in notes(source)


def test_a_nul_or_two_marks_at_the_start_do_not_hide_a_table(tmp_path: Path) -> None:
    row = "ana;tex\0te;13/04/2026 10:00\n"
    (message,), _ = read(tmp_path / "nul.csv", (PLAIN + row).encode())
    assert (message.text, *message.text_repairs) == ("tex\ufffdte", "nul_replaced")
    (message,), _ = read(tmp_path / "marks.csv", ("\ufeff\ufeff" + PLAIN + row).encode())
    assert message.author_name == "ana"


def test_utf32_is_read_by_its_mark(tmp_path: Path) -> None:
    (message,), source = read(tmp_path / "a.csv", (PLAIN + "zoé;été;13/04/2026 10:00\n").encode("utf-32"))
    assert (message.author_name, message.text) == ("zoé", "été")
    assert "recoded" in notes(source)


def test_keys_with_signs_that_json_escapes_are_read_by_a_profile(tmp_path: Path) -> None:
    keys = ['Le "texte"', "Quand\n(jour)", "c:\\qui"]
    profile = tmp_path / "p.yaml"
    profile.write_text(
        "id: essai\nversion: 1\nlabel_fr: Essai\nlabel_en: Essay\nplatform: other\nkind: comment\n"
        f"dialect: {{form: json}}\nmatch: {{headers_all: [[{json.dumps(keys[0])}]]}}\n"
        f"fields: {{text: [{json.dumps(keys[0])}], created_at: [{json.dumps(keys[1])}], "
        f"author_name: [{json.dumps(keys[2])}]}}\ntimes: {{format: [iso]}}\n",
        "utf-8",
    )
    rows = [dict(zip(keys, (f"texte {n}", "2026-04-13T10:00:00Z", "ana"), strict=True)) for n in range(3)]
    messages, source = read(tmp_path / "a.json", json.dumps(rows).encode(), profile=profile)
    assert [(one.text, one.author_name) for one in messages] == [(f"texte {n}", "ana") for n in range(3)]
    assert (source["notes"], source["failed"]) == ([], [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Madame, Monsieur,\n", "unknown_format"),
        ("Madame, Monsieur,\n\nJe vous écris, une fois encore, pour le local.\n", "unknown_format"),
        ("colour, size, weight\nred, 12, 3\n", "unknown_table"),
        ("couleur;taille;poids\nrouge;12;3\n", "unknown_table"),
    ],
)
def test_a_letter_is_not_told_to_be_a_table(tmp_path: Path, text: str, why: str) -> None:
    messages, entry = read(tmp_path / "lettre.txt", text.encode())
    assert (messages, entry["unread"]) == ([], why)


@pytest.mark.parametrize(
    ("lines", "unread"),
    [
        (
            ['{"quand": "2026-03-02", "qui": "zoe", "quoi": "un"}', '{"quand": "2026-03-03", "quoi": "b"}'],
            "unknown_table",
        ),
        (['{"a": 1, "b": 2}', '{"a": 2, "b": 3}'], "unknown_format"),
        (['{"quand": "2026-03-02", "quoi": "un"}', '{"autre": "b"}'], "unknown_format"),
        (['{"quand": "2026-03-02", "quoi": {"a": 1}}', '{"quand": "2026", "quoi": {}}'], "unknown_format"),
        (['{"quand": "2026-03-02", "quoi": "un"}', '{"quand": '], "unknown_format"),
    ],
)
def test_lines_of_flat_objects_are_told_to_be_a_table(tmp_path: Path, lines: list[str], unread: str) -> None:
    _, entry = read(tmp_path / "a.ndjson", "\n".join(lines).encode())
    assert entry["unread"] == unread
