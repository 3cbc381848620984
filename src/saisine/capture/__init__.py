"""Captures: for now the checks of what was captured elsewhere (WACZ, WARC, zip), before and after sealing."""

from saisine.capture.containers import Limits, check_container
from saisine.capture.findings import NAMES, Check
from saisine.capture.sealed import CHECKERS, Checker, check_sealed_wacz, checkers_in
from saisine.capture.wacz import check_wacz
from saisine.capture.warc_checks import check_warc

__all__ = [
    "CHECKERS",
    "NAMES",
    "Check",
    "Checker",
    "Limits",
    "check_container",
    "check_sealed_wacz",
    "check_wacz",
    "check_warc",
    "checkers_in",
]
