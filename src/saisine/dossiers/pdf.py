"""Typeset a dossier: PDF/A-2a and PDF/UA-1 in one file, offline, from JSON data and shipped fonts alone.

The source given to Typst never changes; evidence reaches it as data. Same inputs, same bytes.
"""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import segno
import typst

from saisine.dossiers.compose import Composed, compose
from saisine.dossiers.data import DossierData, Exhibit
from saisine.dossiers.glyphs import FONTS
from saisine.dossiers.pictures import Placed, Printed, mark
from saisine.dossiers.printing import (
    Pictures,
    PictureSource,
    Progress,
    SeenSource,
    announced,
    encode_all,
    is_as_announced,
    seen_by,
    settled,
)
from saisine.dossiers.recipients import Recipient, received, require_recipient
from saisine.dossiers.stitch import NotStitched, stitched
from saisine.errors import SaisineError

TEMPLATE: Final = Path(__file__).parent / "assets" / "dossier.typ"
STANDARDS: Final = ("a-2a", "ua-1")
MAX_EXHIBITS: Final = 10_000


@dataclass(frozen=True, slots=True)
class PdfReport:
    """What was typeset. `masked` exhibits were touched by a mask; `unshown` had a picture that cannot be
    read; `to_review` hold a picture in which nobody looked for third parties."""

    sha256: str
    size: int
    code: str
    masked: frozenset[int]
    unshown: tuple[int, ...]
    to_review: tuple[int, ...]


def own_picture(exhibit: Exhibit) -> bytes | Path | None:
    return exhibit.picture


def build_pdf(
    data: DossierData,
    out: Path,
    *,
    recipient: str = "avocat",
    mask_third_parties: bool = True,
    picture_of: PictureSource = own_picture,
    seen_of: SeenSource | None = None,
    progress: Progress | None = None,
    is_passing: bool = False,
) -> PdfReport:
    """Write the PDF of a dossier for a recipient, by a `.part` file then a rename.

    `picture_of` gives the picture of an exhibit, `seen_of` what a caller knows of it already. A file that
    `is_passing`, read once by the caller and removed, is not flushed to the disk. Raises
    `dossier_recipient_unknown`, `dossier_too_large`, `dossier_not_typeset` or `dossier_file_not_written`.
    """
    chosen = require_recipient(recipient)
    if len(data.exhibits) > MAX_EXHIBITS:
        raise SaisineError("dossier_too_large", count=len(data.exhibits), limit=MAX_EXHIBITS)
    data = received(data, chosen)
    wanted = [e for e in data.exhibits if chosen.shows_pictures and "exhibits" in chosen.sections]
    with _work_folder(out) as folder:
        kept = folder / "pictures"
        found = announced(wanted, picture_of, seen_of or seen_by(picture_of), kept)

        def lay_out(pictures: Pictures) -> tuple[Composed, bytes]:
            parts = pictures.printed, pictures.unshown
            composed = compose(data, chosen, *parts, mask_third_parties=mask_third_parties)
            return composed, _typeset(composed, folder, data)

        with ThreadPoolExecutor(1) as beside:  # the typesetter frees the interpreter too
            laid_out = beside.submit(lay_out, found)
            pictures = settled(found, encode_all(wanted, found, picture_of, kept, progress))
            composed, typeset = laid_out.result()
        if not is_as_announced(found, pictures):
            composed, typeset = lay_out(pictures)
        sha256, size = _write(out, typeset, pictures.placed, is_passing=is_passing)
    return PdfReport(
        sha256=sha256,
        size=size,
        code=composed.code,
        masked=composed.masked,
        unshown=pictures.unshown,
        to_review=_to_review(data, chosen, pictures.printed, mask_third_parties),
    )


@contextmanager
def _work_folder(out: Path) -> Iterator[Path]:
    """A private folder beside the file: what a killed build left there is removed by the next one.

    Beside it, not in the system's temporary folder: pictures in clear stay on the disk chosen for them.
    """
    folder = out.with_name(f".{out.name}.work")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        (folder / "pictures").mkdir()
        yield folder
    except OSError as error:
        raise SaisineError(
            "dossier_file_not_written", path=out, reason=error.strerror or str(error)
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _to_review(
    data: DossierData, recipient: Recipient, pictures: Mapping[int, Printed], masked: bool
) -> tuple[int, ...]:
    """Pictures that may show masked people: someone looks at them before the file is handed over.

    A box says that somebody looked at that picture, or at that page of a document, not at the pages beside it.
    """
    roles = recipient.names | recipient.handles
    if not masked or not any(person.role in roles for person in data.people):
        return ()
    return tuple(
        e.number for e in data.exhibits if e.number in pictures and _is_unseen(e, pictures[e.number])
    )


def _is_unseen(exhibit: Exhibit, printed: Printed) -> bool:
    covered = {box.page for box in exhibit.boxes}
    return not covered.issuperset(range(1, len(printed.pictures) + 1))


def _typeset(composed: Composed, folder: Path, data: DossierData) -> bytes:
    """The bytes of the PDF. Raises SaisineError("dossier_not_typeset")."""
    shutil.copyfile(TEMPLATE, folder / "dossier.typ")
    tree = composed.tree | {"mark": [list(part) for part in mark()]}
    (folder / "data.json").write_text(json.dumps(tree, ensure_ascii=True), "ascii")
    (folder / "qr.svg").write_bytes(_qr(str(composed.tree["qr"])))
    try:
        body: bytes = typst.compile(
            str(folder / "dossier.typ"),
            root=str(folder),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            pdf_standards=list(STANDARDS),
            timestamp=int(data.built_at.timestamp()),
        )
    except RuntimeError as error:
        reason = (str(error).replace(str(folder), "").splitlines() or [""])[0][:300]
        raise SaisineError("dossier_not_typeset", reason=reason) from error
    return body


def _qr(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=0, dark="#17242d", xmldecl=False, nl=False)
    return out.getvalue()


def _write(out: Path, typeset: bytes, placed: Iterable[Placed], *, is_passing: bool) -> tuple[str, int]:
    """Write the PDF with its pictures. Raises as `write_pieces`, and SaisineError("dossier_not_typeset")."""
    try:
        return write_pieces(out, stitched(typeset, placed), is_passing=is_passing)
    except NotStitched as error:
        raise SaisineError("dossier_not_typeset", reason=str(error)) from error


def write_whole(out: Path, body: bytes, code: str = "dossier_file_not_written") -> None:
    """The whole file or none. Raises `SaisineError(code)`."""
    write_pieces(out, (body,), code)


def write_pieces(
    out: Path, pieces: Iterable[bytes], code: str = "dossier_file_not_written", *, is_passing: bool = False
) -> tuple[str, int]:
    """The whole file or none: written beside, flushed unless it is passing, then renamed. SHA-256 and size.

    Raises `SaisineError(code)`.
    """
    part = out.with_name(f".{out.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as stream:
            for piece in pieces:
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
            stream.flush()
            if not is_passing:
                os.fsync(stream.fileno())
        part.replace(out)
    except OSError as error:
        raise SaisineError(code, path=out.name, reason=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size
