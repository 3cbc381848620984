"""Boxes over the picture of an exhibit, or over the pages of a PDF, decided by people, burnt into what is printed.

A PDF is read as one long picture, its pages one under the other, each of the same height. The sealed bytes never
change. Each act is a row (put, put elsewhere, take away) with who and when; undoing is an
act too. A box stays for every recipient: whoever wants the place seen takes the box away.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from saisine.casework import journal
from saisine.casework.case_models import new_case_id
from saisine.casework.file_models import PUT, REMOVE, MaskRow
from saisine.casework.models import ExhibitRow, Incident, first_or_raise
from saisine.casework.session import Session
from saisine.dossiers.data import Box
from saisine.dossiers.pages import PDF_TYPE, PRINTED_PAGES, drawn_pages
from saisine.dossiers.pictures import encode_picture
from saisine.errors import SaisineError
from saisine.vault import Sealed

WHOLE: Final = 10_000  # a side of the picture or page, in hundredths of a per cent
LEAST: Final = 20  # 0.2 %: a thinner box is a slip of the hand, and hides nothing
MAX_BOXES: Final = 200
PICTURE_LIMIT: Final = 64 << 20
_PAGES: Final[dict[str, int]] = {}  # by SHA-256: sealed bytes never change, and counting takes half a second
PICTURE_TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")
# what a box hides -> (French, English); never whom
HIDES: Final[dict[str, tuple[str, str]]] = {
    "face": ("Un visage", "A face"),
    "name": ("Un nom ou un compte", "A name or an account"),
    "contact": ("Une adresse, un numéro, un courriel", "An address, a number, an e-mail"),
    "plate": ("Une plaque, un lieu reconnaissable", "A number plate, a place one may recognise"),
    "other": ("Autre chose, sur une personne tierce", "Something else, about another person"),
}


@dataclass(frozen=True, slots=True)
class Mask:
    """One box as it stands: hundredths of a per cent of the picture or page as it is seen, from left and top."""

    mark: str
    left: int
    top: int
    width: int
    height: int
    hides: str
    at: datetime
    by: str
    page: int = 1

    @classmethod
    def of(cls, row: MaskRow) -> "Mask":
        """A row's top goes on from one page to the next: 25,000 is the middle of page 3."""
        page, top = divmod(row.top, WHOLE)
        return cls(row.mark, row.left, top, row.width, row.height, row.hides, row.at, row.by, page + 1)

    @property
    def sides(self) -> tuple[int, int, int, int]:
        """Left, top, width and height as a row keeps them."""
        return self.left, self.top + (self.page - 1) * WHOLE, self.width, self.height

    @property
    def box(self) -> Box:
        right, bottom = self.left + self.width, self.top + self.height
        return Box(self.left / WHOLE, self.top / WHOLE, right / WHOLE, bottom / WHOLE, self.page)


def has_picture(session: Session, exhibit: ExhibitRow) -> bool:
    """Whether an exhibit is a picture or a PDF on which boxes can be drawn."""
    return not exhibit.frozen and _sealed(session, exhibit) is not None


def is_document(session: Session, exhibit: ExhibitRow) -> bool:
    """Whether boxes are put on the pages of a PDF. Raises `mask_no_picture`."""
    return require_picture(session, exhibit).media_type == PDF_TYPE


def _sealed(session: Session, exhibit: ExhibitRow) -> Sealed | None:
    try:
        found = session.vault.find(exhibit.item) if exhibit.item else None
    except SaisineError as error:
        if error.code != "item_erased":
            raise
        return None
    fits = (
        found is not None and found.size <= PICTURE_LIMIT and found.media_type in (*PICTURE_TYPES, PDF_TYPE)
    )
    return found if fits else None


def require_picture(session: Session, exhibit: ExhibitRow) -> Sealed:
    """Raises `mask_no_picture`."""
    found = None if exhibit.frozen else _sealed(session, exhibit)
    if found is None:
        raise SaisineError("mask_no_picture", number=exhibit.number)
    return found


def get_exhibit(incident: Incident, number: str | int) -> ExhibitRow:
    """An exhibit that was not withdrawn, by its number. Raises `exhibit_unknown`."""
    text = str(number).strip()
    known = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    rows = incident.exhibits.filter(number=known, withdrawn_at__isnull=True).select_related("capture")
    found: ExhibitRow = first_or_raise(rows, "exhibit_unknown")
    return found


