"""Receive files without holding them in memory: bytes go straight to a file of the workspace.

Django's own handlers keep small files in memory and drop the folder part of a name. A folder of 3,000
captures or one file of 2 GB must cost the same memory, and two files of one name in two folders must both
arrive.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from saisine.errors import SaisineError
from saisine.web.spool import SPOOL_PREFIX

MAX_DEPTH = 20
MAX_NAME_BYTES = 200  # a disk takes 255; « (2) » and our own endings need some of them
MAX_PATH_BYTES = 2_000  # the system takes 4,096 with the folders above
FAILED = "saisine.upload_failed"


class Spooled(UploadedFile):  # type: ignore[type-arg]  # generic in its stubs alone
    """A received file, complete, at `path`. Whoever keeps it moves it away before the request ends.

    It is not held open: a folder of 3,000 captures would pass the system's 1,024 open files.
    """

    def __init__(self, path: Path, name: str, size: int, content_type: str) -> None:
        super().__init__(None, name, content_type, size, None)
        self.path = path

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


class WorkspaceSpool(FileUploadHandler):
    """Write each received file under the workspace's scratch folder, 256 kB at a time."""

    chunk_size = 256 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        handle, name = tempfile.mkstemp(prefix=SPOOL_PREFIX, dir=tempfile.gettempdir())
        self.path = Path(name)
        self.out = os.fdopen(handle, "wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self.out.write(raw_data)
        except OSError as error:
            self._drop()
            request = cast(HttpRequest, self.request)
            # raised again by `received`: here Django is still reading the request, before any view
            request.META[FAILED] = SaisineError("upload_no_room", reason=error.strerror or "")
            raise StopUpload(connection_reset=False) from error

    def file_complete(self, file_size: int) -> Spooled:
        self.out.close()
        return Spooled(self.path, self.file_name or "", file_size, self.content_type or "")

    def upload_interrupted(self) -> None:
        if hasattr(self, "out"):
            self._drop()

    def _drop(self) -> None:
        self.out.close()
        self.path.unlink(missing_ok=True)


def safe_path(text: str) -> str:
    """A folder path as the browser gave it, without anything that climbs, hides or is absolute.

    Returns "" when nothing usable is left.
    """
    # cut by hand: to pathlib « //host/x » is absolute, and « .. » with a blank beside it is a name
    parts = [part.replace("\x00", "").strip() for part in text.replace("\\", "/").split("/")]
    shortened = (_short(part) for part in parts if part not in ("", ".", ".."))
    kept = [part for part in shortened if part not in ("", ".", "..")][-MAX_DEPTH:]
    while len("/".join(kept).encode("utf-8", "replace")) > MAX_PATH_BYTES:
        del kept[0]  # the nearest folders say most
    return "/".join(kept)


def _short(part: str) -> str:
    """One name that a disk takes, which counts bytes; its ending stays, since it says what a file is."""
    raw = part.encode("utf-8", "replace")
    if len(raw) <= MAX_NAME_BYTES:
        return raw.decode()
    ending = PurePosixPath(part).suffix.encode("utf-8", "replace")
    ending = ending if len(ending) <= 20 else b""
    return (raw[: MAX_NAME_BYTES - len(ending)] + ending).decode("utf-8", "ignore").strip()


def received(request: HttpRequest) -> list[tuple[str, Spooled]]:
    """The files of a request with their path in the chosen folder, names made distinct.

    Raises `deposit_without_file` when there is none, `upload_no_room` when the disk was full.
    """
    failure = request.META.get(FAILED)
    if isinstance(failure, SaisineError):
        raise failure
    files = [file for file in request.FILES.getlist("files") if isinstance(file, Spooled)]
    if not files:
        raise SaisineError("deposit_without_file")
    paths = request.POST.getlist("path")
    named = paths if len(paths) == len(files) else [file.name or "" for file in files]
    names = Names()
    return [(names.take(path), file) for path, file in zip(named, files, strict=True)]


@dataclass
class Names:
    """The names given so far: two files of one name, or a file and a folder of one name, must both arrive."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def take(self, path: str) -> str:
        """A safe name that nothing else has."""
        wanted = safe_path(path) or "fichier"
        name = next(one for one in self._candidates(wanted) if self._is_free(one))
        self.files.add(name)
        self.folders.update(map(str, PurePosixPath(name).parents))
        return name

    def _candidates(self, name: str) -> Iterator[str]:
        path = PurePosixPath(name)
        yield name
        if self.files.isdisjoint(map(str, path.parents)):
            yield from (str(path.with_name(f"{path.stem} ({n}){path.suffix}")) for n in count(2))
        yield from (f"{n}/{name}" for n in count(2))  # one of its folders is a file already

    def _is_free(self, name: str) -> bool:
        taken = name in self.files or name in self.folders
        return not taken and self.files.isdisjoint(map(str, PurePosixPath(name).parents))
