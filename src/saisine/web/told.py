"""An error in the language of the page, as the three sentences that templates show."""

from saisine.errors import SaisineError
from saisine.web import words


def tell(error: SaisineError) -> dict[str, str]:
    """What happened, why, what to do."""
    language = words.language()
    return {
        "what": error.what(language),
        "why": error.why(language),
        "what_to_do": error.what_to_do(language),
    }
