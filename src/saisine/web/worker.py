"""The job worker as a child of the pages: it ends when the process that started it ends."""

import os
import signal
import sys
import threading


def follow_parent() -> None:
    """Wait for the end of standard input, a pipe held by the parent, then ask this process to stop.

    A parent killed with -9 cannot stop its child; the closed pipe tells it. Otherwise the old worker would
    go on beside the one that the next start brings.
    """
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    from saisine.casework.worker import main as work

    threading.Thread(target=follow_parent, name="follow-parent", daemon=True).start()
    return work(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
