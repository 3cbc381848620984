"""The export bundle: a BagIt 1.0 folder in one stored zip, checkable with nothing of ours installed.

Same vault, same items, same day: same bytes. `docs/bundle.md` draws the folder; `bundle_zip` writes it,
`bundle_dating` chooses the heads, `bundle_words` tells it, `bundle_checks` reads it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from saisine.errors import SaisineError
from saisine.vault.bundle_dating import HeadChoice
from saisine.vault.bundle_messages import Disclosure, disclosure_fault
from saisine.vault.bundle_words import BundleFacts, DisclosedMessage, Parent, Piece, text_members
from saisine.vault.bundle_zip import Member, Progress, safe_name, write_bag
from saisine.vault.faults import disk_faults, require_output
from saisine.vault.log import TAKES_IN_BYTES, parse_line
from saisine.vault.notes import Head, NoteError, VerifierKey
from saisine.vault.records import Sealed, read_record
from saisine.vault.succession import key_root

if TYPE_CHECKING:
    from saisine.vault.store import Vault

__all__ = ["BundleReport", "build_bundle", "safe_name"]

_OURS: Final = ("items/", "log/", "messages/", "trust/")
_OUR_FILES: Final = frozenset({"VERIFIER.md", "verify.py", "LISEZ-MOI.txt"})


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What was written: `pieces` sealed items, `messages` disclosed, `root` the one folder inside the zip."""

    path: Path
    pieces: int
    manifest_sha256: str
    root: str
    items: tuple[str, ...]
    size: int
    messages: int = 0


def build_bundle(
    vault: "Vault",
    items: Sequence[str],
    target: Path,
    *,
    extras: Mapping[str, bytes | Path],
    now: datetime,
    messages: Sequence[Mapping[str, bytes]] = (),
    progress: Progress | None = None,
) -> BundleReport:
    """Write the bundle of some items and disclosed messages. A failed bundle leaves no file.

    Each message is `record.bin`, `disclosure.json` and `entry.json` as `saisine.vault.rows` gives them; its
    proof is made here, against the head that dates its line best. Raises `bundle_exists`, `bundle_path`,
    `bundle_message`, `item_unknown`, `object_missing`, `object_damaged`, `output_refused`, or what the disk
    refuses.
    """
    if target.exists():
        raise SaisineError("bundle_exists", path=target)
    require_output(target)
    sealed = [vault.find(item) for item in dict.fromkeys(items)]
    if not (sealed or extras or messages):
        raise SaisineError("vault_empty")
    root = safe_name(target.stem)
    payload = _Payload(vault, sealed, messages, extras).members()
    members = sorted(payload, key=lambda member: member.path)
    part = target.with_name(f".{target.name}.part")
    try:
        with disk_faults(target.parent, sum(member.size for member in members)):
            part.unlink(missing_ok=True)  # what a killed export left: it would refuse this one
            manifest = write_bag(part, root, members, now, progress)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    refs = tuple(row.item for row in sealed)
    return BundleReport(target, len(sealed), manifest, root, refs, target.stat().st_size, len(messages))


