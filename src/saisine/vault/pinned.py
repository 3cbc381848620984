"""The keys that associations exchanged in person: added, shown, removed.

A key of type 0x04 is a witness for us, one of type 0x01 a log that we watch (c2sp.org/signed-note). What we
remember of a log outlives its key: added again, it is checked from where it was left.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from saisine.errors import SaisineError
from saisine.vault.cosignatures import decode, last_cosigned_at, mend
from saisine.vault.notes import COSIGNATURE, ED25519, Head, NoteError, VerifierKey
from saisine.vault.watched import (
    COSIGNED,
    LOGS,
    OWN_FORKS,
    WITNESSES,
    Trust,
    WatchedLog,
    Witness,
    open_trust,
    own_keys,
    require_name,
    witness_vkey,
)

if TYPE_CHECKING:
    from saisine.vault.store import Vault

Role = Literal["witness", "log"]


@dataclass(frozen=True, slots=True)
class Added:
    """A key taken in: under which name, as what, and whether it was there already."""

    name: str
    role: Role
    key: VerifierKey
    was_known: bool


def add(vault: "Vault", file_name: str, body: bytes, *, replace: bool = False) -> Added:
    """Trust a key given in person; its type says as what, its file name under which name.

    Another key under the same name needs `replace` (the association changed its key). Raises `witness_name`,
    `witness_key_malformed`, `witness_key_kind`, `witness_key_ours`, `witness_name_taken`, `witness_known_as`.
    """
    name = require_name(PurePath(file_name).name.removesuffix(".txt").removesuffix(".vkey"))
    key = _read_key(file_name, body)
    if key.key in {one.key for one in (*own_keys(vault), witness_vkey(vault))}:
        raise SaisineError("witness_key_ours", name=name)
    role: Role = "witness" if key.kind == COSIGNATURE else "log"
    with open_trust(vault) as trust:
        known = {one.name: one.key for one in (trust.witnesses if role == "witness" else trust.logs)}
        _require_free(trust, name, key, role, known, replace=replace)
        place = f"{WITNESSES if role == 'witness' else LOGS}/{name}.vkey"
        trust.put(place, f"{key.to_text()}\n".encode(), {"name": name, "vkey": key.to_text()})
    return Added(name, role, key, known.get(name) == key)


def _read_key(file_name: str, body: bytes) -> VerifierKey:
    try:
        key = VerifierKey.from_text(mend(decode(body[:4096])))
    except NoteError as error:
        raise SaisineError(
            "witness_key_malformed", file=PurePath(file_name).name, reason_fr=error.fr, reason_en=str(error)
        ) from error
    if key.kind not in (ED25519, COSIGNATURE):
        raise SaisineError("witness_key_kind", file=PurePath(file_name).name, kind=f"{key.kind:#04x}")
    return key


def _require_free(
    trust: Trust, name: str, key: VerifierKey, role: Role, known: dict[str, VerifierKey], *, replace: bool
) -> None:
    """One name holds one key, and one key or log stands under one name."""
    others = {other for other, one in known.items() if one.name == key.name and other != name}
    if role == "log":
        others |= trust.names_of_origin(key.name) - {name}
        head = trust.head_of(name)
        if head is not None and head.origin != key.name:
            raise SaisineError("witness_name_taken", name=name)
    if others:
        raise SaisineError("witness_known_as", name=min(others))
    if name in known and known[name] != key and not (replace and known[name].name == key.name):
        raise SaisineError("witness_name_taken", name=name)


def remove(vault: "Vault", name: str) -> tuple[Role, ...]:
    """Trust the keys of that name no longer; what was seen of its log stays. Raises `witness_unknown`."""
    with open_trust(vault) as trust:
        found: list[Role] = []
        if any(one.name == name for one in trust.witnesses):
            found.append("witness")
            trust.remove(f"{WITNESSES}/{name}.vkey", {"name": name})
        if any(one.name == name for one in trust.logs):
            found.append("log")
            trust.remove(f"{LOGS}/{name}.vkey", {"name": name})
    if not found:
        raise SaisineError("witness_unknown", name=name)
    return tuple(found)


# ---------------------------------------------------------------- showing


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """A witness for us, and the newest of our heads that it cosigned (0 when none)."""

    name: str
    vkey: str
    size: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """A log that we watch: the last head that we cosigned, and how many notes of forks are kept."""

    name: str
    origin: str
    vkey: str
    size: int
    at: datetime | None
    forks: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that `saisine witness list` shows. The first two keys are those to give in person."""

    log_vkey: str
    witness_vkey: str
    witnesses: tuple[WitnessRow, ...]
    logs: tuple[LogRow, ...]
    own_forks: int

    def as_json(self) -> dict[str, object]:
        return {
            "log_vkey": self.log_vkey,
            "witness_vkey": self.witness_vkey,
            "witnesses": [
                {"name": one.name, "vkey": one.vkey, "size": one.size, "at": one.at} for one in self.witnesses
            ],
            "logs": [
                {
                    "name": one.name,
                    "origin": one.origin,
                    "vkey": one.vkey,
                    "size": one.size,
                    "at": one.at,
                    "forks": one.forks,
                }
                for one in self.logs
            ],
            "own_forks": self.own_forks,
        }


def overview(vault: "Vault") -> Overview:
    """Our own two keys, the witnesses we accept, the logs we watch."""
    with open_trust(vault) as trust:
        ours = witness_vkey(vault)
        return Overview(
            own_keys(vault)[0].to_text(),
            ours.to_text(),
            tuple(_witness_row(vault, one) for one in trust.witnesses),
            tuple(_log_row(trust, one, ours) for one in trust.logs),
            len(trust.heads_in(OWN_FORKS)),
        )


def _witness_row(vault: "Vault", witness: Witness) -> WitnessRow:
    head = newest_cosigned_by(vault, witness.key)
    at = last_cosigned_at(head, [witness.key]) if head else None
    return WitnessRow(witness.name, witness.key.to_text(), head.size if head else 0, at)


def _log_row(trust: Trust, log: WatchedLog, ours: VerifierKey) -> LogRow:
    forks = len(trust.heads_in(f"{LOGS}/{log.name}.forks"))
    return LogRow(log.name, log.key.name, log.key.to_text(), log.size, log.cosigned_at(ours), forks)


def newest_cosigned_by(vault: "Vault", key: VerifierKey) -> Head | None:
    """The largest of our heads that this witness cosigned, as our log noted it, or None."""
    entries = vault.journal.entries
    sizes = {
        e.count for e in entries if e.act == "witness" and e.code == COSIGNED and isinstance(e.count, int)
    }
    for size in sorted(sizes, reverse=True):
        try:
            head = vault.journal.head(size)
        except (OSError, NoteError):
            continue  # told by V07
        if last_cosigned_at(head, [key]) is not None:
            return head
    return None
