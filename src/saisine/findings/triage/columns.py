"""What each column of the weights on words, fields, stems and features stands for, in the order of the file.

The first order reads the outputs of the linear member, the two alarms fitted by themselves and the four dangers, of
which the alarm of danger is made: each of them is told from everything harmless, and the alarm is the logarithm of the
sum of their odds, so that a sign of any danger counts and weak signs of several add up. Which danger it is, their
shares say; unwanted sexual remarks, which resemble threats most, are told beside them and raise no alarm. The last
five are views: how those who labelled each public set would read the message. Five teams asked
five questions (is it racist, abusive, toxic…) of five kinds of posts; the members answer for all at once, and an
association's inbox is often much closer to one. Local learning (`local.py`) reads them: 200 decisions tell which view
to follow, where they are far too few to learn it anew.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.blend import ALARMS, words_in
from saisine.findings.triage.courtesies import is_courtesy
from saisine.findings.triage.features import DANGERS
from saisine.findings.triage.network import OUTPUTS

VIEWS: Final = ("mlma_fr_train", "ftr_train", "jigsaw_fr_mt", "rtplx_fr_dev", "toxifrench_agreement")
FIRST_DANGER: Final = len(OUTPUTS) + len(ALARMS) - 1
TOLD_BESIDE: Final = (*DANGERS, "sexual")
FIRST_VIEW: Final = FIRST_DANGER + len(TOLD_BESIDE)
COUNT: Final = FIRST_VIEW + len(VIEWS)
IN_ORDER: Final = slice(0, FIRST_DANGER + len(DANGERS))
IN_DANGERS: Final = slice(FIRST_DANGER, IN_ORDER.stop)
IN_TOLD: Final = slice(FIRST_DANGER, FIRST_VIEW)
IN_VIEWS: Final = slice(FIRST_VIEW, COUNT)


def alarms_of(on_words: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(messages, ALARMS), from the columns of IN_ORDER; an alarm speaks over 0."""
    danger = np.logaddexp.reduce(on_words[:, IN_DANGERS], axis=1)
    return np.column_stack([danger, on_words[:, len(OUTPUTS) : FIRST_DANGER]])


def heard_of(on_words: npt.NDArray[Any], tokens: Sequence[Sequence[str]]) -> npt.NDArray[Any]:
    """(messages, ALARMS): what each alarm says over 0; nothing of « 👍 », which has no word, nor of « Bonsoir »."""
    each = map(words_in, tokens)
    heard = np.array([bool(words) and not is_courtesy(words) for words in each], bool)
    found: npt.NDArray[Any] = np.maximum(0, alarms_of(on_words)) * heard[:, None]
    return found
