"""YouTube's own pages (innertube): comments, replies and live chats, as captures hold their answers.

Since 2024 a comment is a `commentEntityPayload` (text, author, counts) and the video is named beside it, in
`commentSurfaceEntityPayload`; before, one `commentRenderer` said all. Dates are words only (« il y a 2 ans »):
they are counted back from the moment of the capture, with their unit as precision. A reply that was spoken has no
text: its surface holds the transcript.

Followed: yt-dlp @ 2024.01.18 and later (`_extract_comment`, `_extract_comment_old`), LuanRT/YouTube.js (names of
the entities, `VoiceReplyContainerView`), RustyPipe (`CommentSurfaceEntityPayload`, `VoiceReplyContainer`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from saisine.messages.formats.captured import Around, Mapped, Shape, Site
from saisine.messages.formats.contract import Context, Message, RawRecord, Skip
from saisine.messages.formats.json_values import absent, dict_at, inside, list_at, word_at
from saisine.messages.formats.relative_times import parse_ago
from saisine.messages.formats.youtube_livechat import ACTIONS, CHAT_CANNOT_GIVE, Marks, actions_in, map_action
from saisine.messages.formats.youtube_words import exact_count, handle_of, links_of, text_of, watch_url

# Said after the date of a comment that was changed: (edited), (modifié), (bearbeitet)…
_EDITED: Final = re.compile(r"\([^()]+\)\s*$")
_VIDEO: Final = re.compile(r"[?&]v=([\w-]{11})(?:[&#]|$)")
_COMMENT: Final = re.compile(r"[?&]lc=([\w.-]+)")
_SURFACE: Final = "commentSurfaceEntityPayload"
_VOICE: Final = "voiceReplyContainerViewModel"
_KEY: Final = "commentSurfaceKey"
_ACTION_NAMES: Final = frozenset(ACTIONS)


def is_entity(value: Mapping[str, Any]) -> bool:
    """A comment of the pages of 2024 on."""
    properties = value.get("properties")
    return isinstance(properties, dict) and "commentId" in properties and "content" in properties


def is_renderer(value: Mapping[str, Any]) -> bool:
    """A comment of the pages before 2024."""
    return "commentId" in value and "contentText" in value


def is_community_post(value: Mapping[str, Any]) -> bool:
    """A post of a channel's « Communauté » page."""
    return "postId" in value and "contentText" in value and "authorText" in value


def is_chat_action(value: Mapping[str, Any]) -> bool:
    """An action of a live chat, or the replay around some."""
    if "replayChatItemAction" in value:
        return True
    return any(isinstance(value.get(name), dict) for name in _ACTION_NAMES & value.keys())


def around(document: Any, text: str) -> Around:
    """comment -> video and comment -> what was spoken, from the surfaces of the comments; deletion marks of its live
    chat. Anyone may write the address of another's comment in a text of their own: only those are read that YouTube
    writes itself."""
    watched = inside(document, "currentVideoEndpoint", "watchEndpoint", "videoId")
    marks = Marks()
    if "ByAuthor" in text or "AsDeleted" in text or "removeChatItem" in text:
        for actions in _chats(document):
            for rank, one in enumerate(actions):
                marks.read(actions_in(one), rank)
    videos, voices = _surfaced(document, text) if f'"{_SURFACE}"' in text else ({}, {})
    return {
        "videos": videos,
        "voices": voices,
        "video": watched if isinstance(watched, str) else None,
        "marks": marks,
    }


def _surfaced(document: Any, text: str) -> tuple[dict[str, str], dict[str, Any]]:
    """(comment -> video, comment -> transcript of a spoken one) as the surfaces of a document say."""
    videos: dict[str, str] = {}
    voices: dict[str, Any] = {}
    owners = _owners(document) if f'"{_VOICE}"' in text else {}
    for surface in _surfaces(document, text):
        comment, video = _address(inside(surface, "publishedTimeCommand", "innertubeCommand"))
        if comment and video:
            videos[comment] = video
        if surface.get(_VOICE) is not None and (spoken := comment or owners.get(word_at(surface, "key"))):
            held = dict_at(surface, _VOICE)
            voices[spoken] = (dict_at(held, _VOICE) or held).get("transcriptText")
    return videos, voices