class _Payload:
    """All members of one bundle; the heads chosen on the way travel with them."""

    def __init__(
        self,
        vault: "Vault",
        sealed: Sequence[Sealed],
        messages: Sequence[Mapping[str, bytes]],
        extras: Mapping[str, bytes | Path],
    ) -> None:
        self._vault = vault
        self._sealed = sealed
        self._messages = messages
        self._extras = extras
        self._choice = HeadChoice(vault)
        try:
            self._keys = signing_keys(vault.folder)
        except (NoteError, UnicodeDecodeError) as error:
            raise SaisineError("vault_damaged", reason=f"trust: {error}") from error
        self._numbers = {row.item: number for number, row in enumerate(sealed, 1)}
        self._lines: dict[str, int] = {}
        self._pieces: list[Piece] = []
        self._disclosed: list[DisclosedMessage] = []

    def members(self) -> Iterator[Member]:
        for number, row in enumerate(self._sealed, 1):
            yield from self._piece(number, row)
        for number, message in enumerate(self._messages, 1):
            yield from self._message(number, message)
        yield from self._successions()  # before the log: their heads travel there too
        yield from self._log()
        keys = [(f"{name}.pem", key) for name, key in reversed(self._keys)]
        heads = list(self._choice.heads.values())
        witnesses = self._choice.witnesses_of(heads)
        yield from self._trust()
        for witness in witnesses:
            name = f"data/trust/witnesses/{safe_name(witness.name)}"
            yield Member.of(f"{name}.vkey", f"{witness.key.to_text()}\n".encode())
            yield Member.of(f"{name}.pem", witness.key.to_pem().encode())
        facts = BundleFacts(
            self._vault.origin, self._choice.newest, heads, self._choice.stamps, keys, witnesses,
            self._pieces, self._disclosed,
        )  # fmt: skip
        yield from text_members(facts)
        yield from _extra_members(self._extras)

    # ------------------------------------------------------------ pieces

    def _piece(self, number: int, row: Sealed) -> Iterator[Member]:
        folder, vault = f"data/items/{number:04d}", self._vault
        record = vault.record_line(row.item)
        _, dated = self._choice.head_for(row.seq)
        # Opened when it is written: a barred, erased or damaged piece refuses there, and no file is left.
        content = f"{folder}/{safe_name(row.name)}"
        yield Member(content, row.size, lambda: vault.open_item(row.item), row.sha256)
        yield Member.of(f"{folder}/record.json", record)
        yield Member.of(f"{folder}/entry.json", vault.entry_line(row.seq))
        yield Member.of(f"{folder}/{number:04d}.tlog-proof", self._proof(row.seq))
        parents = []
        for rank, item in enumerate(read_record(record).parents):
            parent = self._parent(item)
            parents.append(parent)
            if parent.joined is None:
                name = f"{folder}/parent-{rank}"
                yield Member.of(f"{name}.entry.json", vault.entry_line(parent.seq))
                yield Member.of(f"{name}.tlog-proof", self._proof(parent.seq))
        self._pieces.append(Piece(number, row, dated, tuple(parents)))

    def _parent(self, item: str) -> Parent:
        """Read from the log itself: an original may be erased or stay at home, its line remains.

        Raises `item_unknown` for an original of another vault: nothing here could prove it.
        """
        if not self._lines:
            self._lines = {
                str(entry.record): entry.seq
                for entry in self._vault.journal.entries
                if entry.act in TAKES_IN_BYTES
            }
        seq = self._lines.get(item)
        if seq is None:
            raise SaisineError("item_unknown", ref=item)
        if item in self._numbers:
            return Parent(seq, joined=self._numbers[item])
        return Parent(seq, self._choice.head_for(seq)[1])

    def _proof(self, seq: int) -> bytes:
        head, _ = self._choice.head_for(seq)
        return self._vault.proof_of(seq, head).to_text().encode()

    # ------------------------------------------------------------ messages

    def _message(self, number: int, message: Mapping[str, bytes]) -> Iterator[Member]:
        """Refuses a disclosure that does not hold: a reader would find it, too late."""
        try:
            record, line = message["record.bin"], message["entry.json"]
            disclosure, entry = Disclosure.from_json(message["disclosure.json"]), parse_line(line)
            fault = disclosure_fault(record, disclosure, entry)
        except (KeyError, ValueError) as error:
            raise SaisineError("bundle_message", number=number, reason=error) from error
        if fault is None and (
            entry.seq >= self._vault.journal.size or self._vault.entry_line(entry.seq) != line
        ):
            fault = "ligne d’un autre coffre", "a line of another vault"
        if fault is not None:
            raise SaisineError("bundle_message", number=number, reason=fault[1])
        folder = f"data/messages/{number:04d}"
        for name in ("record.bin", "disclosure.json", "entry.json"):
            yield Member.of(f"{folder}/{name}", message[name])
        yield Member.of(f"{folder}/{number:04d}.tlog-proof", self._proof(entry.seq))
        dated = self._choice.head_for(entry.seq)[1]
        self._disclosed.append(DisclosedMessage(number, disclosure.index, entry.seq, dated))

    # ------------------------------------------------------------ log, trust

    def _log(self) -> Iterator[Member]:
        for size, head in self._choice.heads.items():
            yield Member.of(f"data/log/{size}.txt", head.text)
            yield Member.of(f"data/log/{size}.note", head.to_text().encode())
        for stamp in self._choice.stamps:
            yield Member.of(f"data/log/{stamp.head.size}.{stamp.authority.name}.tsr", stamp.reply)

    def _trust(self) -> Iterator[Member]:
        for name, key in self._keys:
            yield Member.of(f"data/{name}.vkey", f"{key.to_text()}\n".encode())
            yield Member.of(f"data/{name}.pem", key.to_pem().encode())
        for authority in {one.authority.name: one.authority for one in self._choice.stamps}.values():
            yield Member.of(f"data/trust/tsa-{authority.name}.pem", authority.roots_pem)
            if authority.intermediates:
                yield Member.of(f"data/trust/tsa-{authority.name}-chain.pem", authority.intermediates_pem)

    def _successions(self) -> Iterator[Member]:
        """For each retired key: the line that declared the next one, under the first head that both signed.

        A succession that the log does not declare stays out, and both verifiers say that it is missing.
        """
        for (name, old), (_, new) in pairwise(self._keys):
            seq = _declared_at(self._vault, new)
            head = _countersigned(self._vault, seq, old, new) if seq is not None else None
            if seq is not None and head is not None:
                self._choice.heads[head.size] = head
                proof = self._vault.proof_of(seq, head).to_text()
                yield Member.of(f"data/{name}.entry.json", self._vault.entry_line(seq))
                yield Member.of(f"data/{name}.tlog-proof", proof.encode())


