"""What every Meta export shares: the encoding fault, its clocks, and labels in the account's language."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from saisine.texts import fold, repair_mojibake, utc_from_ms, utc_from_s

# Only hints: the account's language decides the label, so shape decides first where labels are unknown.
COMMENT_LABELS: Final = frozenset(
    {
        *(
            "comment",
            "commentaire",
            "opmerking",
            "reactie",
            "kommentar",
            "comentario",
            "commento",
            "komentarz",
        ),
        *("yorum", "comentariu", "hozzaszolas", "komentar", "kommentti", "комментарии", "коментар", "σχολιο"),
        *("تعليق", "التعليق", "نظر", "תגובה", "コメント", "댓글", "评论", "留言", "binh luan"),
    }
)
# Who wrote it and in which group, where a Facebook export says so.
AUTHOR_LABELS: Final = frozenset(
    {
        "author",
        "auteur",
        "autrice",
        "autor",
        "autore",
        "verfasser",
        "yazar",
        "автор",
        "المؤلف",
        "الكاتب",
        "作者",
        "作成者",
    }
)
GROUP_LABELS: Final = frozenset(
    {
        "group",
        "groupe",
        "gruppe",
        "grupo",
        "gruppo",
        "groep",
        "grupa",
        "grup",
        "группа",
        "المجموعة",
        "グループ",
        "小组",
    }
)
OWNER_LABELS: Final = frozenset(
    {
        *("media owner", "proprietaire du media", "proprietaire du contenu multimedia", "media-eigenaar"),
        *("eigenaar van media", "inhaber des mediums", "medieninhaber", "proprietario da midia"),
        *("propietario del contenido multimedia", "proprietario del contenuto multimediale"),
        *("medya sahibi", "مالك الوسائط", "владелец медиафаила", "wlasciciel multimediow"),
    }
)
MAX_DISTINCT: Final = 2_000
MAX_LABELS: Final = 50
_HANDLE: Final = re.compile(r"@?[a-z0-9._]{1,30}")  # what Instagram allows for an account
_ADDRESS: Final = re.compile(r"https?://\S+")


def repair(value: Any, repaired: set[str]) -> Any:
    """The same value, each string (keys too) read again as UTF-8 where that succeeds.

    `repaired` collects the strings that changed.
    """
    if isinstance(value, str):
        text, is_changed = repair_mojibake(value)
        if is_changed:
            repaired.add(text)
        return text
    if isinstance(value, list):
        return [repair(one, repaired) for one in value]
    if isinstance(value, dict):
        return {repair(key, repaired): repair(one, repaired) for key, one in value.items()}
    return value


def as_exported(text: str) -> str:
    """The string that `repair` read: its own inverse, so the original need not be carried along."""
    return text.encode("utf-8").decode("latin-1")


def time_fields(value: Any) -> dict[str, Any]:
    """The time columns from seconds, milliseconds (by magnitude) or an ISO date; 0 means unknown."""
    if not value or isinstance(value, bool):
        return {}
    if isinstance(value, str):
        found, precision = _from_iso(value), "s"
    elif value > 100_000_000_000:  # seconds reach this in the year 5138, milliseconds in 1973
        found, precision = utc_from_ms(value), "ms"
    else:
        found, precision = utc_from_s(value), "s"
    return {
        "created_at": found,
        "created_at_raw": str(value),
        "created_at_precision": precision,
        "created_at_source": "field",
    }


def _from_iso(text: str) -> datetime:
    """Old exports write UTC, some of them without saying so."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def pick_comment(values: list[tuple[str, str]], label: str | None = None) -> tuple[str, str | None]:
    """(text of the comment, account it was written under) among labelled values, by label when it is known.

    `label` is that of the comments where the whole file tells it. With unknown labels, what cannot be an account name
    is the text, the longest of several; when all could be names ("ok"), the first is, which is the order of the exports
    seen.
    """
    owner = under(values, OWNER_LABELS)
    known = COMMENT_LABELS if label is None else {*COMMENT_LABELS, fold(label)}
    text = under(values, known)
    others = (under(values, AUTHOR_LABELS), under(values, GROUP_LABELS))
    rest = [
        value for _, value in values if value not in (owner, text, *others) and not _ADDRESS.fullmatch(value)
    ]
    if text is None:
        sentences = [value for value in rest if not _HANDLE.fullmatch(value)]
        text = max(sentences, key=len) if sentences else next(iter(rest), "")
    if owner is None:
        owner = next((value for value in rest if value != text and _HANDLE.fullmatch(value)), None)
    return text, owner


def under(values: list[tuple[str, str]], labels: Collection[str]) -> str | None:
    """The first value that stands under one of these labels."""
    return next((value for label, value in values if fold(label) in labels), None)


