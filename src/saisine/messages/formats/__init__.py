"""The table of every export format Saisine reads: one file and one line each."""

from typing import Final

from saisine.messages.formats.contract import Format
from saisine.messages.formats.meta_dyi import META_DYI
from saisine.messages.formats.tables import (
    CSV_SIMPLE,
    EXPORTCOMMENTS,
    MINET_YOUTUBE_COMMENTS,
    YOUTUBE_DATA_TOOLS,
)
from saisine.messages.formats.telegram import TELEGRAM
from saisine.messages.formats.twitch import TWITCH
from saisine.messages.formats.x_api import X_API_V2, X_TWARC
from saisine.messages.formats.youtube_api import YOUTUBE_API

FORMATS: Final[tuple[Format, ...]] = (
    YOUTUBE_API,
    X_API_V2,
    X_TWARC,
    META_DYI,
    TWITCH,
    TELEGRAM,
    EXPORTCOMMENTS,
    MINET_YOUTUBE_COMMENTS,
    YOUTUBE_DATA_TOOLS,
    CSV_SIMPLE,
)
