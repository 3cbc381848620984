"""The invented example taken out whole: its deposit, and the incidents that hold nothing else."""

from typing import Final

from saisine.casework import erasures, incident_erasures, invented, journal
from saisine.casework.models import Deposit, Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import erasure

REASON: Final = "mistake"  # of the closed list of the vault: deposited by mistake


def incidents_of(session: Session, deposit: Deposit) -> list[Incident]:
    """The incidents that hold exhibits of it, by number."""
    held = {row.incident_id: row.incident for row in invented.exhibits_of(session, deposit)}
    return sorted(held.values(), key=lambda incident: incident.number)


def remove(session: Session, deposit: Deposit) -> None:
    """Erase an invented deposit and its incidents at once, by the ordinary erasures.

    Raises `example_unknown`; before anything goes, `example_in_incidents` when one of its incidents holds
    something else too, and `unit_held`.
    """
    if not deposit.is_invented or deposit.state != Deposit.SEALED:
        raise SaisineError("example_unknown")
    held = incidents_of(session, deposit)
    _require_nothing_else(session, deposit, held)
    for one in erasure.holds(session.vault):
        if one.unit == deposit.unit:
            raise SaisineError("unit_held", unit=one.unit)
    for incident in held:
        incident_erasures.erase_incident(session, incident, REASON)
    erasures.erase(session, erasures.target_of(session, deposit.unit), REASON)
    journal.note(session, "example_removed", subject=deposit.id)


def _require_nothing_else(session: Session, deposit: Deposit, held: list[Incident]) -> None:
    mine = {row.id for row in invented.exhibits_of(session, deposit)}
    mixed = [one for one in held if one.exhibits.exclude(id__in=mine).exists()]
    if mixed:
        raise SaisineError("example_in_incidents", numbers=", ".join(str(one.number) for one in mixed[:10]))
    for incident in held:
        incident_erasures.require_free(session, incident)
