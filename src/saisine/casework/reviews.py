"""What a person must look at before a dossier leaves: nothing here can see a face or a name in a picture.

The numbers come from the build (`to_review`); a version leaves only when none is left. Looking once is enough for
later versions that hide the same words for the same recipient.
"""

import hashlib
from collections.abc import Iterable

from saisine.casework import journal
from saisine.casework.masks import digest_of
from saisine.casework.models import DossierRow
from saisine.casework.session import Session
from saisine.dossiers import DossierData
from saisine.dossiers.recipients import hidden_words, require_recipient
from saisine.errors import SaisineError


def left(dossier: DossierRow) -> tuple[int, ...]:
    """The exhibits that nobody looked at yet, for this version."""
    seen = dossier.report.get("reviewed", {})
    return tuple(number for number in dossier.report.get("to_review", ()) if str(number) not in seen)


def require_reviewed(dossier: DossierRow) -> None:
    """Raises `dossier_to_review` while something waits for a person."""
    waiting = left(dossier)
    if waiting:
        raise SaisineError("dossier_to_review", count=len(waiting), numbers=", ".join(map(str, waiting[:20])))


def mark(session: Session, dossier: DossierRow, numbers: Iterable[int]) -> None:
    """A person looked at these exhibits: nobody masked is seen in them. Others are left as they are."""
    asked = set(numbers)
    done = {str(number) for number in left(dossier) if number in asked}
    if not done:
        return
    said = {"by": session.actor, "at": session.now().isoformat()}
    seen = dict(dossier.report.get("reviewed", {})) | dict.fromkeys(done, said)
    dossier.report = dossier.report | {"reviewed": seen}
    dossier.save(update_fields=["report"])
    journal.note(session, "dossier_reviewed", count=len(done), subject=dossier.id)


def seen(dossier: DossierRow) -> tuple[int, ...]:
    """The exhibits of this version that somebody looked at, in order."""
    looked = dossier.report.get("reviewed", {})
    return tuple(number for number in dossier.report.get("to_review", ()) if str(number) in looked)


def unmark(session: Session, dossier: DossierRow, numbers: Iterable[int]) -> None:
    """Go back from having looked at these exhibits: the dossier waits for them again.

    In the other versions that hide the same words too, else the next one would take the look over from them. Who
    looked and who went back stays in the report.
    """
    gone = {str(number) for number in seen(dossier)} & {str(number) for number in numbers}
    if not gone:
        return
    key = dossier.report.get("masks")
    for row in DossierRow.objects.filter(incident=dossier.incident, built_at__isnull=False):
        if row.id == dossier.id or (key is not None and row.report.get("masks") == key):
            _forget(session, row, gone)
    dossier.refresh_from_db(fields=["report"])
    journal.note(session, "review_withdrawn", count=len(gone), subject=dossier.id)


def _forget(session: Session, row: DossierRow, numbers: Iterable[str]) -> None:
    looked = dict(row.report.get("reviewed", {}))
    back = {"back_by": session.actor, "back_at": session.now().isoformat()}
    lines = [
        {"piece": number, **looked.pop(number), **back} for number in sorted(numbers) if number in looked
    ]
    row.report = row.report | {
        "reviewed": looked,
        "reviews_taken_back": [*row.report.get("reviews_taken_back", []), *lines],
    }
    row.save(update_fields=["report"])


def masks_key(data: DossierData, recipient: str, *, mask_third_parties: bool) -> str:
    """A digest of the words hidden in a version: what was looked at for these words holds for these alone."""
    words = hidden_words(require_recipient(recipient), data.people, mask_third_parties=mask_third_parties)
    told = "\n".join(sorted(f"{label}\t{word}" for word, label in words))
    return hashlib.sha256(f"{recipient}\n{told}".encode()).hexdigest()


def boxes_of(data: DossierData) -> dict[str, str]:
    """A digest of the boxes of each exhibit that has some."""
    return {str(exhibit.number): digest_of(exhibit.boxes) for exhibit in data.exhibits if exhibit.boxes}


def carried(dossier: DossierRow, key: str, boxes: dict[str, str]) -> dict[str, object]:
    """What was looked at in earlier versions with the same masks; a box put or taken away asks for another look."""
    found: dict[str, object] = {}
    for row in DossierRow.objects.filter(incident=dossier.incident, built_at__isnull=False).exclude(
        id=dossier.id
    ):
        if row.report.get("masks") == key:
            then = row.report.get("boxes", {})
            looked = row.report.get("reviewed", {})
            found |= {
                number: said for number, said in looked.items() if then.get(number) == boxes.get(number)
            }
    return found
