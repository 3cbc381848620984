"""The file `FORMAT`: three lines that say which vault a folder holds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.faults import explained

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
            lines = (folder / "FORMAT").read_text("utf-8").split("\n")
        except (FileNotFoundError, NotADirectoryError):
            raise SaisineError("vault_missing", path=folder) from None
        except OSError as error:
            raise explained(error, folder) from error
        except UnicodeDecodeError as error:
            raise SaisineError("vault_damaged", reason=f"FORMAT: {error}") from error
        if lines[0] != FORMAT and lines[0].startswith("saisine-vault "):
            raise SaisineError("vault_newer", found=lines[0].removeprefix("saisine-vault "), known=1)
        if len(lines) != 4 or lines[0] != FORMAT or lines[3] or not lines[1]:
            raise SaisineError("vault_damaged", reason="FORMAT")
        return cls(lines[1], lines[2])
