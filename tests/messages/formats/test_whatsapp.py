"""WhatsApp: dates of every phone, the order of day and month, names with « : », what the platform wrote."""

import hashlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.whatsapp import WHATSAPP
from saisine.messages.formats.whatsapp_lines import parse_header
from tests.messages.formats.broken import EXAMPLES, assert_changes_are_survived
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

LOREM = "Lorem ipsum dolor sit amet"
LONG = f"{LOREM},\nconsectetur adipiscing elit. Duis libero."
# Read by eye; the three files say the same in three ways of writing dates (Paris time).
SAMPLE = [
    ("2019-01-01T10:25:00Z", "John Doe", f"{LOREM}."),
    ("2019-01-20T10:23:00Z", "John Doe", "."),
    ("2019-01-30T19:49:00Z", "Jahn Doe", LONG),
    ("2020-06-10T13:55:00Z", "John-John Doe", "Lorem ipsum : dolor sit amet."),
    ("2021-12-10T09:10:00Z", "John Doe 🤓", "Lorem ipsum 🤓"),
    ("2021-12-20T11:10:00Z", "🤓", "Lorem ipsum 🤓"),
    ("2021-12-30T21:01:00Z", "John Doe", LONG),
]


def chat(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


FRENCH = chat(
    "12/03/2025 08:59 - Les messages et les appels sont chiffrés de bout en bout. Personne ne peut les lire.",
    '12/03/2025 09:00 - Ada a créé le groupe "Bureau : urgences"',
    "13/03/2025 09:14 - Ada: Bonjour à toutes",
    "deuxième ligne",
    "",
    "quatrième ligne",
    "13/03/2025 09:15 - +33 6 00 00 00 00: <Médias omis>",
    "13/03/2025 09:16 - Zoé: Ce message a été supprimé",
    "13/03/2025 09:17 - Zoé: Rendez-vous à 18:30 : place du Marché <Ce message a été modifié>",
)


@pytest.mark.parametrize(
    "name", ["test_[mmddyy]_24hrs.txt", "test_ddmmyy_24hrs.txt", "test_mmddyyyy_12hrs.txt"]
)
def test_the_three_shared_files_give_the_same_seven_messages(name: str) -> None:
    path = shared_file(f"samples/whatsapp-txt/{name}")
    rows, entry = read(path, WHATSAPP)
    found = [(row.created_at, row.author_name, row.text) for row in rows]
    assert found == [(utc(at), author, text) for at, author, text in SAMPLE]
    assert (entry.read, entry.mapped, skipped(entry), entry.failed) == (9, 7, {"system_line": 2}, [])
    assert notes(entry) == {"zone_assumed": 7}
    assert {row.created_at_precision for row in rows} == {"min"}
    assert all(str(row.message_id).startswith("derived:") and "message_id" in row.missing for row in rows)
    assert best_format(path.read_bytes(), "x.txt") == "whatsapp"


def test_a_french_export_of_a_group() -> None:
    rows, entry = read(FRENCH, WHATSAPP, path="Discussion WhatsApp avec Bureau.txt")
    assert [(row.author_name, row.text, row.deleted) for row in rows] == [
        ("Ada", "Bonjour à toutes\ndeuxième ligne\n\nquatrième ligne", "none"),
        ("+33 6 00 00 00 00", "", "none"),
        ("Zoé", "", "deleted"),
        ("Zoé", "Rendez-vous à 18:30 : place du Marché", "none"),
    ]
    assert (rows[1].author_handle, rows[1].text_raw) == ("+33 6 00 00 00 00", "<Médias omis>")
    assert "media_urls" in rows[1].missing
    assert rows[2].text_raw == "Ce message a été supprimé"
    assert "edited_at" in rows[3].missing
    assert {(row.kind, row.conversation_id, row.target_handle) for row in rows} == {
        ("chat", "Bureau", "Bureau")
    }
    assert skipped(entry) == {"system_line": 2}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("13/03/2025, 09:14 - Ada: Oui", "2025-03-13T09:14"),
        ("13/03/2025 à 09:14 - Ada: Oui", "2025-03-13T09:14"),
        ("[13/03/2025 09:14:05] Ada: Oui", "2025-03-13T09:14:05"),
        ("\u200e[13/03/2025, 09:14:05] Ada: Oui", "2025-03-13T09:14:05"),
        ("[3/13/25, 9:14:05\u202fPM] Ada: Oui", "2025-03-13T21:14:05"),
        ("3/13/25, 12:14 AM - Ada: Oui", "2025-03-13T00:14"),
        ("3/13/25, 12:14 pm - Ada: Oui", "2025-03-13T12:14"),
        ("13/3/2025, 9:14 p.\u00a0m. - Ada: Oui", "2025-03-13T21:14"),
        ("13.03.25, 09:14 - Ada: Oui", "2025-03-13T09:14"),
        ("13.03.2025 um 09:14 - Ada: Oui", "2025-03-13T09:14"),
        ("2025-03-13 09:14 - Ada: Oui", "2025-03-13T09:14"),
        ("2025-03-13 09 h 14 - Ada : Oui", "2025-03-13T09:14"),
        ("2025/03/13, 9:14 - Ada: Oui", "2025-03-13T09:14"),
        ("2025. 3. 13. 오후 9:14, Ada : Oui", "2025-03-13T21:14"),
        ("2025년 3월 13일 오후 9:14, Ada : Oui", "2025-03-13T21:14"),
        ("2025년 3월 13일 오후 9:14 - Ada : Oui", "2025-03-13T21:14"),
        ("[2025/3/13 下午9:14:05] Ada: Oui", "2025-03-13T21:14:05"),
        ("13/03/16 14:05:12: Ada: Oui", "2016-03-13T14:05:12"),
        ("13-03-2025 09.14 - Ada: Oui", "2025-03-13T09:14"),
        ("١٣\u200f/٣\u200f/٢٠٢٥, ٩:١٤ م - Ada: Oui", "2025-03-13T21:14"),
        ("\u200f١٣\u200f/٣\u200f/٢٠٢٥، ٩:١٤ ص - Ada: Oui", "2025-03-13T09:14"),
        ("[١٣\u200f/٣\u200f/٢٠٢٥، ٩:١٤:٠٥ م] Ada: Oui", "2025-03-13T21:14:05"),
        ("۱۳/۳/۲۰۲۵،\u200f ۹:۱۴ ب.ظ. - Ada: Oui", "2025-03-13T21:14"),
        ("13/3/25, 9:14 μ.μ. - Ada: Oui", "2025-03-13T21:14"),
        ("13/3/25, 9:14 π.μ. - Ada: Oui", "2025-03-13T09:14"),
    ],
)
def test_dates_of_many_phones(line: str, expected: str) -> None:
    (row,), _ = read(chat(line), WHATSAPP, zone="UTC")
    assert row.created_at == datetime.fromisoformat(f"{expected}+00:00")
    assert (row.author_name, row.text) == ("Ada", "Oui")
    assert row.created_at_precision == ("s" if expected.count(":") == 2 else "min")


