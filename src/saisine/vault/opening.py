"""What a start finds and sets right: interrupted writes go to `lost/`, damage below a head is left alone.

Nothing that was acknowledged is ever moved: a line that is complete stays, with its objects, and only
what no line names is set aside. The table of cases stands in docs/vault.md.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from saisine.vault.journal import Journal, Reading
from saisine.vault.log import Entry
from saisine.vault.notes import NoteError, VerifierKey
from saisine.vault.objects import TEMPORARY

_PARIS = ZoneInfo("Europe/Paris")
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

# code -> (French, English)
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "interrupted": (
        "L’arrêt brutal du {when_fr} a interrompu un dépôt : {files_fr}. Déposez de nouveau ce qui manque.",
        "The sudden stop of {when_en} interrupted a deposit: {files_en}. Deposit again what is missing.",
    ),
    "torn_line": (
        "La dernière écriture du journal avait été interrompue ({bytes} octets) : elle n’avait pas été "
        "confirmée. "
        "Elle est conservée à part dans « lost ».",
        "The last write to the log had been interrupted ({bytes} bytes): it had not been acknowledged. "
        "It is kept aside in “lost”.",
    ),
    "damaged": (
        "Le journal a été modifié ou abîmé ({reason}). N’écrivez plus ici ; gardez ce dossier tel quel.",
        "The log has been changed or damaged ({reason}). Write nothing more here; keep this folder as it is.",
    ),
    "keys_older": (
        "Le fichier de clés est plus ancien que le journal : les clés de {count} dépôts manquent. "
        "N’écrivez plus ici ; reprenez « keys/units.db » dans une sauvegarde plus récente.",
        "The key file is older than the log: the keys of {count} deposits are missing. "
        "Write nothing more here; take “keys/units.db” from a newer backup.",
    ),
    "clock_back": (
        "L’horloge de l’ordinateur a reculé de {seconds} secondes depuis la dernière écriture. "
        "Vérifiez la date et l’heure de l’ordinateur.",
        "The computer’s clock has gone back by {seconds} seconds since the last write. "
        "Check the date and time of the computer.",
    ),
    "read_only": (
        "Ce dossier ne peut pas être modifié : Saisine l’ouvre en lecture seule.",
        "This folder cannot be changed: Saisine opens it for reading only.",
    ),
    "busy": (
        "Un autre programme écrit dans ce coffre : la remise en ordre attendra la prochaine ouverture.",
        "Another program is writing to this vault: tidying waits for the next opening.",
    ),
}


@dataclass(frozen=True, slots=True)
class OpeningNote:
    """One thing that the start found: a stable code, its facts, and the sentence for people."""

    code: str
    facts: Mapping[str, object]
    fr: str
    en: str

    @classmethod
    def of(cls, code: str, **facts: object) -> "OpeningNote":
        fr, en = SENTENCES[code]
        return cls(code, facts, fr.format(**facts), en.format(**facts))


@dataclass(frozen=True, slots=True)
class Aside:
    """What was moved to `lost/`: how many deposited files were not sealed, and since when."""

    files: int
    stopped_at: datetime


def say_moment_fr(moment: datetime) -> str:
    """`21 novembre 2026 à 14 h 32` in Paris."""
    local = moment.astimezone(_PARIS)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} à {local.hour} h {local.minute:02d}"


def say_moment_en(moment: datetime) -> str:
    local = moment.astimezone(_PARIS)
    return f"{local.day} {local:%B %Y at %H:%M}"


def interrupted_note(aside: Aside) -> OpeningNote:
    """The sentence on an interrupted deposit, with its count in words that agree."""
    many = aside.files > 1
    files_fr = f"{aside.files} fichiers n’avaient pas encore été scellés"
    files_en = f"{aside.files} files had not been sealed yet"
    if not many:
        files_fr, files_en = "1 fichier n’avait pas encore été scellé", "1 file had not been sealed yet"
    return OpeningNote.of(
        "interrupted",
        files=aside.files,
        stopped_at=aside.stopped_at,
        when_fr=say_moment_fr(aside.stopped_at),
        when_en=say_moment_en(aside.stopped_at),
        files_fr=files_fr,
        files_en=files_en,
    )


def find_damage(journal: Journal, found: Reading, key: VerifierKey | None) -> str | None:
    """Why nothing may be written here any more, or None.

    A fault below the newest head, or with readable lines after it, is no interrupted write: somebody or
    something changed what had been acknowledged.
    """
    sizes = journal.head_sizes()
    newest = sizes[-1] if sizes else 0
    if found.fault is not None and (found.fault.line < newest or not found.is_suffix_only):
        return f"line {found.fault.line}: {found.fault.reason}"
    if newest > journal.size:
        return f"{newest - journal.size} lines are missing"
    if not newest:
        return None
    try:
        head = journal.head(newest)
        if key is not None:
            head.note.require_signed_by([key])
    except (NoteError, OSError) as error:
        return f"head {newest}: {error}"
    if head.size != newest or journal.tree.root(newest) != head.root:
        return f"head {newest}: the lines give another root"
    return None


def keep_torn_tail(journal: Journal, found: Reading, now: datetime) -> OpeningNote | None:
    """Cut an interrupted write off the log, after a copy in `lost/`. Under the lock."""
    if not found.rest:
        return None
    target = _lost_folder(journal.folder, now) / "entries.tail"
    target.write_bytes(found.rest)
    journal.cut(found)
    return OpeningNote.of("torn_line", bytes=len(found.rest))


def sweep(journal: Journal, now: datetime) -> Aside | None:
    """Move what killed writers left to `lost/`. Under the lock. None when there was nothing to tell."""
    objects = journal.folder / "objects"
    dead = [marker for marker in objects.glob(f"{TEMPORARY}*.writer") if _is_dead(marker)]
    if not dead:
        return None
    stopped_at = datetime.fromtimestamp(max(marker.stat().st_mtime for marker in dead), _PARIS)
    known = set(named_objects(journal.entries))
    temporary = [path for marker in dead for path in objects.glob(f"{marker.stem}-*")]
    strays = [path for path in objects.glob("??/*") if path.name not in known]
    # The records of a batch are the one stray that no person deposited.
    records = {_records_of(marker) for marker in dead}
    files = len(temporary) + sum(path.name not in records for path in strays)
    if temporary or strays:
        folder = _lost_folder(journal.folder, now)
        for path in (*temporary, *strays):
            shutil.move(path, folder / path.name)
    for marker in dead:
        marker.unlink(missing_ok=True)
    return Aside(files, stopped_at) if files else None


def named_objects(entries: list[Entry]) -> Iterator[str]:
    """Every object that a line names: the bytes taken in, and the records beside them."""
    for entry in entries:
        if isinstance(entry.object, str):
            yield entry.object
        if not isinstance(entry.rec, msgspec.UnsetType):
            yield entry.rec.object


def _is_dead(marker: Path) -> bool:
    """Whether no process holds the marker any more: the kernel lets go of it with its writer."""
    try:
        descriptor = os.open(marker, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _records_of(marker: Path) -> str:
    with contextlib.suppress(msgspec.MsgspecError, ValueError):
        return msgspec.json.decode(marker.read_bytes(), type=dict[str, str]).get("records", "")
    return ""


def _lost_folder(folder: Path, now: datetime) -> Path:
    target = folder / "lost" / f"{now:%Y%m%dT%H%M%S%f}"
    target.mkdir(parents=True, exist_ok=True)
    return target
