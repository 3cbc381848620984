"""One open workspace: its folder, its vault, its corpora, its database, and the clock.

Pages, worker and command line each open one; the vault's own lock lets them take turns.
"""

import secrets
import shutil
import sqlite3
import threading
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError

from saisine.casework.django_setup import bind_database, prepare_django, release_database
from saisine.errors import SaisineError
from saisine.messages.corpus import Corpora
from saisine.messages.interrupted import is_erasure_left, is_reading_left
from saisine.paris import PARIS
from saisine.vault import Vault
from saisine.vault.stamps import Stamper
from saisine.workspace import Workspace

if TYPE_CHECKING:
    from saisine.law.load import Law

Clock = Callable[[], datetime]
_LEAST_ROOM_BYTES: Final = 1 << 20  # what SQLite needs beside a database to open it


@dataclass
class Session:
    """An open workspace. `actor` is the random id under which acts stand in the log; a context manager.

    >>> with open_session(folder, clock=clock) as session:
    ...     session.vault.receipt().code
    """

    workspace: Workspace
    vault: Vault
    corpora: Corpora
    clock: Clock
    actor: str
    swept: tuple[str, ...] = ()
    ended: tuple[SaisineError | None, ...] = ()  # acts a stop had interrupted; the error of one that still is
    kept: dict[str, object] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    scope: frozenset[str] | None = None  # the incidents that exist for this actor; None is all of them

    @property
    def law(self) -> "Law":
        """The law as loaded, once for all who act; a fault in its files stops here with its file and line."""
        from saisine.law.load import Law, load_law  # late: most acts ask nothing of the law

        with self.lock:
            held = self.kept.get("law")
            found = held if isinstance(held, Law) else load_law()
            self.kept["law"] = found
        return found

    def acting(self, actor: str, scope: frozenset[str] | None = None) -> "Session":
        """The same open workspace for one member: her id under her acts, and no incident outside `scope`.

        It is not to be closed: whoever opened the workspace closes it.
        """
        return replace(self, actor=actor, scope=scope)

    @property
    def readings(self) -> Path:
        """Where new readings of corpora lie until they are accepted or refused."""
        return self.workspace.folder / "remaps"

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        """The day in Paris, where legal days are counted."""
        return self.clock().astimezone(PARIS).date()

    def findings(self, language: str = "fr") -> list[str]:
        """What the opening found, in words; empty after a clean stop."""
        english = language == "en"
        found = [note.en if english else note.fr for note in self.vault.opening]
        if self.workspace.migrated_from is not None:
            found.append(_MIGRATED[english].format(version=self.workspace.migrated_from))
        if self.swept:
            found.append(_SWEPT[english].format(count=len(self.swept)))
        found += [error.sentence(language) if error else _ENDED[english] for error in self.ended]
        found += [_DAMAGED[english].format(corpus=name) for name in self.corpora.damaged()]
        found += [_GONE[english].format(corpus=name) for name in self._gone()]
        return found

    def _gone(self) -> list[str]:
        """Imports whose messages were there and are no longer: their absence must not look like calm."""
        from saisine.casework.models import Deposit  # late: Django is ready from here on

        here = {info.id for info in self.corpora.list()} | set(self.corpora.damaged())
        deposits = Deposit.objects.filter(state=Deposit.SEALED).values_list("corpora", flat=True)
        return sorted({name for names in deposits for name in names} - here)

    def close(self) -> None:
        self.corpora.forget()
        self.vault.close()
        release_database()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# French, English: indexed by « is it English »
_MIGRATED = (
    "Cet espace de travail a été mis à jour depuis le format {version}. Une sauvegarde est dans « backups ».",
    "This workspace was brought up to date from format {version}. A backup lies in “backups”.",
)
_SWEPT = (
    "Une lecture avait été interrompue ({count}). Les fichiers sont scellés ; relancez la lecture.",
    "A reading had been interrupted ({count}). The files are sealed; start the reading again.",
)
_ENDED = (
    "Une relecture ou un effacement de messages avait été interrompu. C’est terminé.",
    "Messages were being read again or erased when a stop came. It is done now.",
)
_DAMAGED = (
    "Les messages de l’import « {corpus} » sont illisibles. Leurs fichiers restent scellés : "
    "relancez l’import.",
    "The messages of import “{corpus}” cannot be read. Their files stay sealed: import them again.",
)
_GONE = (
    "Les messages de l’import « {corpus} » ne sont plus sur le disque. Leurs fichiers restent scellés : "
    "relancez l’import, ou remettez le dossier « corpora » depuis une sauvegarde.",
    "The messages of import “{corpus}” are no longer on the disk. Their files stay sealed: import them again, "
    "or put the “corpora” folder back from a backup.",
)


