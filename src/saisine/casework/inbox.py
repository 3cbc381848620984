"""Files received but not sealed yet: one folder per deposit, emptied once they are sealed or withdrawn."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from saisine.casework.models import Deposit
from saisine.casework.session import Session
from saisine.messages.filetypes import WORKBOOK, FileType, type_of
from saisine.messages.formats.contract import HEAD_BYTES

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".ods", ".xls"})


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A received file. `name` is its path in the folder that the person dropped."""

    name: str
    path: Path
    size: int


def folder_of(session: Session, deposit: Deposit) -> Path:
    return session.workspace.inbox / str(deposit.id)


def keep(session: Session, deposit: Deposit, files: Iterable[tuple[str, Path]]) -> list[InboxFile]:
    """Move received files into the deposit's folder. Names were made safe and distinct by the caller."""
    folder = folder_of(session, deposit)
    kept = []
    for name, source in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        kept.append(InboxFile(name, target, target.stat().st_size))
    return kept


def files_of(session: Session, deposit: Deposit) -> list[InboxFile]:
    """What still waits in the inbox, in the order of names."""
    folder = folder_of(session, deposit)
    return list(_walk(folder)) if folder.is_dir() else []


def _walk(folder: Path) -> Iterator[InboxFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield InboxFile(path.relative_to(folder).as_posix(), path, path.stat().st_size)


def empty(session: Session, deposit: Deposit) -> None:
    """Remove our copies; the person's own files were never touched."""
    shutil.rmtree(folder_of(session, deposit), ignore_errors=True)


def count_kinds(paths: Iterable[Path]) -> dict[str, int]:
    """How many files of each kind a person would name: archive, table, text, image, pdf, other."""
    counts: dict[str, int] = {}
    for path in paths:
        try:
            with path.open("rb") as stream:
                kind = kind_of(path, type_of(stream.read(HEAD_BYTES)))
        except OSError:
            kind = "other"
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def kind_of(path: Path, found: FileType) -> str:
    """The word for a file: its bytes decide, its suffix only tells a table from other plain text."""
    if found.archive and found.media_type != WORKBOOK:
        return "archive"
    if found.unread == "image":
        return "image"
    if found.media_type == "application/pdf":
        return "pdf"
    if path.suffix.lower() in TABLE_SUFFIXES:
        return "table"
    return "text" if found.unread is None else "other"
