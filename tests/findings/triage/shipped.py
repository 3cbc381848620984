"""The model shipped, read once for all the tests of this folder; none of them changes it."""

from saisine.findings.triage import Triage

TRIAGE = Triage.load()
