"""Words of the errors raised by the documents engine."""

from saisine.errors import ErrorText

TEXTS: dict[str, ErrorText] = {}
