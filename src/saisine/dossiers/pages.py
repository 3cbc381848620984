"""Pages of a PDF as pictures, so that a part of them can be covered: boxes go over pixels, never over text.

A PDF keeps its words beneath whatever is drawn over them. A page drawn as a picture has none left.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from saisine.dossiers.data import Box
from saisine.dossiers.pictures import Printed, encode_picture

PDF_TYPE: Final = "application/pdf"
PRINTED_PAGES: Final = 40  # of one exhibit: about twelve seconds; the dossier says how many there are in all
_WAIT_S: Final = 180  # the process has its own limit of CPU; this one is for a machine without such limits
_SCRIPT: Final = Path(__file__).with_name("draw_pages.py")


@dataclass(frozen=True, slots=True)
class DrawnPages:
    """How many pages the document has, and the PNG file of each page that was asked for, by number."""

    count: int
    files: dict[int, Path]


@contextmanager
def drawn_pages(body: bytes, beside: Path, first: int, last: int) -> Iterator[DrawnPages | None]:
    """The pages from `first` to `last` that exist, as long as the block lasts; None when no page can be read.

    `beside` is a folder on the disk chosen for these bytes: they stand there in clear meanwhile, in a private
    folder. `last` under `first` asks for the count alone. An encrypted PDF that needs a password is unreadable.
    """
    with TemporaryDirectory(dir=beside, prefix=".pages-") as name:
        yield _draw(body, Path(name), first, last)


def _draw(body: bytes, folder: Path, first: int, last: int) -> DrawnPages | None:
    (folder / "original.pdf").write_bytes(body)
    command = [sys.executable, "-I", str(_SCRIPT), str(folder), str(first), str(last)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_WAIT_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return None
    count = int(done.stdout)
    numbers = range(first, min(last, count) + 1)
    return DrawnPages(count, {number: folder / f"page-{number}.png" for number in numbers})


def encode_pages(body: bytes, boxes: Sequence[Box], folder: Path) -> Printed | None:
    """The first pages of a PDF into the folder, boxes burnt into the pixels; None when it cannot be read whole."""
    with drawn_pages(body, folder, 1, PRINTED_PAGES) as drawn:
        if drawn is None:
            return None
        found = [
            encode_picture(file, [box for box in boxes if box.page == number])
            for number, file in drawn.files.items()
        ]
    placed = tuple(picture.place(folder) for picture in found if picture is not None)
    return Printed(placed, drawn.count) if placed and len(placed) == len(found) else None
