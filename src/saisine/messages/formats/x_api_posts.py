"""Posts and pages of the X API version 2 as structs: the fields that are mapped (X API documentation, v2)."""

from datetime import datetime

import msgspec

Id = str | int


class Referenced(msgspec.Struct, gc=False):
    type: str
    id: Id


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


class Attachments(msgspec.Struct, gc=False):
    media_keys: list[str] = []
    media: list[Media] = []


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
    tweets: list[msgspec.Raw] = []


class Around(msgspec.Struct, gc=False):
    """What a page says beside a post: who wrote it, its pictures, when it was fetched, and in which role."""

    users: dict[str, User]
    media: dict[str, Media]
    collected_at: datetime | None = None
    role: str = "primary"
