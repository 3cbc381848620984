"""Receive files without holding them in memory: bytes go straight to a file of the workspace.

Django's own handlers keep small files in memory and drop the folder part of a name. A folder of 3,000
captures or one file of 2 GB must cost the same memory, and two files of one name in two folders must both
arrive.
"""

import os
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from saisine.errors import SaisineError
from saisine.web.spool import SPOOL_PREFIX

MAX_DEPTH = 20
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
    parts = [
        part for part in PurePosixPath(text.replace("\\", "/")).parts if part not in ("/", "..", ".", "")
    ]
    kept = [part.replace("\x00", "").strip()[:200] for part in parts[-MAX_DEPTH:]]
    return "/".join(part for part in kept if part)


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
    taken: set[str] = set()
    result = []
    for path, file in zip(named, files, strict=True):
        name = _distinct(safe_path(path) or "fichier", taken)
        taken.add(name)
        result.append((name, file))
    return result


def _distinct(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    path = PurePosixPath(name)
    copies = (str(path.with_name(f"{path.stem} ({n}){path.suffix}")) for n in range(2, len(taken) + 3))
    return next(candidate for candidate in copies if candidate not in taken)
