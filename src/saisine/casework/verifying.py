"""Verifying a vault with everything that can look into it: captures, and exports read again.

The vault imports nothing to its right; here its checks are given what knows WACZ files and messages.
"""

import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from saisine.capture import checkers_in
from saisine.messages.originals import count_missing
from saisine.vault.keys import KeyStore
from saisine.vault.snapshot import Policy
from saisine.vault.verify import Report, verify_vault

Progress = Callable[[int, int | None, str], None]


def verify_folder(
    folder: Path,
    *,
    now: datetime,
    decrypt: bool = True,
    at: datetime | None = None,
    receipt: str | None = None,
    witness: str | None = None,
    passphrase: str | None = None,
    recovery: str | None = None,
    keys: KeyStore | None = None,
    policy: Policy | None = None,
    progress: Progress | None = None,
) -> Report:
    """`verify_vault` over a workspace or a vault's folder, its captures opened and its exports read again."""
    vault = folder / "vault" if (folder / "vault").is_dir() else folder
    scratch = vault.parent / "scratch"
    place = scratch if scratch.is_dir() else Path(tempfile.gettempdir())
    return verify_vault(
        vault,
        now=now,
        decrypt=decrypt,
        at=at,
        receipt=receipt,
        witness=witness,
        passphrase=passphrase,
        recovery=recovery,
        keys=keys,
        policy=policy,
        progress=progress,
        checkers=checkers_in(place),
        finder=partial(count_missing, scratch=place),
    )
