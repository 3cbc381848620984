"""Key files of 0.1.0: one SQLite file, `units.db`, read and turned into one age file per key.

The new files are all durable before the old one is overwritten and removed: a stop in between starts again.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.faults import disk_faults

LEGACY_NAME: Final = "units.db"


@dataclass(frozen=True, slots=True)
class LegacyKeys:
    """What `units.db` holds: (unit, wrapped identity, creation) and (unit, part, wrapped key)."""

    units: tuple[tuple[str, bytes, str], ...]
    parts: tuple[tuple[str, str, bytes], ...]

    @classmethod
    def load(cls, folder: Path) -> "LegacyKeys | None":
        """None when there is no such file. Raises `vault_keys_damaged`."""
        path = folder / LEGACY_NAME
        if not path.exists():
            return None
        with disk_faults(folder):
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            try:
                units = connection.execute(
                    "SELECT unit, identity_wrapped, created FROM units WHERE identity_wrapped IS NOT NULL"
                ).fetchall()
                parts = connection.execute("SELECT unit, part, key_wrapped FROM parts").fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):
                    raise
                raise SaisineError("vault_keys_damaged", path=path, reason=error) from error
            finally:
                connection.close()
        return cls(tuple(units), tuple(parts))
