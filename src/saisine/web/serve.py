"""Start the pages and the job worker on this computer, keep both alive, stop both cleanly.

One process serves (waitress, threads); one child runs the long jobs. The child dies with its parent, and is
started again when it dies alone: the jobs themselves know how to be taken up again.
"""

import argparse
import fcntl
import gc
import getpass
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

from saisine.errors import EXIT_USAGE, SaisineError
from saisine.web import server
from saisine.web.spool import SPOOL_PREFIX
from saisine.workspace import Workspace

# Files of 2 GB and whole folders are received; the disk, not this number, is the real limit
BODY_LIMIT_BYTES = 64 * 1024**3
THREADS = 8
STOP_WITHIN_S = 10
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0

LOCK_FILE = "web.lock"
DATABASE = "saisine.sqlite3"  # of `Workspace.database`: asked before the folder is known to be a workspace
TRIES = 3  # questions asked on a terminal before giving up

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

Say = Callable[[str], None]
Ask = Callable[[], str]


def is_loopback(host: str) -> bool:
    """True for this computer alone. A name is judged by every address it has here."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_accounts(host: str, folder: Path) -> None:
    """Raise `serve_not_loopback`: without accounts, anyone on the network would read the evidence."""
    if not is_loopback(host) and not server.has_accounts(folder / DATABASE):
        raise SaisineError("serve_not_loopback", host=host)


def require_free(host: str, port: int) -> None:
    """Raise `serve_port_taken` when something already answers there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise SaisineError("serve_port_refused", port=port) from error
        except OSError as error:
            raise SaisineError("serve_port_taken", port=port) from error


