"""Every network over 200,000 invented messages, beside coordination-network-toolkit when it is installed.

Bars: one second for any network, and at most a twentieth of the toolkit's CPU time on the same messages (three
networks that both have; its tables are filled before the clock starts).
"""

import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pyarrow.csv as pa_csv

from make_campaigns import Made, make
from saisine.findings.actions import KINDS, Actions, build_actions
from saisine.findings.campaigns import near_groups
from saisine.findings.coordination import significance

COUNT = 200_000
BAR_S = 1.0
PEER_BAR = 1 / 20
PEERS = {"repost": ("compute_co_retweet_parallel", 60), "reply": ("compute_co_reply_network", 60),
         "link": ("compute_co_link_network", 60)}  # fmt: skip


def one_network(actions: Actions, kind: str, window: int, truth: dict[str, set[str]]) -> float:
    """Print one line; return the CPU time."""
    begun, cpu = time.perf_counter(), time.process_time()
    shares, _ = actions.network(kind, window)
    network = significance(shares, window_s=window)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    edges = network.edges(network.strong, most=0)
    right = sum(bool(truth.get(e.account_a, set()) & truth.get(e.account_b, set())) for e in edges)
    share = f"{right / len(edges):.3f}" if edges else "-"
    print(f"{kind:8} {window:6} s: {len(shares):7,} actions, {len(network):6,} pairs twice or more, ", end="")
    print(f"{len(edges):6,} retained (true {share}), CPU {cpu:.2f} s, wall {wall:.2f} s")
    return cpu


def by_toolkit(path: str, kind: str) -> None:
    from coordination_network_toolkit import compute_networks

    name, window = PEERS[kind]
    getattr(compute_networks, name)(path, window, n_threads=1)


def fill(path: str, table: str) -> None:
    from coordination_network_toolkit.preprocess import preprocess_csv_files

    preprocess_csv_files(path, [table])


def nothing() -> None:
    """The cost of a process that imports the toolkit and does nothing more."""
    import coordination_network_toolkit.compute_networks
    import coordination_network_toolkit.preprocess  # noqa: F401


def cpu_of(task: str, *arguments: str) -> float:
    """CPU seconds of another process and of those it starts; below `multiprocessing` the toolkit never ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, __file__, task, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


TASKS = {task.__name__: task for task in (by_toolkit, fill, nothing)}


def beside_toolkit(made: Made, ours: dict[str, float]) -> None:
    if find_spec("coordination_network_toolkit") is None:
        print("coordination-network-toolkit is not installed: no comparison")
        return
    with tempfile.TemporaryDirectory() as folder:
        table, base = Path(folder) / "messages.csv", str(Path(folder) / "base.db")
        pa_csv.write_csv(made.plain(), table)
        cpu_of("fill", base, str(table))
        start = cpu_of("nothing")
        for kind in PEERS:
            peer = cpu_of("by_toolkit", base, kind) - start
            print(f"{kind:8} {ours[kind]:.2f} s, toolkit {peer:.1f} s, ratio {ours[kind] / peer:.3f}", end="")
            print(f" (bar {PEER_BAR:.3f})")


def main() -> None:
    made = make(COUNT)
    table = made.table()
    actions = build_actions(table, near=near_groups(table))
    significance(actions.network("repost", 60)[0], window_s=60)  # the library's own import is not counted
    truth = made.truth()
    spent = {
        (kind.id, window): one_network(actions, kind.id, window, truth)
        for kind in KINDS
        for window in kind.windows_s
        if len(actions.acts[kind.id].message)
    }
    worst = max(spent.values())
    print(f"slowest network: {worst:.2f} s of CPU, ratio to the bar {worst / BAR_S:.2f} (bar {BAR_S:.0f} s)")
    beside_toolkit(made, {kind: spent[kind, window] for kind, (_, window) in PEERS.items()})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TASKS[sys.argv[1]](*sys.argv[2:])
    else:
        main()
