"""YouTube: pages of `commentThreads.list`, newest thread first, replies inside (Data API v3)."""

import html
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

from saisine.example.association import Publication, publications
from saisine.example.identifiers import channel_id, comment_id, etag, letters, video_id, zulu
from saisine.example.threads import Thread, make_threads
from saisine.example.wave import Plan, Said

PAGE_THREADS: Final = 100


def write_youtube(plan: Plan, rng: random.Random) -> Mapping[str, bytes]:
    """Files of the collection, by name: one page of up to 100 threads each, for each video."""
    files: dict[str, bytes] = {}
    channel = channel_id(rng.getrandbits(48))
    videos = [one for one in publications(plan.wave_on) if one.at.date() <= plan.wave_on]
    spoken = _under(plan, videos)
    for number, said in enumerate(spoken):
        video = _Video(video_id(rng), channel, rng, is_html=number == 1)
        for page_number, page in enumerate(video.pages(said), 1):
            name = f"commentThreads_{video.id}_{page_number:02d}.json"
            files[name] = json.dumps(page, ensure_ascii=False, indent=2).encode() + b"\n"
    return files


def _under(plan: Plan, videos: list[Publication]) -> list[list[Said]]:
    """What was said under each video: the newest one out at that moment."""
    found: list[list[Said]] = [[] for _ in videos]
    for one in plan.of("youtube"):
        found[max(n for n, video in enumerate(videos) if video.at <= one.at)].append(one)
    return [said for said in found if said]


class _Video:
    """One video and its comments. `is_html`: collected by a key that is not the author's, so without
    `textOriginal` and with the text as YouTube shows it."""

    def __init__(self, id: str, channel: str, rng: random.Random, *, is_html: bool) -> None:
        self.id = id
        self._channel = channel
        self._rng = rng
        self._is_html = is_html

    def pages(self, said: list[Said]) -> Iterator[dict[str, Any]]:
        threads = [self._thread(one) for one in reversed(make_threads(said, self._rng))]
        starts = range(0, len(threads), PAGE_THREADS)
        for start in starts:
            items = threads[start : start + PAGE_THREADS]
            after = {"nextPageToken": letters(self._rng, 88)} if start != starts[-1] else {}
            yield {
                "kind": "youtube#commentThreadListResponse",
                "etag": etag(self._rng),
                **after,
                "pageInfo": {"totalResults": len(items), "resultsPerPage": PAGE_THREADS},
                "items": items,
            }

    def _thread(self, thread: Thread) -> dict[str, Any]:
        id = comment_id(self._rng)
        replies = [self._comment(one, comment_id(self._rng, id), id) for one in thread.replies]
        return {
            "kind": "youtube#commentThread",
            "etag": etag(self._rng),
            "id": id,
            "snippet": {
                "channelId": self._channel,
                "videoId": self.id,
                "topLevelComment": self._comment(thread.first, id),
                "canReply": True,
                "totalReplyCount": len(replies),
                "isPublic": True,
            },
            **({"replies": {"comments": replies}} if replies else {}),
        }

    def _comment(self, one: Said, id: str, parent: str | None = None) -> dict[str, Any]:
        author = channel_id(one.author.number)
        handle = f"@{one.author.handle}"
        shown = html.escape(one.text) if self._is_html else one.text
        return {
            "kind": "youtube#comment",
            "etag": etag(self._rng),
            "id": id,
            "snippet": {
                "channelId": self._channel,
                "videoId": self.id,
                "textDisplay": shown,
                **({} if self._is_html else {"textOriginal": one.text}),
                **({"parentId": parent} if parent else {}),
                "authorDisplayName": handle,
                "authorChannelUrl": f"http://www.youtube.com/{handle}",
                "authorChannelId": {"value": author},
                "canRate": True,
                "viewerRating": "none",
                "likeCount": int(self._rng.expovariate(0.5)),
                "publishedAt": zulu(one.at),
                "updatedAt": zulu(one.at),
            },
        }
