"""An open vault before its verbs: opening and setting right, the newest head, what may be written now."""

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from saisine.errors import SaisineError
from saisine.vault import opening as found_at_opening
from saisine.vault.catalogue import Catalogue
from saisine.vault.faults import disk_faults, said
from saisine.vault.identity import Format
from saisine.vault.journal import Journal, Reading
from saisine.vault.keys import KeyStore, new_id
from saisine.vault.log import format_moment
from saisine.vault.notes import Checkpoint, Head
from saisine.vault.opening import OpeningNote
from saisine.vault.records import build_act_record, record_hash
from saisine.vault.report import counted_facts, say_delay
from saisine.vault.secret_files import NEXT_NAME, settle
from saisine.vault.succession import key_chain, sign_between
from saisine.vault.writer import CLOCK_TOLERANCE_S, Writer, require_code

Clock = Callable[[], datetime]
Progress = Callable[[int, int | None, str], None]
Random = Callable[[int], bytes]


class OpenVault:
    """One folder, its log and its keys. `Vault` adds the public verbs."""

    def __init__(
        self, folder: Path, format_: Format, keys: KeyStore, *, clock: Clock, random: Random
    ) -> None:
        self.folder = folder
        self.origin = format_.origin
        self.opening: tuple[OpeningNote, ...] = ()
        self.journal = Journal(folder)
        self.keys = keys
        self.clock = clock
        self.random = random
        self.catalogue = Catalogue(self.journal, keys)
        self.writer = Writer(self.journal, keys, self.catalogue, clock=clock, random=random)
        self._refusal: SaisineError | None = None

    # ------------------------------------------------------------ opening

    def examine(self, *, read_only: bool, passphrase: str | None) -> Iterator[OpeningNote]:
        """Load the log, set right what an interruption left, and yield what there is to tell."""
        yield from self._load(read_only=read_only, passphrase=passphrase)
        from saisine.vault.forks import own_forks

        yield from (OpeningNote.of("forked", theirs=head.size) for head in list(own_forks(self))[:1])

    def _load(self, *, read_only: bool, passphrase: str | None) -> Iterator[OpeningNote]:
        if read_only:
            self._refusal = SaisineError(
                "vault_not_writable", folder=self.folder, **said(OSError(errno.EROFS, ""))
            )
            yield OpeningNote.of("read_only")
            yield from self._read_log()
            return
        try:
            with disk_faults(self.folder), self.journal.locked():
                yield from self._repair(passphrase)
        except SaisineError as error:
            if error.code != "vault_busy":
                raise
            yield OpeningNote.of("busy")
            yield from self._read_log()

    def _read_log(self) -> Iterator[OpeningNote]:
        """Load the log without touching anything; refuse writing when it does not fit."""
        with disk_faults(self.folder):
            found = self.journal.load()
        reason = found_at_opening.find_damage(self.journal, found, key_chain(self.folder))
        if reason is not None:
            yield self._freeze(reason)

    def _freeze(self, reason: dict[str, str]) -> OpeningNote:
        """From now on this vault only reads, up to the fault."""
        self._refusal = SaisineError("vault_damaged", **reason)
        self.journal.is_damaged = True
        return OpeningNote.of("damaged", **reason)

    def _repair(self, passphrase: str | None) -> Iterator[OpeningNote]:
        """Under the lock: load, set aside, finish what was begun, sign what has no head."""
        found = self.journal.load()
        reason = found_at_opening.find_damage(self.journal, found, key_chain(self.folder))
        if reason is not None:
            yield self._freeze(reason)
            return
        missing = found_at_opening.units_without_key(self.journal, self.keys.units())
        if missing:
            said = counted_facts(
                "missing",
                len(missing),
                "clé de dépôt manque",
                "key of a deposit is missing",
                many_fr="clés de dépôts manquent",
                many_en="keys of deposits are missing",
            )
            self._refusal = SaisineError("vault_keys_older", count=len(missing), **said)
            yield OpeningNote.of("keys_older", count=len(missing), **said)
            return
        yield from self._set_aside(found)
        found_at_opening.finish_erasures(self.journal, self.keys)
        found_at_opening.clear_stale(self.journal, self.clock())
        self.journal.mend_texts()
        self.sign_under_lock()
        if self.keys.secrets.retired:
            from saisine.vault.rotation import finish_rotation

            finish_rotation(self, passphrase)

    def _set_aside(self, found: Reading) -> Iterator[OpeningNote]:
        now = self.clock()
        back_s = (self.journal.entries[-1].moment - now).total_seconds() if self.journal.entries else 0.0
        if back_s > CLOCK_TOLERANCE_S:
            fr, en = say_delay(timedelta(seconds=back_s))
            yield OpeningNote.of("clock_back", seconds=round(back_s), back_fr=fr, back_en=en)
        yield from (one.as_note() for one in found_at_opening.load_untold(self.journal))
        torn = found_at_opening.keep_torn_tail(self.journal, found, now)
        if torn is not None:
            self.writer.append([{"act": "note", "code": "repair_torn"}])
            yield torn
        aside = found_at_opening.sweep(self.journal, now)
        if aside is not None:
            self.writer.append([{"act": "note", "code": "repair_interrupted", "count": aside.files}])
            yield found_at_opening.interrupted_note(aside)

    # ------------------------------------------------------------ what this vault is

    @property
    def is_protected(self) -> bool:
        """Whether a passphrase protects the keys; without one they lie readable in the folder."""
        return self.keys.is_protected

    @property
    def witness_key(self) -> Ed25519PrivateKey:
        """The key that cosigns the heads of other associations."""
        return self.keys.witness_key

    @property
    def is_writable(self) -> bool:
        return self._refusal is None

    def require_writable(self) -> None:
        """Raises what the opening found, when nothing may be written here."""
        if self._refusal is not None:
            raise self._refusal

    def require_unforked(self) -> None:
        """Before anything is taken in. Raises `vault_forked` when another history of this log is known."""
        from saisine.vault.forks import require_unforked

        self.require_writable()
        require_unforked(self)

    def new_unit(self, *, is_durable: bool = True) -> str:
        """A new unit of erasure, its key durable before anything is sealed for it.

        Without `is_durable`, the batch that follows makes it so with its own bytes.
        """
        self.require_writable()
        unit = new_id(self.random)
        self.keys.add_unit(unit, format_moment(self.clock()), is_durable=is_durable)
        return unit

    # ------------------------------------------------------------ lines

    def write_lines(self, fields: Sequence[Mapping[str, Any]]) -> None:
        """Lines that carry codes and hashes alone, then a head over them."""
        self.require_writable()
        for one in fields:
            require_code(one.get("actor", ""))
            require_code(one.get("code", ""))
        with disk_faults(self.folder), self.journal.locked():
            self.journal.refresh()
            self.writer.append(fields)
        self.sign_head()

    def write_act(
        self,
        kind: str,
        facts: Mapping[str, object],
        lines: Sequence[dict[str, Any]],
        *,
        unit: str | None = None,
        actor: str = "",
        beside: Iterable[Mapping[str, Any]] = (),
        is_signed: bool = True,
    ) -> str:
        """Lines that share one encrypted record (no object). Returns the hash of that record.

        `beside` are lines without a record, written in the same breath. Without `is_signed` the caller signs
        the head once what the lines say is done.
        """
        self.require_writable()
        require_code(actor)
        unit = unit or self.new_unit(is_durable=False)
        record = build_act_record(self.random(32), kind, facts)
        recipient = self.keys.recipient_of(unit)
        shared = {"unit": unit, "record": record_hash(record), **({"actor": actor} if actor else {})}
        with disk_faults(self.folder), self.writer.batch() as batch:
            fields = [{**line, **shared} for line in lines]
            self.writer.commit(batch, [record], recipient, fields, beside=list(beside))
        if is_signed:
            self.sign_head()
        return record_hash(record)

    # ------------------------------------------------------------ heads

    def sign_head(self) -> Head | None:
        """Sign the log as it stands; the newest head when it already covers every line; None when empty."""
        self.require_writable()
        with disk_faults(self.folder), self.journal.locked():
            self.journal.refresh()
            return self.sign_under_lock()

    def sign_under_lock(self) -> Head | None:
        journal = self.journal
        if journal.size == 0:
            return None
        if journal.has_head(journal.size):
            return journal.head(journal.size)
        checkpoint = Checkpoint(self.origin, journal.size, journal.tree.root())
        head = sign_between(journal, checkpoint, self.keys)
        journal.keep_head(head)
        return head

    def last_head(self) -> Head:
        """The newest head; signs one when lines have none yet. Raises `vault_empty`."""
        head = self.sign_head() if self.is_writable else self.journal.last_head()
        if head is None:
            raise SaisineError("vault_empty")
        if head.size > self.journal.size:  # a damaged log: the lines under this head cannot all be read
            raise self._refusal or SaisineError("vault_damaged", reason=f"heads/{head.size}.note")
        return head


def open_keys(
    folder: Path,
    passphrase: str | None,
    *,
    recovery: str | None,
    read_only: bool,
    progress: Progress | None,
) -> KeyStore:
    """The keys, after a change of theirs that a stop interrupted is finished or forgotten."""
    if (folder / "keys" / NEXT_NAME).is_dir() and not read_only:
        journal = Journal(folder)
        with disk_faults(folder), journal.locked():
            journal.load()
            settle(folder, journal.standing.files_root)
    return KeyStore.open(
        folder / "keys", passphrase, recovery=recovery, read_only=read_only, progress=progress
    )
