"""A strict reader of bags (BagIt): is the form right, and does every file have its digest?

B01  form: declaration, tag files, bag-info.txt, Payload-Oxum, fetch.txt, every file listed and present
B02  every digest of every manifest, payload and tag

Stricter than bagit-python: whitespace, names, duplicates and marks count (its accepted faults are listed in
`tests/vault/test_bags.py`). Files are read as streams; nothing is unpacked, fetched or followed outside.
A file that no digest covers is `not_checked`: the form allows it, nothing vouches for it.
Sources: RFC 8493 (BagIt 1.0), draft-kunze-bagit-00 to -13 (0.93 to 0.97).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from saisine.error_texts.bundles import BAG_FINDINGS
from saisine.texts import safe_display
from saisine.vault.bag_manifests import (
    DIGEST_DIGITS,
    WEAK,
    Declaration,
    Fetched,
    LineFault,
    Listed,
    Manifest,
    has_needless_mark,
    read_info,
    read_lines,
)
from saisine.vault.bag_sources import BagFiles, NameIndex, UnreadableMember, open_bag, reading
from saisine.vault.report import Check, CheckState, counted

Progress = Callable[[int, int | None, str], None]

_PIECE_BYTES: Final = 1 << 20
_DECLARATION_BYTES: Final = 4096
_NAMED_AT_MOST: Final = 50  # findings of one kind that are named one by one; the rest is counted
_SHOWN_SIGNS: Final = 500


@dataclass(frozen=True, slots=True)
class BagReading:
    """What was found: the checks in order, the version, and the SHA-256 of the files that were hashed so."""

    checks: tuple[Check, ...]
    version: str
    sha256: dict[str, str]

    @property
    def is_valid(self) -> bool:
        """Valid in the words of RFC 8493 section 3: nothing failed; what no digest covers is not asked."""
        return all(check.state != "failed" for check in self.checks)


def check_bag(source: Path, *, progress: Progress | None = None) -> list[Check]:
    """B01 then B02 for a folder or a zip. Raises `bag_missing`, `bag_unreadable`."""
    with open_bag(source) as bag:
        return list(read_bag(bag, progress=progress).checks)


def read_bag(bag: BagFiles, *, progress: Progress | None = None) -> BagReading:
    """The same for a bag that is already open. `progress` may raise to stop."""
    return _Reader(bag, progress).run()


@dataclass(slots=True)
class _Findings:
    """Failures, remarks (verified) and what was not checked; no kind is kept beyond fifty."""

    _kept: dict[tuple[str, CheckState, str], list[Check]] = field(default_factory=dict)
    _counts: dict[tuple[str, CheckState, str], int] = field(default_factory=dict)

    def add(self, id: str, state: CheckState, name: str, code: str, **facts: object) -> None:
        kind = (id, state, code)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        kept = self._kept.setdefault(kind, [])
        if len(kept) < _NAMED_AT_MOST:
            kept.append(_said(id, state, name, code, facts))

    def fail(self, id: str, name: str, code: str, **facts: object) -> None:
        self.add(id, "failed", name, code, **facts)

    def has_failed(self, id: str) -> bool:
        return any(number == id and state == "failed" for number, state, _ in self._kept)

    def of(self, id: str) -> Iterator[Check]:
        for (number, state, code), kept in self._kept.items():
            if number == id:
                yield from kept
                rest = self._counts[number, state, code] - len(kept)
                if rest:
                    yield _said(id, state, "", "more", {"count": rest})


def _said(id: str, state: CheckState, name: str, code: str, facts: dict[str, object]) -> Check:
    shown = {key: shown_path(value) if isinstance(value, str) else value for key, value in facts.items()}
    fr, en = (text.format(**shown) for text in BAG_FINDINGS[code])
    named = shown_path(name)
    return Check(id, state, f"{named} : {fr}" if name else fr, f"{named}: {en}" if name else en)


def shown_path(path: str) -> str:
    """A path as a person may see it: line ends encoded, hidden signs spelled out, an endless one cut."""
    line = path.replace("\r", "%0D").replace("\n", "%0A")
    return safe_display(line if len(line) <= _SHOWN_SIGNS else f"{line[:_SHOWN_SIGNS]}…")


class _Reader:
    """One reading of one bag, in the order of the numbers."""

    def __init__(self, bag: BagFiles, progress: Progress | None) -> None:
        self._bag = bag
        self._progress = progress
        self._sizes = bag.listing.sizes
        self._names = NameIndex(self._sizes)
        self._found = _Findings()
        self._declared = Declaration()
        self._manifests: dict[Manifest, dict[str, str]] = {}
        self._to_fetch: set[str] = set()
        self._sha256: dict[str, str] = {}

    def run(self) -> BagReading:
        self._check_listing()
        self._read_declaration()
        if self._declared.codec is not None:
            self._read_manifests()
            self._check_info()
            self._check_fetch()
            self._check_complete()
            self._check_tag_manifests()
        digests = self._check_digests()
        checks = [*self._summed("B01", len(self._sizes), *counted(len(self._sizes), "fichier", "file"))]
        checks += self._summed("B02", digests, *counted(digests, "empreinte", "digest"))
        return BagReading(tuple(checks), self._declared.version, self._sha256)

    def _summed(self, id: str, count: int, fr: str, en: str) -> Iterator[Check]:
        """A number is verified in one line, when something was looked at and nothing under it failed."""
        if count and not self._found.has_failed(id) and self._declared.codec is not None:
            yield Check.verified(id, fr, en)
        yield from self._found.of(id)

    def _tolerate(self, name: str, code: str, **facts: object) -> None:
        """A fault since 1.0; a remark in earlier versions."""
        state: CheckState = "failed" if self._declared.is_strict else "verified"
        self._found.add("B01", state, name, code, **facts)

    # ------------------------------------------------------------ B01: files, declaration

    def _check_listing(self) -> None:
        for name, code in self._bag.listing.refused.items():
            self._found.fail("B01", name, code)
        for name, other in self._names.twins():
            self._found.add("B01", "verified", name, "twin", other=other)
        if not self._bag.listing.has_payload:
            self._found.fail("B01", "data/", "no_payload")

    def _read_declaration(self) -> None:
        """Without a declaration the rest is read as BagIt 1.0 in UTF-8, so that every fault is told."""
        if "bagit.txt" not in self._sizes:
            self._found.fail("B01", "bagit.txt", "absent")
            return
        try:
            with reading(self._bag, "bagit.txt") as source:
                self._declared = Declaration.of(source.read(_DECLARATION_BYTES))
        except UnreadableMember:
            self._found.fail("B01", "bagit.txt", "unreadable")
        for fault in self._declared.faults:
            state: CheckState = "not_checked" if fault.code == "encoding_unread" else "failed"
            self._found.add("B01", state, "bagit.txt", fault.code, **fault.facts)

    # ------------------------------------------------------------ B01: manifests

    def _read_manifests(self) -> None:
        for name in sorted(self._sizes):
            try:
                manifest = Manifest.of(name)
            except LineFault as fault:
                self._found.fail("B01", name, fault.code)
                continue
            if manifest is not None:
                self._manifests[manifest] = {}
                self._read_manifest(manifest)
        if not any(manifest.is_payload for manifest in self._manifests):
            self._found.fail("B01", "manifest-*.txt", "no_manifest")

    def _read_manifest(self, manifest: Manifest) -> None:
        for number, line in self._lines(manifest.name):
            try:
                listed = Listed.of(manifest, number, line, self._declared.is_strict)
            except LineFault as fault:
                self._found.fail("B01", manifest.name, fault.code, **fault.facts)
            else:
                self._take(manifest, listed)

    def _lines(self, name: str) -> Iterator[tuple[int, str]]:
        """Lines up to the first that cannot be read; why is a finding."""
        codec = self._declared.codec or "utf-8"
        try:
            if has_needless_mark(self._bag, name, codec):
                self._tolerate(name, "mark" if self._declared.is_strict else "mark_old")
            yield from read_lines(self._bag, name, codec)
        except LineFault as fault:
            self._found.fail("B01", name, fault.code, **fault.facts)
        except UnreadableMember:
            self._found.fail("B01", name, "unreadable")

    def _take(self, manifest: Manifest, listed: Listed) -> None:
        """One line into its manifest, under the name of the file that it means."""
        meant = [one for one in listed.spellings if self._names.find(one[0]) is not None]
        spelling, fault = meant[0] if meant else listed.spellings[0]
        path = self._names.find(spelling) or spelling
        if fault is not None:
            self._tolerate(manifest.name, fault.code, **fault.facts)
        if path != spelling:
            self._found.add("B01", "verified", path, "spelled_apart", manifest=manifest.name)
        entries = self._manifests[manifest]
        if path not in entries:
            entries[path] = listed.digest
        elif entries[path] == listed.digest:
            self._tolerate(manifest.name, "listed_twice", path=path)
        else:
            self._found.fail("B01", manifest.name, "listed_apart", path=path)

    # ------------------------------------------------------------ B01: bag-info.txt, fetch.txt

    def _check_info(self) -> None:
        """Payload-Oxum is read in any case of letters (section 2.2.2); other labels are for people."""
        name = self._declared.info_name
        if name not in self._sizes:
            return
        values = []
        try:
            if has_needless_mark(self._bag, name, self._declared.codec or "utf-8"):
                self._tolerate(name, "mark" if self._declared.is_strict else "mark_old")
            lines = read_info(self._bag, name, self._declared.codec or "utf-8", self._declared.is_strict)
            values = [value for label, value in lines if label.lower() == "payload-oxum"]
        except LineFault as fault:
            self._found.fail("B01", name, fault.code, **fault.facts)
        except UnreadableMember:
            self._found.fail("B01", name, "unreadable")
        if len(values) > 1:
            self._tolerate(name, "oxum_twice")
        for value in values:
            self._check_oxum(name, value)

    def _check_oxum(self, name: str, value: str) -> None:
        octets, _, streams = value.partition(".")
        if not all(part.isascii() and part.isdigit() and len(part) <= 40 for part in (octets, streams)):
            self._found.fail("B01", name, "oxum_form")
            return
        payload = [size for path, size in self._sizes.items() if path.startswith("data/")]
        if (int(octets), int(streams)) != (sum(payload), len(payload)):
            self._found.fail("B01", name, "oxum", said=value, found=f"{sum(payload)}.{len(payload)}")

    def _check_fetch(self) -> None:
        """What is still to be fetched makes the bag incomplete; a length is only a hint (section 5.3)."""
        if "fetch.txt" not in self._sizes:
            return
        for number, line in self._lines("fetch.txt"):
            try:
                fetched = Fetched.of(number, line, self._declared.is_strict)
            except LineFault as fault:
                self._found.fail("B01", "fetch.txt", fault.code, **fault.facts)
                continue
            path = self._names.find(fetched.path) or fetched.path
            self._to_fetch.add(path)
            for manifest in self._unlisted(path):
                self._found.fail(
                    "B01", "fetch.txt", "fetch_unlisted", line=number, path=path, manifest=manifest
                )
            size = self._sizes.get(path)
            if size is not None and fetched.size not in (None, size):
                self._found.add("B01", "verified", path, "fetch_length", said=fetched.size, found=size)

    # ------------------------------------------------------------ B01: completeness

    def _unlisted(self, path: str) -> list[str]:
        """Payload manifests that should list this payload file: all since 1.0, at least one before."""
        payload = [one for one in self._manifests if one.is_payload]
        without = [one.name for one in payload if path not in self._manifests[one]]
        return without if self._declared.is_strict or len(without) == len(payload) else []

    def _check_complete(self) -> None:
        """RFC 8493 section 3. A refused file was named already."""
        for manifest, entries in self._manifests.items():
            for path in entries:
                if path in self._sizes or path in self._bag.listing.refused:
                    continue
                code = "to_fetch" if path in self._to_fetch else "missing"
                self._found.fail("B01", path, code, manifest=manifest.name)
        for path in self._sizes:
            if path.startswith("data/"):
                for name in self._unlisted(path):
                    self._found.fail("B01", path, "unlisted", manifest=name)

    def _check_tag_manifests(self) -> None:
        """What vouches for the tag files; a tag manifest itself is covered by nothing, by design."""
        tags = {one: entries for one, entries in self._manifests.items() if not one.is_payload}
        payload = [one for one in self._manifests if one.is_payload]
        for manifest in payload:
            for tag, entries in tags.items():
                if manifest.name not in entries:
                    self._tolerate(manifest.name, "manifest_unlisted", manifest=tag.name)
            self._expect_tag_manifest(manifest, [tag.algorithm for tag in tags])
        covered = {path for entries in tags.values() for path in entries} | {tag.name for tag in tags}
        for path in self._sizes:
            if tags and path not in covered and not path.startswith("data/"):
                self._found.add("B02", "not_checked", path, "uncovered")

    def _expect_tag_manifest(self, manifest: Manifest, algorithms: list[str]) -> None:
        """Section 2.2.1: tag manifests should use the algorithms of the payload manifests."""
        name = f"tag{manifest.name}"
        if not algorithms:
            self._found.add("B02", "not_checked", name, "no_tag_manifest")
        elif manifest.algorithm not in algorithms:
            self._found.add("B01", "verified", name, "no_such_tag_manifest", algorithm=manifest.algorithm)

    # ------------------------------------------------------------ B02

    def _check_digests(self) -> int:
        """Every file once, whatever the number of its manifests; returns how many digests were compared."""
        wanted: dict[str, list[Manifest]] = {}
        for manifest, entries in self._manifests.items():
            if manifest.algorithm not in DIGEST_DIGITS:
                self._found.add(
                    "B02", "not_checked", manifest.name, "unknown_algorithm", algorithm=manifest.algorithm
                )
                continue
            if manifest.algorithm in WEAK:
                self._found.add("B02", "verified", manifest.name, "weak", algorithm=manifest.algorithm)
            for path in entries:
                if path in self._sizes:
                    wanted.setdefault(path, []).append(manifest)
        if not wanted:
            self._found.add("B02", "not_checked", "", "nothing")
        for number, (path, manifests) in enumerate(wanted.items(), 1):
            self._check_file(path, manifests)
            if self._progress is not None:
                self._progress(number, len(wanted), "verify")
        return sum(map(len, wanted.values()))

    def _check_file(self, path: str, manifests: list[Manifest]) -> None:
        hashes = {one.algorithm: hashlib.new(one.algorithm, usedforsecurity=False) for one in manifests}
        try:
            with reading(self._bag, path) as source:
                while piece := source.read(_PIECE_BYTES):
                    for found in hashes.values():
                        found.update(piece)
        except UnreadableMember:
            self._found.fail("B02", path, "unreadable")
            return
        for manifest in manifests:
            if hashes[manifest.algorithm].hexdigest() != self._manifests[manifest][path]:
                self._found.fail("B02", path, "changed", manifest=manifest.name)
        if "sha256" in hashes:
            self._sha256[path] = hashes["sha256"].hexdigest()