@pytest.mark.parametrize(
    "written",
    ["<تم استبعاد الوسائط>", "<Medya dahil edilmedi>", "<Без медиафайлов>", "<Media har utelämnats>"],
)
def test_what_stands_for_a_picture_in_other_languages(written: str) -> None:
    (row,), _ = read(chat(f"13/03/2025, 09:14 - Ada: {written}"), WHATSAPP)
    assert (row.text, row.text_raw, row.deleted) == ("", written, "none")
    assert "media_urls" in row.missing


@pytest.mark.parametrize("written", ["تم حذف هذه الرسالة", "Bu mesaj silindi", "Данное сообщение удалено"])
def test_what_stands_for_a_deleted_text_in_other_languages(written: str) -> None:
    (row,), _ = read(chat(f"13/03/2025, 09:14 - Ada: {written}"), WHATSAPP)
    assert (row.text, row.text_raw, row.deleted) == ("", written, "deleted")


def test_a_number_over_12_anywhere_tells_the_order_of_the_whole_file() -> None:
    days = [f"{day:02}/03/2025, 09:14 - Ada: n{day}" for day in (1, 2, 13)]
    rows, _ = read(chat(*days), WHATSAPP, zone="UTC")
    assert [row.created_at and row.created_at.day for row in rows] == [1, 2, 13]
    american = [f"03/{day:02}/2025, 09:14 - Ada: n{day}" for day in (1, 2, 13)]
    rows, _ = read(chat(*american), WHATSAPP, zone="UTC")
    assert [row.created_at and row.created_at.day for row in rows] == [1, 2, 13]


