"""One message shown out of a large export: what is handed over, and how anyone checks it.

A disclosure holds the exact bytes of one record, its salt and path to the root of a `rows` line, that line, and
the line's proof under a signed head. It gives away nothing of the other records: their leaves are salted.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from saisine.errors import SaisineError
from saisine.vault.bundle_dating import HeadChoice
from saisine.vault.bundle_messages import Disclosure as TreeProof
from saisine.vault.bundle_messages import disclosure_fault
from saisine.vault.dates import check_authorities, check_order, line_shown, say_stamp
from saisine.vault.log import Entry, canonical, is_hash, parse_line
from saisine.vault.notes import NoteError, TlogProof
from saisine.vault.report import Check
from saisine.vault.rows import row_proofs
from saisine.vault.snapshot import Policy
from saisine.vault.stamp_verdicts import verify_stamp

if TYPE_CHECKING:
    from saisine.vault.store import Vault

_NUMBERS: Final = ("V13", "V14", "V15", "V16")


class _Json(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    index: int
    count: int
    salt: str
    path: tuple[str, ...]
    root: str
    record: str
    entry: str
    proof: str
    stamps: dict[str, str]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One record with all that proves it. `raw` are its bytes, `entry` the log line without LF, `proof` the
    text of a `.tlog-proof`, `stamps` the time-stamp replies over that head, by authority."""

    index: int
    count: int
    salt: bytes
    path: tuple[bytes, ...]
    root: bytes
    raw: bytes
    entry: bytes
    proof: str
    stamps: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def tree(self) -> TreeProof:
        """The part that needs no signature: place, salt, path, root."""
        return TreeProof(self.index, self.count, self.salt, self.path, self.root)

    def to_json(self) -> bytes:
        """One canonical JSON object; `from_json` gives the same disclosure back."""
        return canonical(
            {
                **_tree_json(self),
                "record": b64encode(self.raw).decode(),
                "entry": self.entry.decode(),
                "proof": self.proof,
                "stamps": {name: b64encode(reply).decode() for name, reply in self.stamps.items()},
            }
        )

    @classmethod
    def from_json(cls, body: bytes) -> "Disclosure":
        """Read one; white space and the order of names are free, nothing else is. Raises `ValueError`."""
        try:
            found = msgspec.json.decode(body, type=_Json)
            read = cls._from(found)
            plain = msgspec.json.format(body, indent=-1)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(str(error)) from None
        # a name given twice, another spelling of the same bytes: one disclosure has one form
        if len(plain) != len(read.to_json()) or _sorted(plain) != read.to_json():
            raise ValueError("not in canonical form")
        return read

    @classmethod
    def _from(cls, found: _Json) -> "Disclosure":
        if found.v != 1:
            raise ValueError(f"version {found.v}")
        if not (is_hash(found.salt) and is_hash(found.root)):
            raise ValueError("salt or root")
        path = tuple(b64decode(node, validate=True) for node in found.path)
        if any(len(node) != 32 for node in path):
            raise ValueError("path")
        return cls(
            found.index,
            found.count,
            bytes.fromhex(found.salt),
            path,
            bytes.fromhex(found.root),
            b64decode(found.record, validate=True),
            found.entry.encode("utf-8"),
            found.proof,
            {name: b64decode(reply, validate=True) for name, reply in found.stamps.items()},
        )


def _sorted(plain: bytes) -> bytes:
    return canonical(msgspec.json.decode(plain))


def _tree_json(disclosure: Disclosure) -> dict[str, object]:
    return {
        "v": 1,
        "index": disclosure.index,
        "count": disclosure.count,
        "salt": disclosure.salt.hex(),
        "path": [b64encode(node).decode() for node in disclosure.path],
        "root": disclosure.root.hex(),
    }


def disclosure_members(disclosure: Disclosure) -> dict[str, bytes]:
    """The files of one message in a bundle (`data/messages/<nnnn>/`); the bundle adds the proof itself."""
    return {
        "record.bin": disclosure.raw,
        "disclosure.json": canonical(_tree_json(disclosure)),
        "entry.json": disclosure.entry,
    }


# ---------------------------------------------------------------- making one


def disclose(
    vault: "Vault", rows_seq: int, index: int, raw: bytes, *, heads: HeadChoice | None = None
) -> Disclosure:
    """Disclose row `index` of the `rows` line `rows_seq`; `raw` are the bytes of its record, read again.

    The proof is made against the head that dates the line best. Raises `record_other_bytes` when `raw` is
    not what was sealed, and as `row_proofs`.
    """
    proof = next(row_proofs(vault, rows_seq, [index]))
    if hashlib.sha256(raw).hexdigest() != proof.sha256:
        raise SaisineError("record_other_bytes", index=index)
    entry = vault.journal.entries[rows_seq]
    choice = heads or HeadChoice(vault)
    head, _ = choice.head_for(rows_seq)
    stamps = {one.authority.name: one.reply for one in choice.stamps if one.head.size == head.size}
    return Disclosure(
        proof.index,
        int(entry.count) if isinstance(entry.count, int) else 0,
        proof.salt,
        proof.path,
        bytes.fromhex(str(entry.root)),
        raw,
        vault.entry_line(rows_seq),
        vault.proof_of(rows_seq, head).to_text(),
        stamps,
    )


