"""The list that a WACZ carries of itself: `datapackage.json` and the hash of that list (C04 to C07).

Source: WACZ 1.1.1, sections 5.2 and 5.5. The older layout (`stats.hash`, `hashing`, no digest file) is read
too. What is not listed has no proof: any such file is refused, whatever its name.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from saisine.capture.findings import Findings, Words, shown, told
from saisine.capture.signatures import check_signature
from saisine.capture.strict_json import BadJson, load_object
from saisine.vault.report import counted

LIST: Final = "datapackage.json"
LIST_DIGEST: Final = "datapackage-digest.json"
SMALL_BYTES: Final = 8 << 20  # the list of 20,000 members; anything larger is no list
_PROFILES: Final = frozenset({"data-package", "wacz-package"})
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MD5: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One line of the list. `fault` or `unread` says why its hash cannot be used."""

    path: str
    size: int | None
    sha256: str | None
    fault: Words | None = None
    unread: Words | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """From `{path, bytes, hash: "sha256:…"}`, or `{path, stats: {bytes, hash}, hashing}` of old."""
        stats = fields.get("stats")
        source = stats if isinstance(stats, dict) else fields
        size = source.get("bytes")
        has_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
        hash_text = source.get("hash")
        algorithm, separator, value = hash_text.partition(":") if isinstance(hash_text, str) else ("", "", "")
        if not separator:
            # Without a label: what `hashing` says, else MD5 as Frictionless packages have it
            value, algorithm = algorithm, str(fields.get("hashing", "md5"))
        path = fields["path"]
        if algorithm == "sha256" and _SHA256.fullmatch(value) and has_size:
            return cls(path, size, value)
        if algorithm == "md5" and _MD5.fullmatch(value):
            return cls(path, size, None, unread=("empreinte MD5, non lue", "MD5 hash, not read"))
        return cls(
            path, None, None, fault=("taille ou empreinte mal annoncée", "size or hash badly announced")
        )


@dataclass(frozen=True, slots=True)
class Package:
    """The files that a capture says it holds, by path."""

    resources: Mapping[str, Resource]
    twice: tuple[str, ...] = ()

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Raises `BadJson` on what C04 refuses."""
        fields = load_object(body)
        if fields.get("profile") not in _PROFILES:
            profile = shown(str(fields.get("profile")))
            raise BadJson(
                f"annonce un profil inconnu : {profile}", f"announces an unknown profile: {profile}"
            )
        listed = fields.get("resources")
        if not isinstance(listed, list) or not all(_has_path(line) for line in listed):
            raise BadJson("ne contient pas de liste de fichiers", "holds no list of files")
        resources: dict[str, Resource] = {}
        twice: list[str] = []
        for line in listed:
            found = Resource.of(line)
            if found.path in resources:
                twice.append(found.path)
            resources.setdefault(found.path, found)
        return cls(resources, tuple(twice))

    def check_members(self, names: Iterable[str], findings: Findings) -> None:
        """C05, and what C06 refuses before any file is read."""
        there = {name for name in names if name not in (LIST, LIST_DIGEST)}
        for path, resource in self.resources.items():
            if resource.fault is not None:
                findings.fail("C06", told(path, resource.fault))
        for path in self.twice:
            findings.fail("C05", told(path, ("annoncé deux fois", "announced twice")))
        for path in self.resources:
            if path not in there and path not in (LIST, LIST_DIGEST):
                findings.fail("C05", told(path, ("annoncé, mais absent", "announced, but absent")))
        for name in sorted(there - self.resources.keys()):
            if not self._is_folder_of_listed(name):
                findings.fail("C05", told(name, ("présent, mais pas annoncé", "present, but not announced")))
        findings.good("C05", counted(len(self.resources), "fichier", "file"))

    def _is_folder_of_listed(self, name: str) -> bool:
        """An empty folder entry, which some zip writers add for each path, holds nothing of its own."""
        return name.endswith("/") and any(path.startswith(name) for path in self.resources)

    def check_content(self, name: str, size: int, sha256: str, findings: Findings) -> bool:
        """C06 for one member, once it was read; whether its hash was compared and is right."""
        resource = self.resources.get(name)
        if resource is None or resource.fault is not None:
            return False  # told already, by C05 or C06
        if resource.size is not None and resource.size != size:
            findings.fail("C06", told(name, ("taille différente", "another size")))
        elif resource.unread is not None:
            findings.skip("C06", told(name, resource.unread))
        elif resource.sha256 != sha256:
            findings.fail("C06", told(name, ("empreinte différente", "another hash")))
        else:
            return True
        return False


def _has_path(line: object) -> bool:
    return isinstance(line, dict) and isinstance(line.get("path"), str)


def check_list_digest(
    listed: bytes, digest: bytes | None, findings: Findings, *, own_capture: bool, pinned: frozenset[str]
) -> None:
    """C07, and C12 when the digest file is signed. `digest` is None when that file is absent."""
    if digest is None:
        absent = (f"{LIST_DIGEST} : absent", f"{LIST_DIGEST}: absent")
        if own_capture:
            findings.fail("C07", absent)
        else:
            findings.skip("C07", absent)
        findings.skip("C12", ("aucune signature jointe", "no signature enclosed"))
        return
    try:
        fields = load_object(digest)
    except BadJson as error:
        findings.fail("C07", told(LIST_DIGEST, error.words))
        findings.skip("C12", ("voir C07", "see C07"))
        return
    expected = "sha256:" + hashlib.sha256(listed).hexdigest()
    if fields.get("path") != LIST:
        findings.fail("C07", told(LIST_DIGEST, ("porte sur un autre fichier", "is about another file")))
    if fields.get("hash") != expected:
        findings.fail("C07", told(LIST_DIGEST, ("empreinte différente", "another hash")))
    findings.good("C07", (expected, expected))
    check_signature(fields.get("signedData"), expected, findings, pinned)