def create_workspace(
    folder: Path, *, name: str, clock: Clock, passphrase: str | None = None, is_example: bool = False
) -> Workspace:
    """Make a workspace with its vault and database. Raises `workspace_exists`, or what the disk refuses."""
    workspace = Workspace.create(folder, name=name, now=clock(), is_example=is_example)
    Vault.create(workspace.vault, clock=clock, passphrase=passphrase).close()
    with open_session(workspace.folder, clock=clock, passphrase=passphrase) as session:
        from saisine.casework.models import AssociationCard  # late: Django is ready from here on

        AssociationCard.objects.create(name=name, updated_at=session.now())
    return workspace


def open_session(
    folder: Path,
    *,
    clock: Clock,
    passphrase: str | None = None,
    recovery: str | None = None,
    stamper: Stamper | None = None,
) -> Session:
    """Open a workspace: what an interruption left is set right and told by `findings`.

    Raises the errors of `Workspace.open` and `Vault.open` (`passphrase_needed`, `passphrase_wrong`, …).
    """
    workspace = Workspace.open(folder, now=clock())
    vault = Vault.open(
        workspace.vault, clock=clock, passphrase=passphrase, recovery=recovery, stamper=stamper
    )
    try:
        _require_database(workspace, vault)
        prepare_django()
        _bind(workspace)
        # beside the findings: derived, and left out of backups
        corpora = Corpora(
            workspace.corpora, vault.part_keys, index=workspace.folder / "findings" / "words.sqlite3"
        )
        swept = tuple(corpora.sweep()) if vault.is_writable else ()
        session = Session(workspace, vault, corpora, clock, _actor(clock), swept)
        _finish_erasures(session)
        _finish_corpora(session)
        return session
    except BaseException:
        vault.close()
        raise


def _finish_erasures(session: Session) -> None:
    standing = session.vault.journal.standing
    if not session.vault.is_writable or not (standing.erased or standing.erased_items or standing.barred):
        return
    from saisine.casework import erasures  # late: Django is ready from here on, and it loads every format

    if erasures.needs_cleaning(session):
        erasures.clean(session)


def _finish_corpora(session: Session) -> None:
    """A new reading that was accepted, or rows being erased, when a stop came; another process may be at it."""
    corpora, scratch = session.workspace.corpora, session.workspace.scratch
    left = is_reading_left(corpora, session.readings, scratch), is_erasure_left(corpora)
    if not session.vault.is_writable or not any(left):
        return
    from saisine.casework import remaps, row_erasures  # late: Django is ready from here on

    for module, is_left in zip((remaps, row_erasures), left, strict=True):
        if is_left:
            try:
                module.finish(session)
                session.ended += (None,)
            except SaisineError as error:
                # a full disk must not close the workspace: it is told, and tried again at the next opening
                session.ended += (error,) if error.code != "remap_busy" else ()


def _bind(workspace: Workspace) -> None:
    """Raises `database_damaged`, `disk_full` or `workspace_not_writable`: even reading leaves a line in the journal."""
    try:
        bind_database(workspace.database)
    except DatabaseError as error:
        reason = str(error)
        if _is_full(error, workspace.folder):
            raise SaisineError("disk_full", folder=workspace.folder) from error
        refused = "readonly" in reason or "unable to open" in reason
        code = "workspace_not_writable" if refused else "database_damaged"
        raise SaisineError(
            code, path=workspace.database, folder=workspace.folder, backups=workspace.backups, reason=reason
        ) from error


def _is_full(error: DatabaseError, folder: Path) -> bool:
    """Whether the database was refused for want of room: SQLite says so, or only that a write failed."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_IOERR:
        return shutil.disk_usage(folder).free < _LEAST_ROOM_BYTES
    return bool(code == sqlite3.SQLITE_FULL)


def _require_database(workspace: Workspace, vault: Vault) -> None:
    """Raises `database_missing` when sealed pieces are there and the decisions about them are not.

    A new, empty database would hide every incident without a word.
    """
    if vault.journal.size and not workspace.database.exists():
        raise SaisineError("database_missing", path=workspace.database, backups=workspace.backups)


def _actor(clock: Clock) -> str:
    """This computer: the member without a role who acts when nobody is named; made at the first opening."""
    from saisine.casework.models import Member

    member = Member.objects.order_by("created_at").first()
    if member is None:
        identifier = b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
        member = Member.objects.create(id=identifier, created_at=clock())
    return str(member.id)
