"""The export bundle: a BagIt 1.0 folder in one stored zip, checkable with nothing of ours installed.

Same vault, same items, same day: same bytes (sorted names, fixed times, no compression). Source: RFC 8493.
"""

import hashlib
import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, BinaryIO, Final

from saisine import __version__
from saisine.errors import SaisineError
from saisine.vault.faults import disk_faults
from saisine.vault.notes import Head, NoteError
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.records import Sealed
from saisine.vault.stamps import Authority, load_authorities, verify_stamp

if TYPE_CHECKING:
    from saisine.vault.store import Progress, Vault

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: no hour of ours leaks
_PIECE_BYTES: Final = 1 << 20
_OURS: Final = ("items/", "log/", "trust/")
_OUR_FILES: Final = frozenset({"VERIFIER.md", "verify.py"})


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What was written: `pieces` sealed items, `root` the one folder inside the zip."""

    path: Path
    pieces: int
    manifest_sha256: str
    root: str
    items: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class DatedHead:
    """A head with a verified stamp: which authority, when, and the raw reply."""

    head: Head
    authority: Authority
    at: datetime
    reply: bytes


@dataclass(frozen=True, slots=True)
class _Member:
    """One payload file: its path in the bag, its size, how to open it, its hash when already known."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    sha256: str | None = None

    @classmethod
    def of(cls, path: str, body: bytes) -> "_Member":
        return cls(path, len(body), lambda: io.BytesIO(body))


def build_bundle(
    vault: "Vault",
    items: Sequence[str],
    target: Path,
    *,
    extras: Mapping[str, bytes | Path],
    now: datetime,
    progress: "Progress | None" = None,
) -> BundleReport:
    """Write the bundle of some items. Raises `bundle_exists`, `bundle_path`, `item_unknown`,
    `object_missing`, `object_damaged`, or what the disk refuses. A failed bundle leaves no file."""
    if target.exists():
        raise SaisineError("bundle_exists", path=target)
    sealed = [vault.find(item) for item in dict.fromkeys(items)]
    if not sealed and not extras:
        raise SaisineError("vault_empty")
    root = safe_name(target.stem)
    members = sorted(_payload(vault, sealed, extras), key=lambda member: member.path)
    part = target.with_name(f".{target.name}.part")
    try:
        with disk_faults(target.parent, sum(member.size for member in members)):
            part.unlink(missing_ok=True)  # what a killed export left: it would refuse this one
            manifest = _write_zip(part, root, members, now, progress)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    refs = tuple(row.item for row in sealed)
    return BundleReport(target, len(sealed), manifest, root, refs, target.stat().st_size)


# ---------------------------------------------------------------- payload


def _payload(
    vault: "Vault", sealed: Sequence[Sealed], extras: Mapping[str, bytes | Path]
) -> Iterator[_Member]:
    dated = dated_heads(vault)
    newest = vault.last_head()
    heads = {newest.size: newest}
    before: list[DatedHead | None] = []
    for number, row in enumerate(sealed, 1):
        found = next((one for one in dated if one.head.size > row.seq), None)
        head = found.head if found else newest
        heads[head.size] = head
        before.append(found)
        yield from _item_members(vault, number, row, head)
    stamps = [one for one in dated if one.head.size in heads]
    yield from _log_members(heads, stamps)
    yield from _trust_members(vault, stamps)
    yield from _text_members(vault, sealed, before, newest, stamps)
    yield from _extra_members(extras)


def _item_members(vault: "Vault", number: int, row: Sealed, head: Head) -> Iterator[_Member]:
    folder = f"data/items/{number:04d}"
    path = f"{folder}/{safe_name(row.name)}"
    yield _Member(path, row.size, lambda: vault.open_item(row.item), row.sha256)
    yield _Member.of(f"{folder}/record.json", vault.record_line(row.item))
    yield _Member.of(f"{folder}/entry.json", vault.entry_line(row.seq))
    proof = vault.proof_of(row.seq, head).to_text()
    yield _Member.of(f"{folder}/{number:04d}.tlog-proof", proof.encode())


