"""Messages proved alone, out of the workspace: read again, proved, written to one file, and logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from saisine.casework import journal
from saisine.casework.session import Session
from saisine.messages.corpus import MessageRef
from saisine.messages.rows import disclose_message
from saisine.vault.bundle_dating import HeadChoice
from saisine.vault.disclosure_files import write_disclosures
from saisine.vault.disclosures import Disclosure


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What was written: the messages by reference, and the SHA-256 of the file."""

    messages: list[str]
    sha256: str


def make_disclosures(session: Session, refs: Sequence[str]) -> list[Disclosure]:
    """The disclosures of some messages, for a file or a bundle, each message once, in the order asked.

    Raises `message_unknown`, `rows_none`, `record_not_found`, and what reading a sealed original refuses.
    """
    parsed = list(dict.fromkeys(map(MessageRef.parse, refs)))
    scratch, heads = session.workspace.scratch, HeadChoice(session.vault)
    return [
        disclose_message(session.vault, session.corpora, ref, scratch=scratch, heads=heads) for ref in parsed
    ]


def disclose_messages(session: Session, refs: Sequence[str], target: Path) -> Disclosed:
    """Write the disclosures of some messages to a new file; that they left is logged over their originals.

    Raises as `make_disclosures`, `disclosure_exists`, `disclosure_too_large`. A failure writes nothing.
    """
    parsed = list(dict.fromkeys(map(MessageRef.parse, refs)))
    messages = session.corpora.get_many(parsed)
    digest = write_disclosures(session.vault, make_disclosures(session, refs), target)
    items = [
        session.corpora.info(ref.corpus).item_of(message.source_sha256)
        for ref, message in zip(parsed, messages, strict=True)
    ]
    facts = {"recipient": "", "purpose": "disclosure", "sha256": digest}
    session.vault.log_export(list(dict.fromkeys(items)), facts, session.actor)
    journal.note_shown(session, messages)
    return Disclosed([str(ref) for ref in parsed], digest)
