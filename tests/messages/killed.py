"""Run by test_kill.py in a process of its own: import a folder and say what was acknowledged."""

import json
import sys
from pathlib import Path

from tests.messages.world import world


def main(folder: str, deposit: str, unit: str) -> None:
    def say(done: int, total: int | None, what: str) -> None:
        print(json.dumps({"what": what, "done": done}), flush=True)

    with world(Path(folder)) as place:
        result = place.take(Path(deposit), unit=unit, resume=True, progress=say)
        print(json.dumps({"what": "finished", "corpora": result.corpora}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
