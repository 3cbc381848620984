"""Words of the errors raised by the messages engine."""

from saisine.errors import ErrorText

TEXTS: dict[str, ErrorText] = {}
