"""The checks of a received bundle: B01 and B02 its form, V02 to V23 what its pieces prove.

The zip is read as a stream and never unpacked; a path that would climb out of the bag is refused, not
followed. Sources: RFC 8493 (BagIt 1.0), C2SP tlog-proof.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from saisine.errors import SaisineError
from saisine.vault.checks import Policy, all_good
from saisine.vault.dates import check_authorities, check_order, say_stamp
from saisine.vault.log import Entry, fault_of, parse_line
from saisine.vault.notes import Head, NoteError, TlogProof, VerifierKey
from saisine.vault.records import read_record, record_hash
from saisine.vault.report import Check, counted
from saisine.vault.stamps import Authority, verify_stamp

Progress = Callable[[int, int | None, str], None]

_SMALL_BYTES: Final = 8 << 20  # manifests, records, proofs, notes: anything larger is no such file
_PIECE_BYTES: Final = 1 << 20
_ROOT_FILES: Final = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")


class BundleChecks:
    """One verification of one zip. After `run`, `pieces` and `earliest` say what was found."""

    def __init__(self, path: Path, policy: Policy | None, now: datetime, progress: Progress | None) -> None:
        self._path = path
        self._policy = policy
        self._now = now
        self._progress = progress
        self._hashes: dict[str, tuple[str, int]] = {}
        self._heads: dict[int, Head] = {}
        self._moments: dict[int, datetime] = {}
        self.pieces = 0
        self.earliest: datetime | None = None

    def run(self) -> Iterator[Check]:
        """Every finding. Raises `bundle_unreadable`."""
        try:
            with zipfile.ZipFile(self._path) as archive:
                yield from self._run(archive)
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise SaisineError("bundle_unreadable", path=self._path.name, reason=error) from error

    def _run(self, archive: zipfile.ZipFile) -> Iterator[Check]:
        self._members = _members(archive, self._path)
        self._archive = archive
        yield from self._check_form()
        yield from self._check_manifests()
        policy = self._policy or self._own_policy()
        yield from self._check_heads(policy)
        yield from self._check_pieces(policy)
        yield from self._check_stamps(policy)
        yield Check.not_checked(
            "V25",
            "comparez la clé ou un reçu avec ce que l’association vous a donné par un autre chemin",
            "compare the key or a receipt with what the association gave you by another way",
        )

    # ------------------------------------------------------------ reading

    def _read(self, name: str) -> bytes:
        """A small member whole. Raises `ValueError` when it is missing or too large."""
        info = self._members.get(name)
        if info is None:
            raise ValueError(f"{name} is missing")
        if info.file_size > _SMALL_BYTES:
            raise ValueError(f"{name} is too large")
        return self._archive.read(info)

    def _text(self, name: str) -> str:
        return self._read(name).decode("utf-8")

    def _hash(self, name: str) -> tuple[str, int]:
        """SHA-256 and size of a member, read once as a stream."""
        if name not in self._hashes:
            found, size = hashlib.sha256(), 0
            with self._archive.open(self._members[name]) as source:
                while piece := source.read(_PIECE_BYTES):
                    found.update(piece)
                    size += len(piece)
            self._hashes[name] = found.hexdigest(), size
        return self._hashes[name]

    # ------------------------------------------------------------ B01, B02

    def _check_form(self) -> Iterator[Check]:
        """B01: declaration, manifests, and no file that they do not list."""
        failures = []
        try:
            if self._text("bagit.txt") != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
                failures.append(
                    Check.failed("B01", "bagit.txt : déclaration inconnue", "bagit.txt: unknown declaration")
                )
            listed = set(self._manifest("manifest-sha256.txt"))
            strangers = [n for n in self._members if n not in listed and n not in _ROOT_FILES]
            failures += [
                Check.failed("B01", f"{name} : fichier en trop", f"{name}: a file that no manifest lists")
                for name in strangers
            ]
        except ValueError as error:
            failures.append(Check.failed("B01", str(error), str(error)))
        yield from all_good("B01", failures, *counted(len(self._members), "fichier", "file"))

    def _manifest(self, name: str) -> dict[str, str]:
        """Path to hash. Raises `ValueError` on a malformed line or a path that climbs out."""
        found: dict[str, str] = {}
        for line in self._text(name).splitlines():
            digest, separator, path = line.partition("  ")
            if not separator or not _is_plain(path) or path in found:
                raise ValueError(f"{name}: {line[:200]!r}")
            found[path] = digest
        return found

    def _check_manifests(self) -> Iterator[Check]:
        """B02"""
        failures = []
        expected: dict[str, str] = {}
        try:
            expected = {**self._manifest("manifest-sha256.txt"), **self._manifest("tagmanifest-sha256.txt")}
            missing = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"} - set(expected)
            failures += [
                Check.failed("B02", f"{n} : sans empreinte", f"{n}: without a hash") for n in missing
            ]
        except ValueError as error:
            failures.append(Check.failed("B02", str(error), str(error)))
        for number, (name, digest) in enumerate(expected.items(), 1):
            fault = self._fault_of(name, digest)
            if fault is not None:
                failures.append(Check.failed("B02", f"{name} : {fault[0]}", f"{name}: {fault[1]}"))
            if self._progress is not None:
                self._progress(number, len(expected), "verify")
        yield from all_good("B02", failures, *counted(len(expected), "empreinte", "digest"))

    def _fault_of(self, name: str, digest: str) -> tuple[str, str] | None:
        if name not in self._members:
            return "fichier manquant", "missing file"
        try:
            found, _ = self._hash(name)
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            return f"illisible ({error})", f"unreadable ({error})"
        return None if found == digest else ("fichier modifié", "changed file")

    # ------------------------------------------------------------ heads

    def _own_policy(self) -> Policy:
        try:
            keys: tuple[VerifierKey, ...] = (VerifierKey.from_text(self._text("data/trust/vault.vkey")),)
        except ValueError:
            keys = ()
        return Policy(keys, tuple(self._authorities()))

    def _authorities(self) -> Iterator[Authority]:
        for name in self._members:
            short = name.removeprefix("data/trust/tsa-").removesuffix(".pem")
            if name != f"data/trust/tsa-{short}.pem" or short.endswith("-chain"):
                continue
            try:
                roots = tuple(x509.load_pem_x509_certificates(self._read(name)))
                chain = f"data/trust/tsa-{short}-chain.pem"
                more = x509.load_pem_x509_certificates(self._read(chain)) if chain in self._members else []
            except ValueError:
                continue  # B02 tells a changed file; without its root the stamp is told by V15
            yield Authority(short, "", roots, tuple(more))

    def _check_heads(self, policy: Policy) -> Iterator[Check]:
        """V07, V08"""
        malformed, unsigned = [], []
        for name in self._members:
            if not (name.startswith("data/log/") and name.endswith(".note")):
                continue
            try:
                head = Head.from_text(self._text(name))
                if (
                    name != f"data/log/{head.size}.note"
                    or self._read(f"data/log/{head.size}.txt") != head.text
                ):
                    raise NoteError("the name or the text beside it is another one")
            except ValueError as error:
                malformed.append(Check.failed("V07", f"{name} : {error}", f"{name}: {error}"))
                continue
            try:
                head.note.require_signed_by(policy.vkeys)
            except NoteError as error:
                unsigned.append(Check.failed("V08", f"{name} : {error}", f"{name}: {error}"))
                continue
            self._heads[head.size] = head
        unsigned += self._other_pem(policy)
        keys = ", ".join(key.to_text() for key in policy.vkeys)
        yield from all_good("V07", malformed, *counted(len(self._heads), "tête", "head"))
        yield from all_good("V08", unsigned, keys, keys)

    def _other_pem(self, policy: Policy) -> list[Check]:
        """The PEM given to openssl must be the key that we check with."""
        try:
            if self._text("data/trust/vault.pem") in {key.to_pem() for key in policy.vkeys}:
                return []
            reason = "vault.pem holds another key"
        except ValueError as error:
            reason = str(error)
        return [Check.failed("V08", reason, reason)]

    # ------------------------------------------------------------ pieces

    def _check_pieces(self, policy: Policy) -> Iterator[Check]:
        """V02, V09, V22 and V23 for every piece, each failure naming its number and its file."""
        folders = sorted({name.split("/")[2] for name in self._members if name.startswith("data/items/")})
        failures: dict[str, list[Check]] = {"V02": [], "V09": [], "V22": [], "V23": []}
        for number in folders:
            try:
                entry, line = self._check_entry(number)
                self._check_content(number, entry)
                self._check_proof(number, entry, line, policy)
            except _Fault as fault:
                found = Check.failed(fault.id, f"pièce {number} : {fault}", f"item {number}: {fault}")
                failures[fault.id].append(found)
        self.pieces = len(folders)
        for check_id, found_failures in failures.items():
            yield from all_good(check_id, found_failures, *counted(self.pieces, "pièce", "item"))

    def _check_entry(self, number: str) -> tuple[Entry, bytes]:
        try:
            line = self._read(f"data/items/{number}/entry.json")
            entry = parse_line(line)
            fault = fault_of(entry)
        except ValueError as error:
            raise _Fault("V02", str(error)) from None
        if fault is not None:
            raise _Fault("V02", fault)
        return entry, line

    def _check_content(self, number: str, entry: Entry) -> None:
        folder = f"data/items/{number}/"
        try:
            record_line = self._read(f"{folder}record.json")
            record = read_record(record_line)
        except ValueError as error:
            raise _Fault("V23", str(error)) from None
        if record_hash(record_line) != entry.record:
            raise _Fault("V23", "the record is not the one of its line")
        beside = {f"{folder}record.json", f"{folder}entry.json", f"{folder}{number}.tlog-proof"}
        names = [name for name in self._members if name.startswith(folder) and name not in beside]
        if len(names) != 1:
            raise _Fault("V22", f"{len(names)} files instead of one")
        try:
            found = self._hash(names[0])
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise _Fault("V22", f"{names[0]}: {error}") from error
        if found != (record.sha256, record.size):
            raise _Fault("V22", f"{names[0]}: not the content that was sealed")

    def _check_proof(self, number: str, entry: Entry, line: bytes, policy: Policy) -> None:
        try:
            proof = TlogProof.from_text(self._text(f"data/items/{number}/{number}.tlog-proof"))
        except ValueError as error:
            raise _Fault("V09", str(error)) from None
        if proof.index != entry.seq or not proof.proves(line, policy.vkeys):
            raise _Fault("V09", "the proof of inclusion does not hold")
        size = proof.head.size
        if self._heads.get(size) != proof.head:
            raise _Fault("V09", f"the proof names another head than {size}.note")
        # The newest line that is known of a head: its stamp cannot be older than that.
        self._moments[size] = max(self._moments.get(size, entry.moment), entry.moment)

    # ------------------------------------------------------------ dates

    def _check_stamps(self, policy: Policy) -> Iterator[Check]:
        """V13 to V17"""
        names = [n for n in self._members if n.startswith("data/log/") and n.endswith(".tsr")]
        dated: set[str] = set()
        if not names:
            for number in ("V13", "V14", "V15", "V16"):
                yield Check.not_checked(
                    number, "aucun horodatage : pas encore daté", "no time stamp: not yet dated"
                )
        for name in names:
            label = name.removeprefix("data/log/").removesuffix(".tsr")
            size, _, _ = label.partition(".")
            head = self._heads.get(int(size)) if size.isdecimal() else None
            if head is None:
                yield Check.failed("V14", f"{label} : aucune tête signée", f"{label}: no signed head")
                continue
            try:
                verdict = verify_stamp(self._read(name), head, policy.tsa, now=policy.at or self._now)
            except ValueError as error:
                yield Check.failed("V13", f"{label} : {error}", f"{label}: {error}")
                continue
            yield from say_stamp(label, verdict)
            if verdict.is_verified and verdict.at is not None:
                dated.add(verdict.authority)
                self.earliest = min(self.earliest or verdict.at, verdict.at)
                yield check_order(label, verdict.at, self._moments.get(head.size, verdict.at))
        yield check_authorities(dated, policy.stamps_required)


class _Fault(Exception):
    """A piece that does not hold, with the number of the check."""

    def __init__(self, id: str, reason: str) -> None:
        super().__init__(reason)
        self.id = id


def _is_plain(path: str) -> bool:
    steps = path.split("/")
    return bool(path) and "\\" not in path and all(step not in ("", ".", "..") for step in steps)


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Files by their path in the bag, whose one folder may be named anyhow. Raises `bundle_unreadable`."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    declared = [info.filename for info in infos if info.filename.split("/")[-1] == "bagit.txt"]
    root = min(declared, key=len, default=None)
    if root is None:
        raise SaisineError("bundle_unreadable", path=path.name, reason="bagit.txt")
    prefix = root.removesuffix("bagit.txt")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removeprefix(prefix)
        if not info.filename.startswith(prefix) or not _is_plain(info.filename) or name in found:
            raise SaisineError("bundle_unreadable", path=path.name, reason=info.filename)
        found[name] = info
    if not any(name.startswith("data/") for name in found):
        raise SaisineError("bundle_unreadable", path=path.name, reason="data/")
    return found
