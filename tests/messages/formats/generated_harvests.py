"""Invented files of the tools that harvest pages: Zeeschuimer, 4CAT, minet, snscrape, answers of X's pages."""

from tests.messages.formats import test_fourcat_csv, test_minet, test_snscrape, test_zeeschuimer
from tests.messages.formats.platform_items import (
    envelope,
    kept,
    lines,
    media,
    media_comment,
    thread_post,
    tweet,
    update,
    video,
    video_comment,
)
from tests.messages.formats.test_x_graphql_tweets import answer

QUOTING = tweet(quoted_status_result={"result": tweet("1690000000000000000", "Cité")})

CASES: list[tuple[str, str, bytes, dict[str, int]]] = [
    (
        "zeeschuimer",
        "TikTok, a comment with a reply and its older observation",
        lines(
            envelope("tiktok-comments", video_comment(), "81", last_updated=1),
            envelope(
                "tiktok-comments", video_comment(reply_comment=[video_comment("82", reply_id="81")]), "81"
            ),
            envelope("tiktok.com", video(), "7"),
        ),
        {"mapped": 3, "duplicate_older_observation": 1},
    ),
    (
        "zeeschuimer",
        "Instagram, a post with its comments",
        lines(envelope("instagram.com", media(comments=[media_comment()]))),
        {"mapped": 2},
    ),
    ("zeeschuimer", "X, a quote", lines(envelope("twitter.com", QUOTING)), {"mapped": 1}),
    (
        "zeeschuimer",
        "Threads, a quote",
        lines(envelope("threads.net", thread_post(share_info={"quoted_post": thread_post("34", "Cité")}))),
        {"mapped": 1},
    ),
    ("zeeschuimer", "LinkedIn, before 2026", lines(envelope("linkedin.com", update())), {"mapped": 1}),
    (
        "zeeschuimer",
        "the smaller places, and one that is not read",
        lines(
            *(
                envelope(module, data, module)
                for module, data in (
                    ("gab.com", test_zeeschuimer.GAB),
                    ("truthsocial.com", test_zeeschuimer.TRUTH),
                    ("9gag.com", test_zeeschuimer.NINEGAG),
                    ("imgur.com", test_zeeschuimer.IMGUR),
                    ("pinterest.com", test_zeeschuimer.PINTEREST),
                    ("douyin.com", test_zeeschuimer.DOUYIN),
                    ("bilibili.com", {}),
                )
            )
        ),
        {"mapped": 6, "unsupported_variant": 1},
    ),
    ("4cat-ndjson", "TikTok", lines(kept("tiktok.com", video())), {"mapped": 1}),
    ("x-graphql", "an answer with a quote", lines(answer(QUOTING)), {"mapped": 1}),
    ("snscrape", "a post of X", lines(test_snscrape.item()), {"mapped": 1}),
    *(
        ("4cat-csv", name, test_fourcat_csv.table(row), {"mapped": 1})
        for name, row in test_fourcat_csv.ALL.items()
    ),
    *(("minet", name, test_fourcat_csv.table(row), {"mapped": 1}) for name, row in test_minet.ALL.items()),
]
