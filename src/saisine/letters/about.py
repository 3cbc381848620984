"""Which platform and which notice a letter is about: what concerns another platform stays out of it."""

from collections.abc import Sequence
from dataclasses import replace

from saisine.letters.data import ContentLine, LetterData, NoticeLine
from saisine.letters.models import Letter


def concerning(letter: Letter, data: LetterData) -> tuple[LetterData, NoticeLine | None]:
    """The data that the letter may say, and its notice. A model without `about` says all of the incident.

    A person chooses the platform by typing its name; else it is that of the notice, else that of all exhibits.
    """
    typed = data.given.get("platform", "").strip()
    found = [one for one in data.notices if _is_named(one.platform, typed)] if typed else list(data.notices)
    notice = _chosen(letter.about, found)
    if not letter.about:
        return _said(letter, data), notice
    platform = notice.platform if notice else typed or data.platform
    coordinator = notice.coordinator if notice else data.coordinator
    given = {name: text for name, text in data.given.items() if name != "platform"}  # as its notice spells it
    here = _restricted(replace(data, platform=platform, coordinator=coordinator, given=given))
    if letter.about != "platform" and notice is not None:
        return _of_notice(here, notice), notice
    return _said(letter, here), notice


def _said(letter: Letter, data: LetterData) -> LetterData:
    """Where a letter must say what each content is, one of which nothing is said has no place."""
    is_charge = {"contents", "offences"} <= set(letter.needs)
    if not is_charge:
        return _complained(data)
    alleged = _alleged(_complained(data))
    return alleged if letter.about else replace(alleged, offences=data.offences)  # a court hears all of them


def _complained(data: LetterData) -> LetterData:
    """Without what was found lawful, while something else is not: nobody complains of a friend who answers."""
    if not data.offences:
        return data
    return replace(data, contents=tuple(one for one in data.contents if not one.is_lawful))


def _of_notice(data: LetterData, notice: NoticeLine) -> LetterData:
    """The content of this notice alone: a decision answers one notice."""
    if not notice.url and notice.exhibit is None:
        return data
    own = (one for one in data.contents if _is_of(one, notice))
    said = (one for one in data.offences if one.covers(notice.exhibit))
    others = {one.exhibit for one in data.contents} - {notice.exhibit}
    shown = (one for one in data.exhibits if one.number not in others or notice.exhibit is None)
    return replace(data, contents=tuple(own), offences=tuple(said), exhibits=tuple(shown))


def _is_of(content: ContentLine, notice: NoticeLine) -> bool:
    return content.url == notice.url if notice.url else content.exhibit == notice.exhibit


def _alleged(data: LetterData) -> LetterData:
    """The contents of which something is said, and what is said of them."""
    if not data.offences or not data.contents:
        return data
    own = [one for one in data.contents if any(offence.covers(one.exhibit) for offence in data.offences)]
    said = [offence for offence in data.offences if any(offence.covers(one.exhibit) for one in own)]
    return replace(data, contents=tuple(own), offences=tuple(said))


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
