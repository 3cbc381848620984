"""The invented wave as 28 files on disk: one archive, two tables, 24 pictures, one PDF."""

import io
import random
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.example.acknowledgement import typeset_acknowledgement
from saisine.example.association import at_paris
from saisine.example.captures import draw_captures
from saisine.example.meta import write_meta
from saisine.example.tables import write_facebook, write_minet
from saisine.example.timing import DAYS_AROUND
from saisine.example.wave import Plan, plan_wave
from saisine.example.x import write_x
from saisine.example.youtube import write_youtube

# The association had existed for five years by then, and an identifier of X fits 63 bits until 2080.
EARLIEST: Final = date(2018, 1, 1)
LATEST: Final = date(2079, 12, 31)
DAYS_BEFORE: Final = (
    38  # the wave, before the day it is tried: its three-month clock still runs for about 54 days
)


@dataclass(frozen=True, slots=True)
class ExampleReport:
    """What was written, and what its readers must find in it.

    `wave_messages` counts the whole day of the wave, the two threats included; `copies` of them lie in
    `groups`.
    `threats` are the exact texts of the two danger messages, which never leave by `as_json`.
    """

    folder: Path
    files: tuple[Path, ...]
    messages: int
    wave_on: date
    wave_messages: int
    copies: int
    groups: int
    threats: tuple[str, ...]
    languages: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "files": [path.name for path in self.files],
            "messages": self.messages,
            "wave_on": self.wave_on.isoformat(),
            "wave_messages": self.wave_messages,
            "copies": self.copies,
            "groups": self.groups,
            "threats": len(self.threats),
            "languages": list(self.languages),
        }


def write_example(folder: Path, *, seed: int = 7, wave_on: date) -> ExampleReport:
    """Write the 28 files of the example; same seed and day, same bytes.

    Writing again over the same example is allowed, so that a stop half-way costs nothing. Raises
    `example_date_refused`, `example_folder_taken`, `example_not_written` or `example_not_typeset`.
    """
    if not EARLIEST <= wave_on <= LATEST:
        raise SaisineError("example_date_refused", day=wave_on, first=EARLIEST, last=LATEST)
    plan = plan_wave(seed, wave_on)
    files = build_files(plan, seed)
    _write_all(folder, files)
    return _report(folder, files, plan)


def build_files(plan: Plan, seed: int) -> dict[str, bytes]:
    """The files by name. Each has its own draw, so that a change in one leaves the others as they were."""

    def draw(name: str) -> random.Random:
        return random.Random(f"saisine-example:{seed}:{plan.wave_on.isoformat()}:{name}")

    collected_at = at_paris(plan.wave_on + timedelta(days=DAYS_AROUND + 1), 10, 12)
    exports = {f"youtube/{name}": body for name, body in write_youtube(plan, draw("youtube")).items()}
    exports["x/recherche_voixduverger.jsonl"] = write_x(plan, draw("x"), collected_at)
    exports |= {f"meta/{name}": body for name, body in write_meta(plan, draw("meta")).items()}
    return {
        "exports-plateformes.zip": _zip(exports, collected_at),
        "exportcomments-facebook.csv": write_facebook(plan, draw("facebook"), collected_at),
        "minet-youtube-commentaires.csv": write_minet(plan, draw("minet")),
        "accuse-de-reception.pdf": typeset_acknowledgement(plan, draw("acknowledgement")),
        **draw_captures(plan, draw("captures")),
    }


def _zip(files: Mapping[str, bytes], at: datetime) -> bytes:
    """An archive whose bytes depend on its files alone: sorted names, one date, one system."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raises `example_folder_taken` when the folder holds anything else, `example_not_written`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = sorted(path.name for path in folder.iterdir() if path.name not in files)
        if strangers:
            raise SaisineError("example_folder_taken", folder=folder, name=strangers[0])
        for name, body in files.items():
            (folder / name).write_bytes(body)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SaisineError("example_not_written", folder=folder, reason=reason) from error


def _report(folder: Path, files: Mapping[str, bytes], plan: Plan) -> ExampleReport:
    copies = plan.having("copy")
    return ExampleReport(
        folder=folder,
        files=tuple(folder / name for name in sorted(files)),
        messages=len(plan.said),
        wave_on=plan.wave_on,
        wave_messages=sum(one.role in ("copy", "attack", "threat") for one in plan.said),
        copies=len(copies),
        groups=len({one.group for one in copies}),
        threats=tuple(one.text for one in plan.having("threat")),
        languages=tuple(sorted({one.language for one in plan.said})),
    )
