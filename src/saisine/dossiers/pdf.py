"""Typeset a dossier: PDF/A-2a and PDF/UA-1 in one file, offline, from JSON data and shipped fonts alone.

The source given to Typst never changes; evidence reaches it as data. Same inputs, same bytes.
"""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from saisine.dossiers.pages import PDF_TYPE, encode_pages
from saisine.dossiers.pictures import Printed, encode_picture, kept_memory, mark
from saisine.dossiers.recipients import Recipient, received, require_recipient
from saisine.dossiers.stitch import NotStitched, stitched
from saisine.errors import SaisineError

TEMPLATE: Final = Path(__file__).parent / "assets" / "dossier.typ"
STANDARDS: Final = ("a-2a", "ua-1")
MAX_EXHIBITS: Final = 10_000
PICTURE_THREADS: Final = 2

Progress = Callable[[int, int | None, str], None]
PictureSource = Callable[[Exhibit], bytes | Path | None]


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
    progress: Progress | None = None,
) -> PdfReport:
    """Write the PDF of a dossier for a recipient, by a `.part` file then a rename.

    `picture_of` gives the picture of an exhibit, one at a time. Raises `dossier_recipient_unknown`,
    `dossier_too_large`, `dossier_not_typeset` or `dossier_file_not_written`.
    """
    chosen = require_recipient(recipient)
    if len(data.exhibits) > MAX_EXHIBITS:
        raise SaisineError("dossier_too_large", count=len(data.exhibits), limit=MAX_EXHIBITS)
    data = received(data, chosen)
    wanted = [e for e in data.exhibits if chosen.shows_pictures and "exhibits" in chosen.sections]
    with _work_folder(out) as folder:
        pictures, unshown = _encode_all(wanted, picture_of, folder / "pictures", progress)
        composed = compose(data, chosen, pictures, unshown, mask_third_parties=mask_third_parties)
        typeset = _typeset(composed, folder, data)
        sha256, size = _write(out, typeset, pictures)
    return PdfReport(
        sha256=sha256,
        size=size,
        code=composed.code,
        masked=composed.masked,
        unshown=unshown,
        to_review=_to_review(data, chosen, pictures, mask_third_parties),
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


def _encode_all(
    exhibits: Iterable[Exhibit], picture_of: PictureSource, folder: Path, progress: Progress | None
) -> tuple[dict[int, Printed], tuple[int, ...]]:
    """Every picture into the folder, two at a time (zlib and Pillow free the interpreter meanwhile)."""
    wanted = list(exhibits)
    pictures: dict[int, Printed] = {}
    unshown: list[int] = []

    def encode(exhibit: Exhibit) -> tuple[bool, Printed | None]:
        source = picture_of(exhibit)
        return source is not None, None if source is None else _printed(exhibit, source, folder)

    with kept_memory(), ThreadPoolExecutor(PICTURE_THREADS) as pool:
        for done, (exhibit, (had, picture)) in enumerate(
            zip(wanted, pool.map(encode, wanted), strict=True), 1
        ):
            if picture is not None:
                pictures[exhibit.number] = picture
            elif had:
                unshown.append(exhibit.number)
            if progress is not None:
                progress(done, len(wanted), "pictures")
    return pictures, tuple(unshown)


def _printed(exhibit: Exhibit, source: bytes | Path, folder: Path) -> Printed | None:
    if exhibit.media_type == PDF_TYPE:
        return encode_pages(
            source if isinstance(source, bytes) else source.read_bytes(), exhibit.boxes, folder
        )
    picture = encode_picture(source, exhibit.boxes)
    return Printed((picture.place(folder),)) if picture else None


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


def _write(out: Path, typeset: bytes, pictures: Mapping[int, Printed]) -> tuple[str, int]:
    """Write the PDF with its pictures. Raises as `write_pieces`, and SaisineError("dossier_not_typeset")."""
    try:
        placed = [one for printed in pictures.values() for one in printed.pictures]
        return write_pieces(out, stitched(typeset, placed))
    except NotStitched as error:
        raise SaisineError("dossier_not_typeset", reason=str(error)) from error


def write_whole(out: Path, body: bytes, code: str = "dossier_file_not_written") -> None:
    """The whole file or none. Raises `SaisineError(code)`."""
    write_pieces(out, (body,), code)


def write_pieces(
    out: Path, pieces: Iterable[bytes], code: str = "dossier_file_not_written"
) -> tuple[str, int]:
    """The whole file or none: written beside, flushed, then renamed. SHA-256 and size.

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
            os.fsync(stream.fileno())
        part.replace(out)
    except OSError as error:
        raise SaisineError(code, path=out.name, reason=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size
