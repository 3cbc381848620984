"""The campaigns and the waves at targets of a workspace, as the engines find them.

They name accounts: what is written of them on the disk (`findings_rows.py`) holds references in their place.
"""

from dataclasses import dataclass

import pyarrow as pa

from saisine.casework.jobs import Progress
from saisine.casework.session import Session
from saisine.findings import actions, targets
from saisine.findings.actions import Actions
from saisine.findings.campaigns import Campaigns, find_campaigns, near_groups
from saisine.findings.short_copies import ShortGroup, group_short, short_texts
from saisine.findings.targets import TargetView

COLUMNS = tuple(dict.fromkeys((*actions.COLUMNS, *targets.COLUMNS)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands out of every corpus that can be read now, beside the survey."""

    acts: Actions
    campaigns: Campaigns
    waves: tuple[TargetView, ...]
    short: tuple[ShortGroup, ...]


def find(session: Session, progress: Progress | None = None) -> Standing:
    """The campaigns, the waves at targets and the short copies of today's corpora. `progress` may raise to stop."""
    return find_in(session.corpora.scan(COLUMNS), progress)


def find_in(table: pa.Table, progress: Progress | None = None) -> Standing:
    """The same, of the messages of `Corpora.scan(COLUMNS)`."""

    def networks(done: int, total: int | None, what: str) -> None:
        if progress is not None:
            progress(done, total, "networks")

    acts = actions.build_actions(table, near=near_groups(table))
    campaigns = find_campaigns(acts, progress=networks)
    reached = targets.reached_of(acts, table)
    views = targets.views_of(acts, table, reached, targets.waves_at(acts, reached))
    return Standing(acts, campaigns, views, group_short(short_texts(acts, table)))
