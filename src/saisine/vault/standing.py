"""What the log says holds now: units erased, held or barred, and which hash vouches for the fixed files.

Kept line by line as the log is read, so that asking costs nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from saisine.vault.log import Entry

# A piece that may not be kept is erased under a hold too: keeping it is the offence (docs/vault.md).
UNLAWFUL: Final = "unlawful_content"
BARRED: Final = "barred"
FILES: Final = "files"
# Lines whose own `root` means something else; any other first line may carry the hash of the fixed files.
OWN_ROOT: Final = frozenset({"rows", "key", "witness"})


@dataclass(slots=True)
class Standing:
    """The state that follows from the lines taken so far."""

    erased: dict[str, datetime] = field(default_factory=dict)
    erased_items: dict[str, datetime] = field(default_factory=dict)
    erased_at: dict[str, int] = field(default_factory=dict)  # line of the erasure, by unit or item
    held: dict[str, Entry] = field(default_factory=dict)
    barred: set[str] = field(default_factory=set)
    files_root: str | None = None
    successors: list[int] = field(default_factory=list)
    backups_until: str = ""

    def take(self, entry: Entry) -> None:
        """Take one more line."""
        if entry.act in _TAKEN:
            _TAKEN[entry.act](self, entry)
        if entry.seq == 0 and entry.act not in OWN_ROOT and entry.code != "authority":
            self.files_root = entry.root if isinstance(entry.root, str) else None

    def _erase(self, entry: Entry) -> None:
        refs = entry.refs if isinstance(entry.refs, tuple) else ()
        for ref in refs:
            self.erased_items[ref] = entry.moment
            self.erased_at[ref] = entry.seq
        if not refs and isinstance(entry.unit, str):
            self.erased[entry.unit] = entry.moment
            self.erased_at[entry.unit] = entry.seq

    def _hold(self, entry: Entry) -> None:
        if isinstance(entry.unit, str):
            self.held[entry.unit] = entry

    def _release(self, entry: Entry) -> None:
        if isinstance(entry.unit, str):
            self.held.pop(entry.unit, None)

    def _note(self, entry: Entry) -> None:
        if entry.code == FILES and isinstance(entry.root, str):
            self.files_root = entry.root
        elif entry.code == BARRED and isinstance(entry.refs, tuple):
            self.barred.update(entry.refs)

    def _key(self, entry: Entry) -> None:
        if entry.code == "successor":
            self.successors.append(entry.seq)
        elif entry.code == "backup" and isinstance(entry.until, str):
            self.backups_until = max(self.backups_until, entry.until)


_TAKEN: Final = {
    "erase": Standing._erase,
    "hold": Standing._hold,
    "release": Standing._release,
    "note": Standing._note,
    "key": Standing._key,
}
