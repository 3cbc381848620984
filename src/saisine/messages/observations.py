"""The same message seen several times: in two imports, two records, a capture and an export.

One is read, the newest; each stays as evidence, with its own place in its own sealed source. Together they tell how
the counts went, and whether the text changed between two of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.corpus import Corpora, MessageRef, Query
from saisine.messages.schema import COUNTS, PLATFORMS, Message

Key = tuple[str, str]
_KEY: Final = ("platform", "message_id")
# What may change from one observation to the next and is no content: it can be listed with texts closed.
_TOLD: Final = ("kind", "role", "edited_at", "deleted", *COUNTS, "source_sha256", "record_sha256", "locator")
_DAWN: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Observation:
    """One time a message was seen. `is_changed`: its text is not that of the observation before."""

    message: Message
    imported_at: datetime
    is_newest: bool
    is_changed: bool

    def as_json(self, *, with_text: bool = False) -> dict[str, object]:
        """Its place, its counts and its provenance; the text only when it was asked for."""
        one = self.message
        told = {name: getattr(one, name) for name in (*_TOLD, "mapper")}
        told |= {"text": one.text} if with_text else {}
        state = {"newest": self.is_newest, "text_changed": self.is_changed}
        return {
            "ref": one.ref,
            "collected_at": one.collected_at,
            "imported_at": self.imported_at,
            **state,
            **told,
        }


@dataclass(frozen=True, slots=True)
class History:
    """Every observation of one message, the oldest first.

    >>> history_of(corpora, ("x", "17")).series()["like_count"]
    [(datetime(2026, 3, 1, …), 4), (datetime(2026, 4, 2, …), 31)]
    """

    platform: str
    message_id: str | None
    observations: tuple[Observation, ...]

    @property
    def newest(self) -> Observation:
        return next(one for one in self.observations if one.is_newest)

    def series(self) -> dict[str, list[tuple[datetime, int]]]:
        """For each count, its values by the time they were collected; what was hidden then is left out."""
        return {name: list(self._values(name)) for name in COUNTS}

    def _values(self, name: str) -> Iterator[tuple[datetime, int]]:
        for one in self.observations:
            value, at = getattr(one.message, name), one.message.collected_at
            if value is not None and at is not None:
                yield at, value

    def as_json(self, *, with_text: bool = False) -> dict[str, object]:
        return {
            "platform": self.platform,
            "message_id": self.message_id,
            "observations": [one.as_json(with_text=with_text) for one in self.observations],
            "series": self.series(),
            "text_versions": len({one.message.text for one in self.observations}),
        }


def history_of(corpora: Corpora, key: Key) -> History:
    """Every observation of a message, by (platform, identifier). Raises `message_unknown`."""
    found = corpora.scan(["message_id"], _all_of([key]))
    if not found.num_rows:
        raise SaisineError("message_unknown")
    return _history(corpora, corpora.get_many(found["ref"].to_pylist()))


def history_named(corpora: Corpora, name: str) -> History:
    """The same, by what a person typed: a reference, or `platform:identifier`. Raises `message_unknown`."""
    platform, _, message_id = name.partition(":")
    if platform in PLATFORMS and message_id:
        return history_of(corpora, (platform, message_id))
    try:
        message = corpora.get(name)
    except SaisineError as error:
        if error.code != "corpus_unknown":
            raise
        raise SaisineError("message_unknown") from error
    if message.message_id is None:
        return _history(corpora, [message])
    return history_of(corpora, (message.platform, message.message_id))


def count_observations(corpora: Corpora, keys: Iterable[Key]) -> dict[Key, int]:
    """How many times each of these messages was seen; one that is not there is left out."""
    wanted = list(keys)
    if not wanted:
        return {}
    found = corpora.scan(["platform", "message_id"], _all_of(wanted))
    platforms = found["platform"].cast("string").to_pylist()
    return dict(Counter(zip(platforms, found["message_id"].to_pylist(), strict=True)))


def changed_texts(corpora: Corpora) -> list[str]:
    """References of the messages, as they are read today, of which two collections do not have the same text; what a
    source is known to have cut short is no other text. In order of reference."""
    if len(corpora.list()) < 2:
        return []
    seen = corpora.scan(list(_KEY), Query(all_observations=True)).select(list(_KEY))
    several = seen.group_by(list(_KEY)).aggregate([([], "count_all")])
    keys = _keys_of(several.filter(pc.greater(several["count_all"], 1)))
    if not keys:
        return []
    wanted = Query(keys=keys, all_observations=True)
    found = corpora.scan([*_KEY, "text", "text_repairs"], wanted)
    cut = pa.array(
        ["shortened_upstream" in (one or ()) for one in found["text_repairs"].to_pylist()], pa.bool_()
    )
    whole = found.filter(pc.invert(cut)).select([*_KEY, "text"])
    texts = whole.group_by(list(_KEY)).aggregate([("text", "count_distinct")])
    changed = _keys_of(texts.filter(pc.greater(texts["text_count_distinct"], 1)))
    if not changed:
        return []
    return sorted(corpora.scan(["message_id"], Query(keys=changed))["ref"].to_pylist())


def _keys_of(table: pa.Table) -> frozenset[Key]:
    platforms, ids = table["platform"].cast("string").to_pylist(), table["message_id"].to_pylist()
    return frozenset(key for key in zip(platforms, ids, strict=True) if key[1] is not None)


def rows_with_counts(corpora: Corpora, messages: Iterable[Message]) -> list[dict[str, object]]:
    """Messages as plain values, each with how many times it was seen (`observations`)."""
    shown = list(messages)
    keys = {(one.platform, one.message_id) for one in shown if one.message_id is not None}
    counts = count_observations(corpora, keys)
    return [
        one.as_json() | {"observations": counts.get((one.platform, one.message_id or ""), 1)} for one in shown
    ]


def _all_of(keys: Iterable[Key]) -> Query:
    return Query(keys=frozenset(keys), role=None, all_observations=True)


def _history(corpora: Corpora, messages: Iterable[Message]) -> History:
    imported = {info.id: info.created_at for info in corpora.list()}

    def order(one: Message) -> tuple[datetime, datetime, MessageRef]:
        ref = MessageRef.parse(one.ref or "")
        return one.collected_at or _DAWN, imported.get(ref.corpus, _DAWN), ref

    seen = sorted(messages, key=order)
    # the rule of the search: read for itself before carried inside another record, then the last collected
    newest = max(seen, key=lambda one: (one.role == "primary", *order(one)))
    told = []
    for number, one in enumerate(seen):
        is_changed = number > 0 and one.text != seen[number - 1].text
        told.append(Observation(one, order(one)[1], one is newest, is_changed))
    return History(newest.platform, newest.message_id, tuple(told))