def _owners(document: Any) -> dict[str | None, str]:
    """surface -> comment, as the list of the comments names them."""
    models = ((word_at(one, _KEY), word_at(one, "commentId")) for one in _holders(document, _KEY))
    return {key: comment for key, comment in models if key and comment}


def _address(endpoint: Any) -> tuple[str | None, str | None]:
    """(comment, video) that an endpoint of YouTube's own leads to."""
    url = inside(endpoint, "commandMetadata", "webCommandMetadata", "url")
    if not isinstance(url, str):
        return None, None
    comment, video = _COMMENT.search(url), _VIDEO.search(url)
    return comment[1] if comment else None, video[1] if video else None


def _surfaces(document: Any, text: str) -> list[dict[str, Any]]:
    """The surfaces of a document, at their usual place; anywhere when the text names more than stand there."""
    changes = list_at(document, "frameworkUpdates", "entityBatchUpdate", "mutations")
    found = [one for change in changes if (one := dict_at(change, "payload", _SURFACE))]
    if len(found) < text.count(f'"{_SURFACE}"'):
        found = [dict_at(one, _SURFACE) for one in _holders(document, _SURFACE)]
    return found


def _holders(document: Any, key: str) -> Iterator[dict[str, Any]]:
    """The objects of a document that hold this key."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if key in value:
                yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _chats(document: Any) -> Iterator[list[Any]]:
    """The lists of actions of a document; those inside a replay are read with the action around them."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("actions"), list):
                yield value["actions"]
            waiting += [one for key, one in value.items() if key != "replayChatItemAction"]
        elif isinstance(value, list):
            waiting += value


