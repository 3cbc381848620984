"""Starting the pages: only on this computer, and a clear sentence when it cannot be."""

import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.web import serve
from saisine.web.serve import _sweep_uploads, is_loopback, require_free
from saisine.workspace import Workspace


def start(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "saisine.web", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "[::1]", "localhost"])
def test_this_computer_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.20", "example.org", "", "127.0.0.1.example.org", "2130706433"]
)
def test_anything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20"])
def test_another_address_is_refused_with_its_reason(host: str, tmp_path: Path) -> None:
    done = start("--workspace", str(tmp_path), "--host", host)
    assert done.returncode == 64
    assert "aucun compte" in done.stderr
    assert "no protected account" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    done = start("--workspace", str(tmp_path))
    assert done.returncode == 64
    assert "workspace.json" in done.stderr


def test_wrong_usage_leaves_with_64() -> None:
    assert start("--port", "abc").returncode == 64
    assert start().returncode == 64


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "w", name="Association", now=datetime(2026, 4, 21, tzinfo=UTC))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SaisineError) as told:
            require_free("127.0.0.1", port)
        assert told.value.code == "serve_port_taken"
        done = start("--workspace", str(tmp_path / "w"), "--port", str(port))
    assert done.returncode == 74
    assert f"port {port}" in done.stderr.lower()


def test_half_received_files_of_a_killed_server_are_deleted(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", name="Association", now=datetime(2026, 4, 21, tzinfo=UTC))
    left, other = workspace.scratch / "received-abc", workspace.scratch / "job-abc"
    for path in (left, other):
        path.write_bytes(b"half")
    with _sweep_uploads(workspace):
        assert not left.exists()
        assert other.exists(), "only what the pages wrote is theirs"
        # a second server finds the first one receiving: it touches nothing
        left.write_bytes(b"half")
        _sweep_uploads(workspace).close()
        assert left.exists()


def test_a_signal_in_a_finaliser_is_obeyed() -> None:
    """An exception raised there would be dropped, and the signal with it."""
    stop = serve.Stop()

    class Dropped:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop.ask)
    try:
        one = Dropped()
        del one
        stop.serve_until_asked()  # would wait for ever
    finally:
        signal.signal(signal.SIGTERM, before)
    assert stop.is_asked
