"""Run by test_streaming.py in a process of its own: read a file, print messages and peak memory (MB)."""

import resource
import sys
from pathlib import Path

from saisine.messages.importing import read_paths
from tests.messages.x_lines import NOW


def main(path: str) -> None:
    count = sum(1 for _ in read_paths([Path(path)], now=NOW))
    print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