def map_entity(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """A comment of the pages of 2024 on."""
    properties, author, toolbar = raw["properties"], dict_at(raw, "author"), dict_at(raw, "toolbar")
    content = properties["content"]
    return [
        _comment(
            record,
            ctx,
            about,
            comment_id=properties["commentId"],
            author_id=word_at(author, "channelId"),
            name=word_at(author, "displayName"),
            content=content,
            when=word_at(properties, "publishedTime"),
            likes=toolbar.get("likeCountNotliked"),
            replies=toolbar.get("replyCount"),
        )
    ]


def map_renderer(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """A comment of the pages before 2024, which names its video itself."""
    published = dict_at(raw, "publishedTimeText")
    endpoint = inside(published, "runs", 0, "navigationEndpoint")
    video = inside(endpoint, "watchEndpoint", "videoId") or _address(endpoint)[1]
    return [
        _comment(
            record,
            ctx,
            {**about, "video": video or about.get("video")},
            comment_id=raw["commentId"],
            author_id=word_at(raw, "authorEndpoint", "browseEndpoint", "browseId"),
            name=text_of(raw.get("authorText")) or None,
            content=raw["contentText"],
            when=text_of(published) or None,
            likes=text_of(raw.get("voteCount")) or None,
            replies=raw.get("replyCount"),
        )
    ]


def map_community_post(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """A post of a channel, with the choices of its poll."""
    post_id, name = raw["postId"], text_of(raw.get("authorText")) or None
    address = inside(raw, "authorText", "runs", 0, "navigationEndpoint", "browseEndpoint", "canonicalBaseUrl")
    handle = handle_of(address.removeprefix("/")) if isinstance(address, str) else None
    author_id = word_at(raw, "authorEndpoint", "browseEndpoint", "browseId")
    choices = list_at(raw, "backstageAttachment", "pollRenderer", "choices")
    parts = [text_of(raw["contentText"]), *(text_of(one.get("text")) for one in choices)]
    button = dict_at(raw, "actionButtons", "commentActionButtonsRenderer", "replyButton", "buttonRenderer")
    counts = {
        "like_count": exact_count(text_of(raw.get("voteCount")) or None),
        "reply_count": exact_count(text_of(button.get("text")) or None),
    }
    when = text_of(raw.get("publishedTimeText")) or None
    times = relative_time(when, ctx.collected_at)
    who = {"author_id": author_id, "author_name": name, "author_handle": handle}
    return [
        Message.of(
            record,
            ctx,
            platform="youtube",
            kind="post",
            message_id=post_id,
            **who,
            text="\n".join(filter(None, parts)),
            text_repairs=("fragments_joined",) if choices else (),
            urls=links_of(raw["contentText"]),
            url=f"https://www.youtube.com/post/{post_id}",
            conversation_id=post_id,
            target_id=author_id,
            target_kind="channel" if author_id else None,
            visibility="public",
            **counts,
            **times,
            missing=(
                *absent(**who, **counts),
                *(() if times.get("created_at") else ("created_at",)),
                *(("edited_at",) if when and _EDITED.search(when) else ()),
            ),
        )
    ]


def _comment(
    record: RawRecord,
    ctx: Context,
    about: Around,
    *,
    comment_id: str,
    author_id: str | None,
    name: str | None,
    content: Any,
    when: str | None,
    likes: Any,
    replies: Any,
) -> Message:
    parent_id = comment_id.rpartition(".")[0] or None
    video = about.get("videos", {}).get(comment_id) or about.get("video")
    counts = {"like_count": exact_count(likes), "reply_count": None if parent_id else exact_count(replies)}
    times = relative_time(when, ctx.collected_at)
    voices = about.get("voices", {})
    is_spoken = comment_id in voices and not text_of(content)
    if is_spoken:
        content = voices[comment_id]
    text = text_of(content)
    missing = {
        "author_id": author_id,
        "author_name": name,
        "target_id": video,
        "like_count": counts["like_count"],
    }
    return Message.of(
        record,
        ctx,
        platform="youtube",
        kind="reply" if parent_id else "comment",
        message_id=comment_id,
        author_id=author_id,
        author_handle=handle_of(name),
        author_name=name,
        text=text,
        urls=links_of(content),
        url=watch_url(video, comment_id),
        parent_id=parent_id,
        conversation_id=parent_id or comment_id,
        target_id=video,
        target_kind="post" if video else None,
        visibility="public",
        **counts,
        **times,
        missing=(
            *(("text",) if is_spoken and not text else ()),
            *(column for column, value in missing.items() if value is None),
            *(() if times.get("created_at") else ("created_at",)),
            *(("edited_at",) if when and _EDITED.search(when) else ()),
        ),
    )


def relative_time(words: str | None, collected_at: datetime | None) -> dict[str, Any]:
    """The time columns of a date that the page gives in words."""
    ago = parse_ago(_EDITED.sub("", words), collected_at) if words else None
    if ago is None:
        return {"created_at_raw": words}
    return {
        "created_at": ago.at,
        "created_at_raw": words,
        "created_at_precision": ago.precision,
        "created_at_source": "relative",
    }


def map_chat(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """The lines of an action of a live chat; the marks of deletion are those of the same answer."""
    marks: Marks = about["marks"]
    inner = ctx.memory.get("chat")
    if inner is None:
        inner = ctx.memory["chat"] = replace(ctx, cannot_give=CHAT_CANNOT_GIVE)
    inner.collected_at = ctx.collected_at
    steps = about["steps"]
    rank = steps[-1] if steps and isinstance(steps[-1], int) else 0
    placed = RawRecord(
        record.locator, record.obj, record.sha256, rank, record.length, (), record.is_suspect, record.body
    )
    found: list[Message | Skip] = []
    for place, action in actions_in(raw):
        found += map_action(action, place, placed, inner, marks)
    return found or [Skip("empty_record")]


YOUTUBE_SITE: Final = Site(
    platform="youtube",
    hosts=("youtube.com", "youtube-nocookie.com", "youtubei.googleapis.com"),
    marks=(
        b'"commentEntityPayload"',
        b'"commentRenderer"',
        b'"backstagePostRenderer"',
        *(f'"{name}"'.encode() for name in ACTIONS),
    ),
    keys=frozenset({"properties", "contentText", "replayChatItemAction", *ACTIONS}),
    shapes=(
        Shape(is_entity, map_entity),
        Shape(is_renderer, map_renderer),
        Shape(is_community_post, map_community_post),
        Shape(is_chat_action, map_chat),
    ),
    around=around,
    cannot_give=("share_count", "view_count", "lang"),
)
