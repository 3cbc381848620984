"""The campaigns and the waves at targets of a workspace: derived, kept in memory alone.

They name accounts, so no file holds them; computing them again gives the same.
"""

from dataclasses import dataclass

from saisine.casework.jobs import Progress
from saisine.casework.session import Session
from saisine.findings import actions, targets
from saisine.findings.campaigns import VERSION, Campaigns, find_campaigns, near_groups
from saisine.findings.short_copies import ShortGroup, group_short, short_texts
from saisine.findings.targets import TargetView

COLUMNS = tuple(dict.fromkeys((*actions.COLUMNS, *targets.COLUMNS)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands out of every corpus that can be read now, beside the survey."""

    campaigns: Campaigns
    waves: tuple[TargetView, ...]
    short: tuple[ShortGroup, ...]


def current(session: Session, progress: Progress | None = None) -> Standing:
    """The campaigns and waves of today's corpora. Stopping it leaves the earlier ones in place."""
    key = (VERSION, *sorted(info.id for info in session.corpora.list()))
    with session.lock:
        held = session.kept.get("campaigns")
        if isinstance(held, tuple) and held[0] == key:
            found: Standing = held[1]
            return found
        made = _make(session, progress)
        session.kept["campaigns"] = (key, made)
    return made


def _make(session: Session, progress: Progress | None) -> Standing:
    table = session.corpora.scan(COLUMNS)
    acts = actions.build_actions(table, near=near_groups(table))
    campaigns = find_campaigns(acts) if progress is None else find_campaigns(acts, progress=progress)
    reached = targets.reached_of(acts, table)
    views = targets.views_of(acts, table, reached, targets.waves_at(acts, reached))
    return Standing(campaigns, views, group_short(short_texts(acts, table)))