# ---------------------------------------------------------------- checking one


def verify_disclosure(
    disclosure: Disclosure, policy: Policy, *, now: datetime | None = None, label: str = ""
) -> Iterator[Check]:
    """Check that these bytes are message `index` of the dated export. Pure; raises nothing on hostile bytes.

    V02  the line is a well-formed `rows` line of a log
    V08  the head of the proof is signed by a key of the policy
    V09  that line is in the log under this head
    V13 to V17  the stamps over this head, by the authorities of the policy
    V23  these bytes, with this salt and path, give the root and count of that line
    """
    before = f"{label} : " if label else "", f"{label}: " if label else ""
    for check in (*_check_tree(disclosure), *_check_log(disclosure, policy, now)):
        yield Check(check.id, check.state, before[0] + check.detail_fr, before[1] + check.detail_en)


def _check_tree(disclosure: Disclosure) -> Iterator[Check]:
    """V02, V23"""
    entry = _entry_of(disclosure)
    if entry is None:
        yield Check.failed("V02", "la ligne du journal est mal formée", "the log line is malformed")
        yield Check.not_checked("V23", "voir V02", "see V02")
        return
    yield Check.verified("V02", f"ligne {entry.seq}", f"line {entry.seq}")
    fault = disclosure_fault(disclosure.raw, disclosure.tree, entry)
    if fault is not None:
        yield Check.failed("V23", *fault)
        return
    number, count = disclosure.index + 1, disclosure.count
    yield Check.verified("V23", f"message {number} sur {count}", f"message {number} of {count}")


def _entry_of(disclosure: Disclosure) -> Entry | None:
    try:
        return parse_line(disclosure.entry)
    except ValueError:
        return None


def _check_log(disclosure: Disclosure, policy: Policy, now: datetime | None) -> Iterator[Check]:
    """V08, V09, and the dates when both hold."""
    try:
        proof = TlogProof.from_text(disclosure.proof)
    except (NoteError, ValueError):
        yield Check.failed("V08", "la preuve du journal est illisible", "the proof of the log cannot be read")
        yield Check.not_checked("V09", "voir V08", "see V08")
        return
    head, entry = proof.head, _entry_of(disclosure)
    try:
        key = head.note.require_signed_by(policy.vkeys)
        if key.name != head.origin:
            raise NoteError(f"origin {head.origin}", f"origine {head.origin}")
    except NoteError as error:
        yield Check.failed("V08", f"tête {head.size} : {error.fr}", f"head {head.size}: {error}")
        yield Check.not_checked("V09", "voir V08", "see V08")
        return
    yield Check.verified("V08", key.to_text())
    if entry is None or proof.index != entry.seq or not proof.proves(disclosure.entry, policy.vkeys):
        yield Check.failed(
            "V09",
            f"tête {head.size} : elle ne couvre pas cette ligne",
            f"head {head.size}: not over this line",
        )
        return
    yield Check.verified("V09", f"tête {head.size}", f"head {head.size}")
    yield from _check_dates(disclosure, proof, entry, policy, now)


def _check_dates(
    disclosure: Disclosure, proof: TlogProof, entry: Entry, policy: Policy, now: datetime | None
) -> Iterator[Check]:
    """V13 to V17"""
    dated: set[str] = set()
    if not (disclosure.stamps and policy.tsa):
        fr, en = "aucun horodatage : pas encore daté", "no time stamp: not yet dated"
        if disclosure.stamps:
            fr, en = (
                "aucune autorité n’a été indiquée pour juger l’horodatage",
                "no authority was named to judge it",
            )
        for number in _NUMBERS:
            yield Check.not_checked(number, fr, en)
    for name, reply in sorted(disclosure.stamps.items()) if policy.tsa else ():
        verdict = verify_stamp(reply, proof.head, policy.tsa, now=policy.at or now)
        yield from say_stamp(name, verdict)
        if verdict.is_verified and verdict.at is not None:
            dated.add(verdict.authority)
            yield check_order(name, verdict.at, entry.moment, now, line_shown(entry.seq))
    yield check_authorities(dated, policy.stamps_required)


def dated_before(disclosure: Disclosure, policy: Policy) -> datetime | None:
    """The earliest time at which an authority of the policy dated the head of the proof; None when none did."""
    try:
        head = TlogProof.from_text(disclosure.proof).head
    except ValueError:
        return None
    verdicts = [verify_stamp(reply, head, policy.tsa) for reply in disclosure.stamps.values()]
    return min((one.at for one in verdicts if one.is_verified and one.at is not None), default=None)
