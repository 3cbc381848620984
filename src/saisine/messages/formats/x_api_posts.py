"""Posts and pages of the X API version 2 as structs: the fields that are mapped (X API documentation, v2)."""

from datetime import datetime
from typing import Final

import msgspec

from saisine.texts import unescape_html

Id = str | int


class Referenced(msgspec.Struct, gc=False):
    """A post that another one answers, quotes or reposts; lines that twarc flattened carry its text."""

    type: str
    id: Id
    text: str | None = None


class Tag(msgspec.Struct, gc=False):
    tag: str = ""


class Mention(msgspec.Struct, gc=False):
    username: str = ""


class Link(msgspec.Struct, gc=False):
    url: str = ""
    expanded_url: str | None = None


class Entities(msgspec.Struct, gc=False):
    hashtags: list[Tag] = []
    mentions: list[Mention] = []
    urls: list[Link] = []


class NoteTweet(msgspec.Struct, gc=False):
    """The whole text of a post longer than 280 signs; `text` then holds its beginning."""

    text: str | None = None
    entities: Entities | None = None


class Metrics(msgspec.Struct, gc=False):
    like_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    reply_count: int | None = None
    impression_count: int | None = None


class User(msgspec.Struct, gc=False):
    id: Id
    username: str | None = None
    name: str | None = None
    created_at: datetime | None = None


class Media(msgspec.Struct, gc=False):
    media_key: str = ""
    url: str | None = None
    preview_image_url: str | None = None


class Option(msgspec.Struct, gc=False):
    label: str = ""


class Poll(msgspec.Struct, gc=False):
    id: Id = ""
    options: list[Option] = []


class Attachments(msgspec.Struct, gc=False):
    media_keys: list[str] = []
    media: list[Media] = []
    poll_ids: list[Id] = []
    poll: Poll | None = None


class Withheld(msgspec.Struct, gc=False):
    country_codes: list[str] = []


class Retrieved(msgspec.Struct, gc=False):
    retrieved_at: datetime | None = None


class Post(msgspec.Struct, gc=False):
    """One post, with the fields that are mapped. `data` is there when the line is a page, not a post."""

    id: Id | None = None
    text: str | None = None
    author_id: Id | None = None
    created_at: str | None = None
    lang: str | None = None
    conversation_id: Id | None = None
    in_reply_to_user_id: Id | None = None
    in_reply_to_user: User | None = None
    referenced_tweets: list[Referenced] | None = None
    entities: Entities | None = None
    note_tweet: NoteTweet | None = None
    public_metrics: Metrics | None = None
    attachments: Attachments | None = None
    edit_history_tweet_ids: list[Id] | None = None
    withheld: Withheld | None = None
    author: User | None = None
    action: str | None = None
    retrieved: Retrieved | None = msgspec.field(default=None, name="__twarc")
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    includes: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Includes(msgspec.Struct, gc=False):
    users: list[User] = []
    media: list[Media] = []
    polls: list[Poll] = []
    tweets: list[msgspec.Raw] = []


class Around(msgspec.Struct, gc=False):
    """What a page says beside a post: who wrote it, its pictures and polls, when it was fetched, and in which role."""

    users: dict[str, User]
    media: dict[str, Media]
    collected_at: datetime | None = None
    role: str = "primary"
    polls: dict[str, Poll] = {}


CUT: Final = "…"
Words = tuple[str, str | None, tuple[str, ...]]


def words_of(post: Post, around: Around | None = None) -> Words:
    """(what a person read, what the file says where it differs, repairs): escapes undone, the choices of a poll below.

    A repost has the text of the post that it reposts where it carries it (lines that twarc flattened). In a page that
    one has a row of its own, and the text of the repost stays cut, as the page has it, and said so.
    """
    note = post.note_tweet
    written = note.text if note is not None and note.text else post.text or ""
    reposted = next((one for one in post.referenced_tweets or () if one.type == "retweeted"), None)
    repairs: list[str] = []
    shown = written
    if reposted is not None and reposted.text:
        shown = reposted.text
    elif reposted is not None and written.endswith(CUT):
        repairs.append("shortened_upstream")
    if "&" in shown:
        shown, is_escaped = unescape_html(shown)
        repairs += ["html_unescaped"] if is_escaped else []
    options = _options(post.attachments, around) if post.attachments else []
    if options:
        shown = "\n".join([shown, *options])
        repairs.append("fragments_joined")
    return shown, written if written != shown else None, tuple(repairs)


def _options(attachments: Attachments, around: Around | None) -> list[str]:
    found = [attachments.poll] if attachments.poll else []
    if around is not None:
        found += [around.polls[str(key)] for key in attachments.poll_ids if str(key) in around.polls]
    return [option.label for poll in found for option in poll.options if option.label]


def is_repost(post: Post) -> bool:
    """Its counts are then zeros, and the reposts those of the other post."""
    return any(one.type == "retweeted" for one in post.referenced_tweets or ())