def test_time_that_would_go_back_excludes_an_order() -> None:
    lines = ["05/02/2025, 09:14 - Ada: un", "01/03/2025, 09:14 - Ada: deux"]
    rows, entry = read(chat(*lines), WHATSAPP, zone="UTC")
    assert [row.created_at and f"{row.created_at:%d/%m}" for row in rows] == ["05/02", "01/03"]
    assert "ambiguous_dates" not in notes(entry)


def test_a_day_after_the_reading_excludes_an_order() -> None:
    rows, _ = read(chat("12/11/2026, 09:14 - Ada: un"), WHATSAPP, zone="UTC")
    assert rows[0].created_at == utc("2026-11-12T09:14:00Z")


def test_dates_that_stay_ambiguous_are_left_empty_and_said() -> None:
    lines = ["01/02/2025, 09:14 - Ada: un", "03/04/2025, 09:14 - Ada: deux", "05/05/2025, 09:14 - Ada: trois"]
    rows, entry = read(chat(*lines), WHATSAPP)
    assert [row.created_at is None for row in rows] == [True, True, False]
    assert rows[0].created_at_raw == "01/02/2025, 09:14"
    assert "created_at" in rows[0].missing
    assert notes(entry) == {"ambiguous_dates": 2, "zone_assumed": 1}


def test_two_orders_in_one_file_are_never_settled_by_force() -> None:
    lines = ["13/02/2025, 09:14 - Ada: un", "02/14/2025, 09:14 - Ada: deux", "03/04/2025, 09:14 - Ada: trois"]
    rows, entry = read(chat(*lines), WHATSAPP, zone="UTC")
    assert [row.created_at and f"{row.created_at:%d/%m}" for row in rows] == ["13/02", "14/02", None]
    assert notes(entry)["ambiguous_dates"] == 1


def test_a_day_that_does_not_exist_fails_alone() -> None:
    rows, entry = read(chat("31/02/2025, 09:14 - Ada: un", "01/03/2025, 09:14 - Ada: deux"), WHATSAPP)
    assert [row.text for row in rows] == ["deux"]
    assert len(entry.failed) == 1


def test_the_autumn_hour_that_occurs_twice_is_not_exact() -> None:
    rows, _ = read(chat("27/10/2024, 02:30 - Ada: un", "27/10/2024, 03:30 - Ada: deux"), WHATSAPP)
    assert [row.created_at_precision for row in rows] == ["hour", "min"]


def test_a_name_that_holds_a_colon_is_known_by_the_whole_file() -> None:
    lines = [f"13/03/2025, 09:1{n} - Asso: Accueil: bonjour {n}" for n in range(5)]
    rows, _ = read(chat(*lines, "13/03/2025, 09:20 - Ada: note: à lire"), WHATSAPP)
    assert [(row.author_name, row.text) for row in rows][-2:] == [
        ("Asso: Accueil", "bonjour 4"),
        ("Ada", "note: à lire"),
    ]


def test_what_ios_wrote_under_the_name_of_the_group_is_no_message() -> None:
    lines = [
        "[13/03/2025 09:14:05] Bureau: \u200eLes messages et les appels sont chiffrés de bout en bout.",
        "[13/03/2025 09:14:06] Bureau: \u200eAda a ajouté Zoé",
        "\u200e[13/03/2025 09:14:07] Ada: \u200e<pièce jointe : 0001-PHOTO-2025.jpg>",
        "[13/03/2025 09:14:08] Ada: \u200eimage absente",
    ]
    rows, entry = read(chat(*lines), WHATSAPP)
    assert [(row.text, list(row.media_urls)) for row in rows] == [("", ["0001-PHOTO-2025.jpg"]), ("", [])]
    assert skipped(entry) == {"system_line": 2}


