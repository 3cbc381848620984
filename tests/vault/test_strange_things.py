"""Rot, and things that have no place in a vault: each is a finding in words, never a fault of ours."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.faults import require_free_output
from saisine.vault.verify import verify_bundle, verify_vault
from tests.vault.conftest import Ticking
from tests.vault.told import now, require_french, require_two_languages, said

# ---------------------------------------------------------------- rot, opened and verified


def _rot(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 0x10
    path.write_bytes(body)


ROTTEN = ("FORMAT", "log/entries.jsonl", "log/heads/*.note", "log/heads/*.txt", "trust/vault.vkey", "trust/vault.pem",
          "keys/vault.*", "keys/units/*", "objects/??/*")  # fmt: skip


@pytest.mark.parametrize("pattern", ROTTEN)
def test_rot_in_each_kind_of_file_is_told_in_both_languages(
    vault: Vault, filled: list[Sealed], clock: Ticking, pattern: str
) -> None:
    vault.close()
    path = sorted(vault.folder.glob(pattern))[-1]
    _rot(path)
    report = verify_vault(vault.folder, now=clock())
    assert report.verdict == "failed"
    require_two_languages(report)
    try:
        with Vault.open(vault.folder, clock=clock) as again:
            require_french(*(note.fr for note in again.opening))
            for one in again.items():
                try:
                    again.read_bytes(one.item)
                except SaisineError as error:
                    said(error)
            if not again.is_writable:
                with pytest.raises(SaisineError) as caught:
                    again.seal(SealItem("a", b"a"))
                said(caught.value)
    except SaisineError as error:
        said(error)


# ---------------------------------------------------------------- things that have no place in a vault


def _gone(name: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove


def _garbled(name: str, body: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(body) and None


def _folder_instead(pattern: str) -> Callable[[Path], None]:
    def replace(folder: Path) -> None:
        path = sorted(folder.glob(pattern))[-1]
        path.unlink()
        path.mkdir()

    return replace


def _pipe_instead(pattern: str) -> Callable[[Path], None]:
    def replace(folder: Path) -> None:
        path = sorted(folder.glob(pattern))[-1]
        path.unlink()
        os.mkfifo(path)

    return replace


def _link_instead(pattern: str) -> Callable[[Path], None]:
    def replace(folder: Path) -> None:
        path = sorted(folder.glob(pattern))[-1]
        path.unlink()
        path.symlink_to("/dev/zero")

    return replace


def _huge(pattern: str, size: int = 3 << 30) -> Callable[[Path], None]:
    def grow(folder: Path) -> None:
        with sorted(folder.glob(pattern))[-1].open("r+b") as file:
            file.truncate(size)

    return grow


# what is done -> (how, the verdict, a word of the finding or the code of the error)
STRANGE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "no FORMAT": (_gone("FORMAT"), "vault_missing", ""),
    "FORMAT of bytes": (_garbled("FORMAT", b"\xff\xfe\0"), "failed", "FORMAT"),
    "FORMAT without origin": (_garbled("FORMAT", b"saisine-vault 1\n\n\n"), "failed", "FORMAT"),
    "FORMAT is a folder": (_folder_instead("FORMAT"), "failed", "FORMAT"),
    "FORMAT is a pipe": (_pipe_instead("FORMAT"), "failed", "FORMAT"),
    "no trust": (_gone("trust"), "failed", "public key"),
    "no keys": (_gone("keys"), "failed", "key"),
    "no units": (_gone("keys/units"), "failed", "key"),
    "no heads": (_gone("log/heads"), "incomplete", "no head"),
    "no log": (_gone("log"), "failed", "log"),
    "no objects": (_gone("objects"), "failed", "missing"),
    "the log is a folder": (_folder_instead("log/entries.jsonl"), "failed", "log"),
    "the log is a pipe": (_pipe_instead("log/entries.jsonl"), "failed", "log"),
    "a head is a folder": (_folder_instead("log/heads/*.note"), "failed", "4.note"),
    "a head is a pipe": (_pipe_instead("log/heads/*.note"), "failed", "4.note"),
    "a head’s text is a pipe": (_pipe_instead("log/heads/*.txt"), "failed", "4."),
    "the key is a folder": (_folder_instead("trust/vault.vkey"), "failed", "public key"),
    "the key is a pipe": (_pipe_instead("trust/vault.vkey"), "failed", "public key"),
    "the secret is a folder": (_folder_instead("keys/vault.*"), "failed", "key"),
    "the secret is a pipe": (_pipe_instead("keys/vault.*"), "failed", "key"),
    "a unit is a pipe": (_pipe_instead("keys/units/*"), "failed", "key"),
    "an object is a folder": (_folder_instead("objects/??/*"), "failed", "object"),
    "an object is a pipe": (_pipe_instead("objects/??/*"), "failed", "object"),
    "an object has no end": (_link_instead("objects/??/*"), "failed", "object"),
    "an object is huge": (_huge("objects/??/*", 1 << 28), "failed", "object"),  # it is read to its end
    "the log is huge": (_huge("log/entries.jsonl"), "failed", "log"),
    "a head is huge": (_huge("log/heads/*.note"), "failed", "4.note"),
    "the key is huge": (_huge("trust/vault.vkey"), "failed", "public key"),
    "the secret is huge": (_huge("keys/vault.*"), "failed", "key"),
}

JUDGE = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from saisine.errors import SaisineError
from saisine.vault import Vault
from saisine.vault.verify import verify_vault
now, folder = datetime(2026, 12, 1, tzinfo=UTC), Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if "verify" in sys.argv:
    try:
        report = verify_vault(folder, now=now)
        found = [report.verdict, report.as_json("fr"), report.as_json("en")]
    except SaisineError as error:
        found = [error.code, error.sentence("fr"), error.sentence("en")]
else:
    try:
        with Vault.open(folder, clock=lambda: now) as vault:
            found = ["open", *["\\n".join(getattr(note, tongue) for note in vault.opening) for tongue in ("fr", "en")]]
    except SaisineError as error:
        found = [error.code, error.sentence("fr"), error.sentence("en")]
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([grown // 1024, *found]))
"""


