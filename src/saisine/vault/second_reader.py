"""`openssl ts` as the second reader of a time-stamp reply that the library cannot read.

rfc3161-client refuses a certificate set that is not sorted as DER asks; several public authorities send such
replies, and so does `openssl ts -reply -chain`. What openssl then says is named in the finding with its
version. It runs without network, on copies, with no store of its own.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from saisine.vault.authorities import Authority

TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class SecondReader:
    """One openssl program. `version` is what findings name, for example « OpenSSL 3.0.19 »."""

    program: str
    version: str

    def can_read(self, reply: bytes) -> bool:
        """Whether openssl reads these bytes as a reply at all."""
        return self._run({"reply.tsr": reply}, ("-reply", "-in", "reply.tsr", "-text"))

    def accepts(self, reply: bytes, text: bytes, authority: "Authority", at: datetime) -> bool:
        """Whether `openssl ts -verify` accepts the reply over this text, with pinned roots only, at its time."""
        files = {"reply.tsr": reply, "text": text, "roots.pem": authority.roots_pem}
        command = ["-verify", "-in", "reply.tsr", "-data", "text", "-CAfile", "roots.pem"]
        command += ["-attime", str(int(at.timestamp()))]
        if authority.intermediates:
            files["chain.pem"] = authority.intermediates_pem
            command += ["-untrusted", "chain.pem"]
        return self._run(files, command)

    def _run(self, files: dict[str, bytes], command: Sequence[str]) -> bool:
        """False also when openssl does not end in time or cannot be started."""
        with tempfile.TemporaryDirectory(prefix="saisine-") as folder:
            for name, body in files.items():
                (Path(folder) / name).write_bytes(body)
            try:
                done = subprocess.run(
                    [self.program, "ts", *command],
                    cwd=folder,
                    env=_environment(),
                    capture_output=True,
                    timeout=TIMEOUT_S,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired):
                return False
        return done.returncode == 0


def find_second_reader() -> SecondReader | None:
    """The openssl of this computer, or None. Raises nothing."""
    program = shutil.which("openssl")
    if program is None:
        return None
    try:
        told = subprocess.run(
            [program, "version"], env=_environment(), capture_output=True, timeout=TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    words = told.stdout.decode("ascii", "replace").split()
    return SecondReader(program, " ".join(words[:2])) if len(words) > 1 else None


def _environment() -> dict[str, str]:
    """No configuration file of the person's may change what openssl accepts."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    return {**kept, "OPENSSL_CONF": os.devnull, "LC_ALL": "C"}
