"""Words of the errors raised by the law engine."""

from saisine.errors import ErrorText

TEXTS: dict[str, ErrorText] = {}
