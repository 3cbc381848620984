"""The checks of a received bundle: B01 and B02 its form, V02 to V23 what its pieces prove, V25 its witnesses.

The zip is read as a stream and never unpacked; a path that would climb out of the bag is refused, not
followed. Sources: RFC 8493 (BagIt 1.0), C2SP tlog-proof.
"""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from saisine.vault.bag_sources import ZipBag
from saisine.vault.bags import read_bag
from saisine.vault.bundle_files import BundleFault, BundleFiles, open_archive
from saisine.vault.bundle_pieces import PieceChecks
from saisine.vault.bundle_trust import check_heads, check_keys, check_witnesses, own_policy, told
from saisine.vault.dates import check_authorities, check_order, line_shown, say_stamp
from saisine.vault.log import Entry
from saisine.vault.notes import Head, VerifierKey
from saisine.vault.report import Check
from saisine.vault.shown_heads import KeptOutside, check_shown, with_asides
from saisine.vault.snapshot import Policy
from saisine.vault.stamps import verify_stamp

Progress = Callable[[int, int | None, str], None]

_TAGS: Final = "tagmanifest-sha256.txt"
_ROOT_FILES: Final = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", _TAGS)


class BundleChecks:
    """One verification of one zip. After `run`, `pieces` (messages too) and `earliest` say what was found."""

    def __init__(
        self,
        path: Path,
        policy: Policy | None,
        now: datetime,
        progress: Progress | None,
        kept: KeptOutside = KeptOutside(),  # noqa: B008  frozen
        at: datetime | None = None,
    ) -> None:
        self._kept = kept
        self._at = at
        self._path = path
        self._policy = policy
        self._now = now
        self._progress = progress
        self._dated: dict[int, datetime] = {}
        self.pieces = 0

    @property
    def earliest(self) -> datetime | None:
        """The earliest verified time of a stamp."""
        return min(self._dated.values(), default=None)

    def run(self) -> Iterator[Check]:
        """Every finding. Raises `bundle_encrypted` or `bundle_unreadable`."""
        with open_archive(self._path) as archive:
            self._files = BundleFiles(archive, self._path.name)
            yield from self._run(archive)

    def _run(self, archive: zipfile.ZipFile) -> Iterator[Check]:
        files = self._files
        yield from self._check_form(archive)
        policy = self._policy or replace(own_policy(files), at=self._at)
        trusted, failures = check_keys(files, policy.vkeys)
        heads, findings = check_heads(files, trusted, failures)
        yield from findings
        found = PieceChecks(files, heads)
        yield from found.run()
        self.pieces = found.pieces + found.messages
        yield from self._check_stamps(policy, heads, found.shown)
        yield from found.say_originals(self._dated)
        yield from self._check_outside(list(heads.values()), trusted, policy)

    def _check_outside(
        self, heads: Sequence[Head], trusted: Sequence[VerifierKey], policy: Policy
    ) -> Iterator[Check]:
        """V25: the witnesses in the bundle, then what the person kept; without it, what to compare."""
        lines = check_witnesses(self._files, heads, trusted, policy.witnesses)
        if self._kept:
            given = check_shown(heads, (*trusted, *policy.witnesses), self._kept)
            yield from with_asides(lines, given)
            return
        yield from lines
        yield Check.not_checked(
            "V25",
            "comparez la clé ou un reçu avec ce que l’association vous a donné par un autre chemin",
            "compare the key or a receipt with what the association gave you by another way",
        )

    # ------------------------------------------------------------ B01, B02

    def _check_form(self, archive: zipfile.ZipFile) -> Iterator[Check]:
        """B01 and B02 as for any bag, then what a bundle of ours keeps stricter."""
        reading = read_bag(ZipBag(archive), progress=self._progress)
        self._files.digests = reading.sha256
        yield from reading.checks
        for name in self._files.names:
            if not name.startswith("data/") and name not in _ROOT_FILES:
                yield told(BundleFault("B01", name, "fichier en trop", "a file that does not belong here"))
        try:
            self._require_tags()
        except BundleFault as fault:
            yield told(fault)

    def _require_tags(self) -> None:
        """Nothing covers the manifest of tag files: it must be, to the byte, what we write."""
        lines = [
            f"{self._files.digest(name, 'B02')}  {name}\n" for name in sorted(set(_ROOT_FILES) - {_TAGS})
        ]
        if self._files.read(_TAGS, "B02") != "".join(lines).encode():
            raise BundleFault(
                "B02",
                _TAGS,
                "ne donne pas les empreintes des trois autres fichiers",
                "does not give the digests of the three other files",
            )

    # ------------------------------------------------------------ dates

    def _check_stamps(
        self, policy: Policy, heads: dict[int, Head], shown: Sequence[Entry]
    ) -> Iterator[Check]:
        """V13 to V17; `shown` are the lines that the bundle proves."""
        names = [name for name in self._files.under("data/log/") if name.endswith(".tsr")]
        dated: set[str] = set()
        if not names:
            for number in ("V13", "V14", "V15", "V16"):
                yield Check.not_checked(
                    number, "aucun horodatage : pas encore daté", "no time stamp: not yet dated"
                )
        for name in names:
            label = name.removeprefix("data/log/").removesuffix(".tsr")
            head = {str(size): head for size, head in heads.items()}.get(label.partition(".")[0])
            if head is None:
                yield Check.failed("V14", f"{label} : aucune tête signée", f"{label}: no signed head")
                continue
            try:
                verdict = verify_stamp(
                    self._files.read(name, "V13"), head, policy.tsa, now=policy.at or self._now
                )
            except BundleFault as fault:
                yield told(fault)
                continue
            yield from say_stamp(label, verdict)
            if verdict.is_verified and verdict.at is not None:
                dated.add(verdict.authority)
                self._dated[head.size] = min(self._dated.get(head.size, verdict.at), verdict.at)
                newest = max(
                    (one for one in shown if one.seq < head.size), key=lambda one: one.seq, default=None
                )
                last = newest.moment if newest else None
                yield check_order(label, verdict.at, last, self._now, line_shown(newest.seq if newest else 0))
        yield check_authorities(dated, policy.stamps_required)