def judged(folder: Path, *words: str) -> list[object]:
    """Memory taken (MB) and the findings, from a process of its own that is ended when it hangs."""
    command = [sys.executable, "-c", JUDGE, str(folder), *words]
    limits = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **limits)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired:
        pytest.fail("it hangs")
    assert done.returncode == 0, done.stderr[-600:]
    found: list[object] = json.loads(done.stdout)
    return found


def in_turn(kept: int) -> Iterator[Any]:
    """Each strange thing costs a process: `make test` verifies one in two and opens the others."""
    for place, name in enumerate(STRANGE):
        yield pytest.param(name, marks=() if place % 2 == kept else pytest.mark.slow)


@pytest.mark.parametrize("name", list(in_turn(0)))
def test_a_strange_thing_in_a_vault_is_a_finding_and_never_a_fault_of_ours(
    vault: Vault, filled: list[Sealed], name: str
) -> None:
    vault.close()
    change, verdict, word = STRANGE[name]
    change(vault.folder)
    grown, found, french, english = judged(vault.folder, "verify")
    assert found == verdict, english
    assert word in str(english)
    assert isinstance(grown, int)
    assert grown < 400, f"{grown} MB"
    texts = [check["detail"] for check in french["checks"]] if isinstance(french, dict) else [french]
    require_french(*(str(text) for text in texts if text))


@pytest.mark.parametrize("name", list(in_turn(1)))
def test_a_strange_thing_in_a_vault_is_told_when_it_is_opened(
    vault: Vault, filled: list[Sealed], name: str
) -> None:
    vault.close()
    STRANGE[name][0](vault.folder)
    grown, _, french, english = judged(vault.folder, "open")
    assert isinstance(grown, int)
    assert grown < 400, f"{grown} MB"
    require_french(*filter(None, [str(french)]))
    assert bool(french) is bool(english)


