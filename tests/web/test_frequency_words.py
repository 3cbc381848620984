"""The figure beside the reasons, in words: out of 100, with its bounds and what the trials were."""

from dataclasses import replace

from django.utils import translation

from saisine.findings.triage.frequencies import Frequency
from saisine.web.pages.cards import say_reasons
from tests.findings.triage.shipped import TRIAGE


def test_the_figure_is_out_of_100_with_its_bounds_widened() -> None:
    result = replace(TRIAGE.score_text("Bonjour à toutes et tous"), reasons_for=())
    found = Frequency(0.65, 0.8, share=0.684, low=0.561, high=0.772, n=94, total=643)
    with translation.override("fr"):
        said = say_reasons(result, found).frequency
    assert "sur 100 messages notés ainsi, environ 68 étaient à regarder (entre 56 et 78)" in said
    assert "643 messages publics" in said
    assert say_reasons(result).frequency == ""
