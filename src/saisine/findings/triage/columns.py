"""What each column of the weights on words, fields and features stands for, in the order of the file.

The first order reads the outputs of the linear member and the alarms. A danger that an alarm lifts is told apart by
the next four. The last five are views: how those who labelled each public set would read the message. Five teams
asked five questions (is it racist, abusive, toxic…) of five kinds of posts; the members answer for all at once, and
an association's inbox is often much closer to one. Local learning (`local.py`) reads them: 200 decisions tell which
view to follow, where they are far too few to learn it anew.
"""

from typing import Final

from saisine.findings.triage.blend import ALARMS
from saisine.findings.triage.features import DANGERS
from saisine.findings.triage.network import OUTPUTS

VIEWS: Final = ("mlma_fr_train", "ftr_train", "jigsaw_fr_mt", "rtplx_fr_dev", "toxifrench_agreement")
FIRST_KIND: Final = len(OUTPUTS) + len(ALARMS)
FIRST_VIEW: Final = FIRST_KIND + len(DANGERS)
COUNT: Final = FIRST_VIEW + len(VIEWS)
IN_ORDER: Final = slice(0, FIRST_KIND)
IN_KINDS: Final = slice(FIRST_KIND, FIRST_VIEW)
IN_VIEWS: Final = slice(FIRST_VIEW, COUNT)
