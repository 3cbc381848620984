"""The whole dossier in one act: PDF, two tables, and the vault's sealed bundle around them.

An exhibit whose bytes no longer match its seal is left out and named. An exhibit touched by a mask leaves its
original at home: its line of the log and the proof of that line travel instead (`withheld.py`).
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from saisine.dossiers.data import DossierData, Exhibit, Integrity, MissingPiece
from saisine.dossiers.masks import Masker
from saisine.dossiers.pages import PDF_TYPE
from saisine.dossiers.pdf import build_pdf
from saisine.dossiers.pictures import Seen, look_at
from saisine.dossiers.printing import Progress
from saisine.dossiers.recipients import Recipient, hidden_words, received, require_recipient
from saisine.dossiers.tables import chronology_csv, exhibits_csv
from saisine.dossiers.withheld import proofs, unread, with_masked_words
from saisine.errors import SaisineError
from saisine.vault.bundle import safe_name
from saisine.vault.records import Sealed
from saisine.vault.store import Vault

_PICTURE_TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")
_PICTURE_LIMIT: Final = 64 << 20
_PIECE: Final = 1 << 20
READERS: Final = 2  # decryption and SHA-256 free the interpreter meanwhile
BROKEN: Final = frozenset({"object_damaged", "object_missing", "unit_erased", "item_erased"})


@dataclass(frozen=True, slots=True)
class DossierReport:
    """What was made. `pieces` originals are in the bundle; `broken`, `unshown`, `to_review` name exhibits."""

    bundle: Path
    root: str
    pdf_sha256: str
    manifest_sha256: str
    pieces: int
    exhibits: int
    short_code: str
    size: int
    broken: tuple[int, ...]
    withheld: tuple[int, ...]
    unshown: tuple[int, ...]
    to_review: tuple[int, ...]


def build_dossier(
    data: DossierData,
    vault: Vault,
    target_zip: Path,
    *,
    recipient: str = "avocat",
    mask_third_parties: bool = True,
    actor: str = "",
    pdf_copy: Path | None = None,
    progress: Progress | None = None,
) -> DossierReport:
    """Build the PDF and the bundle. `data.built_at` dates the PDF; the vault's clock dates the bundle.

    `pdf_copy` also keeps the PDF beside the bundle. Raises as `build_pdf` and `Vault.export` do, and
    `dossier_nothing_sealed` while the vault is empty; a failed
    build leaves no bundle, and what a killed one left is removed by the next.
    """
    chosen = require_recipient(recipient)
    if target_zip.exists():
        raise SaisineError("bundle_exists", path=target_zip)
    if vault.journal.size == 0:
        raise SaisineError("dossier_nothing_sealed")
    sealed, gone = _find(vault, data)
    read = _read(vault, sealed, progress)
    broken = tuple(sorted({*gone, *(number for number, one in read.items() if not one.is_whole)}))
    ready = received(_with_seals(data, vault, sealed, broken, gone), chosen)
    masker = Masker(hidden_words(chosen, ready.people, mask_third_parties=mask_third_parties))
    pdf = pdf_copy or target_zip.with_name(f".{target_zip.name}.pdf.part")
    try:
        report = build_pdf(
            ready,
            pdf,
            recipient=recipient,
            mask_third_parties=mask_third_parties,
            picture_of=lambda exhibit: _picture(vault, exhibit, sealed),
            seen_of=lambda exhibit: _seen(exhibit, read),
            progress=progress,
            is_passing=pdf_copy is None,
        )
        joined = _joined(ready, vault, sealed, chosen, report.masked, masker)
        bundle = vault.export(
            list(dict.fromkeys(sealed[number].item for number in joined)),
            target_zip,
            extras=_extras(ready, chosen, pdf, vault, sealed, joined, masker),
            recipient=chosen.id,
            purpose=f"dossier {data.number} v{data.version}",
            actor=actor,
            progress=progress,
        )
    finally:
        if pdf_copy is None:
            pdf.unlink(missing_ok=True)
    return DossierReport(
        bundle=bundle.path,
        root=bundle.root,
        pdf_sha256=report.sha256,
        manifest_sha256=bundle.manifest_sha256,
        pieces=bundle.pieces,
        exhibits=len(ready.exhibits),
        short_code=report.code,
        size=bundle.size,
        broken=broken,
        withheld=tuple(n for n in sealed if n not in joined and n not in broken),
        unshown=report.unshown,
        to_review=tuple(sorted({*report.to_review, *unread(sealed, joined, masker)})),
    )


def _find(vault: Vault, data: DossierData) -> tuple[dict[int, Sealed], list[int]]:
    """What the vault says of each exhibit, and the numbers of those that were erased since."""
    found: dict[int, Sealed] = {}
    gone: list[int] = []
    for exhibit in data.exhibits:
        if not exhibit.item:
            continue
        try:
            found[exhibit.number] = vault.find(exhibit.item)
        except SaisineError as error:
            if error.code not in BROKEN:
                raise
            gone.append(exhibit.number)
    return found, gone


@dataclass(frozen=True, slots=True)
class _Read:
    """Whether the sealed bytes of an exhibit are those of its seal, and what its picture announces."""

    is_whole: bool
    seen: Seen | None = None


def _read(vault: Vault, sealed: dict[int, Sealed], progress: Progress | None) -> dict[int, _Read]:
    """What the sealed bytes of each exhibit say, each item read once to its end, two at a time."""
    found: dict[str, _Read] = {}
    rows = list({row.item: row for row in sealed.values()}.values())
    with ThreadPoolExecutor(READERS) as pool:
        for done, (row, one) in enumerate(
            zip(rows, pool.map(partial(_read_item, vault), rows), strict=True), 1
        ):
            found[row.item] = one
            if progress is not None:
                progress(done, len(rows), "seals")
    return {number: found[row.item] for number, row in sealed.items()}


def _read_item(vault: Vault, row: Sealed) -> _Read:
    try:
        if _is_picture(row):
            return _Read(True, look_at(vault.read_bytes(row.item, limit=_PICTURE_LIMIT)))
        with vault.open_item(row.item) as stream:
            while stream.read(_PIECE):
                pass
    except SaisineError as error:
        if error.code not in BROKEN:
            raise
        return _Read(False)
    return _Read(True)


def _is_picture(row: Sealed) -> bool:
    return row.media_type in _PICTURE_TYPES and row.size <= _PICTURE_LIMIT


def _with_seals(
    data: DossierData,
    vault: Vault,
    sealed: dict[int, Sealed],
    broken: Sequence[int],
    gone: Collection[int],
) -> DossierData:
    """The data with what the vault knows of each exhibit; broken and erased ones become missing pieces."""
    kept = tuple(_sealed(e, sealed.get(e.number)) for e in data.exhibits if e.number not in broken)
    lost = tuple(_erased(number) if number in gone else _damaged(number) for number in broken)
    return replace(
        data, exhibits=kept, missing=(*lost, *data.missing), integrity=_integrity(vault, bool(sealed))
    )


def _damaged(number: int) -> MissingPiece:
    return MissingPiece(
        f"La pièce {number} ne correspond plus à son sceau : elle n’est pas jointe.",
        "Ses octets ont changé, ou son fichier manque, depuis le scellement.",
        "L’association, dans une sauvegarde",
    )


def _erased(number: int) -> MissingPiece:
    return MissingPiece(
        f"La pièce {number} a été effacée depuis : elle n’est pas jointe.",
        "Un effacement a été demandé ; sa ligne du journal le dit, et rien de son contenu ne reste.",
    )


def _sealed(exhibit: Exhibit, row: Sealed | None) -> Exhibit:
    if row is None:
        return exhibit
    return replace(
        exhibit,
        sha256=row.sha256,
        seq=row.seq,
        sealed_at=row.sealed_at,
        is_dated=row.state == "dated",
        media_type=row.media_type,
    )


def _integrity(vault: Vault, has_items: bool) -> Integrity | None:
    if not has_items:
        return None
    receipt = vault.receipt()
    return Integrity(receipt.origin, receipt.size, receipt.root, receipt.code, receipt.at)


def _seen(exhibit: Exhibit, read: dict[int, _Read]) -> Seen | None:
    if exhibit.picture is not None:
        return look_at(exhibit.picture)
    return read[exhibit.number].seen if exhibit.number in read else None


def _picture(vault: Vault, exhibit: Exhibit, sealed: dict[int, Sealed]) -> bytes | Path | None:
    if exhibit.picture is not None:
        return exhibit.picture
    row = sealed.get(exhibit.number)
    if row is None or row.size > _PICTURE_LIMIT:
        return None
    # the pages of a document are printed when something on them is covered: its original then stays at home
    if not _is_picture(row) and not (row.media_type == PDF_TYPE and exhibit.boxes):
        return None
    return vault.read_bytes(row.item, limit=_PICTURE_LIMIT)


def _joined(
    data: DossierData,
    vault: Vault,
    sealed: dict[int, Sealed],
    recipient: Recipient,
    masked: frozenset[int],
    masker: Masker,
) -> tuple[int, ...]:
    """The exhibits whose original travels: no mask touches one that shares it, its name, record or words."""
    if not recipient.gives_originals:
        return ()
    rows = {e.number: sealed[e.number] for e in data.exhibits if e.number in sealed}
    held = {rows[number].item for number in masked if number in rows}
    held |= with_masked_words(vault, [row for row in rows.values() if row.item not in held], masker)
    return tuple(number for number, row in rows.items() if row.item not in held)


def _extras(
    data: DossierData,
    recipient: Recipient,
    pdf: Path,
    vault: Vault,
    sealed: dict[int, Sealed],
    joined: Sequence[int],
    masker: Masker,
) -> dict[str, bytes | Path]:
    """What stands beside the originals, by path under data/."""
    order = list(dict.fromkeys(sealed[number].item for number in joined))
    paths = {
        number: f"data/items/{order.index(sealed[number].item) + 1:04d}/{safe_name(sealed[number].name)}"
        for number in joined
    }
    extras: dict[str, bytes | Path] = {"dossier.pdf": pdf}
    if "chronology" in recipient.sections:
        extras["chronologie.csv"] = chronology_csv(data, masker)
    if "exhibit_list" in recipient.sections:
        extras["pieces.csv"] = exhibits_csv(data.exhibits, paths, masker)
        apart = {e.number: sealed[e.number] for e in data.exhibits if e.number in sealed}
        extras |= proofs(vault, {number: row for number, row in apart.items() if number not in paths})
    return extras
