"""The job worker as a child of the pages: it ends when the process that started it ends."""

import json
import os
import signal
import sys
import threading


def read_passphrase() -> str | None:
    """The first line of standard input, as JSON: neither arguments nor environment ever hold a passphrase."""
    line = sys.stdin.buffer.readline()
    found = json.loads(line) if line.strip() else None
    return found if isinstance(found, str) else None


def follow_parent() -> None:
    """Wait for the end of standard input, a pipe held by the parent, then ask this process to stop.

    A parent killed with -9 cannot stop its child; the closed pipe tells it. Otherwise the old worker would
    go on beside the one that the next start brings.
    """
    # the bare descriptor: a thread inside the buffered reader would break the interpreter's own end
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    passphrase = read_passphrase()
    threading.Thread(target=follow_parent, name="follow-parent", daemon=True).start()
    from saisine.casework.worker import main as work

    return work(sys.argv[1:], passphrase=passphrase)


if __name__ == "__main__":
    sys.exit(main())
