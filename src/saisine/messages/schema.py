"""The one Message that every export becomes, and the arrow types of its columns (schema version 1).

Ids are strings, times aware UTC, counts None when unknown: missing is never zero.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import pyarrow as pa

from saisine.messages.idtime import judge_time, time_of_id
from saisine.texts import clean_value, fold, has_forbidden, replace_forbidden

if TYPE_CHECKING:
    from saisine.messages.formats.raw import Context, RawRecord

SCHEMA_VERSION: Final = 1

PLATFORMS: Final = (
    "youtube",
    "facebook",
    "instagram",
    "tiktok",
    "twitch",
    "x",
    "linkedin",
    "bluesky",
    "mastodon",
    "telegram",
    "whatsapp",
    "discord",
    "threads",
    "snapchat",
    "email",
    "other",
)
KINDS: Final = ("post", "comment", "reply", "repost", "quote", "dm", "chat", "live", "story")
PRECISIONS: Final = ("us", "ms", "s", "min", "hour", "day", "week", "month", "year", "none")
REPAIRS: Final = (
    "mojibake",
    "html_unescaped",
    "html_stripped",
    "surrogate_replaced",
    "nul_replaced",
    "fragments_joined",
    "shortened_upstream",
)


COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")
MAX_COUNT: Final = (1 << 63) - 1


class Skip(NamedTuple):
    """A record that is left out on purpose; `reason` is one of `ledger.SKIP_REASONS`."""

    reason: str


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=False):
    """One message, whole and frozen. A struct rather than a dataclass: it is built 200,000 times in a second.

    >>> Message.of(record, ctx, platform="x", kind="post", message_id="17", text="Bonjour").text_norm
    'bonjour'
    """

    platform: str
    message_id: str | None
    kind: str
    role: str = "primary"
    author_id: str | None = None
    author_handle: str | None = None
    author_name: str | None = None
    author_created_at: datetime | None = None
    owner_is_author: bool | None = None
    text: str = ""
    text_raw: str | None = None
    text_repairs: Sequence[str] = ()
    text_norm: str = ""
    lang: str | None = None
    created_at: datetime | None = None
    created_at_raw: str | None = None
    created_at_precision: str = "none"
    created_at_source: str | None = None
    id_time: datetime | None = None
    time_flag: str | None = None
    edited_at: datetime | None = None
    collected_at: datetime | None = None
    url: str | None = None
    parent_id: str | None = None
    conversation_id: str | None = None
    target_id: str | None = None
    target_kind: str | None = None
    target_handle: str | None = None
    visibility: str | None = None
    mentions: Sequence[str] = ()
    urls: Sequence[str] = ()
    hashtags: Sequence[str] = ()
    media_urls: Sequence[str] = ()
    repost_of_id: str | None = None
    quote_of_id: str | None = None
    like_count: int | None = None
    share_count: int | None = None
    reply_count: int | None = None
    view_count: int | None = None
    deleted: str = "none"
    missing: Sequence[str] = ()
    source_sha256: str = ""
    locator: str = ""
    record_sha256: str = ""
    mapper: str = ""
    ref: str | None = None  # "<corpus>:<part>:<row>" when read back from a corpus; not a column

    @classmethod
    def of(
        cls,
        record: "RawRecord",
        ctx: "Context",
        /,
        **fields: Any,
    ) -> "Message":
        """Build a message from what the record says; provenance, folded text and id time are added here.

        `fields` are the columns by name; `platform`, `kind` and `message_id` must be among them. A missing
        `created_at` is taken from the identifier when the platform hides a time there. `missing` adds to the
        columns that the format as a whole cannot give. `sub_locator` (`/replies/2`) names the place inside a
        record that holds several messages. Raises TypeError for an unknown column, ValueError for a count
        that cannot be one.
        """
        # no named parameter beside **fields: for each of 30 other names CPython would compare all of theirs,
        # 10 microseconds a message (measured on 40,000), a tenth of an import
        for name in COUNTS:
            count = fields.get(name)
            if count is not None and not 0 <= count <= MAX_COUNT:
                raise ValueError(name)
        sub_locator, missing = fields.pop("sub_locator", ""), fields.pop("missing", ())
        text = fields.get("text", "")
        if record.is_suspect:
            repairs = (*fields.get("text_repairs", ()), *forbidden_in(text))
            text = replace_forbidden(text)
            fields = {name: clean_value(value) for name, value in fields.items()}
            fields |= {"text": text, "text_repairs": repairs}
        platform, created_at = fields["platform"], fields.get("created_at")
        id_time = time_of_id(platform, fields["message_id"])
        if created_at is not None:
            precision = fields.get("created_at_precision", "none")
            fields["time_flag"] = judge_time(platform, created_at, id_time, ctx.now, precision)
        elif id_time is not None:
            fields["created_at"], fields["created_at_precision"] = id_time.at, id_time.precision
            fields["created_at_source"] = "id"
        if id_time is not None:
            fields["id_time"] = id_time.at
        if fields.get("collected_at") is None:
            fields["collected_at"] = ctx.collected_at
        return cls(
            text_norm=fold(text),
            missing=(*ctx.cannot_give, *missing) if missing else ctx.cannot_give,
            source_sha256=ctx.source_sha256,
            locator=record.locator + sub_locator if sub_locator else record.locator,
            record_sha256=record.sha256,
            mapper=ctx.mapper,
            **fields,
        )

    def as_json(self) -> dict[str, object]:
        """The columns as plain values (times stay datetimes; the JSON writer gives them a `Z`)."""
        row = msgspec.structs.asdict(self)
        if row["ref"] is None:
            del row["ref"]
        return row


def forbidden_in(text: str) -> tuple[str, ...]:
    """The repair codes that `replace_forbidden` will earn on this text."""
    codes = ("nul_replaced",) if "\0" in text else ()
    return (*codes, "surrogate_replaced") if has_forbidden(text.replace("\0", "")) else codes


_WORD = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", tz="UTC")
_WORDS = pa.list_(pa.string())

_TYPES: Final[dict[str, pa.DataType]] = {
    **dict.fromkeys(
        (
            "platform",
            "kind",
            "role",
            "created_at_precision",
            "created_at_source",
            "time_flag",
            "target_kind",
            "visibility",
            "lang",
            "deleted",
            "source_sha256",
            "mapper",
        ),
        _WORD,
    ),
    **dict.fromkeys(["author_created_at", "created_at", "id_time", "edited_at", "collected_at"], _TIME),
    **dict.fromkeys(COUNTS, pa.int64()),
    **dict.fromkeys(["text_repairs", "mentions", "urls", "hashtags", "media_urls", "missing"], _WORDS),
    "owner_is_author": pa.bool_(),
}

COLUMNS: Final[tuple[str, ...]] = tuple(name for name in Message.__struct_fields__ if name != "ref")

ARROW_SCHEMA: Final[pa.Schema] = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
