"""What a start finds and sets right: interrupted writes go to `lost/`, damage below a head is left alone.

Nothing that was acknowledged is ever moved: a line that is complete stays, with its objects, and only
what no line names is set aside. The table of cases stands in docs/vault.md.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import msgspec

from saisine.paris import PARIS
from saisine.vault.faults import read_regular, said, write_durably
from saisine.vault.journal import Journal, Reading
from saisine.vault.keys import KeyStore
from saisine.vault.log import Entry, is_hash
from saisine.vault.notes import NoteError, VerifierKey
from saisine.vault.objects import RECORDS, TEMPORARY, object_path
from saisine.vault.report import counted, counted_facts
from saisine.vault.secret_files import WIPED, wipe

UNTOLD: Final = "untold.json"
_STALE_S: Final = 600.0
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
        "La dernière écriture du journal avait été interrompue ({size_fr}) : elle n’avait pas été "
        "confirmée. "
        "Elle est conservée à part dans « lost ».",
        "The last write to the log had been interrupted ({size_en}): it had not been acknowledged. "
        "It is kept aside in “lost”.",
    ),
    "damaged": (
        "Le journal a été modifié ou abîmé ({reason_fr}). N’écrivez plus ici ; gardez ce dossier tel quel.",
        "The log has been changed or damaged ({reason_en}). Write nothing more here; keep this folder as it is.",
    ),
    "keys_older": (
        "Le fichier de clés est plus ancien que le journal : {missing_fr}. "
        "N’écrivez plus ici ; reprenez « keys/units » dans une sauvegarde plus récente.",
        "The key file is older than the log: {missing_en}. "
        "Write nothing more here; take “keys/units” from a newer backup.",
    ),
    "clock_back": (
        "L’horloge de l’ordinateur a reculé de {back_fr} depuis la dernière écriture. "
        "Vérifiez la date et l’heure de l’ordinateur.",
        "The computer’s clock has gone back by {back_en} since the last write. "
        "Check the date and time of the computer.",
    ),
    "forked": (
        "Deux histoires de ce journal sont connues : une tête de {theirs} lignes, signée de notre clé, n’est pas "
        "la sienne. Rien de nouveau n’est scellé ici ; « saisine verify » montre les deux.",
        "Two histories of this log are known: a head of {theirs} lines, signed by our key, is not its own. "
        "Nothing new is sealed here; “saisine verify” shows both.",
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
    local = moment.astimezone(PARIS)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} à {local.hour} h {local.minute:02d}"


def say_day_fr(day: date) -> str:
    """`1er décembre 2026`"""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_day_en(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def on_day(moment: datetime) -> dict[str, str]:
    """The day in Paris as facts for an error, in both languages."""
    day = moment.astimezone(PARIS).date()
    return {"on_fr": say_day_fr(day), "on_en": say_day_en(day)}


def say_moment_en(moment: datetime) -> str:
    local = moment.astimezone(PARIS)
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


def units_without_key(journal: Journal, known: set[str]) -> set[str]:
    """Units that lines name, that were not erased, and whose key is not here."""
    named = {entry.unit for entry in journal.entries if isinstance(entry.unit, str)}
    return named - known - set(journal.standing.erased)


def finish_erasures(journal: Journal, keys: KeyStore) -> None:
    """Remove the keys and files of what the log says was erased. Under the lock; done again, it ends the same."""
    standing = journal.standing
    if not (standing.erased or standing.erased_items):
        return
    left = keys.units()
    for unit in standing.erased:
        if unit in left:
            keys.destroy_unit(unit)
    for entry in journal.entries:
        if entry.unit in standing.erased:
            names = set(named_objects([entry]))
        elif isinstance(entry.object, str) and entry.record in standing.erased_items:
            names = {entry.object}
        else:
            continue
        for name in filter(is_hash, names):  # a line that somebody changed could name any path
            object_path(journal.folder / "objects", name).unlink(missing_ok=True)


def clear_stale(journal: Journal, now: datetime) -> None:
    """Remove small files that a killed writer left half made, or half destroyed: no line counts on them."""
    for path in (journal.folder / "keys").rglob(f"{WIPED}*"):
        wipe(path)
    for part in ("keys", "trust", "log"):
        for path in (journal.folder / part).rglob(f"{TEMPORARY}*"):
            if now.timestamp() - path.stat().st_mtime > _STALE_S:  # a living writer's are seconds old
                wipe(path)


def find_damage(journal: Journal, found: Reading, keys: Sequence[VerifierKey]) -> dict[str, str] | None:
    """Why nothing may be written here any more (facts for `vault_damaged`), or None.

    A fault below the newest head, or with readable lines after it, is no interrupted write: somebody or
    something changed what had been acknowledged.
    """
    sizes = journal.head_sizes()
    newest = sizes[-1] if sizes else 0
    if found.fault is not None and (found.fault.line < newest or not found.is_suffix_only):
        return found.fault.as_reasons()
    if newest > journal.size:
        missing = newest - journal.size
        fr, en = counted(missing, "ligne", "line is", many_en="lines are")
        return {"reason_fr": f"il manque {fr}", "reason_en": f"{en} missing"}
    if not newest:
        return None
    try:
        head = journal.head(newest)
        if keys:
            head.note.require_signed_by(keys)
    except (NoteError, OSError) as error:
        words = said(error)
        fr, en = words["reason_fr"], words["reason_en"]
        return {"reason_fr": f"tête {newest} : {fr}", "reason_en": f"head {newest}: {en}"}
    if head.size != newest or journal.tree.root(newest) != head.root:
        return {
            "reason_fr": f"tête {newest} : les lignes donnent une autre racine",
            "reason_en": f"head {newest}: the lines give another root",
        }
    return None


def keep_torn_tail(journal: Journal, found: Reading, now: datetime) -> OpeningNote | None:
    """Cut an interrupted write off the log, after a copy in `lost/`. Under the lock."""
    if not found.rest:
        return None
    note = OpeningNote.of(
        "torn_line", bytes=len(found.rest), **counted_facts("size", len(found.rest), "octet", "byte")
    )
    write_durably(_lost_folder(journal.folder, now) / "entries.tail", found.rest)
    _keep_untold(journal, note)
    journal.cut(found)
    return note


def sweep(journal: Journal, now: datetime) -> Aside | None:
    """Move what killed writers left to `lost/`. Under the lock. None when there was nothing to tell."""
    objects = journal.folder / "objects"
    dead = [marker for marker in objects.glob(f"{TEMPORARY}*.writer") if _is_dead(marker)]
    if not dead:
        return None
    stopped_at = datetime.fromtimestamp(max(marker.stat().st_mtime for marker in dead), PARIS)
    known = set(named_objects(journal.entries))
    temporary = [path for marker in dead for path in objects.glob(f"{marker.stem}-*")]
    strays = [path for path in objects.glob("??/*") if path.name not in known]
    # The records of a batch are the one stray that no person deposited.
    records = {_records_of(marker) for marker in dead}
    files = sum(not path.name.endswith(RECORDS) for path in temporary)
    files += sum(path.name not in records for path in strays)
    counted = {name for one in load_untold(journal) for name in one.markers}
    if counted.issuperset(marker.name for marker in dead):
        files = 0  # an opening counted them and was stopped while it moved them
    if files:
        _keep_untold(journal, interrupted_note(Aside(files, stopped_at)), dead)
    if temporary or strays:
        folder = _lost_folder(journal.folder, now)
        for path in (*temporary, *strays):
            shutil.move(path, folder / path.name)
    for marker in dead:
        marker.unlink(missing_ok=True)
    return Aside(files, stopped_at) if files else None


class Untold(msgspec.Struct, frozen=True):
    """What an opening found, kept until the vault is closed: if that opening is stopped, the next one tells it.

    `markers` are the dead writers it counted: their files are not counted again.
    """

    code: str
    facts: dict[str, int]
    fr: str
    en: str
    markers: tuple[str, ...] = ()

    def as_note(self) -> OpeningNote:
        return OpeningNote(self.code, self.facts, self.fr, self.en)


def _keep_untold(journal: Journal, note: OpeningNote, markers: Sequence[Path] = ()) -> None:
    """Before anything is set aside."""
    facts = {key: value for key, value in note.facts.items() if isinstance(value, int)}
    new = Untold(note.code, facts, note.fr, note.en, tuple(path.name for path in markers))
    write_durably(journal.folder / "lost" / UNTOLD, msgspec.json.encode([*load_untold(journal), new]))


def load_untold(journal: Journal) -> list[Untold]:
    """What an earlier opening found and may not have told."""
    try:
        return msgspec.json.decode(read_regular(journal.folder / "lost" / UNTOLD, 1 << 20), type=list[Untold])
    except (OSError, msgspec.MsgspecError, ValueError):
        return []  # absent, or a file of ours that somebody damaged: it only repeats what was said


def forget_untold(journal: Journal) -> None:
    """Once it was told and the vault is closed."""
    (journal.folder / "lost" / UNTOLD).unlink(missing_ok=True)


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
        return msgspec.json.decode(read_regular(marker, 1 << 16), type=dict[str, str]).get("records", "")
    return ""


def _lost_folder(folder: Path, now: datetime) -> Path:
    target = folder / "lost" / f"{now:%Y%m%dT%H%M%S%f}"
    target.mkdir(parents=True, exist_ok=True)
    return target
