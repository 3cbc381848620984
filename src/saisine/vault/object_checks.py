"""The checks of objects: V18 to V21 of docs/vault.md, and the one reading that V22 goes on from.

Each object is read once: its ciphertext must have the hash that names it; with a key, its plaintext is measured
on the way.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyrage

from saisine.vault.checks import all_good
from saisine.vault.faults import open_regular, read_regular, said
from saisine.vault.log import Entry
from saisine.vault.objects import decrypt_to, object_path
from saisine.vault.report import Check, counted
from saisine.vault.snapshot import Snapshot
from saisine.vault.standing import Standing

_WHOLE_BYTES: Final = 8 << 20  # larger objects are hashed, then decrypted, as streams


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


class Measure:
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


class ObjectChecks:
    """V18 to V21 over one snapshot: `check` and `check_gone` as lines name objects, then `tell`."""

    def __init__(self, snapshot: Snapshot, standing: Standing, found: Findings) -> None:
        self._snapshot = snapshot
        self._folder = snapshot.folder / "objects"
        self._standing = standing
        self._found = found
        self._unfinished = False
        self.named: set[str] = set()
        self.away = 0  # pieces set aside that are absent, as in any restored backup

    def path(self, name: str) -> Path:
        return object_path(self._folder, name)

    def check(self, name: str, entry: Entry, identity: "pyrage.x25519.Identity | None") -> Measure | None:
        """V18, V19 and the decryption of V22 for one object; its measured plaintext."""
        self.named.add(name)
        path = self.path(name)
        found = self._found
        try:
            size = path.stat().st_size
            body = read_regular(path) if size <= _WHOLE_BYTES else None
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
                f"ligne {entry.seq} : l’objet {name} est illisible ({said(error)['reason_fr']})",
                f"line {entry.seq}: object {name} cannot be read ({said(error)['reason_en']})",
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

    def check_gone(self, name: str, entry: Entry) -> None:
        """V21"""
        if self.path(name).exists() and self._is_unfinished(entry):
            self._unfinished = True
        elif self.path(name).exists():
            self._found.fail(
                "V21",
                f"ligne {entry.seq} : l’objet {name} d’une unité effacée est encore là",
                f"line {entry.seq}: object {name} of an erased unit is still there",
            )

    def is_bad(self, name: str) -> bool:
        checks = (*self._found.of("V18"), *self._found.of("V19"))
        return any(name in check.detail_en for check in checks)

    def _tell_strays(self) -> Iterator[Check]:
        """V20"""
        names = [
            path.name for path in self._folder.glob("**/*") if path.is_file() and path.name not in self.named
        ]
        if not names:
            yield Check.verified("V20", "aucun", "none")
            return
        shown = ", ".join(sorted(names)[:5])
        fr, en = counted(len(names), "fichier", "file")
        yield Check.not_checked("V20", f"{fr} : {shown}", f"{en}: {shown}")

    def _tell_erased(self) -> Iterator[Check]:
        """V21"""
        failures = self._found.of("V21")
        for unit in sorted(self._standing.erased):
            left = any((self._snapshot.folder / "keys" / name).exists() for name in key_files(unit))
            if left and self._standing.erased_at[unit] >= self._snapshot.newest:
                self._unfinished = True
            elif left:
                failures.append(
                    Check.failed(
                        "V21",
                        f"unité {unit} : effacée selon le journal, sa clé est encore là",
                        f"unit {unit}: erased says the log, its key is still there",
                    )
                )
        count = len(self._standing.erased) + len(self._standing.erased_items)
        yield from all_good("V21", failures, *counted(count, "effacement", "erasure"))
        if self._unfinished:
            yield Check.not_checked(
                "V21",
                "un effacement a été interrompu ; la prochaine ouverture le finira",
                "an erasure was interrupted; the next opening finishes it",
            )

    def _is_unfinished(self, entry: Entry) -> bool:
        """Whether the line that erases this one is newer than every head: a stop, not a file put back."""
        seqs = self._standing.erased_at
        at = seqs.get(str(entry.unit), seqs.get(str(entry.record), -1))
        return at >= self._snapshot.newest

    # ------------------------------------------------------------ telling

    def tell(self) -> Iterator[Check]:
        found = self._found
        present = counted(found.objects, "objet", "object")
        if self.away:
            fr, en = counted(
                self.away,
                "pièce mise à l’écart, absente comme il se doit",
                "item set aside, absent as it must be",
                many_fr="pièces mises à l’écart, absentes comme il se doit",
                many_en="items set aside, absent as they must be",
            )
            present = f"{present[0]} ; {fr}", f"{present[1]}; {en}"
        yield from all_good("V18", found.of("V18"), *present)
        yield from all_good("V19", found.of("V19"), *counted(found.objects, "objet", "object"))
        yield from self._tell_strays()
        yield from self._tell_erased()


def key_files(unit: str) -> tuple[str, str]:
    return f"units/{unit}.age", f"parts/{unit}"


def _hash_file(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _decrypt(
    path: Path, body: bytes | None, identity: pyrage.x25519.Identity, entry: Entry, found: Findings
) -> Measure | None:
    measure = Measure()
    try:
        if body is not None:
            measure.write(pyrage.decrypt(body, [identity]))
        else:
            with open_regular(path) as source:
                decrypt_to(source, measure, identity)
    except (pyrage.DecryptError, OSError) as error:
        found.fail(
            "V22",
            f"ligne {entry.seq} : l’objet {path.name} ne se déchiffre pas ({said(error)['reason_fr']})",
            f"line {entry.seq}: object {path.name} does not decrypt ({said(error)['reason_en']})",
        )
        return None
    return measure
