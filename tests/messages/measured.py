"""Run by test_streaming.py in a process of its own: it forks for each file, so that a measure costs a reading and
not the loading of its modules. One path in; messages read and peak memory (MB) out.
"""

import os
import resource
import sys
from pathlib import Path

from saisine.messages.importing import read_paths
from tests.messages.x_lines import NOW


def measure(path: str) -> None:
    count = sum(1 for _ in read_paths([Path(path)], now=NOW))
    print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                measure(line.rstrip("\n"))
                code = 0
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1]:
            print("failed", flush=True)


if __name__ == "__main__":
    serve()
