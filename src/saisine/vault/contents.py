"""The checks of objects and contents: V18 to V24 of docs/vault.md.

Each object is read once: its ciphertext must have the hash that names it, then, with the keys, its
plaintext the hash and size of its record.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import pyrage

from saisine.errors import SaisineError
from saisine.vault.checks import Snapshot, all_good
from saisine.vault.keys import KeyStore
from saisine.vault.log import TAKES_IN_BYTES, Entry
from saisine.vault.objects import decrypt_to, object_path
from saisine.vault.records import Record, read_record, record_hash
from saisine.vault.report import Check, counted

Progress = Callable[[int, int | None, str], None]

_WHOLE_BYTES: Final = 8 << 20  # larger objects are hashed, then decrypted, as streams
_PIECE_BYTES: Final = 1 << 20


@dataclass(slots=True)
class Findings:
    """Failures by number, and what was counted on the way."""

    failures: dict[str, list[Check]] = field(default_factory=dict)
    objects: int = 0
    contents: int = 0
    records: int = 0

    def fail(self, number: str, fr: str, en: str) -> None:
        self.failures.setdefault(number, []).append(Check.failed(number, fr, en))

    def of(self, number: str) -> list[Check]:
        return self.failures.get(number, [])


class _Measure:
    """Counts and hashes a plaintext without keeping it."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


class ContentChecks:
    """V18 to V24 over one snapshot. `keys` is None when contents are not opened, `why` says the reason."""

    def __init__(
        self, snapshot: Snapshot, keys: KeyStore | None, why: tuple[str, str], progress: Progress | None
    ) -> None:
        self._snapshot = snapshot
        self._folder = snapshot.folder / "objects"
        self._keys = keys
        self._why = why
        self._progress = progress
        self._found = Findings()
        self._records: dict[str, list[bytes] | None] = {}
        self._erased = {str(one.unit) for one in snapshot.good_entries() if one.act == "erase"}
        self._named: set[str] = set()

    def run(self) -> Iterator[Check]:
        known = {str(one.record) for one in self._snapshot.good_entries()}
        entries = [
            one for one in self._snapshot.good_entries() if not isinstance(one.unit, msgspec.UnsetType)
        ]
        for number, entry in enumerate(entries, 1):
            self._check_entry(entry, known)
            if self._progress is not None and (number % 100 == 0 or number == len(entries)):
                self._progress(number, len(entries), "verify")
        yield from self._tell()

    # ------------------------------------------------------------ one line

    def _check_entry(self, entry: Entry, known: set[str]) -> None:
        unit = str(entry.unit)
        record = self._check_record(entry, known)
        if not isinstance(entry.object, str):
            return
        if unit in self._erased:
            self._named.add(entry.object)
            self._check_gone(entry.object, entry)
            return
        plain = self._check_object(entry.object, entry, self._identity(unit, entry))
        if plain is None or record is None or entry.act not in TAKES_IN_BYTES:
            return
        self._found.contents += 1
        if (plain.hash.hexdigest(), plain.size) != (record.sha256, record.size):
            self._found.fail(
                "V22",
                f"{_label_fr(entry, record)} : le contenu n’est pas celui de sa fiche",
                f"{_label_en(entry, record)}: the content is not the one of its record",
            )

    def _identity(self, unit: str, entry: Entry) -> "pyrage.x25519.Identity | None":
        if self._keys is None:
            return None
        try:
            return self._keys.identity_of(unit)
        except SaisineError as error:
            self._found.fail(
                "V22",
                f"ligne {entry.seq} : clé illisible ({error.what('fr')})",
                f"line {entry.seq}: the key cannot be read ({error.what('en')})",
            )
            return None

    def _check_object(
        self, name: str, entry: Entry, identity: "pyrage.x25519.Identity | None"
    ) -> _Measure | None:
        """V18, V19 and the decryption of V22 for one object; its measured plaintext."""
        self._named.add(name)
        path = object_path(self._folder, name)
        found = self._found
        try:
            size = path.stat().st_size
            body = path.read_bytes() if size <= _WHOLE_BYTES else None
            digest = hashlib.sha256(body).hexdigest() if body is not None else _hash_file(path)
        except FileNotFoundError:
            found.fail(
                "V18",
                f"ligne {entry.seq} : l’objet {name} manque",
                f"line {entry.seq}: object {name} is missing",
            )
            return None
        except OSError as error:
            found.fail(
                "V18",
                f"ligne {entry.seq} : l’objet {name} est illisible ({error.strerror})",
                f"line {entry.seq}: object {name} cannot be read ({error.strerror})",
            )
            return None
        found.objects += 1
        if digest != name:
            found.fail(
                "V19",
                f"ligne {entry.seq} : l’objet {name} a été modifié",
                f"line {entry.seq}: object {name} was changed",
            )
            return None
        if entry.object == name and entry.size != size:
            found.fail("V19", f"ligne {entry.seq} : taille {size}", f"line {entry.seq}: size {size}")
        return _decrypt(path, body, identity, entry, found) if identity is not None else None

    def _check_gone(self, name: str, entry: Entry) -> None:
        """V21"""
        if object_path(self._folder, name).exists():
            self._found.fail(
                "V21",
                f"ligne {entry.seq} : l’objet {name} d’une unité effacée est encore là",
                f"line {entry.seq}: object {name} of an erased unit is still there",
            )

    # ------------------------------------------------------------ records

    def _check_record(self, entry: Entry, known: set[str]) -> Record | None:
        """V23 for one line: the record has the hash that the line gives, a full nonce, known parents."""
        if isinstance(entry.rec, msgspec.UnsetType):
            return None
        name, unit = entry.rec.object, str(entry.unit)
        if name not in self._records:
            self._records[name] = self._load_records(name, unit, entry)
        lines = self._records[name]
        if lines is None:
            return None
        self._found.records += 1
        fault = _fault_of_record(lines, entry, known)
        if fault is not None:
            self._found.fail("V23", f"ligne {entry.seq} : {fault}", f"line {entry.seq}: {fault}")
            return None
        return read_record(lines[entry.rec.line])

    def _load_records(self, name: str, unit: str, entry: Entry) -> list[bytes] | None:
        if unit in self._erased:
            self._named.add(name)
            self._check_gone(name, entry)
            return None
        identity = self._identity(unit, entry)
        if self._check_object(name, entry, None) is None and (identity is None or self._is_bad(name)):
            return None
        try:
            body = object_path(self._folder, name).read_bytes()
            return bytes(pyrage.decrypt(body, [identity])).split(b"\n")[:-1]
        except (OSError, pyrage.DecryptError) as error:
            self._found.fail("V22", f"fiches {name} : {error}", f"records {name}: {error}")
            return None

    def _is_bad(self, name: str) -> bool:
        checks = (*self._found.of("V18"), *self._found.of("V19"))
        return any(name in check.detail_en for check in checks)

    # ------------------------------------------------------------ telling

    def _tell(self) -> Iterator[Check]:
        found = self._found
        yield from all_good("V18", found.of("V18"), *counted(found.objects, "objet", "object"))
        yield from all_good("V19", found.of("V19"), *counted(found.objects, "objet", "object"))
        yield from self._tell_strays()
        yield from self._tell_erased()
        if self._keys is None:
            for number in ("V22", "V23"):
                yield Check.not_checked(number, *self._why)
        else:
            yield from all_good(
                "V22", found.of("V22"), f"{found.contents} contenus", f"{found.contents} contents"
            )
            yield from all_good("V23", found.of("V23"), f"{found.records} fiches", f"{found.records} records")
        yield Check.not_checked(
            "V24", "aucun contrôle propre aux captures n’a été fourni", "no capture check was given"
        )

    def _tell_strays(self) -> Iterator[Check]:
        """V20"""
        names = [
            path.name for path in self._folder.glob("**/*") if path.is_file() and path.name not in self._named
        ]
        if not names:
            yield Check.verified("V20", "aucun", "none")
            return
        shown = ", ".join(sorted(names)[:5])
        yield Check.not_checked("V20", f"{len(names)} fichiers : {shown}", f"{len(names)} files: {shown}")

    def _tell_erased(self) -> Iterator[Check]:
        """V21"""
        failures = self._found.of("V21")
        known: Mapping[str, str | None] = self._keys.units() if self._keys else {}
        for unit, destroyed_at in known.items():
            if (destroyed_at is not None) != (unit in self._erased):
                failures.append(
                    Check.failed(
                        "V21",
                        f"unité {unit} : le journal et le fichier de clés ne disent pas la même chose",
                        f"unit {unit}: the log and the key file do not say the same",
                    )
                )
        count = len(self._erased)
        yield from all_good("V21", failures, f"{count} unités effacées", f"{count} units erased")


