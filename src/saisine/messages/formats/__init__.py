"""The export formats Saisine reads: one file each, and one line in `table.py`.

The table is loaded when it is asked for: a command that reads no file does not wait for fifty readers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saisine.messages.formats.table import FORMATS

__all__ = ["FORMATS"]


def __getattr__(name: str) -> object:
    if name != "FORMATS":
        raise AttributeError(name)
    from saisine.messages.formats.table import FORMATS

    return FORMATS
