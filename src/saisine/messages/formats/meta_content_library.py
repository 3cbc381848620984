"""Meta Content Library: posts of Facebook and Instagram given to research teams, as tables (unverified)."""

from typing import Final

from saisine.messages.formats.contract import Format
from saisine.messages.formats.profiles import load_shipped
from saisine.messages.formats.tables import format_of

META_CONTENT_LIBRARY_FACEBOOK: Final[Format] = format_of(load_shipped("meta-content-library-facebook"))
META_CONTENT_LIBRARY_INSTAGRAM: Final[Format] = format_of(load_shipped("meta-content-library-instagram"))
