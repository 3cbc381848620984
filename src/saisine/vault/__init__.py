"""The vault: files sealed as they came, a log that cannot be rewritten unseen, proofs that stand alone."""

from saisine.vault.keys import PartKeys
from saisine.vault.opening import OpeningNote
from saisine.vault.receipts import Receipt
from saisine.vault.records import Sealed, SealItem
from saisine.vault.stamps import StampResult
from saisine.vault.store import Vault

__all__ = ["OpeningNote", "PartKeys", "Receipt", "SealItem", "Sealed", "StampResult", "Vault"]
