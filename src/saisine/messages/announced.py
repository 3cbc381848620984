"""The replies that comments of a capture announce and that the capture does not hold: nobody unfolded them."""

from typing import Final

from saisine.messages.formats.contract import Message, Note
from saisine.messages.ledger import SourceEntry

# Past this many comments nothing is counted: memory stays what it is for a small capture.
MAX_COMMENTS: Final = 200_000


class Announced:
    """What the comments of one file announce, all its members together. Answers to an answer count for the comment
    above them all; a reply of which that comment is not known may be any, and takes one off."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._threads: dict[str, str] = {}  # of replies that answer another: the comment above both
        self._counts: dict[str, int] = {}
        self._places: dict[str, tuple[str, SourceEntry]] = {}

    def see(self, message: Message, entry: SourceEntry) -> None:
        """Take note of a comment or of a reply; of one met twice, the later number counts."""
        if message.message_id is None or message.role != "primary" or len(self._places) >= MAX_COMMENTS:
            return
        if message.kind not in ("comment", "reply"):
            return
        self._places.setdefault(message.message_id, (message.locator, entry))
        if message.kind == "comment":
            if message.reply_count is not None:
                self._counts[message.message_id] = message.reply_count
            return
        above = message.parent_id or message.conversation_id or ""
        self._parents[message.message_id] = above
        if message.conversation_id not in (None, above):
            self._threads[message.message_id] = message.conversation_id

    def tell(self) -> None:
        """Note how many replies are missing, at the first comment that announces some; nothing when none is, or when
        there are too many comments to say."""
        if len(self._places) >= MAX_COMMENTS:
            return
        there: dict[str, int] = {}
        strays = 0
        for reply in self._parents:
            top = self._top(reply)
            there[top] = there.get(top, 0) + 1
            strays += top not in self._places
        owed = {one: count - there.get(one, 0) for one, count in self._counts.items()}
        missing = [one for one, count in owed.items() if count > 0]
        count = sum(owed[one] for one in missing) - strays
        if count > 0:
            locator, entry = self._places[missing[0]]
            entry.note(Note("replies_missing", locator, count=count))

    def _top(self, reply: str) -> str:
        """The comment above them all, in no more steps than threads have levels: a ring in the file ends nothing."""
        for _ in range(64):
            above = self._parents.get(reply)
            if above is None:
                break
            # the answer in the middle may be one that nobody unfolded
            reply = above if above in self._places else self._threads.get(reply, above)
        return reply
