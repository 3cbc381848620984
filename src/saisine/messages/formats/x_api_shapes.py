"""How answers of the API of X, version 2, are recognised: by the names that its posts have and others do not."""

from typing import Final

from saisine.messages.formats.contract import Sniff
from saisine.messages.formats.json_lines import values_in

_KEYS: Final = (b'"author_id"', b'"edit_history_tweet_ids"', b'"conversation_id"', b'"public_metrics"')
_PAGE: Final = (
    *(b'"referenced_tweets"', b'"reply_settings"', b'"possibly_sensitive"', b'"public_metrics"'),
    *(b'"includes"', b'"result_count"'),
)


def _shape(head: bytes) -> list[str]:
    """The names found of a version 2 post; empty for anything else."""
    if b'"id"' not in head or b'"text"' not in head:
        return []
    if b'"author_id"' not in head and b'"edit_history_tweet_ids"' not in head:
        return []
    if b'"full_text"' in head or b'"rest_id"' in head:
        return []
    return [key.decode().strip('"') for key in {*_KEYS, *_PAGE} if key in head]


def _is_lines(head: bytes, name: str) -> bool:
    """Whether the objects stand one per line; a single line decides by its name, for both readings agree."""
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    first = first.rstrip()
    if first.endswith(b"},") and rest:  # cut out of an array: whole objects, each before a comma
        return rest.lstrip()[:1] == b"{" and bool(values_in(first))
    if not first.endswith(b"}") and rest:
        return False
    if rest.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return True
    return not rest.strip() and (
        b'"__twarc"' in head or name.lower().endswith((".jsonl", ".ndjson", ".jsonl.gz"))
    )


def _is_compliance(head: bytes) -> bool:
    return (
        all(key in head for key in (b'"action"', b'"reason"', b'"id"', b'"created_at"'))
        and b'"text"' not in head
    )


def sniff_lines(head: bytes, name: str) -> Sniff:
    """twarc lines: posts or pages of version 2, one object per line; or its compliance events."""
    if not head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{") or not _is_lines(head, name):
        return Sniff(60, ["action", "reason"]) if _is_compliance(head) and b"{" in head[:8] else Sniff(0, [])
    found = _shape(head)
    if len(found) < 2:
        return Sniff(60, ["action", "reason"]) if _is_compliance(head) else Sniff(0, [])
    return Sniff(min(95, 60 + 8 * len(found)), [*sorted(found), "one object per line"])


def sniff_page(head: bytes, name: str) -> Sniff:
    """A JSON document `{"data": [...]}` of version 2 posts."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] not in (b"{", b"[") or _is_lines(head, name):
        return Sniff(0, [])
    found = _shape(head)
    if len(found) < 2 and not (found and b'"data"' in head[:200]):
        return Sniff(0, [])
    return Sniff(min(95, 60 + 8 * len(found)), [*sorted(found), "one document"])
