"""Notices to platforms: profiles, article 16 texts, states, due dates, calendar and table.

The text is prepared here; a person sends it on the platform's own form, then says so.
"""

from saisine.notices.draft import LegalBasis, NoticeDraft, Notifier
from saisine.notices.dues import Due, due_dates, load_terms
from saisine.notices.ics import CalendarTerm, renew_terms, write_ics
from saisine.notices.profiles import Place, Platform, load_platforms, platform_for_url
from saisine.notices.states import DECISIONS, NoticeEvent, State, notice_state, require_event
from saisine.notices.table import NoticeRecord, notices_csv
from saisine.notices.text import NoticeText, Point, build_notice_text

__all__ = [
    "DECISIONS",
    "CalendarTerm",
    "Due",
    "LegalBasis",
    "NoticeDraft",
    "NoticeEvent",
    "NoticeRecord",
    "NoticeText",
    "Notifier",
    "Place",
    "Platform",
    "Point",
    "State",
    "build_notice_text",
    "due_dates",
    "load_platforms",
    "load_terms",
    "notice_state",
    "notices_csv",
    "platform_for_url",
    "renew_terms",
    "require_event",
    "write_ics",
]
