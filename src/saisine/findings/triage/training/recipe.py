"""What the training weighs and holds back: chosen on the development sets and on hands left out."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from saisine.findings.triage.training.corpus import DANGERS, EVERYDAY, OWN, WRITTEN


class Shares(NamedTuple):
    """What a sentence of each kind weighs in a member: native texts, our frames, our written sentences, those of
    ANSWERING, those of hands who wrote dangers alone, those of hands who wrote everyday talk.

    Native posts decide their own order best: ours weigh little there, and much in the alarms.
    """

    native: float
    own: float
    written: float
    answering: float
    dangers: float
    everyday: float


IN_LINEAR: Final = Shares(1.0, 0.1, 0.15, 0.05, 0.05, 0.15)
IN_NETWORK: Final = Shares(1.0, 0.3, 0.3, 0.1, 0.05, 0.3)
IN_RULES: Final = Shares(1.0, 1.0, 1.0, 0.1, 0.3, 0.3)
IN_ALARMS: Final = {
    "threat": Shares(24.0, 0.3, 3.0, 1.0, 3.0, 6.0),
    "doxxing": Shares(12.0, 0.3, 3.0, 0.5, 3.0, 6.0),
    "suicide_incitement": Shares(12.0, 0.3, 3.0, 0.5, 3.0, 6.0),
    "raid": Shares(24.0, 0.3, 3.0, 1.0, 3.0, 6.0),
    "sexual": Shares(12.0, 0.3, 3.0, 0.5, 3.0, 6.0),
    "hint": Shares(0.5, 0.3, 1.0, 1.0, 0.3, 1.0),
    "answer": Shares(6.0, 1.0, 1.0, 1.0, 0.3, 1.0),
}
# What each danger, and each alarm fitted by itself, must tell from everything on the other side (the last one from
# everything harmful), native posts included; the rest of its own side is left out of it.
DANGERS_BY: Final = {
    "threat": ("threat", "threat_to_group_member", "written_threat"),
    "doxxing": ("doxxing", "written_doxxing"),
    "suicide_incitement": ("suicide", "written_suicide"),
    "raid": ("raid", "written_raid"),
}
# Told beside the dangers, in the same way, though no alarm of danger.
BESIDE_BY: Final = {"sexual": ("sexual_harassment", "written_sexual_harassment")}
RAISED_BY: Final = {
    "hint": (
        "implicit", "implicit_no_name", "exclusion", "hostile_question", "quote_approved", "place_given",
        "praise_denied", "written_allusion", "written_exclusion", "written_approving_quote", "written_rhetorical",
        "written_praise_denied", "written_insult", "written_school_near", "written_group_hate", "written_incite",
        "written_sexual_harassment", "written_counter_near", "written_testimony_near", "written_brief_attack",
    ),
    "answer": (
        "written_counter", "written_testimony", "written_reclaimed", "counter_quote", "counter_reference", "testimony",
        "testimony_person", "reclaimed", "hate_negated",
    ),
}  # fmt: skip
# Who answers hate, tells of it, or names a group in peace, beside who only seems to: words alone do not tell them
# apart, and at full share they cost the linear member and the rules 0.01 and 0.02 of the order of native posts.
ANSWERING: Final = tuple(
    f"written_{name}"
    for name in (
        "counter", "counter_near", "testimony", "testimony_near", "reclaimed", "reclaimed_near", "neighbour",
    )
)  # fmt: skip
# Added to each danger and alarm: they speak a little under even odds. So nine of ten of each danger, by hands left out,
# are over 0.5. Sexual remarks are told from threats alone: they keep the same step.
EARLIER: Final = {
    "threat": 1.3, "doxxing": 1.0, "suicide_incitement": 1.0, "raid": 1.1, "sexual": 1.3, "hint": 0.3, "answer": 0.5,
}  # fmt: skip
# beside one development set, when shares and the 0.5 limit are fitted
FITTED_SHARES: Final = {OWN: 2.0, WRITTEN: 1.0, DANGERS: 0.2, EVERYDAY: 1.0}
# How much weights on words, fields, stems and features are held back; a set by itself is small.
Ridges = tuple[float, float, float, float]
RIDGES: Final[Ridges] = (4e-5, 7e-5, 7e-5, 3.5e-4)
ALARM_RIDGES: Final[Mapping[str, Ridges]] = {
    "danger": (6e-7, 1e-6, 6e-7, 1.5e-4),
    "hint": (3e-5, 3e-5, 3e-5, 5e-4),
    "answer": (3e-5, 3e-5, 3e-5, 5e-4),
}
VIEW_RIDGES: Final[Ridges] = (3e-4, 1e-3, 5e-4, 1e-2)
FEATURE_RIDGE, SOURCE_RIDGE = 5e-4, 1e-4
