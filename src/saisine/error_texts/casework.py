"""Words of the errors raised by the casework engine."""

from saisine.errors import ErrorText

TEXTS: dict[str, ErrorText] = {}
