"""Posts of X's own pages as structs: the fields that are mapped, and those that tell a post from anything else."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

# A number with a fraction stays one: it names and counts nothing.
Number = int | float | str | None
Absent = msgspec.Raw | UnsetType


class Names(msgspec.Struct, gc=False):
    screen_name: str | None = None
    name: str | None = None
    created_at: str | None = None
    id_str: Number = None


class Person(msgspec.Struct, gc=False):
    rest_id: Number = None
    core: Names | None = None
    legacy: Names | None = None


class PersonFound(msgspec.Struct, gc=False):
    result: Person | None = None


class Core(msgspec.Struct, gc=False):
    user_results: PersonFound | None = None


class Tag(msgspec.Struct, gc=False):
    text: str


class Mention(msgspec.Struct, gc=False):
    screen_name: str


class Link(msgspec.Struct, gc=False):
    url: str | None = None
    expanded_url: str | None = None


class Entities(msgspec.Struct, gc=False):
    hashtags: list[Tag] | None = None
    user_mentions: list[Mention] | None = None
    urls: list[Link] | None = None
    media: list[dict[str, Any]] | None = None


class Files(msgspec.Struct, gc=False):
    media: list[dict[str, Any]] | None = None


class NoteFound(msgspec.Struct, gc=False):
    result: dict[str, Any] | None = None


class NoteTweet(msgspec.Struct, gc=False):
    note_tweet_results: NoteFound | None = None


class Views(msgspec.Struct, gc=False):
    count: Number = None


class Edits(msgspec.Struct, gc=False):
    edit_tweet_ids: list[Number] | None = None
    edit_control_initial: "Edits | None" = None


class Carried(msgspec.Struct, gc=False):
    result: "Tweet | None" = None


class Legacy(msgspec.Struct, gc=False):
    full_text: str | None = None
    id_str: Number = None
    created_at: str | None = None
    lang: str | None = None
    conversation_id_str: Number = None
    user_id_str: Number = None
    in_reply_to_status_id_str: Number = None
    in_reply_to_user_id_str: Number = None
    in_reply_to_screen_name: str | None = None
    quoted_status_id_str: Number = None
    quoted_status_result: Carried | None = None
    retweeted_status_result: Carried | None = None
    entities: Entities | None = None
    extended_entities: Files | None = None
    favorite_count: Number = None
    retweet_count: Number = None
    quote_count: Number = None
    reply_count: Number = None
    withheld_scope: Any = None
    withheld_status: Any = None
    withheld_in_countries: Any = None


class Tweet(msgspec.Struct, gc=False):
    """A post, or the wrapper around one; what only other objects have is named so that it is seen."""

    rest_id: Number = None
    core: Core | None = None
    legacy: Legacy | UnsetType | None = UNSET
    user: Names | None = None
    views: Views | None = None
    ext_views: Views | None = None
    edit_control: Edits | None = None
    note_tweet: NoteTweet | None = None
    quoted_status_result: Carried | None = None
    retweeted_status_result: Carried | None = None
    tweet: "Tweet | None" = None
    promoted: Any = None
    frame: Absent = msgspec.field(default=UNSET, name="promotedMetadata")
    tombstone: Absent = UNSET
    # left as bytes: few posts have an article or a poll, and a card is long
    article: Absent = UNSET
    card: Absent = UNSET
    kind: str | None = msgspec.field(default=None, name="__typename")
