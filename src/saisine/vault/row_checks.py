"""The checks of sealed rows, part of V23: the tree gives the logged root, its records are in the originals.

The vault does not read formats: whoever can (`saisine.messages.rows.count_missing`) is passed in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from saisine.errors import SaisineError
from saisine.vault.log import Entry
from saisine.vault.report import Check, counted
from saisine.vault.rows import Row, digests_of, parse_row, read_rows
from saisine.vault.salted import RowTree

Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Original:
    """A sealed source as a checker rereads it; `open` may be called more than once."""

    name: str
    size: int
    open: Opener


class RowsFinder(Protocol):
    """Rereads one original and says how many of these rows it does not hold. Raises only `SaisineError`."""

    def __call__(self, original: Original, rows: Iterator[Row]) -> int: ...


def check_rows(
    entry: Entry,
    open_rows: Opener,
    *,
    original_of: Callable[[str], Original | None] | None = None,
    finder: RowsFinder | None = None,
) -> Iterator[Check]:
    """V23 for one `rows` line: its root from the rows object, then each row in the original that it names.

    `original_of` gives the sealed source of an item, None when that item was erased, or raises. Without both
    it says that the originals were not reread: a check that was not made is never a passed one.
    """
    count = entry.count if isinstance(entry.count, int) else 0
    try:
        fault = _fault_of_tree(entry, open_rows, count)
    except SaisineError as error:
        fault = error.what("fr"), error.what("en")
    if fault is not None:
        yield _failed(entry, *fault)
        return
    if original_of is None or finder is None:
        fr, en = counted(count, "message", "message")
        yield Check.not_checked(
            "V23",
            f"ligne {entry.seq} : {fr}, racine recalculée ; les originaux n’ont pas été relus",
            f"line {entry.seq}: {en}, root computed again; the originals were not read again",
        )
        return
    yield from _check_originals(entry, open_rows, original_of, finder)


def _fault_of_tree(entry: Entry, open_rows: Opener, count: int) -> tuple[str, str] | None:
    with open_rows() as source:
        key, lists = read_rows(source)
        tree = RowTree(key, count)
        for lines in lists:
            if tree.count > count:
                break
            tree.add(digests_of(lines))
        found, root = tree.count, tree.root().hex()
    if (found, root) != (count, entry.root):
        return (
            "les messages scellés ne donnent pas la racine inscrite",
            "the sealed rows do not give the logged root",
        )
    return None


def _check_originals(
    entry: Entry, open_rows: Opener, original_of: Callable[[str], Original | None], finder: RowsFinder
) -> Iterator[Check]:
    refs = entry.refs if isinstance(entry.refs, tuple) else ()
    failures, erased = [], 0
    for number, ref in enumerate(refs):
        try:
            original = original_of(ref)
            if original is None:
                erased += 1
                continue
            missing = finder(original, _rows_of(open_rows, number, len(refs)))
        except SaisineError as error:
            failures.append(_failed(entry, error.what("fr"), error.what("en")))
            continue
        if missing:
            fr, en = counted(missing, "message", "message")
            failures.append(
                _failed(
                    entry, f"{fr} introuvables dans l’original {ref[:16]}", f"{en} not in original {ref[:16]}"
                )
            )
    yield from failures
    if not failures:
        yield _found_again(entry, len(refs) - erased, erased)


def _found_again(entry: Entry, originals: int, erased: int) -> Check:
    fr = f"{originals} origina{'ux' if originals > 1 else 'l'}"
    en = f"{originals} original{'' if originals == 1 else 's'}"
    gone_fr, gone_en = f", {erased} depuis effacés", f", {erased} erased since"
    return Check.verified(
        "V23",
        f"ligne {entry.seq} : messages retrouvés dans {fr}{gone_fr if erased else ''}",
        f"line {entry.seq}: messages found again in {en}{gone_en if erased else ''}",
    )


def _rows_of(open_rows: Opener, number: int, sources: int) -> Iterator[Row]:
    """The rows of one source of the line. Raises `rows_damaged` for a row of no source."""
    with open_rows() as source:
        _, lists = read_rows(source)
        for lines in lists:
            for row in map(parse_row, lines):
                if not 0 <= row.source < sources:
                    raise SaisineError("rows_damaged", reason=f"source {row.source}")
                if row.source == number:
                    yield row


def _failed(entry: Entry, fr: str, en: str) -> Check:
    return Check.failed("V23", f"ligne {entry.seq} : {fr}", f"line {entry.seq}: {en}")