def _fault_of_record(lines: list[bytes], entry: Entry, known: set[str]) -> str | None:
    if isinstance(entry.rec, msgspec.UnsetType) or entry.rec.line >= len(lines):
        return "no record at that place"
    line = lines[entry.rec.line]
    if record_hash(line) != entry.record:
        return "the record has another hash than the line gives"
    try:
        record = read_record(line)
        nonce = bytes.fromhex(record.nonce)
    except ValueError as error:
        return str(error)
    if len(nonce) != 32:
        return "the nonce is not 32 bytes"
    unknown = [parent for parent in record.parents if parent not in known]
    return f"unknown parent {unknown[0]}" if unknown else None


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _decrypt(
    path: Path, body: bytes | None, identity: pyrage.x25519.Identity, entry: Entry, found: Findings
) -> _Measure | None:
    measure = _Measure()
    try:
        if body is not None:
            measure.write(pyrage.decrypt(body, [identity]))
        else:
            with path.open("rb") as source:
                decrypt_to(source, measure, identity)
    except (pyrage.DecryptError, OSError) as error:
        found.fail(
            "V22",
            f"ligne {entry.seq} : l’objet {path.name} ne se déchiffre pas ({error})",
            f"line {entry.seq}: object {path.name} does not decrypt ({error})",
        )
        return None
    return measure


def _label_fr(entry: Entry, record: Record) -> str:
    return f"ligne {entry.seq} « {record.name} »"


def _label_en(entry: Entry, record: Record) -> str:
    return f"line {entry.seq} “{record.name}”"
