"""Exit code 2 or 0: what may hold messages and was not read, what cannot hold any, and what an earlier import read."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.running import Saisine
from tests.messages.workbooks import sheet, workbook

MAIL = (
    "From: Lise <lise@exemple.org>\nTo: bob@exemple.org\nDate: Wed, 08 Apr 2026 10:00:00 +0200\n"
    "Message-ID: <1@exemple.org>\nSubject: un mot\n\nbonjour à toutes\n"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SHEET = sheet([["Auteur", "Date", "Texte"], ["Lise", "2026-04-21", "bonjour"]])


def _put(folder: Path, name: str, body: bytes | dict[str, bytes]) -> None:
    if isinstance(body, bytes):
        (folder / name).write_bytes(body)
        return
    with ZipFile(folder / name, "w") as archive:
        for inner, one in body.items():
            archive.writestr(inner, one)


# What may hold messages and was not read; the last two may as well be anything beside the messages of an export.
UNREAD_FILES: dict[str, bytes | dict[str, bytes]] = {
    "courriel.msg": OLE + "__substg1.0_".encode("utf-16-le") + bytes(99),
    "protege.xlsx": OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99),
    "a.rar": b"Rar!\x1a\x07\x00" + bytes(99),
    "a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(99),
    "vide.csv": b"",
    "ancien.xls": OLE + b"\x09\x08\x10\x00" + bytes(99),
    "libre.ods": {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"},
    "cache.xlsx": workbook({"Lues": SHEET, "Menaces": SHEET}, hidden=("Menaces",)),
    "suivi.numbers": {
        "Index/Document.iwa": b"x",
        "Index/Tables/DataList.iwa": b"x",
        "preview.jpg": b"\xff\xd8\xff",
    },
    "autre.csv": b"id,machin,truc\n1,bonjour,2026-01-01\n",
    "donnees.zip": {"a.dat": bytes(range(200)), "apercu.jpg": b"\xff\xd8\xff" + bytes(20)},
}
ANYTHING = ("autre.csv", "donnees.zip")


@pytest.mark.parametrize("name", UNREAD_FILES)
def test_beside_a_mail_what_may_hold_messages_and_was_not_read_is_2(saisine: Saisine, name: str) -> None:
    (saisine.folder / "mail.eml").write_text(MAIL, "utf-8")
    _put(saisine.folder, name, UNREAD_FILES[name])
    saisine("read", "mail.eml", name, code=2)
    saisine("read", name, code=2 if name == "cache.xlsx" else 65)
    folder = saisine.folder / "d"
    folder.mkdir()
    for one in ("mail.eml", name):
        (saisine.folder / one).rename(folder / one)
    saisine("read", "d", code=0 if name in ANYTHING else 2)


HOLDS_NONE: dict[str, bytes | dict[str, bytes]] = {
    "ecran.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "lettre.pdf": b"%PDF-1.7\n" + bytes(40),
    "desktop.ini": b"[.ShellClassInfo]\r\n",
    "Thumbs.db": OLE,
    "site.url": b"[InternetShortcut]\r\nURL=https://exemple.org/\r\n",
    "site.lnk": b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60),
    "images.zip": {"a.png": b"\x89PNG\r\n\x1a\n" + bytes(40)},
    "export.zip": {"chat.eml": MAIL.replace("<1@", "<2@").encode(), "reglages.bin": b"rien de connu"},
    "nom!bis.eml": MAIL.replace("<1@", "<2@").encode(),
}


@pytest.mark.parametrize("name", HOLDS_NONE)
def test_beside_a_mail_what_holds_no_message_changes_nothing(saisine: Saisine, name: str) -> None:
    (saisine.folder / "mail.eml").write_text(MAIL, "utf-8")
    _put(saisine.folder, name, HOLDS_NONE[name])
    saisine("read", "mail.eml", name)


def test_a_sheet_that_no_one_knows_leaves_its_workbook_partly_read(saisine: Saisine) -> None:
    other = sheet([["id", "machin", "truc"], [1, "x", 2]])
    (saisine.folder / "a.xlsx").write_bytes(workbook({"Lues": SHEET, "Autre": other}))
    saisine("read", "a.xlsx", code=2)
    (saisine.folder / "nom!bis.bin").write_bytes(b"rien de connu")
    (saisine.folder / "mail.eml").write_text(MAIL, "utf-8")
    saisine("read", "mail.eml", "nom!bis.bin", code=2)


@pytest.mark.parametrize(("name", "code"), [("courriel.msg", 2), ("ancien.xls", 2), ("vide.csv", 2), ("", 0)])
def test_a_second_import_answers_like_the_first(saisine: Saisine, name: str, code: int) -> None:
    """What was read before counts as read: neither bad data, nor complete while a file beside it is not read."""
    (saisine.folder / "d").mkdir()
    (saisine.folder / "d/mail.eml").write_text(MAIL, "utf-8")
    if name:
        _put(saisine.folder / "d", name, UNREAD_FILES[name])
    saisine("init", "espace")
    for _ in range(3):
        saisine("import", "d", "-w", "espace", code=code)


def test_a_named_file_that_no_format_knows_is_2_each_time(saisine: Saisine) -> None:
    (saisine.folder / "mail.eml").write_text(MAIL, "utf-8")
    (saisine.folder / "autre.bin").write_bytes(b"rien de connu")
    saisine("init", "espace")
    for _ in range(3):
        done = saisine("import", "mail.eml", "autre.bin", "-w", "espace", code=2)
        assert "autre.bin : Format non reconnu" in done.err
