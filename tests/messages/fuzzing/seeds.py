"""What the changes start from: the invented file of every format, and the published samples when they are there."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from saisine.messages.formats import FORMATS
from tests.messages.formats.generated import CASES
from tests.messages.fuzzing.containers import wrap
from tests.messages.fuzzing.json_mutations import load_documents
from tests.shared import shared_root

SMALL_BYTES = 200 << 10
OURS = Path(__file__).parents[1] / "samples"


class Seed(NamedTuple):
    """A file to change. `documents` are its JSON values when it is JSON; `format_id` is what it is, if known."""

    name: str
    format_id: str | None
    data: bytes
    documents: list[Any] | None


def _seed(name: str, format_id: str | None, data: bytes) -> Seed:
    return Seed(name, format_id, data, load_documents(data))


@cache
def invented() -> tuple[Seed, ...]:
    """One file or more of every format, some of them inside archives and captures, and the workbooks."""
    plain = [_seed(f"{key}: {title}", key, data) for key, title, data, _ in CASES]
    rng = Random(7)
    bodies = [data for _, _, data, _ in CASES]
    wrapped = [_seed(f"wrapped {n}", None, wrap(rng.sample(bodies, 3), rng)) for n in range(20)]
    books = [_seed(path.name, None, path.read_bytes()) for path in sorted(OURS.glob("*.xlsx"))]
    return (*plain, *wrapped, *books)


@cache
def published() -> tuple[Seed, ...]:
    """The small published samples; none when their folder is absent."""
    known = {
        Path(name).as_posix().removeprefix("samples/"): one.id for one in FORMATS for name, _ in one.samples
    }
    root = shared_root()
    if root is None:
        return ()
    root /= "samples"
    files = [
        path for path in sorted(root.rglob("*")) if path.is_file() and path.stat().st_size <= SMALL_BYTES
    ]
    return tuple(
        _seed(path.name, known.get(path.relative_to(root).as_posix()), path.read_bytes()) for path in files
    )