def test_a_person_who_quotes_the_platform_stays_a_message() -> None:
    rows, _ = read(chat("13/03/2025, 09:14 - Ada: il a quitté le groupe, appel vidéo manqué"), WHATSAPP)
    assert rows[0].text == "il a quitté le groupe, appel vidéo manqué"


def test_an_attached_file_keeps_its_name_and_its_caption() -> None:
    (row,), _ = read(
        chat("13/03/2025, 09:14 - Ada: IMG-1.jpg (fichier joint)", "voir https://e.test/a."), WHATSAPP
    )
    assert (list(row.media_urls), row.text, list(row.urls)) == (
        ["IMG-1.jpg"],
        "voir https://e.test/a.",
        ["https://e.test/a"],
    )


def test_true_repeats_have_ids_of_their_own() -> None:
    rows, _ = read(chat(*["13/03/2025, 09:14 - Ada: oui"] * 3), WHATSAPP)
    assert [str(row.message_id).partition("#")[2] for row in rows] == ["", "2", "3"]


def test_line_ends_of_windows_and_a_mark_at_the_start_change_nothing() -> None:
    plain, _ = read(FRENCH, WHATSAPP)
    windows, _ = read(b"\xef\xbb\xbf" + FRENCH.replace(b"\n", b"\r\n"), WHATSAPP)
    assert [(row.created_at, row.text, row.message_id) for row in plain] == [
        (row.created_at, row.text, row.message_id) for row in windows
    ]


def test_text_before_the_first_date_is_said() -> None:
    rows, entry = read(chat("un mot", "13/03/2025, 09:14 - Ada: oui"), WHATSAPP)
    assert len(rows) == 1
    assert notes(entry)["stray_text"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-12 10:00:00: INFO: démarrage\n" * 5,
        "[2026-03-12 10:00:00] #chaine ada: bonjour\n" * 5,
        "12/03/2026;Ada;Bonjour : oui\n" * 5,
        "Ordre du jour du 12/03/2026 :\n- bilan\n",
    ],
)
def test_other_dated_texts_are_not_taken_for_a_conversation(text: str) -> None:
    assert WHATSAPP.sniff(text.encode(), "_chat.txt").score < 30


@EXAMPLES
@given(st.text(max_size=200))
def test_no_line_raises_and_a_header_leaves_the_rest_whole(rest: str) -> None:
    parse_header(rest)
    line = rest.split("\n", 1)[0].rstrip("\r")
    found = parse_header(f"13/03/2025, 09:14 - {line}")
    assert found is not None
    assert found.rest.strip() == line.strip() or line[:1].isspace() or line[:1] in "\u200e\u200f\ufeff"


@EXAMPLES
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), min_size=1, max_size=20)
)
def test_every_byte_of_a_file_belongs_to_a_record_or_a_note(lines: list[str]) -> None:
    data = chat(*(f"13/03/2025, 09:14 - Ada: {line}" if n % 2 else line for n, line in enumerate(lines)))
    rows, entry = read(data, WHATSAPP)
    assert entry.read + sum(
        count for code, count in notes(entry).items() if code == "stray_text"
    ) >= 1 or not any(line.strip() for line in lines)
    for row in rows:
        assert hashlib.sha256(bytes_at(data, row.locator)).hexdigest() == row.record_sha256


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(FRENCH, WHATSAPP)


def test_lines_that_end_with_a_return_alone_are_lines() -> None:
    """An editor saved the file again as old Macintosh files were: no message may fall into the one before it."""
    messages, entry = read(FRENCH, WHATSAPP)
    again, entry_again = read(FRENCH.replace(b"\n", b"\r"), WHATSAPP)
    assert [(one.created_at, one.author_name, one.text) for one in again] == [
        (one.created_at, one.author_name, one.text) for one in messages
    ]
    assert skipped(entry_again) == skipped(entry)
