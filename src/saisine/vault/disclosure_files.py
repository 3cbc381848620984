"""A file of disclosed messages: one JSON document that `saisine verify` checks with the keys that it names.

Each message stands in it as `saisine.vault.disclosures` gives it; the file adds the keys that signed its heads.
"""

import contextlib
import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from saisine.errors import SaisineError
from saisine.vault.disclosures import Disclosure, dated_before, verify_disclosure
from saisine.vault.faults import disk_faults, require_output
from saisine.vault.log import canonical
from saisine.vault.notes import Head, TlogProof, VerifierKey
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.report import Check, Report
from saisine.vault.shown_heads import KeptOutside, check_shown
from saisine.vault.snapshot import Policy
from saisine.vault.succession import key_chain

if TYPE_CHECKING:
    from saisine.vault.store import Vault

MAX_FILE_BYTES: Final = 64 << 20  # some records of the largest size (16 MiB), written in base64
REQUIRED: Final = ("V02", "V08", "V09", "V23")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    vkeys: tuple[str, ...]
    messages: tuple[msgspec.Raw, ...]


def write_disclosures(vault: "Vault", disclosures: Sequence[Disclosure], target: Path) -> str:
    """Write a file that `saisine verify` checks; returns its SHA-256. A failed one leaves no file.

    Raises `disclosure_exists`, `disclosure_too_large`, `output_refused`, or what the disk refuses.
    """
    require_output(target)
    keys = canonical([key.to_text() for key in key_chain(vault.folder)])
    messages = b",\n".join(one.to_json() for one in disclosures)
    body = b'{"messages":[\n' + messages + b'\n],"v":1,"vkeys":' + keys + b"}\n"
    if len(body) > MAX_FILE_BYTES:
        raise SaisineError("disclosure_too_large", most=MAX_FILE_BYTES >> 20)
    with disk_faults(target.parent, len(body)):
        try:
            with target.open("xb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
        except FileExistsError as error:
            raise SaisineError("disclosure_exists", path=target) from error
        except OSError:
            target.unlink(missing_ok=True)
            raise
    return hashlib.sha256(body).hexdigest()


def parse_disclosures(body: bytes) -> tuple[list[Disclosure], list[VerifierKey]]:
    """(disclosures, the keys that the file itself names) of a disclosure file. Raises `ValueError`."""
    try:
        found = msgspec.json.decode(body, type=_File)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if found.v != 1 or not found.messages:
        raise ValueError(f"version {found.v}, {len(found.messages)} messages")
    keys = [VerifierKey.from_text(text) for text in found.vkeys]
    return [Disclosure.from_json(bytes(one)) for one in found.messages], keys


def is_disclosure_file(path: Path) -> bool:
    """Whether a file begins like one of ours: only then is it worth reading whole."""
    try:
        with path.open("rb") as file:
            return file.read(256).lstrip().startswith(b'{"messages":[')
    except OSError:
        return False


def check_disclosure_file(
    path: Path,
    policy: Policy | None = None,
    *,
    now: datetime | None = None,
    at: datetime | None = None,
    receipt: str | None = None,
    witness: str | None = None,
) -> Report:
    """Check every message of a disclosure file. Without a `policy`, the keys in the file are the ones trusted.

    `at`, `receipt` and `witness` as for a bundle. Raises `disclosure_unreadable` when it is no disclosure file.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
        if len(body) > MAX_FILE_BYTES:
            raise ValueError(f"> {MAX_FILE_BYTES >> 20} MiB")
        disclosures, keys = parse_disclosures(body)
    except OSError as error:
        raise SaisineError("disclosure_unreadable", path=path.name, reason=error.strerror) from error
    except ValueError as error:
        raise SaisineError("disclosure_unreadable", path=path.name, reason=error) from error
    trusted, kept = policy or Policy(tuple(keys), at=at), KeptOutside(receipt, witness)
    checks = []
    for number, one in enumerate(disclosures, 1):
        label = f"n° {number}" if len(disclosures) > 1 else ""
        checks += list(verify_disclosure(one, trusted, now=now, label=label))
    if kept:
        checks += check_shown(_heads_of(disclosures), (*trusted.vkeys, *trusted.witnesses), kept)
    elif policy is None:
        names = ", ".join(key.to_text() for key in keys)
        checks.append(
            Check.not_checked(
                "V25",
                f"comparez cette clé avec ce que l’association vous a donné par un autre chemin : {names}",
                f"compare this key with what the association gave you by another way: {names}",
            )
        )
    dates = ("V13", "V14", "V15", "V16", "V17") if trusted.stamps_required else ()
    required = (*REQUIRED, *dates, *(("V25",) if kept else ()))
    report = Report.of(checks, required)
    moments = [dated_before(one, trusted) for one in disclosures]
    latest = max((at for at in moments if at is not None), default=None) if all(moments) else None
    return Report.of(checks, required, _summary(report, len(disclosures), latest))


def _heads_of(disclosures: Sequence[Disclosure]) -> list[Head]:
    """The heads of the proofs; one that does not read is told by V08."""
    found = {}
    for one in disclosures:
        with contextlib.suppress(ValueError):
            head = TlogProof.from_text(one.proof).head
            found[head.text] = head
    return list(found.values())


def _summary(report: Report, count: int, dated: datetime | None) -> tuple[str, str]:
    failures = report.failures()
    if failures:
        first = failures[0]
        return (
            f"Ne correspond pas : {first.id}, {first.detail_fr}.",
            f"Does not match: {first.id}, {first.detail_en}.",
        )
    if report.verdict == "incomplete":
        return "Incomplet : un contrôle n’a pas pu être fait.", "Incomplete: a check could not be made."
    many = "s" if count > 1 else ""
    if dated is None:
        return (
            f"Intact. {count} message{many}, pas encore daté{many} par un tiers.",
            f"Intact. {count} message{many}, not yet dated by a third party.",
        )
    return (
        f"Intact. {count} message{many}, dans un export daté d’avant le {say_moment_fr(dated)}.",
        f"Intact. {count} message{many}, in an export dated before {say_moment_en(dated)}.",
    )
