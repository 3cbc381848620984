"""An error in the language of the page, as the three sentences that templates show."""

from django.utils import translation

from saisine.errors import SaisineError


def tell(error: SaisineError) -> dict[str, str]:
    """What happened, why, what to do."""
    language = "en" if (translation.get_language() or "fr").startswith("en") else "fr"
    return {"what": error.what(language), "why": error.why(language), "what_to_do": error.what_to_do(language)}
