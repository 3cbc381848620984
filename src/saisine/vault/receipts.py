"""Receipts: what a person keeps of an action, and checks a vault against later."""

import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from saisine.vault.notes import Head


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person keeps of an action: the head of the log at that moment, and a code to read aloud."""

    origin: str
    size: int
    root: str
    at: datetime
    code: str
    head: str

    def to_text(self) -> str:
        """The signed head itself: a kept receipt file is a pocket witness (check V25)."""
        return self.head


def receipt_code(head: Head) -> str:
    """The first 60 bits of SHA-256 of the head's text, in base32, by groups of four."""
    text = b32encode(head.sha256).decode()[:12]
    return "-".join(text[start : start + 4] for start in (0, 4, 8))


def is_receipt_code(text: str) -> bool:
    """Whether a person may have copied a code from a receipt: a slip of the hand is no sign of tampering.

    >>> is_receipt_code("zoed-vvjl xz5o"), is_receipt_code("ZOED-VVJL")
    (True, False)
    """
    return re.fullmatch("[A-Z2-7]{12}", re.sub(r"[\s-]", "", text).upper()) is not None
