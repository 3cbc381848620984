"""Two histories of one log: what is known here of a fork of ours, and of the logs that we watch.

A head of ours that does not fit our log is kept in `trust/forks` when it is shown (`saisine.vault.keeping`). From
then on this vault takes in nothing new: what would be sealed could later be shown to stand in one history and to
be missing in the other. What it holds is still read, exported, erased and saved.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from saisine.errors import SaisineError
from saisine.vault.faults import SMALL_BYTES, read_regular
from saisine.vault.notes import Head
from saisine.vault.report import Check, counted
from saisine.vault.watched import LOGS, OWN_FORKS, own_keys

if TYPE_CHECKING:
    from saisine.vault.core import OpenVault


def own_forks(vault: "OpenVault") -> Iterator[Head]:
    """Heads signed by our own key that are no beginning of this log, as they were shown once.

    A head that a witness alone signed is told by `verify` (V25) and stops nothing: a witness may lie.
    """
    folder = vault.folder / OWN_FORKS
    keys = own_keys(vault) if folder.is_dir() else ()
    for head in _heads(folder):
        is_ours = any(key and holds for _, key, holds in head.note.judge(keys))
        tree = vault.journal.tree
        if is_ours and (head.size > tree.size or tree.root(head.size) != head.root):
            yield head


def require_unforked(vault: "OpenVault") -> None:
    """Raises `vault_forked` with the sizes of both histories."""
    for head in own_forks(vault):
        raise SaisineError("vault_forked", theirs=head.size, ours=vault.journal.size, folder=OWN_FORKS)


def _heads(folder: Path) -> Iterator[Head]:
    """The heads kept in one folder, by size; an unreadable one is told by V25."""
    found = []
    for path in folder.glob("[!.]*.note"):
        try:
            found.append(Head.from_text(read_regular(path, SMALL_BYTES).decode("utf-8")))
        except (OSError, ValueError):
            continue
    yield from sorted(found, key=lambda head: head.size)


def watched_forks(folder: Path) -> dict[str, int]:
    """How many heads prove a fork of each log that we watch, by the name that we gave it."""
    found = {path.stem: sum(1 for _ in _heads(path)) for path in sorted((folder / LOGS).glob("[!.]*.forks"))}
    return {name: count for name, count in found.items() if count}


def check_watched_forks(folder: Path) -> Iterator[Check]:
    """V25: what we know of others. Our own log is not touched by it: the finding is verified, and says whom to call.

    Says nothing when there is none.
    """
    for name, count in watched_forks(folder).items():
        fr, en = counted(count, "tête gardée", "head kept", many_fr="têtes gardées", many_en="heads kept")
        yield Check.verified(
            "V25",
            f"journal suivi « {name} » : deux histoires, prouvées par {fr} ; ne contresignez plus, appelez cette "
            "association",
            f"watched log “{name}”: two histories, proved by {en}; cosign no more, call that association",
        )