@dataclass
class Worker:
    """The job worker as a child process; `keep_alive` runs in a thread until `stop`."""

    folder: Path
    say: Say
    passphrase: str | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    process: "subprocess.Popen[bytes] | None" = None

    def keep_alive(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self.stopping.is_set():
            # its standard input is our pipe: it ends when we end, even by kill -9, and the child follows
            self.process = subprocess.Popen(
                [sys.executable, "-m", "saisine.web.worker", "--workspace", str(self.folder)],
                stdin=subprocess.PIPE,
                env={**os.environ, "SAISINE_WORKSPACE": str(self.folder)},
                start_new_session=True,
            )
            self._hand_over(self.process)
            self.process.wait()
            if self.stopping.wait(pause_s):
                return
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            self.say(
                "Le traitement de fond s’est arrêté ; il redémarre. / The job worker stopped and restarts."
            )

    def _hand_over(self, child: "subprocess.Popen[bytes]") -> None:
        """The passphrase as one line of its standard input: `ps` and /proc show arguments and environment."""
        if child.stdin is None:
            return
        try:
            child.stdin.write(json.dumps(self.passphrase).encode() + b"\n")
            child.stdin.flush()
        except BrokenPipeError:
            self.say("Le traitement de fond n’a pas démarré. / The job worker did not start.")

    def take_passphrase(self, new: str) -> None:
        """For the next start: the worker that runs holds the keys themselves, which did not change."""
        self.passphrase = new

    def stop(self) -> None:
        self.stopping.set()
        child = self.process
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def open_pages(passphrase: str | None, ask: Ask | None, say: Say) -> "tuple[WSGIHandler, str | None]":
    """The application over the workspace of SAISINE_WORKSPACE, and the passphrase that opened it.

    On a terminal (`ask`), three tries; else `passphrase_needed` and `passphrase_wrong` are raised at once.
    """
    from saisine.web.wsgi import prepare  # late: the settings read the environment set before

    for _try in range(TRIES if ask is not None else 0):
        try:
            return prepare(passphrase), passphrase
        except SaisineError as error:
            if error.code not in ("passphrase_needed", "passphrase_wrong") or ask is None:
                raise
            if error.code == "passphrase_wrong":
                say(error.what("fr"))
                say(error.what("en"))
            passphrase = ask()
    return prepare(passphrase), passphrase


def ask_on_terminal() -> str:
    return getpass.getpass("Phrase de passe / Passphrase : ")


def run(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    passphrase: str | None = None,
    ask: Ask | None = None,
    say: Say,
) -> None:
    """Serve the workspace until SIGINT or SIGTERM.

    Raises the errors of `Workspace.open`, of `Vault.open` (`passphrase_needed`, …) and `serve_…`.
    """
    require_accounts(host, folder)
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    workspace = Workspace.open(folder, now=datetime.now(UTC))
    require_free(host, port)
    os.environ["SAISINE_WORKSPACE"] = str(workspace.folder)
    # what waitress and Django spool while receiving stays in the workspace, never in the system's /tmp
    tempfile.tempdir = str(workspace.scratch)
    holder = _sweep_uploads(workspace)
    application, passphrase = open_pages(passphrase, ask, say)
    reached = server.address_of(os.environ)
    server.require_reachable(host, reached, is_loopback=is_loopback(host))
    _tell_findings(say)
    _settle()

    from waitress.server import create_server

    stop = Stop()
    pages = create_server(
        application,
        map=stop.sockets,
        host=host,
        port=port,
        threads=THREADS,
        max_request_body_size=BODY_LIMIT_BYTES,
        ident=None,
        **server.waitress_options(reached),
    )
    worker = Worker(workspace.folder, say, passphrase)
    from saisine.web import current

    current.on_new_passphrase(worker.take_passphrase)
    keeper = threading.Thread(target=worker.keep_alive, name="keep-worker-alive", daemon=True)

    signal.signal(signal.SIGTERM, stop.ask)
    signal.signal(signal.SIGINT, stop.ask)
    keeper.start()
    _tell_address(say, address(host, port), reached)
    try:
        stop.serve_until_asked()
        pages.task_dispatcher.shutdown()  # requests under way end, within five seconds
    finally:
        pages.close()
        worker.stop()
        holder.close()


class Stop:
    """SIGTERM and Ctrl+C, obeyed between two turns of waitress's loop.

    The handler raises nothing: an exception raised there lands wherever the main thread is. In a finaliser Python
    drops it, and the signal is lost; between the taking of a lock and its release it leaves the lock held, and the
    end waits for it for ever.
    """

    def __init__(self) -> None:
        from waitress.trigger import trigger

        self.sockets: dict[int, object] = {}
        self.is_asked = False
        self._wake = trigger(self.sockets)

    def ask(self, signum: int, frame: object) -> None:
        if self.is_asked:
            return
        self.is_asked = True
        self._wake.pull_trigger()  # one byte in a pipe: the loop that waits for a request turns at once

    def serve_until_asked(self) -> None:
        """waitress's own loop, one turn at a time; its turns last a second at most."""
        from waitress import wasyncore

        while not self.is_asked:
            wasyncore.loop(timeout=1.0, map=self.sockets, count=1)
        self._wake.close()


def _settle() -> None:
    """Load every page's code now, and put it out of the garbage collector's sight.

    The collector walked these 150,000 objects about once in a hundred pages, and stopped all threads for 0.15 s.
    """
    import saisine.web.urls  # noqa: F401

    gc.collect()
    gc.freeze()


def _tell_address(say: Say, here: str, reached: server.Address) -> None:
    """Where to open the pages; on this computer alone, what a telephone would need."""
    if reached.is_server:
        names = ", ".join(f"https://{name}/" for name in reached.names)
        say(f"Saisine est prête : ouvrez {names} (le relais HTTPS doit mener à {here} ; Ctrl+C pour arrêter)")
        say(f"Saisine is ready: open {names} (the HTTPS proxy has to lead to {here}; Ctrl+C to stop)")
        return
    say(f"Saisine est prête : ouvrez {here} (Ctrl+C pour arrêter)")
    say(f"Saisine is ready: open {here} (Ctrl+C to stop)")
    say("Un téléphone n’y accède pas : sa caméra demande un serveur en HTTPS (voir docs/accounts.md).")
    say("A telephone does not reach it: its camera needs a server with HTTPS (see docs/accounts.md).")


def _sweep_uploads(workspace: Workspace) -> IO[str]:
    """Delete what a killed server left half received, unless another one is receiving at this moment.

    Returns the lock that says so to the next one, held while this process lives.
    """
    lock = (workspace.folder / LOCK_FILE).open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return lock
    for left in workspace.scratch.glob(f"{SPOOL_PREFIX}*"):
        left.unlink(missing_ok=True)
    return lock


def _tell_findings(say: Say) -> None:
    """What the opening found after an interruption; nothing after a clean stop."""
    from saisine.web.current import session

    for french, english in zip(session().findings("fr"), session().findings("en"), strict=True):
        say(french)
        say(english)


class _Parser(argparse.ArgumentParser):
    """argparse ends with 2 on wrong usage; the command line's contract says 64."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m saisine.web --workspace DIR [--host 127.0.0.1] [--port 8000]`; returns the exit code."""
    parser = _Parser(prog="python -m saisine.web", description="Saisine, pages et traitements de fond.")
    parser.add_argument("--workspace", "-w", default=os.environ.get("SAISINE_WORKSPACE"), metavar="DIR")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args(arguments)
    if not chosen.workspace:
        parser.error("--workspace DIR (ou SAISINE_WORKSPACE)")
    from saisine.web.wsgi import passphrase_from_file

    try:
        given = passphrase_from_file()
        # a passphrase given by a file is right or wrong: only without one is the person at the terminal asked
        ask = ask_on_terminal if given is None and sys.stdin.isatty() else None
        run(Path(chosen.workspace), host=chosen.host, port=chosen.port, passphrase=given, ask=ask, say=_print)
    except SaisineError as error:
        print(error.sentence("fr"), file=sys.stderr)
        print(error.sentence("en"), file=sys.stderr)
        return error.exit_code
    return 0


def _print(line: str) -> None:
    print(line, flush=True)
