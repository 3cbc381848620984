"""Draws pages of a PDF as PNG files: `python -I draw_pages.py FOLDER FIRST LAST`.

A process of its own, since a PDF comes from anybody: it is bounded in memory and in time, and what goes wrong in it
ends nothing else. It imports nothing of Saisine. Reads `original.pdf`; writes `page-3.png` and so on, and prints
how many pages the document has. The reader is the typesetter's (hayro, in Rust); it runs no script of the PDF.
"""

import sys
from pathlib import Path
from typing import Final, cast

import typst

try:
    import resource
except ImportError:  # Windows has no such limits; the time given by the one who waits remains
    resource = None  # type: ignore[assignment]

MEMORY_BYTES: Final = 3 << 30  # of addresses; the reader reserves more than it fills
CPU_S: Final = 120
LONG_SIDE_PT: Final = 842  # a longer page is shrunk to the height of A4: one of 200 inches would be 100 MB
PPI: Final = 150  # small print stays readable, 1240 by 1754 pixels
MOST_PAGES: Final = 1 << 20  # of a document, before the search gives up
_MISSING: Final = "does not exist"  # how the reader says that a page number is too high
# measured, not drawn: a page of nine points stands for it
_TRY: Final = """#set page(width: 9pt, height: 9pt)
#context {{ let known = measure(image("original.pdf", page: {n})) }}"""
_PAGE: Final = """#set page(width: auto, height: auto, margin: 0pt, fill: white)
#context {{
  let own = measure(image("original.pdf", page: {n}))
  let share = calc.min(1, {side}pt / calc.max(own.width, own.height))
  image("original.pdf", page: {n}, width: own.width * share)
}}"""


def main() -> int:
    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    reader = typst.Compiler(root=str(folder), ignore_system_fonts=True)
    count = page_count(reader)
    for number in range(first, min(last, count) + 1):
        source = _PAGE.format(n=number, side=LONG_SIDE_PT).encode()
        body = reader.compile(input=source, format="png", ppi=PPI)
        (folder / f"page-{number}.png").write_bytes(cast(bytes, body))  # one page: bytes, not a list
    sys.stdout.write(f"{count}\n")
    return 0


def page_count(reader: typst.Compiler) -> int:
    """How many pages: doubled until one does not exist, then halved. Raises typst.TypstError when unreadable."""
    high = 1
    while high < MOST_PAGES and has_page(reader, high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if has_page(reader, middle) else (low, middle)
    return low


def has_page(reader: typst.Compiler, number: int) -> bool:
    try:
        reader.compile(input=_TRY.format(n=number).encode(), format="png", ppi=9)
    except typst.TypstError as error:
        if _MISSING in error.message:
            return False
        raise
    return True


if __name__ == "__main__":
    sys.exit(main())
