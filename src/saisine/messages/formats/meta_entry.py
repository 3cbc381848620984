"""One entry of a Meta export and what is known around it: what every shape of it needs to become a message."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from saisine.messages.formats.contract import Context, Message, RawRecord
from saisine.messages.formats.meta_values import as_exported, time_fields


@dataclass(slots=True)
class Entry:
    """One repaired entry and what is known around it.

    `root` is the first key of the file (`comments_v2`, or "" for a list), `path` the file's place, `owner`
    the account whose export this is, `platform` what the places around say, or None.
    """

    raw: Any
    record: RawRecord
    ctx: Context
    platform: str | None
    root: str
    path: str
    owner: str | None
    around: Mapping[str, Any]
    repaired: set[str] = field(default_factory=set)

    @property
    def is_like(self) -> bool:
        """What the file is for says so: `likes_media_likes`, `liked_comments.json`, `reactions_v2`."""
        return any(word in place for place in self._places for word in ("like", "reaction"))

    @property
    def is_comment(self) -> bool:
        return not self.is_like and any("comment" in place for place in self._places)

    @property
    def _places(self) -> tuple[str, str]:
        return self.root, self.path.rpartition("/")[2].lower()

    def message(
        self,
        *,
        platform: str,
        kind: str,
        at: Any,
        text: str = "",
        parts: Sequence[str] = (),
        conversation: str | None = None,
        **fields: Any,
    ) -> Message:
        """A message with a derived id: these exports give none. `parts` are those of a text that stands in several."""
        times = time_fields(at)
        # One's own comment has the same id whether the file that names the owner is there or not.
        author = (fields.get("author_name") or "") if kind == "dm" else ""
        parts = list(dict.fromkeys(filter(None, parts or [text])))
        text = "\n".join(parts)
        is_repaired = not self.repaired.isdisjoint(parts)
        given = {"text": text or fields.get("media_urls") or fields.get("deleted") == "deleted"}
        given |= {key: fields.get(key) for key in ("author_name", "author_handle", "target_handle")}
        missing = tuple(key for key, value in given.items() if not value)
        return Message.of(
            self.record,
            self.ctx,
            platform=platform,
            kind=kind,
            message_id=self.ctx.derive_id(
                platform, conversation or "", times.get("created_at_raw", ""), author, text
            ),
            text=text,
            text_raw=as_exported(text) if is_repaired else None,
            text_repairs=(
                *(["mojibake"] if is_repaired else []),
                *(["fragments_joined"] if len(parts) > 1 else []),
            ),
            conversation_id=conversation,
            missing=(
                *missing,
                *(() if times else ("created_at",)),
                *(() if platform != "other" else ("platform",)),
            ),
            **times,
            **fields,
        )


_OF_META: Final = re.compile(r"https?://(?:[\w-]+\.)*(facebook|instagram)\.com(?:[/?#]|$)", re.IGNORECASE)


def platform_named(link: str) -> str | None:
    """Which of Meta's two platforms an address is of; None for any other."""
    found = _OF_META.match(link)
    return found[1].lower() if found else None