class LabelCounts:
    """What stands under each label of a file, counted: in a language that is not known here, the comments are under the
    label whose values differ most and look least like account names."""

    def __init__(self) -> None:
        self._values: dict[str, set[int]] = {}  # their hashes: a text may have megabytes
        self._sentences: Counter[str] = Counter()

    def add(self, values: list[tuple[str, str]]) -> None:
        for label, value in values:
            if not isinstance(value, str):
                continue  # a damaged record; it says so where it is mapped
            seen = self._values.setdefault(label, set())
            if _ADDRESS.fullmatch(value) or len(seen) > MAX_DISTINCT or len(self._values) > MAX_LABELS:
                continue
            seen.add(hash(value))
            self._sentences[label] += not _HANDLE.fullmatch(value)

    def comment_label(self) -> str | None:
        """None when a known label is there, or when nothing tells one from the others."""
        labels = [one for one, seen in self._values.items() if seen]
        if len(labels) < 2 or any(fold(one) in COMMENT_LABELS for one in labels):
            return None
        ranked = sorted(labels, key=self._rank, reverse=True)
        return ranked[0] if self._rank(ranked[0]) > self._rank(ranked[1]) else None

    def _rank(self, label: str) -> tuple[int, int]:
        return len(self._values[label]), self._sentences[label]


def has_comment_label(values: list[tuple[str, str]]) -> bool:
    return any(fold(label) in COMMENT_LABELS for label, _ in values)


def labelled(entries: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The filled (label, value) pairs of a `string_map_data`."""
    return [
        (label, one["value"]) for label, one in entries.items() if isinstance(one, dict) and one.get("value")
    ]


def labelled_list(entries: list[Any]) -> list[tuple[str, str]]:
    """The filled (label, value) pairs of a `label_values`, those of its inner groups too."""
    pairs: list[tuple[str, str]] = []
    for one in entries:
        if not isinstance(one, dict):
            continue
        if one.get("value"):
            pairs.append((str(one.get("label") or ""), str(one["value"])))
        inner = one.get("dict")
        if isinstance(inner, list):
            pairs += labelled_list(inner)
    return pairs


def uris(value: Any) -> list[str]:
    """Every `uri` below: pictures, videos, voice messages, files."""
    if isinstance(value, list):
        return [uri for one in value for uri in uris(one)]
    if isinstance(value, dict):
        own = [value["uri"]] if isinstance(value.get("uri"), str) and value["uri"] else []
        return own + [uri for key, one in value.items() if key in CARRIERS for uri in uris(one)]
    return []


CARRIERS: Final = frozenset({"data", "media", "attachments"})


def addresses(value: Any) -> list[str]:
    """The web addresses that attachments point to (`external_context.url`)."""
    if isinstance(value, list):
        return [url for one in value for url in addresses(one)]
    if isinstance(value, dict):
        context = value.get("external_context")
        own = [context["url"]] if isinstance(context, dict) and isinstance(context.get("url"), str) else []
        return own + [url for key, one in value.items() if key in CARRIERS for url in addresses(one)]
    return []


def words_in(attachments: Any, *, is_alone: bool) -> list[str]:
    """What a person wrote or read in the attachments of a post: descriptions of pictures, a poll, an event, a sale; the
    title of a page of somebody else that it links to only where the post has no words of its own (`is_alone`)."""
    names = _WORDED if is_alone else tuple(name for name in _WORDED if name != "external_context")
    found: list[str] = []
    waiting = [attachments]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one
        elif isinstance(one, dict):
            found += _own_words(one)
            waiting[:0] = [one[key] for key in names if key in one]
    return list(dict.fromkeys(found))


# The sale's and the event's fields have these names too; `name` alone would be that of a place.
_WORDED: Final = (
    "data",
    "media",
    "poll",
    "options",
    "event",
    "for_sale_item",
    "fundraiser",
    "external_context",
)
_WORDS: Final = ("text", "question", "option", "description", "price")


def _own_words(one: dict[str, Any]) -> list[str]:
    named = ("name", *_WORDS) if "start_timestamp" in one or "url" in one else _WORDS
    named = ("title", *named) if "price" in one or ("title" in one and "uri" not in one) else named
    return [value for key in named if isinstance(value := one.get(key), str) and value.strip()]


# what Messenger and Instagram write in the place of a reaction, in the name of who reacted
_REACTION: Final = re.compile(
    r"(?:Reacted [^\sA-Za-z0-9]{1,12} to your message|Liked a message"
    r"|A réagi (?:avec )?[^\sA-Za-z0-9]{1,12} à votre message|A aimé (?:un|votre) message)\s?\.?\s?"
)


def is_reaction(content: Any) -> bool:
    """Whether the content of a private message is the line that stands for a reaction."""
    return isinstance(content, str) and _REACTION.fullmatch(repair_mojibake(content)[0]) is not None
