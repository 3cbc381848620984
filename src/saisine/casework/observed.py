"""Decisions follow a message to its newest observation: what was sorted once does not come back to be sorted.

So do the types that people confirmed. A message whose text has changed since is another thing to decide on: its
decision stays where it was made.
"""

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from saisine.casework import confirmed_types
from saisine.casework.models import SortedMessage
from saisine.casework.session import Session
from saisine.messages.corpus import Query


def follow_newest(session: Session) -> int:
    """After an import: move each decision to the row that is read from now on; how many moved."""
    replaced = _replaced(session)
    if not replaced:
        return 0
    messages = session.corpora.get_many(replaced)
    keys = frozenset((one.platform, one.message_id) for one in messages if one.message_id is not None)
    found = session.corpora.scan(["platform", "message_id", "text_norm"], Query(keys=keys, role=None))
    rows = found.to_pylist()
    newest = {(row["platform"], row["message_id"]): (row["ref"], row["text_norm"]) for row in rows}
    moved = 0
    with transaction.atomic():
        for one in messages:
            ref, text_norm = newest.get((one.platform, one.message_id), ("", ""))
            if not ref or text_norm != one.text_norm:
                continue
            if not SortedMessage.objects.filter(ref=ref).exists():
                moved += SortedMessage.objects.filter(ref=one.ref).update(ref=ref)
            confirmed_types.follow(str(one.ref), ref)
    return moved


def _replaced(session: Session) -> list[str]:
    """The references of messages that people sorted and no search gives any more, though their corpus is there."""
    here = {info.id for info in session.corpora.list()}
    sorted_ones = SortedMessage.objects.order_by("id").values_list("ref", flat=True)
    refs = dict.fromkeys([*sorted_ones, *confirmed_types.refs()])
    decided = [ref for ref in refs if ref.partition(":")[0] in here]
    if not decided:
        return []
    wanted, shown = pa.array(decided, pa.string()), set()
    for table in session.corpora.scan_parts([], Query(role=None)):
        shown.update(table["ref"].filter(pc.is_in(table["ref"], value_set=wanted)).to_pylist())
    return [ref for ref in decided if ref not in shown]
