"""The replies that comments of a capture announce and that the capture does not hold: nobody unfolded them."""

from typing import Final

from saisine.messages.formats.contract import Message, Note

# Past this many comments nothing is counted: memory stays what it is for a small capture.
MAX_COMMENTS: Final = 200_000


class Announced:
    """What the comments of one member announce. Answers to an answer count for the comment above them all."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._threads: dict[str, str] = {}  # of replies that answer another: the comment above both
        self._counts: dict[str, int] = {}
        self._places: dict[str, str] = {}
        self._orphans: set[str] = set()  # replies whose comment is not said: they may be among those sought

    def see(self, message: Message) -> None:
        """Take note of a comment or of a reply; of one met twice, the higher number counts."""
        if message.message_id is None or message.role != "primary" or len(self._places) >= MAX_COMMENTS:
            return
        if message.kind == "reply":
            above = message.parent_id or message.conversation_id
            self._places.setdefault(message.message_id, "")
            if above is None:
                self._orphans.add(message.message_id)
            else:
                self._parents[message.message_id] = above
                if message.conversation_id not in (None, above):
                    self._threads[message.message_id] = message.conversation_id
        elif message.kind == "comment" and message.reply_count:
            self._places.setdefault(message.message_id, message.locator)
            self._counts[message.message_id] = max(
                message.reply_count, self._counts.get(message.message_id, 0)
            )

    def note(self) -> Note | None:
        """How many replies are missing, and the first comment that announces some; None when none is or when there are
        too many comments to say."""
        if len(self._places) >= MAX_COMMENTS:
            return None
        there: dict[str, int] = {}
        for reply in self._parents:
            top = self._top(reply)
            there[top] = there.get(top, 0) + 1
        owed = {one: count - there.get(one, 0) for one, count in self._counts.items()}
        missing = [one for one, count in owed.items() if count > 0]
        count = sum(owed[one] for one in missing) - len(self._orphans)
        return Note("replies_missing", self._places[missing[0]], count=count) if count > 0 else None

    def _top(self, reply: str) -> str:
        """The comment above them all, in no more steps than threads have levels: a ring in the file ends nothing."""
        for _ in range(64):
            above = self._parents.get(reply)
            if above is None:
                break
            # the answer in the middle may be one that nobody unfolded
            reply = above if above in self._places else self._threads.get(reply, above)
        return reply
