"""Erasing a person's messages from the corpora of a workspace: a line of the vault's log, new parts, then whatever
refers to their rows; and what remains, in words.

The vault's own erasure (`saisine.casework.erasures`) ends a whole unit, sealed file included; this one does not
touch what is sealed.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from saisine.casework import erasures, journal, remaps, surveys
from saisine.casework.models import ExhibitRow, JournalRow, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages import row_erasure
from saisine.messages.corpus import MessageRef
from saisine.messages.corpus_files import CorpusInfo
from saisine.messages.remapping import digest_of
from saisine.messages.row_erasure import Found, Plan, Selection
from saisine.vault import erasure
from saisine.vault.opening import say_day_en, say_day_fr

ROWS_ERASED = "rows_erased"


@dataclass(frozen=True, slots=True)
class Remains:
    """What erasing rows leaves: the sealed files (number of their line, unit), the incidents whose frozen copies
    hold some of them, and the last day of a backup that does ("" when none was noted)."""

    sources: tuple[tuple[int, str], ...]
    incidents: tuple[int, ...]
    backups_until: str

    def sentences(self, language: str = "fr") -> list[str]:
        """One sentence each, for the screen and the answer to the person."""
        return _english(self) if language == "en" else _french(self)


@dataclass(frozen=True, slots=True)
class Erased:
    """What one act erased, or would: messages, context rows beside them, by corpus and by platform."""

    messages: int
    context: int
    accounts: int
    corpora: tuple[tuple[str, int], ...]
    platforms: dict[str, int]
    remains: Remains
    reason: str = ""
    at: datetime | None = None

    @property
    def count(self) -> int:
        return self.messages + self.context

    def as_json(self) -> dict[str, object]:
        """`at` is null when nothing was erased (a look, or nothing found)."""
        left = self.remains
        return {
            "at": self.at,
            "reason": self.reason or None,
            "messages": self.messages,
            "context": self.context,
            "accounts": self.accounts,
            "corpora": [{"corpus": name, "rows": count} for name, count in self.corpora],
            "platforms": self.platforms,
            "remains": {
                "sources": [{"seq": seq, "unit": unit} for seq, unit in left.sources],
                "incidents": list(left.incidents),
                "backups_until": left.backups_until or None,
            },
        }


# ------------------------------------------------------------------ look, erase


def look(session: Session, selection: Selection) -> Erased:
    """What would go, and what would remain; nothing is changed. Raises what `find_rows` raises."""
    return _described(session, row_erasure.find_rows(session.corpora, selection))


def erase_rows(session: Session, selection: Selection, reason: str, note: str = "") -> Erased:
    """Erase for good. A reason outside the closed list is kept as the note, encrypted; the log says `other`.

    Raises `unit_held` before anything is erased, `remap_busy`, and what `find_rows` raises. Once begun, the act
    is finished at the next opening if it is stopped.
    """
    session.vault.require_writable()
    code = reason if reason in erasure.REASONS else "other"
    words = "\n".join(text for text in (note, reason if code != reason else "") if text)
    with remaps.locked(session):
        _finish_all(session)
        found = row_erasure.find_rows(session.corpora, selection)
        for one in found:
            if one.info.unit in session.vault.journal.standing.held:
                raise SaisineError("unit_held", unit=one.info.unit)
        done = _described(session, found, code, session.now())
        for one in found:
            row_erasure.write_plan(
                session.corpora,
                one,
                selection,
                id=secrets.token_hex(16),
                at=session.now(),
                reason=code,
                note=words,
                actor=session.actor,
                salt=secrets.token_bytes(row_erasure.SALT_BYTES),
            )
        _finish_all(session)
    return done


def _described(
    session: Session, found: Sequence[Found], reason: str = "", at: datetime | None = None
) -> Erased:
    accounts = set().union(*(one.accounts for one in found))
    return Erased(
        sum(one.messages for one in found),
        sum(one.context for one in found),
        len(accounts),
        tuple((one.info.id, one.count) for one in found),
        dict(row_erasure.sum_platforms(found)),
        _remains(session, found),
        reason,
        at,
    )


# ------------------------------------------------------------------ finish


def finish(session: Session) -> None:
    """Finish what a stop interrupted. Raises `remap_busy` while another process is at it."""
    with remaps.locked(session):
        _finish_all(session)


def _finish_all(session: Session) -> None:
    for info, plan in row_erasure.unfinished(session.corpora.folder, session.corpora.keys):
        _apply(session, info, plan)


def _apply(session: Session, info: CorpusInfo, plan: Plan) -> None:
    """Every step after the plan, each done once however often this is called."""
    folder, keys = session.corpora.folder / info.id, session.corpora.keys
    if not row_erasure.is_applied(info, plan):
        remaps.drop_for(session, info.id)
        after = row_erasure.rewrite(folder, info, plan, keys)
        _log(session, after, plan)
        row_erasure.publish(folder)
    _follow(session, info, plan)
    surveys.forget(session)  # they name rows by their place; made again when asked for
    erasures.drop_exports(session)
    session.corpora.forget()  # before the plan goes: an index of the words that were erased goes with it
    row_erasure.clear(folder, info, plan, keys)


def _log(session: Session, after: CorpusInfo, plan: Plan) -> None:
    """The line that counts: how many, why, when; its encrypted record holds the note and the new manifest."""
    code = f"{ROWS_ERASED}:{plan.reason}"
    if remaps.is_logged(session, code, after.unit, "erasure", plan.id):
        return
    facts = {
        "erasure": plan.id,
        "note": plan.note,
        "name": f"corpora/{after.id}/manifest.json",
        "sha256": digest_of(after),
    }
    line: dict[str, object] = {"act": "note", "code": code, "count": plan.count}
    if until := _backups_until(session):
        line["until"] = until
    session.vault.write_act("rows_erased", facts, [line], unit=after.unit, actor=plan.actor)


def _follow(session: Session, info: CorpusInfo, plan: Plan) -> None:
    """Decisions on erased messages end; the others name their rows again. Once: rows move only once."""

    def moved(ref: str) -> str:
        place = MessageRef.parse(ref)
        after = plan.moved(place.part, place.row)
        return "" if after is None else str(MessageRef(info.id, *after))

    with transaction.atomic():
        if JournalRow.objects.filter(what="messages_erased", subject=plan.id).exists():
            return
        remaps.move_refs(info.id, moved)
        journal.note(session, "messages_erased", count=plan.count, subject=plan.id)


# ------------------------------------------------------------------ what remains


def _remains(session: Session, found: Sequence[Found]) -> Remains:
    sources: set[tuple[int, str]] = set()
    for one in found:
        items = {item for digest in one.sources if (item := one.info.item_of(digest))}
        sources |= {(piece.seq, piece.unit) for piece in session.vault.items() if piece.item in items}
    return Remains(tuple(sorted(sources)), _incidents(found), _backups_until(session))


def _incidents(found: Sequence[Found]) -> tuple[int, ...]:
    numbers: set[int] = set()
    for one in found:
        gone = set(one.refs())
        start = f"{one.info.id}:"
        decided = SortedMessage.objects.filter(ref__startswith=start, incident__isnull=False)
        shown = ExhibitRow.objects.filter(ref__startswith=start, withdrawn_at__isnull=True)
        pairs = [
            *decided.values_list("ref", "incident__number"),
            *shown.values_list("ref", "incident__number"),
        ]
        numbers |= {number for ref, number in pairs if ref in gone}
    return tuple(sorted(numbers))


def _backups_until(session: Session) -> str:
    until = session.vault.journal.standing.backups_until
    return until if until >= session.today().isoformat() else ""


def _french(found: Remains) -> list[str]:
    sources = ", ".join(str(seq) for seq, _ in found.sources)
    units = sorted({unit for _, unit in found.sources})
    said = []
    if sources:
        said += [
            f"Le fichier scellé d’où viennent ces messages reste dans le coffre (ligne {sources} du journal).",
            "Pour l’effacer aussi, en entier : "
            + " ; ".join(f"saisine erase {unit}" for unit in units)
            + ".",
        ]
    if found.incidents:
        numbers = ", ".join(map(str, found.incidents))
        said.append(f"Les copies figées dans un incident ne changent pas (incident {numbers}).")
    if found.backups_until:
        day = say_day_fr(date.fromisoformat(found.backups_until))
        said.append(
            f"Les sauvegardes faites avant contiennent ces messages : à détruire au plus tard le {day}."
        )
    else:
        said.append("Une sauvegarde faite avant contient encore ces messages.")
    said.append("Les dossiers et exports déjà remis restent chez qui les a reçus.")
    return said


def _english(found: Remains) -> list[str]:
    sources = ", ".join(str(seq) for seq, _ in found.sources)
    units = sorted({unit for _, unit in found.sources})
    said = []
    if sources:
        said += [
            f"The sealed file that these messages come from stays in the vault (line {sources} of the log).",
            "To erase it too, as a whole: " + "; ".join(f"saisine erase {unit}" for unit in units) + ".",
        ]
    if found.incidents:
        numbers = ", ".join(map(str, found.incidents))
        said.append(f"Frozen copies in an incident do not change (incident {numbers}).")
    if found.backups_until:
        day = say_day_en(date.fromisoformat(found.backups_until))
        said.append(f"Backups made before hold these messages: to be destroyed by {day}.")
    else:
        said.append("A backup made before still holds these messages.")
    said.append("Dossiers and exports already handed over stay with whoever received them.")
    return said
