"""What `saisine verify` reads and shows: a workspace, a bundle, a file of disclosed messages."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from saisine.cli.app import ask_passphrase, clock, read_passphrase, the_day
from saisine.cli.output import print_table, say
from saisine.cli.words import LANGUAGE, _
from saisine.errors import SaisineError
from saisine.paris import PARIS

if TYPE_CHECKING:
    from saisine.vault.bundle_zip import Progress
    from saisine.vault.verify import Check, Report


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one verification, each checked before anything else is read."""

    decrypt: bool
    at: datetime | None
    witness: str | None
    receipt: str | None

    @classmethod
    def of(
        cls, path: Path, *, no_decrypt: bool, at: str | None, witness: Path | None, receipt: str | None
    ) -> "Asked":
        """Raises a fault of usage, `path_missing`, `witness_file_too_large` or `witness_note_malformed`."""
        if no_decrypt and not path.is_dir():
            raise typer.BadParameter(_("--no-decrypt ne sert qu’à un espace : ce fichier se lit sans clé."))
        _require_receipt_code(receipt)
        return cls(not no_decrypt, _end_of(at), _read_head(witness), receipt)


def verify_path(path: Path, asked: Asked, bar: "Progress") -> "Report":
    """A workspace or a vault, a bundle, or the file of disclosed messages."""
    from saisine.vault.disclosure_files import check_disclosure_file, is_disclosure_file
    from saisine.vault.verify import verify_bundle

    if path.is_dir():
        return _verify_folder(path, asked, bar)
    if is_disclosure_file(path):
        return check_disclosure_file(
            path, now=clock(), at=asked.at, receipt=asked.receipt, witness=asked.witness
        )
    return verify_bundle(
        path, now=clock(), progress=bar, at=asked.at, receipt=asked.receipt, witness=asked.witness
    )


def _verify_folder(path: Path, asked: Asked, bar: "Progress") -> "Report":
    from saisine.casework.verifying import verify_folder
    from saisine.vault.secret_files import PROTECTED_NAME

    vault = path / "vault" if (path / "vault").is_dir() else path
    passphrase = read_passphrase()
    if passphrase is None and asked.decrypt and (vault / "keys" / PROTECTED_NAME).exists():
        passphrase = ask_passphrase()
    return verify_folder(
        path,
        decrypt=asked.decrypt,
        at=asked.at,
        receipt=asked.receipt,
        witness=asked.witness,
        passphrase=passphrase,
        now=clock(),
        progress=bar,
    )


def _require_receipt_code(text: str | None) -> None:
    from saisine.vault.receipts import is_receipt_code

    if text is not None and not is_receipt_code(text):
        raise typer.BadParameter(
            _("--receipt attend un code de 12 signes (A à Z, 2 à 7), comme ZOED-VVJL-XZ5O.")
        )


def _read_head(path: Path | None) -> str | None:
    """The text of a head kept elsewhere: a wrong file is no sign of tampering, so it is told apart."""
    from saisine.vault.cosignatures import Outside, decode
    from saisine.vault.notes import NoteError

    if path is None:
        return None
    text = decode(read_note(path))
    try:
        Outside.from_text(text)
    except NoteError as error:
        raise SaisineError("witness_note_malformed", reason_fr=error.fr, reason_en=str(error)) from error
    return text


def read_note(path: Path) -> bytes:
    """A small file; a larger one is refused before it is read. Raises `path_missing`, `witness_file_too_large`."""
    from saisine.vault.cosignatures import MAX_REQUEST_BYTES

    if not path.is_file():
        raise SaisineError("path_missing", path=path)
    if path.stat().st_size > MAX_REQUEST_BYTES:
        raise SaisineError("witness_file_too_large", size=path.stat().st_size, limit=MAX_REQUEST_BYTES)
    return path.read_bytes()


def _end_of(day: str | None) -> datetime | None:
    """The last moment of a Paris day, as UTC."""
    found = the_day(day, "--at")
    return datetime.combine(found, time.max, PARIS).astimezone(UTC) if found else None


def show_report(report: "Report") -> None:
    states = {"verified": _("vérifié"), "failed": _("échec"), "not_checked": _("non vérifié")}
    rows = [(check.id, states[check.state], *_check_words(check)) for check in report.checks]
    print_table([_("N°"), _("État"), _("Contrôle"), _("Détail")], rows)
    say()
    say(report.summary(LANGUAGE))


def _check_words(check: "Check") -> tuple[str, str]:
    row = check.as_json(LANGUAGE)
    return row["name"], row["detail"]
