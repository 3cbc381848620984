"""Which platform and which notice a letter is about: what concerns another platform stays out of it."""

from collections.abc import Sequence
from dataclasses import replace

from saisine.letters.data import LetterData, NoticeLine
from saisine.letters.models import Letter


def concerning(letter: Letter, data: LetterData) -> tuple[LetterData, NoticeLine | None]:
    """The data that the letter may say, and its notice. A model without `about` says all of the incident.

    A person chooses the platform by typing its name; else it is that of the notice, else that of all exhibits.
    """
    typed = data.given.get("platform", "").strip()
    found = [one for one in data.notices if _is_named(one.platform, typed)] if typed else list(data.notices)
    notice = _chosen(letter.about, found)
    if not letter.about:
        return data, notice
    platform = notice.platform if notice else typed or data.platform
    coordinator = notice.coordinator if notice else data.coordinator
    given = {name: text for name, text in data.given.items() if name != "platform"}  # as its notice spells it
    return _restricted(replace(data, platform=platform, coordinator=coordinator, given=given)), notice


def _chosen(about: str, notices: Sequence[NoticeLine]) -> NoticeLine | None:
    """The last one decided, or for a reminder the last one without a decision; else the last one sent."""
    decided = [one for one in notices if one.decided_on]
    silent = [one for one in notices if not one.decided_on]
    found = {"silent": silent, "platform": list(notices)}.get(about, decided) or list(notices)
    return found[-1] if found else None


def _restricted(data: LetterData) -> LetterData:
    """Contents that name no platform are in only when nothing names this one."""
    here = data.platform
    own = tuple(one for one in data.contents if _is_named(one.platform, here))
    return replace(
        data,
        contents=own or tuple(one for one in data.contents if not one.platform),
        notices=tuple(one for one in data.notices if _is_named(one.platform, here)),
        observed=tuple(one for one in data.observed if not one.platform or _is_named(one.platform, here)),
        exhibits=tuple(one for one in data.exhibits if not one.platform or _is_named(one.platform, here)),
    )


def _is_named(platform: str, name: str) -> bool:
    return platform.casefold() == name.casefold()
