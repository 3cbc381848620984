"""The pictures of a dossier: announced first, so that its pages are laid out while their pixels are encoded.

What the head of a picture announces is nearly always what comes out of it. When it is not (a picture damaged
further on, a turn said late), `settled` says what came out, and the pages are laid out again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from saisine.dossiers.data import Exhibit
from saisine.dossiers.layers import taking_out
from saisine.dossiers.pages import PDF_TYPE, encode_pages
from saisine.dossiers.pictures import Placed, Printed, Seen, encode_picture, kept_memory, look_at

THREADS: Final = (
    2  # zlib and Pillow free the interpreter meanwhile; NumPy's short calls are made beside (`layers.py`)
)
_SAME_SHAPE: Final = 0.01  # encoded smaller, a picture keeps its shape to a rounded pixel

Progress = Callable[[int, int | None, str], None]
PictureSource = Callable[[Exhibit], bytes | Path | None]
SeenSource = Callable[[Exhibit], Seen | None]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is printed of each exhibit, by number, and the numbers of those that nobody can read."""

    printed: Mapping[int, Printed]
    unshown: tuple[int, ...]

    @property
    def placed(self) -> list[Placed]:
        """Those whose pixels wait on disk, each once."""
        found = (one for printed in self.printed.values() for one in printed.pictures)
        return list({one.name: one for one in found if isinstance(one, Placed)}.values())


def seen_by(picture_of: PictureSource) -> SeenSource:
    """Looks at the picture itself, for a caller that knows nothing of it yet."""

    def look(exhibit: Exhibit) -> Seen | None:
        source = picture_of(exhibit)
        return None if source is None else look_at(source)

    return look


def announced(
    exhibits: Iterable[Exhibit], picture_of: PictureSource, seen_of: SeenSource, folder: Path
) -> Pictures:
    """What the heads of the pictures say. Documents are drawn at once: the number of their pages is needed."""
    printed: dict[int, Printed] = {}
    unshown: list[int] = []
    for exhibit in exhibits:
        if exhibit.media_type == PDF_TYPE:
            body = _bytes(picture_of(exhibit))
            found = body if body is None else encode_pages(body, exhibit.boxes, folder)
            had = body is not None
        else:
            seen = seen_of(exhibit)
            found = Printed((seen.under(exhibit.boxes),)) if seen and seen.is_readable else None
            had = seen is not None
        if found is not None:
            printed[exhibit.number] = found
        elif had:
            unshown.append(exhibit.number)
    return Pictures(printed, tuple(unshown))


def _bytes(source: bytes | Path | None) -> bytes | None:
    return source.read_bytes() if isinstance(source, Path) else source


def encode_all(
    exhibits: Iterable[Exhibit],
    found: Pictures,
    picture_of: PictureSource,
    folder: Path,
    progress: Progress | None = None,
) -> dict[str, Placed | None]:
    """Every announced picture into the folder, by name, two at a time; None for one that cannot be read."""
    wanted: dict[str, Exhibit] = {}
    for exhibit in exhibits:
        printed = found.printed.get(exhibit.number)
        if printed is not None and not printed.pages:
            wanted.setdefault(printed.pictures[0].name, exhibit)

    def encode(name: str) -> Placed | None:
        source = picture_of(wanted[name])
        picture = None if source is None else encode_picture(source, wanted[name].boxes, take_out)
        return picture.place(folder, name) if picture else None

    placed: dict[str, Placed | None] = {}
    with kept_memory(), taking_out(len(wanted)) as take_out, ThreadPoolExecutor(THREADS) as pool:
        for name, one in zip(wanted, pool.map(encode, wanted), strict=True):
            placed[name] = one
            if progress is not None:
                progress(len(placed), len(wanted), "pictures")
    return placed


def settled(found: Pictures, placed: Mapping[str, Placed | None]) -> Pictures:
    """What came out, in the place of what was announced."""
    printed = dict(found.printed)
    unshown = list(found.unshown)
    for number, one in found.printed.items():
        if one.pages:
            continue
        picture = placed.get(one.pictures[0].name)
        if picture is None:
            del printed[number]
            unshown.append(number)
        else:
            printed[number] = Printed((picture,))
    return Pictures(printed, tuple(sorted(unshown)))


def is_as_announced(found: Pictures, settled: Pictures) -> bool:
    """Whether pages laid out for the first are right for the second."""
    return found.unshown == settled.unshown and all(
        _have_one_shape(one.pictures, settled.printed[number].pictures)
        for number, one in found.printed.items()
    )


def _have_one_shape(first: Sequence[Seen], second: Sequence[Seen]) -> bool:
    return all(
        (one.width > one.height) == (other.width > other.height)
        and abs(one.width * other.height - other.width * one.height) <= _SAME_SHAPE * one.width * other.height
        for one, other in zip(first, second, strict=True)
    )
