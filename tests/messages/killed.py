"""Run by test_kill.py in a process of its own: one warm process that forks for each import, so that a round
costs an import and not the loading of its modules. The child is what is killed.

One JSON line in: folder, deposit, unit, and the file where the child says what was acknowledged. Two lines out: the
child's number, then `ended`.
"""

import json
import os
import sys
from pathlib import Path

from tests.messages.world import world


def take(folder: str, deposit: str, unit: str, told: str) -> None:
    with open(told, "w", encoding="utf-8") as out:

        def say(what: str, **facts: object) -> None:
            print(json.dumps({"what": what, **facts}), file=out, flush=True)

        with world(Path(folder)) as place:
            result = place.take(
                Path(deposit), unit=unit, resume=True, progress=lambda done, total, what: say(what, done=done)
            )
            say("finished", corpora=result.corpora)


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                take(*json.loads(line))
                code = 0
            finally:
                os._exit(code)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    serve()
