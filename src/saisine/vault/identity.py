"""The file `FORMAT`: three lines that say which vault a folder holds."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.faults import SMALL_BYTES, explained, read_regular

FORMAT: Final = "saisine-vault 1"


@dataclass(frozen=True, slots=True)
class Format:
    """The file `FORMAT`: which vault this is."""

    origin: str
    created: str

    @classmethod
    def load(cls, folder: Path) -> "Format":
        """Raises `vault_missing`, `vault_newer` or `vault_damaged`."""
        try:
            lines = read_regular(folder / "FORMAT", SMALL_BYTES).decode("utf-8").split("\n")
        except (FileNotFoundError, NotADirectoryError):
            raise SaisineError("vault_missing", path=folder) from None
        except OSError as error:
            raise explained(error, folder) from error
        except UnicodeDecodeError as error:
            raise SaisineError("vault_damaged", reason="FORMAT") from error
        if lines[0] != FORMAT and lines[0].startswith("saisine-vault "):
            raise SaisineError("vault_newer", found=lines[0].removeprefix("saisine-vault "), known=1)
        if len(lines) != 4 or lines[0] != FORMAT or lines[3] or not lines[1]:
            raise SaisineError("vault_damaged", reason="FORMAT")
        return cls(lines[1], lines[2])


_PARTS: Final = frozenset({"objects", "trust", "keys", "lost", "log", "lock", ".tmp-FORMAT"})


def clear_unfinished(folder: Path) -> None:
    """Make room for a new vault: what an interrupted creation left is removed, anything else is kept.

    FORMAT is written last and lines before objects never stand, so a folder without FORMAT, line and object
    holds no evidence. Raises `vault_exists`.
    """
    found = {path.name for path in folder.iterdir()} if folder.exists() else set()
    log = folder / "log" / "entries.jsonl"
    has_lines = log.exists() and log.stat().st_size > 0
    if found - _PARTS or has_lines or any(path.is_file() for path in (folder / "objects").rglob("*")):
        raise SaisineError("vault_exists", path=folder)
    for name in found:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
