"""The names of platforms as a person reads them, from the profiles of `notices`."""

from django.utils.translation import gettext as _

from saisine.notices.profiles import GENERIC, load_platforms
from saisine.web import words


def choices() -> list[tuple[str, str]]:
    """(id, name) of each profile, the generic one last, for a list to choose from."""
    return [(id, name_of(id)) for id in load_platforms()]


def name_of(id: str) -> str:
    """« X », « Instagram »; the id itself for a platform without a profile."""
    if id == GENERIC and words.is_english():
        return "Another host"
    profile = load_platforms().get(id)
    return profile.name if profile else id


def says(id: str) -> str:
    """« sur X », and nothing when the platform is not known."""
    return _("sur %(platform)s") % {"platform": name_of(id)} if id and id != GENERIC else ""
