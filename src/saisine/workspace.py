"""One folder on disk = one association: where things lie, and which format the folder is in.

It imports no engine: `web`, `cli` and `casework` compose the engines over these paths.
"""

import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from saisine.errors import SaisineError

FORMAT = 1
MARKER = "workspace.json"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths and the description of one association's folder. Paths are absolute."""

    folder: Path
    name: str
    id: str
    created_at: str
    is_example: bool = False
    migrated_from: int | None = None

    @classmethod
    def create(cls, folder: Path, *, name: str, now: datetime, is_example: bool = False) -> "Workspace":
        """Make an empty workspace. Raises `workspace_exists` when the folder is not empty."""
        folder = folder.absolute()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SaisineError("workspace_exists", path=folder)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        workspace = cls(folder, name, secrets.token_hex(13), now.isoformat(), is_example)
        for part in (workspace.corpora, workspace.inbox, workspace.scratch, workspace.backups):
            part.mkdir()
        _write_marker(workspace)
        return workspace

    @classmethod
    def open(cls, folder: Path, *, now: datetime) -> "Workspace":
        """Open a workspace; an older format is migrated after a backup.

        Raises `workspace_missing`, `workspace_damaged`, `workspace_newer` or `workspace_no_room`.
        """
        folder = folder.absolute()
        found = _read_marker(folder)
        version = found.get("format", 0)
        if not isinstance(version, int) or isinstance(version, bool) or version < 0:
            raise SaisineError("workspace_damaged", path=folder, reason=f"format: {version!r}")
        if version > FORMAT:
            raise SaisineError("workspace_newer", found=version, known=FORMAT)
        if version < FORMAT:
            _back_up(folder, version, now)
            for step in range(version, FORMAT):
                MIGRATIONS[step](folder, found)
        workspace = cls(
            folder,
            name=str(found.get("name", "")),
            id=str(found.get("id") or secrets.token_hex(13)),
            created_at=str(found.get("created_at") or now.isoformat()),
            is_example=found.get("is_example") is True,
        )
        for part in (workspace.corpora, workspace.inbox, workspace.scratch, workspace.backups):
            part.mkdir(exist_ok=True)
        if version < FORMAT:
            _write_marker(workspace)
            workspace = replace(workspace, migrated_from=version)
        return workspace

    @property
    def vault(self) -> Path:
        return self.folder / "vault"

    @property
    def corpora(self) -> Path:
        return self.folder / "corpora"

    @property
    def database(self) -> Path:
        return self.folder / "saisine.sqlite3"

    @property
    def inbox(self) -> Path:
        """Files received but not sealed yet, one folder per deposit."""
        return self.folder / "inbox"

    @property
    def scratch(self) -> Path:
        """Temporary files of a running job; emptied at start."""
        return self.folder / "scratch"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


def _read_marker(folder: Path) -> dict[str, object]:
    try:
        text = (folder / MARKER).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise SaisineError("workspace_missing", path=folder) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SaisineError("workspace_damaged", path=folder, reason=error) from error
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SaisineError("workspace_damaged", path=folder, reason=error) from error
    if not isinstance(found, dict):
        raise SaisineError("workspace_damaged", path=folder, reason="not a JSON object")
    return found


def _write_marker(workspace: Workspace) -> None:
    """Written last and moved into place, so that a killed migration starts again from the old number."""
    body = {
        "format": FORMAT,
        "name": workspace.name,
        "id": workspace.id,
        "created_at": workspace.created_at,
        "is_example": workspace.is_example,
    }
    target = workspace.folder / MARKER
    temporary = target.with_suffix(".part")
    with temporary.open("w", encoding="utf-8") as out:
        json.dump(body, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(target)


def _members(folder: Path) -> Iterator[Path]:
    backups = folder / "backups"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and backups not in path.parents:
            yield path


def _back_up(folder: Path, version: int, now: datetime) -> Path:
    """Copy everything but earlier backups into one stored zip before a migration touches a byte."""
    needed = sum(path.stat().st_size for path in _members(folder))
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise SaisineError("workspace_no_room", needed=needed, free=free)
    (folder / "backups").mkdir(exist_ok=True)
    target = folder / "backups" / f"format-{version}-{now:%Y%m%dT%H%M%S}.zip"
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for path in _members(folder):
            archive.write(path, path.relative_to(folder))
    part.replace(target)
    return target


def _from_0(folder: Path, found: dict[str, object]) -> None:
    """Format 0 (trial copies): corpora lay in `messages/`, the database was `db.sqlite3`."""
    for old, new in (("messages", "corpora"), ("db.sqlite3", "saisine.sqlite3")):
        if (folder / old).exists() and not (folder / new).exists():
            (folder / old).rename(folder / new)


MIGRATIONS: tuple[Callable[[Path, dict[str, object]], None], ...] = (_from_0,)