def _log_members(heads: Mapping[int, Head], stamps: Sequence[DatedHead]) -> Iterator[_Member]:
    for size, head in heads.items():
        yield _Member.of(f"data/log/{size}.txt", head.text)
        yield _Member.of(f"data/log/{size}.note", head.to_text().encode())
    for stamp in stamps:
        yield _Member.of(f"data/log/{stamp.head.size}.{stamp.authority.name}.tsr", stamp.reply)


def _trust_members(vault: "Vault", stamps: Sequence[DatedHead]) -> Iterator[_Member]:
    for name in ("vault.vkey", "vault.pem"):
        yield _Member.of(f"data/trust/{name}", (vault.folder / "trust" / name).read_bytes())
    for authority in {stamp.authority.name: stamp.authority for stamp in stamps}.values():
        yield _Member.of(f"data/trust/tsa-{authority.name}.pem", authority.roots_pem)
        if authority.intermediates:
            yield _Member.of(f"data/trust/tsa-{authority.name}-chain.pem", authority.intermediates_pem)


def _extra_members(extras: Mapping[str, bytes | Path]) -> Iterator[_Member]:
    for name, body in extras.items():
        path = _require_extra(name)
        if isinstance(body, bytes):
            yield _Member.of(path, body)
            continue
        try:
            size = body.stat().st_size
        except OSError as error:
            raise SaisineError("source_unreadable", name=name, reason=error.strerror) from error
        yield _Member(path, size, lambda body=body: body.open("rb"))  # type: ignore[misc]


def _require_extra(name: str) -> str:
    """The path of an extra in the bag; it may not climb out, hide, or stand where the proofs stand."""
    steps = name.split("/")
    plain = all(step and step == safe_name(step) for step in steps)
    if not plain or name in _OUR_FILES or name == "LISEZ-MOI.txt" or name.startswith(_OURS):
        raise SaisineError("bundle_path", path=name)
    return f"data/{name}"


def dated_heads(vault: "Vault") -> list[DatedHead]:
    """Every head with a verified stamp, the earliest first: the first that covers a line dates it best."""
    found: list[DatedHead] = []
    authorities = {one.name: one for one in load_authorities(vault.folder)}
    for path in vault.journal.heads.glob("*.tsr"):
        size, _, name = path.name.removesuffix(".tsr").partition(".")
        authority = authorities.get(name)
        if authority is None or not size.isdecimal():
            continue
        try:
            head, reply = vault.journal.head(int(size)), path.read_bytes()
        except (NoteError, OSError):
            continue
        verdict = verify_stamp(reply, head, [authority])
        if verdict.is_verified and verdict.at is not None:
            found.append(DatedHead(head, authority, verdict.at, reply))
    return sorted(found, key=lambda one: (one.head.size, one.at, one.authority.name))


def safe_name(name: str) -> str:
    """A file name that any system takes: ASCII, no space, at most 100 signs. The true name is in the "
    "record."""
    flat = unicodedata.normalize("NFKD", name.replace("\\", "/").rsplit("/", 1)[-1])
    ascii_ = re.sub(r"[^A-Za-z0-9._-]+", "_", flat.encode("ascii", "ignore").decode()).lstrip(".-_")
    stem, dot, extension = ascii_.rpartition(".")
    if len(ascii_) > 100:
        ascii_ = f"{stem[:80]}{dot}{extension[:19]}" if dot else ascii_[:100]
    taken = ascii_.lower() in {"record.json", "entry.json"} or ascii_.endswith(".tlog-proof")
    return f"piece-{ascii_}" if taken or not ascii_ else ascii_


# ---------------------------------------------------------------- words


def _text_members(
    vault: "Vault",
    sealed: Sequence[Sealed],
    before: Sequence[DatedHead | None],
    newest: Head,
    stamps: Sequence[DatedHead],
) -> Iterator[_Member]:
    assets = files("saisine.vault") / "assets"
    yield _Member.of("data/verify.py", (assets / "verify.py").read_bytes())
    facts = {"size": str(newest.size), "stamps": _stamp_commands(stamps), "origin": vault.origin}
    template = Template((assets / "VERIFIER.md").read_text("utf-8"))
    yield _Member.of("data/VERIFIER.md", template.substitute(facts).encode())
    readme = Template((assets / "LISEZ-MOI.txt").read_text("utf-8"))
    rows = "\n".join(
        _describe(number, *pair) for number, pair in enumerate(zip(sealed, before, strict=True), 1)
    )
    pieces = f"{len(sealed)} pièce{'s' if len(sealed) > 1 else ''}"
    yield _Member.of("data/LISEZ-MOI.txt", readme.substitute(pieces=pieces, rows=rows).encode())


