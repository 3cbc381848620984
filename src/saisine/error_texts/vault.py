"""Words of the errors raised by the vault engine."""

from saisine.errors import ErrorText

TEXTS: dict[str, ErrorText] = {}