def _declared_at(vault: "Vault", key: VerifierKey) -> int | None:
    root = key_root(key)
    for entry in vault.journal.entries:
        if (entry.act, entry.code, entry.root) == ("key", "successor", root):
            return entry.seq
    return None


def _countersigned(vault: "Vault", seq: int, old: VerifierKey, new: VerifierKey) -> Head | None:
    """The first head over a line, when both keys signed it."""
    for size in vault.journal.head_sizes():
        if size > seq:
            try:
                head = vault.journal.head(size)
                head.note.require_signed_by([old])
                head.note.require_signed_by([new])
            except (NoteError, OSError):
                continue
            return head
    return None


def signing_keys(folder: Path) -> list[tuple[str, VerifierKey]]:
    """The path under data/ (without ending) and the key of every signing key of a vault, the oldest first."""
    older = [path for path in (folder / "trust" / "keys").glob("[!.]*.vkey") if path.stem.isdecimal()]
    paths = [*sorted(older, key=lambda path: int(path.stem)), folder / "trust" / "vault.vkey"]
    return [
        (path.with_suffix("").relative_to(folder).as_posix(), VerifierKey.from_text(path.read_text("utf-8")))
        for path in paths
    ]


def _extra_members(extras: Mapping[str, bytes | Path]) -> Iterator[Member]:
    for name, body in extras.items():
        path = _require_extra(name)
        if isinstance(body, bytes):
            yield Member.of(path, body)
            continue
        try:
            size = body.stat().st_size
        except OSError as error:
            raise SaisineError("source_unreadable", name=name, reason=error.strerror) from error
        yield Member(path, size, lambda body=body: body.open("rb"))  # type: ignore[misc]


def _require_extra(name: str) -> str:
    """The path of an extra in the bag; it may not climb out, hide, or stand where the proofs stand."""
    steps = name.split("/")
    plain = all(step and step == safe_name(step) for step in steps)
    if not plain or name in _OUR_FILES or name.startswith(_OURS):
        raise SaisineError("bundle_path", path=name)
    return f"data/{name}"