def _describe(number: int, row: Sealed, dated: DatedHead | None) -> str:
    when = "pas encore datée par un tiers"
    if dated is not None:
        when = f"existait avant le {say_moment_fr(dated.at)} (heure de Paris), selon {dated.authority.name}"
    return (
        f"{number:04d}  {safe_name(row.name)}\n"
        f"      {row.size} octets, SHA-256 {row.sha256}\n"
        f"      scellée le {say_moment_fr(row.sealed_at)} selon l’horloge de l’ordinateur ; {when}"
    )


def _stamp_commands(stamps: Sequence[DatedHead]) -> str:
    if not stamps:
        return "Aucun horodatage de tiers dans ce dossier. / No third-party time stamp in this bundle.\n"
    commands = []
    for one in stamps:
        chain = f" -untrusted trust/tsa-{one.authority.name}-chain.pem" if one.authority.intermediates else ""
        commands.append(
            f"# {say_moment_fr(one.at)} / {say_moment_en(one.at)} (Paris)\n"
            f"openssl ts -verify -in log/{one.head.size}.{one.authority.name}.tsr "
            f"-data log/{one.head.size}.txt "
            f"-CAfile trust/tsa-{one.authority.name}.pem{chain} -attime {int(one.at.timestamp())}"
        )
    return "```\n" + "\n".join(commands) + "\n```\n"


# ---------------------------------------------------------------- BagIt and zip


def _write_zip(
    part: Path, root: str, members: Sequence[_Member], now: datetime, progress: "Progress | None"
) -> str:
    """Tag files and payload in the order of their names; returns the SHA-256 of the manifest."""
    seen: set[str] = set()
    for member in members:
        if member.path.lower() in seen:
            raise SaisineError("bundle_path", path=member.path)
        seen.add(member.path.lower())
    tags = {"bag-info.txt": _bag_info(members, now), "bagit.txt": _DECLARATION}
    lines: list[str] = []
    with part.open("xb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for name, body in tags.items():
                _add(archive, f"{root}/{name}", _Member.of(name, body))
            for number, member in enumerate(members, 1):
                lines.append(f"{_add(archive, f'{root}/{member.path}', member)}  {member.path}\n")
                if progress is not None:
                    progress(number, len(members), "export")
            manifest = "".join(lines).encode()
            tags["manifest-sha256.txt"] = manifest
            tag_lines = [
                f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(tags.items())
            ]
            for name, body in (
                ("manifest-sha256.txt", manifest),
                ("tagmanifest-sha256.txt", "".join(tag_lines).encode()),
            ):
                _add(archive, f"{root}/{name}", _Member.of(name, body))
        out.flush()
        os.fsync(out.fileno())
    return hashlib.sha256(manifest).hexdigest()


_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def _bag_info(members: Sequence[_Member], now: datetime) -> bytes:
    oxum = f"{sum(member.size for member in members)}.{len(members)}"
    facts = (
        ("Bag-Software-Agent", f"Saisine {__version__}"),
        ("Bagging-Date", f"{now.astimezone(UTC):%Y-%m-%d}"),
        ("Payload-Oxum", oxum),
    )
    return "".join(f"{name}: {value}\n" for name, value in facts).encode()


def _add(archive: zipfile.ZipFile, path: str, member: _Member) -> str:
    """Stream one file into the zip; returns its SHA-256, which must be the sealed one."""
    info = zipfile.ZipInfo(path, _EPOCH)
    info.create_system = 3  # Unix, wherever this runs: the same bytes
    info.external_attr = 0o100644 << 16
    info.file_size = member.size
    found = hashlib.sha256()
    with member.open() as source, archive.open(info, "w") as target:
        while piece := source.read(_PIECE_BYTES):
            found.update(piece)
            target.write(piece)
    if member.sha256 not in (None, found.hexdigest()):
        raise SaisineError("object_damaged", object=path, reason="SHA-256")
    return found.hexdigest()
