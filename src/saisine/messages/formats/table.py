"""The table of every export format Saisine reads: one file and one line each."""

from typing import Final

from saisine.messages.formats.bluesky import BLUESKY
from saisine.messages.formats.chat_downloader import CHAT_DOWNLOADER
from saisine.messages.formats.contract import Format
from saisine.messages.formats.discord import DISCORD, DISCORD_PACKAGE
from saisine.messages.formats.facebook_graph import FACEBOOK_GRAPH
from saisine.messages.formats.fourcat_csv import FOURCAT_CSV
from saisine.messages.formats.gallery_dl import GALLERY_DL
from saisine.messages.formats.har import HAR
from saisine.messages.formats.instagram_graph import INSTAGRAM_GRAPH
from saisine.messages.formats.instaloader import INSTALOADER
from saisine.messages.formats.linkedin_csv import LINKEDIN_CSV
from saisine.messages.formats.mail import EML, MBOX
from saisine.messages.formats.mastodon import MASTODON_API
from saisine.messages.formats.mastodon_archive import MASTODON_ARCHIVE
from saisine.messages.formats.meta_content_library import (
    META_CONTENT_LIBRARY_FACEBOOK,
    META_CONTENT_LIBRARY_INSTAGRAM,
)
from saisine.messages.formats.meta_dyi import META_DYI
from saisine.messages.formats.minet import MINET
from saisine.messages.formats.snscrape import SNSCRAPE
from saisine.messages.formats.tables import (
    APIFY,
    CSV_SIMPLE,
    DISCORD_CSV,
    EXPORTCOMMENTS,
    MINET_YOUTUBE_COMMENTS,
    YOUTUBE_DATA_TOOLS,
)
from saisine.messages.formats.takeout import TAKEOUT
from saisine.messages.formats.telegram import TELEGRAM
from saisine.messages.formats.telegram_html import TELEGRAM_HTML
from saisine.messages.formats.tiktok import TIKTOK
from saisine.messages.formats.tiktok_txt import TIKTOK_TXT
from saisine.messages.formats.tiktok_user_data import TIKTOK_USER_DATA
from saisine.messages.formats.twitch import TWITCH
from saisine.messages.formats.twitch_irc import TWITCH_IRC
from saisine.messages.formats.twitch_log import TWITCH_LOG
from saisine.messages.formats.warc import WARC
from saisine.messages.formats.whatsapp import WHATSAPP
from saisine.messages.formats.x_api import X_API_V2, X_TWARC
from saisine.messages.formats.x_api_v1 import X_API_V1
from saisine.messages.formats.x_archive import X_ARCHIVE
from saisine.messages.formats.x_graphql_tweets import X_GRAPHQL
from saisine.messages.formats.youtube_api import YOUTUBE_API
from saisine.messages.formats.youtube_livechat import YOUTUBE_LIVECHAT
from saisine.messages.formats.youtube_livechat_api import YOUTUBE_LIVECHAT_API
from saisine.messages.formats.ytdlp import YTDLP
from saisine.messages.formats.zeeschuimer import FOURCAT_NDJSON, ZEESCHUIMER

FORMATS: Final[tuple[Format, ...]] = (
    YOUTUBE_API,
    YOUTUBE_LIVECHAT,
    YOUTUBE_LIVECHAT_API,
    YTDLP,
    TAKEOUT,
    X_API_V2,
    X_TWARC,
    X_API_V1,
    X_ARCHIVE,
    X_GRAPHQL,
    SNSCRAPE,
    ZEESCHUIMER,
    FOURCAT_NDJSON,
    FOURCAT_CSV,
    META_DYI,
    FACEBOOK_GRAPH,
    INSTAGRAM_GRAPH,
    INSTALOADER,
    GALLERY_DL,
    TIKTOK,
    TIKTOK_USER_DATA,
    TIKTOK_TXT,
    LINKEDIN_CSV,
    TWITCH,
    TWITCH_IRC,
    TWITCH_LOG,
    CHAT_DOWNLOADER,
    TELEGRAM,
    TELEGRAM_HTML,
    BLUESKY,
    MASTODON_API,
    MASTODON_ARCHIVE,
    DISCORD,
    DISCORD_PACKAGE,
    DISCORD_CSV,
    WHATSAPP,
    EML,
    MBOX,
    EXPORTCOMMENTS,
    *APIFY,
    META_CONTENT_LIBRARY_FACEBOOK,
    META_CONTENT_LIBRARY_INSTAGRAM,
    MINET,
    MINET_YOUTUBE_COMMENTS,
    YOUTUBE_DATA_TOOLS,
    HAR,
    WARC,
    CSV_SIMPLE,
)
