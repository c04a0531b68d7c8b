"""How many parts a second one Dask scheduler hands out: tasks that only wait, on as many slots as a large cluster has."""

from __future__ import annotations

import time
from typing import Any


def simulate(*, slots: int, seconds: float, rounds_a_slot: int) -> dict[str, float]:
    """Keep `slots` threads of one process busy with tasks of `seconds`, each slot `rounds_a_slot` times.

    What scheduling costs does not depend on what a task does; a waiting task stands for a part that is
    classified elsewhere. Efficiency is the time that waiting alone would take by the time that passed.
    """
    import distributed

    tasks = slots * rounds_a_slot
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=slots, processes=False, dashboard_address=":0", silence_logs="CRITICAL") as local,
        distributed.Client(local) as client,
    ):
        begin = time.perf_counter()
        client.gather(client.map(time.sleep, [seconds] * tasks, pure=False))
        passed = time.perf_counter() - begin
    return {"slots": slots, "task_seconds": seconds, "tasks": tasks, "tasks_per_second": tasks / passed, "efficiency": seconds * rounds_a_slot / passed}


def run(*, slots: int = 1000) -> list[dict[str, Any]]:
    """Tasks of a tenth of a second (more than a scheduler can hand out), of four and of sixteen seconds."""
    return [simulate(slots=slots, seconds=seconds, rounds_a_slot=rounds) for seconds, rounds in ((0.1, 3), (4.0, 2), (16.0, 2))]
