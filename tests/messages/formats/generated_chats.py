"""The small invented files of networks without a company's export, of chats and of mail."""

import json
from typing import Any

from tests.messages.formats import (
    test_bluesky,
    test_chat_downloader,
    test_discord,
    test_mail,
    test_mastodon,
    test_telegram_html,
    test_twitch_irc,
    test_whatsapp,
)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


CASES: list[tuple[str, str, bytes, dict[str, int]]] = [
    ("bluesky", "a thread with what is gone", _json(test_bluesky.THREAD), {"mapped": 3}),
    (
        "bluesky",
        "a page of a search",
        _json({"posts": [test_bluesky.view(1)], "cursor": "25"}),
        {"mapped": 1},
    ),
    (
        "mastodon-api",
        "a list of statuses",
        _json([test_mastodon.status(1), test_mastodon.status(2)]),
        {"mapped": 2},
    ),
    (
        "mastodon-api",
        "a context",
        _json({"ancestors": [test_mastodon.status(1)], "descendants": [test_mastodon.status(2)]}),
        {"mapped": 1},
    ),
    ("mastodon-archive", "an outbox", _json(test_mastodon.outbox(test_mastodon.activity(1))), {"mapped": 1}),
    (
        "discord",
        "a channel",
        _json(test_discord.channel(test_discord.message(1), test_discord.message(2, type="Call"))),
        {"mapped": 1, "system_line": 1},
    ),
    ("discord-package", "one's own messages", _json(test_discord.PACKAGE), {"mapped": 2}),
    ("telegram-html", "a page", test_telegram_html.PAGE, {"mapped": 3, "system_line": 1}),
    ("whatsapp", "a French group", test_whatsapp.FRENCH, {"mapped": 4, "system_line": 2}),
    ("eml", "a message with an attachment", test_mail.PARTS, {"mapped": 1}),
    (
        "mbox",
        "a folder",
        test_mail.folder(test_mail.mail(), test_mail.mail(Message_ID="<m2@x>")),
        {"mapped": 2},
    ),
    ("twitch-irc", "raw lines", test_twitch_irc.RAW, {"mapped": 3, "system_line": 3}),
    ("twitch-log", "a log of Chatterino", test_twitch_irc.CHATTERINO, {"mapped": 2, "system_line": 2}),
    ("twitch-log", "a log of justlog", test_twitch_irc.JUSTLOG, {"mapped": 2, "system_line": 1}),
    (
        "chat-downloader",
        "two sites",
        _json([test_chat_downloader.twitch(1), test_chat_downloader.youtube(2)]),
        {"mapped": 2},
    ),
]