# ------------------------------------------------------------------ the boxes


def masks_of(exhibit: ExhibitRow) -> list[Mask]:
    """The boxes that stand, in the order in which they came."""
    return list(_standing(exhibit.masks.order_by("id")).values())


def _standing(rows: Iterable[MaskRow]) -> dict[str, Mask]:
    found: dict[str, Mask] = {}
    for row in rows:
        if row.act == REMOVE:
            found.pop(row.mark, None)
        else:
            found[row.mark] = Mask.of(row)
    return found


def boxes_of(exhibit: ExhibitRow) -> tuple[Box, ...]:
    """The same as a dossier burns them."""
    return tuple(mask.box for mask in masks_of(exhibit))


def boxes_by_exhibit(incident: Incident) -> dict[int, tuple[Box, ...]]:
    """The boxes of every exhibit that has some, by number: one question for hundreds of exhibits."""
    rows: dict[int, list[MaskRow]] = {}
    for row in MaskRow.objects.filter(exhibit__incident=incident).select_related("exhibit").order_by("id"):
        rows.setdefault(row.exhibit.number, []).append(row)
    found = {number: tuple(mask.box for mask in _standing(some).values()) for number, some in rows.items()}
    return {number: boxes for number, boxes in found.items() if boxes}


def digest_of(boxes: Iterable[Box]) -> str:
    """What was looked at with these boxes holds for these alone."""
    told = "\n".join(
        f"{box.left} {box.top} {box.right} {box.bottom}" + (f" {box.page}" if box.page > 1 else "")
        for box in boxes
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""


def put(
    session: Session,
    exhibit: ExhibitRow,
    left: int,
    top: int,
    width: int,
    height: int,
    *,
    hides: str = "other",
    mark: str = "",
    page: int = 1,
) -> MaskRow:
    """Put a box, or with `mark` put that one elsewhere. It is cut at the edges of the picture or page.

    Raises `mask_no_picture`, `mask_word_unknown`, `mask_outside`, `mask_unknown`, `masks_too_many`.
    """
    if hides not in HIDES:
        raise SaisineError("mask_word_unknown", hides=hides)
    _require_page(session, exhibit, page)
    x, y, across, down = _cut(left, top, width, height)
    sides = (x, y + (page - 1) * WHOLE, across, down)
    with transaction.atomic():
        standing = _standing(exhibit.masks.order_by("id"))
        if mark and mark not in standing:
            raise SaisineError("mask_unknown")
        if not mark and len(standing) >= MAX_BOXES:
            raise SaisineError("masks_too_many", most=MAX_BOXES)
        row = _write(session, exhibit, mark or new_case_id(), PUT, sides, hides)
        journal.note(session, "mask_put", subject=exhibit.id)
    return row


def hundredths(percent: float) -> int:
    """12.34 % as rows keep it. What is no number, or far outside, becomes a place outside of the picture."""
    return round(percent * 100) if -1000 < percent < 1000 else -WHOLE


def _cut(left: int, top: int, width: int, height: int) -> tuple[int, int, int, int]:
    x, y = max(0, left), max(0, top)
    right, bottom = min(WHOLE, left + width), min(WHOLE, top + height)
    if right - x < LEAST or bottom - y < LEAST:
        raise SaisineError("mask_outside")
    return x, y, right - x, bottom - y


def _write(
    session: Session,
    exhibit: ExhibitRow,
    mark: str,
    act: str,
    sides: tuple[int, int, int, int],
    hides: str,
    undoes: MaskRow | None = None,
) -> MaskRow:
    left, top, width, height = sides
    return MaskRow.objects.create(
        exhibit=exhibit,
        mark=mark,
        act=act,
        left=left,
        top=top,
        width=width,
        height=height,
        hides=hides,
        undoes=undoes,
        at=session.now(),
        by=session.actor,
    )


def remove(session: Session, exhibit: ExhibitRow, mark: str) -> MaskRow:
    """Take a box away: the place is shown again. Raises `mask_unknown`."""
    with transaction.atomic():
        found = _standing(exhibit.masks.order_by("id")).get(mark)
        if found is None:
            raise SaisineError("mask_unknown")
        row = _write(session, exhibit, mark, REMOVE, found.sides, found.hides)
        journal.note(session, "mask_removed", subject=exhibit.id)
    return row


def undo(session: Session, exhibit: ExhibitRow) -> MaskRow:
    """Take back the last act that was not taken back yet. Raises `mask_nothing_to_undo`."""
    with transaction.atomic():
        rows = list(exhibit.masks.order_by("id"))
        last = _last(rows)
        if last is None:
            raise SaisineError("mask_nothing_to_undo")
        before = _standing(row for row in rows if row.id < last.id).get(last.mark)
        act, kept = (REMOVE, Mask.of(last)) if before is None else (PUT, before)
        row = _write(session, exhibit, last.mark, act, kept.sides, kept.hides, last)
        journal.note(session, "mask_put" if act == PUT else "mask_removed", subject=exhibit.id)
    return row


def _last(rows: list[MaskRow]) -> MaskRow | None:
    undone = {row.undoes_id for row in rows if row.undoes_id}
    own = [row for row in rows if row.undoes_id is None and row.id not in undone]
    return own[-1] if own else None


def can_undo(exhibit: ExhibitRow) -> bool:
    return _last(list(exhibit.masks.order_by("id"))) is not None


def history(exhibit: ExhibitRow) -> list[MaskRow]:
    """Every act on the boxes of an exhibit, the newest first."""
    return list(exhibit.masks.order_by("-id"))


# ------------------------------------------------------------------ for somebody's eyes


def note_opening(session: Session, exhibit: ExhibitRow) -> None:
    """The picture is about to be shown: one row of the journal, one line of the vault's log."""
    sealed = require_picture(session, exhibit)
    session.vault.log_access(sealed.item, actor=session.actor)
    journal.note(session, "capture_opened", subject=exhibit.id)


def burnt(session: Session, exhibit: ExhibitRow, page: int = 1) -> bytes:
    """The picture or page as a dossier prints it, boxes burnt in: a JPEG.

    Raises `mask_no_picture`, `picture_unreadable`, `mask_outside`. Nothing is logged here: `note_opening` comes
    before.
    """
    # a box without a side covers nothing, and makes the picture be drawn anew as a whole JPEG
    boxes = [box for box in boxes_of(exhibit) if box.page == page] or [Box(2.0, 2.0, 2.0, 2.0)]
    found = encode_picture(shown(session, exhibit, page), boxes)
    if found is None:
        raise SaisineError("picture_unreadable")
    return found.body


def shown(session: Session, exhibit: ExhibitRow, page: int = 1) -> bytes:
    """The picture as it was sealed, or one page of a PDF drawn as a PNG. Raises as `burnt`."""
    sealed = require_picture(session, exhibit)
    body = session.vault.read_bytes(sealed.item, limit=PICTURE_LIMIT)
    if sealed.media_type != PDF_TYPE:
        return body
    with drawn_pages(body, session.workspace.folder, page, page) as drawn:
        if drawn is None:
            raise SaisineError("picture_unreadable")
        if page not in drawn.files:
            raise SaisineError("mask_outside")
        return drawn.files[page].read_bytes()


def page_count(session: Session, exhibit: ExhibitRow) -> int:
    """The pages on which boxes can be put: 1 for a picture, for a PDF those that a dossier prints.

    Raises `mask_no_picture`, and `picture_unreadable` for a PDF that cannot be read.
    """
    sealed = require_picture(session, exhibit)
    if sealed.media_type != PDF_TYPE:
        return 1
    if sealed.sha256 not in _PAGES:
        body = session.vault.read_bytes(sealed.item, limit=PICTURE_LIMIT)
        with drawn_pages(body, session.workspace.folder, 1, 0) as drawn:
            if drawn is None:
                raise SaisineError("picture_unreadable")
            _PAGES[sealed.sha256] = min(drawn.count, PRINTED_PAGES)
    return _PAGES[sealed.sha256]


def _require_page(session: Session, exhibit: ExhibitRow, page: int) -> None:
    if not 1 <= page <= page_count(session, exhibit):
        raise SaisineError("mask_outside")