@pytest.mark.slow
def test_a_hundred_thousand_stray_files_are_counted_and_a_few_named(
    vault: Vault, filled: list[Sealed]
) -> None:
    vault.close()
    for number in range(100):
        folder = vault.folder / "objects" / f"{number:02d}"
        folder.mkdir(exist_ok=True)
        for one in range(1000):
            (folder / f"{number:02d}{one:062d}").touch()
    grown, found, _, english = judged(vault.folder, "verify")
    assert found == "verified"
    assert isinstance(grown, int)
    assert grown < 400
    (told,) = [check for check in english["checks"] if check["id"] == "V20"]  # type: ignore[index]
    assert told["state"] == "not_checked"
    assert told["detail"].startswith("100000 files: ")
    assert len(told["detail"]) < 600


def test_an_unreadable_folder_is_told(vault: Vault, filled: list[Sealed]) -> None:
    """As nobody: root reads everything."""
    vault.close()
    vault.folder.chmod(0o755)
    for name in ("objects", "keys", "log/heads", "trust"):
        (vault.folder / name).chmod(0)
    script = JUDGE.replace(
        "before =", "import os\nif os.getuid() == 0:\n    os.setgid(65534); os.setuid(65534)\nbefore ="
    )
    parents = {path: path.stat().st_mode for path in vault.folder.parents if path != Path("/")}
    parents = {path: mode for path, mode in parents.items() if path.stat().st_uid == os.getuid()}
    try:
        for path, mode in parents.items():
            path.chmod(mode | 0o055)
        command = [sys.executable, "-c", script, str(vault.folder), "verify"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        for path, mode in parents.items():
            path.chmod(mode)
        for name in ("objects", "keys", "log/heads", "trust"):
            (vault.folder / name).chmod(0o755)
    assert done.returncode == 0, done.stderr[-600:]
    assert '"failed"' in done.stdout or '"vault_input_output"' in done.stdout, done.stdout[:300]


@contextmanager
def in_a_minute() -> Iterator[None]:
    """A pipe that is waited for ends this test, not the whole run."""

    def give_up(*_: object) -> None:
        pytest.fail("still waiting after a minute")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_bundle_that_is_no_bundle_is_refused_in_words(tmp_path: Path) -> None:
    for number, body in enumerate((b"", b"PK\x03\x04", bytes(5000), b"%PDF-1.7")):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(body)
        with pytest.raises(SaisineError) as caught:
            verify_bundle(path, now=now())
        assert said(caught.value) == "bundle_unreadable"
    os.mkfifo(tmp_path / "pipe.zip")
    for path in (tmp_path, tmp_path / "pipe.zip", tmp_path / "absent.zip"):
        with pytest.raises(SaisineError) as caught, in_a_minute():
            verify_bundle(path, now=now())
        assert said(caught.value) == "bundle_unreadable"


@pytest.mark.parametrize(
    ("place", "why"), [("nulle/x.zip", "n’existe pas"), ("un-fichier/x.zip", "Un fichier à la place")]
)
def test_a_place_that_cannot_be_written_is_named_and_the_vault_is_not_blamed(
    vault: Vault, filled: list[Sealed], tmp_path: Path, place: str, why: str
) -> None:
    (tmp_path / "un-fichier").write_bytes(b"")
    size = vault.journal.size
    for act in (
        lambda: vault.export([filled[0].item], tmp_path / place),
        lambda: require_free_output(tmp_path / place),
    ):
        with pytest.raises(SaisineError) as caught:
            act()
        assert said(caught.value) == "output_refused"
        assert why in caught.value.why("fr")
        assert "coffre" not in caught.value.sentence("fr")
    assert vault.journal.size == size
    assert require_free_output(tmp_path / "libre.zip") == tmp_path / "libre.zip"
    assert said(refusal_of(lambda: require_free_output(tmp_path / "un-fichier"))) == "output_exists"


def refusal_of(act: Callable[[], object]) -> SaisineError:
    with pytest.raises(SaisineError) as caught:
        act()
    return caught.value
