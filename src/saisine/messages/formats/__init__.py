"""The table of every export format Saisine reads: one file and one line each."""

from typing import Final

from saisine.messages.formats.contract import Format

FORMATS: Final[tuple[Format, ...]] = ()
