"""What the command line takes: start-up, files in and out on one core and two, memory, a cluster on this machine."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import timing

STANCE = ["-c", "if __name__ == '__main__':\n from pipeline.cli import console\n console()"]
_PR_SET_CHILD_SUBREAPER = 36
SENTENCE = "The ministry denied the report."


class Machine:
    """Runs Python with compiled modules kept below `folder`, as an installed package has them."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._folder = folder
        self._environment = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": "", "STANCE_MODEL": str(model.absolute())}
        self._environment["PYTHONPATH"] = str(Path.cwd())
        _adopt_orphans()

    def run(self, arguments: Sequence[str]) -> tuple[timing.Taken, int]:
        """Times of `python arguments...`, its workers' included, and its largest memory in bytes."""
        return self.together([arguments])

    def together(self, jobs: Sequence[Sequence[str]]) -> tuple[timing.Taken, int]:
        """As `run`, of several at the same time."""
        begin = time.perf_counter()
        started = {subprocess.Popen([sys.executable, *job], stdout=subprocess.DEVNULL, cwd=self._folder, env=self._environment).pid: job for job in jobs}
        running, processor, memory, wall = set(started), 0.0, 0, 0.0
        while running:
            pid, status, usage = os.wait4(-1, 0)
            processor += usage.ru_utime + usage.ru_stime
            if pid in running:
                running.remove(pid)
                wall, memory = time.perf_counter() - begin, max(memory, usage.ru_maxrss * 1024)
                if status:
                    raise RuntimeError(f"{' '.join(started[pid])} ended with {os.waitstatus_to_exitcode(status)}")
        return timing.Taken(wall, processor + _orphans()), memory

    def contender(self, *arguments: str) -> Callable[[], timing.Taken]:
        """A contender that runs Python with these arguments."""
        return lambda: self.run(arguments)[0]


def _adopt_orphans() -> None:
    """Become the parent of processes whose parent has ended, so that their processor time is counted (Linux): workers are not the command's own children."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _orphans() -> float:
    """The processor time of such processes, when they have ended."""
    seconds = 0.0
    while True:
        try:
            usage = os.wait4(-1, 0)[2]
        except ChildProcessError:
            return seconds
        seconds += usage.ru_utime + usage.ru_stime


def start_up(machine: Machine, *, rounds: int) -> dict[str, Any]:
    """One sentence and the help beside bare Python and `import numpy`."""
    contenders = {
        "python -c pass": machine.contender("-c", "pass"),
        "import numpy": machine.contender("-c", "import numpy"),
        "stance classify TEXT": machine.contender(*STANCE, "classify", SENTENCE),
        "stance --help": machine.contender(*STANCE, "--help"),
    }
    timing.in_turns(contenders, rounds=1)
    taken = timing.in_turns(contenders, rounds=rounds)
    return {
        "times": {name: timing.figures(times) for name, times in taken.items()},
        "one_sentence_to_import_numpy": timing.ratio(taken["stance classify TEXT"], taken["import numpy"]),
        "help_to_allowed": timing.ratio(taken["stance --help"], [timing.Taken(*(1.5 * seconds + 0.06 for seconds in one)) for one in taken["python -c pass"]]),
    }


def noisy(texts: Sequence[str], count: int) -> Iterator[str]:
    """`count` sentences of one line: the texts again and again, from the second time on with a word of noise."""
    chance = random.Random(0)
    lines = [" ".join(text.split()) for text in texts]
    for number in range(count):
        line = lines[number % len(lines)]
        yield line if number < len(lines) else f"{line[:-1]} {chance.getrandbits(20):x}."


def write_lines(path: Path, texts: Sequence[str], count: int) -> None:
    """`count` sentences of `noisy`, one a line."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in noisy(texts, count))


def workers(machine: Machine, lines: Path, count: int, *, rounds: int) -> dict[str, Any]:
    """From .txt to .jsonl and to .parquet, reading and writing included, with one process and with two workers.

    `apart` is what two processes that know nothing of each other make of half the lines each: no two workers can be faster.
    """
    halves = _halves(lines)
    found: dict[str, Any] = {"rows": count}
    for ending in ("jsonl", "parquet"):
        contenders = {number: _classifying(machine, [lines], ending, number) for number in ("1", "2")}
        contenders["apart"] = _classifying(machine, halves, ending, "1")
        taken = timing.in_turns(contenders, rounds=rounds)
        found[ending] = {"times": {number: timing.figures(times, rows=count) for number, times in taken.items()}}
        found[ending] |= {"one_to_two": timing.ratio(taken["1"], taken["2"]), "one_to_apart": timing.ratio(taken["1"], taken["apart"])}
    return found


def _classifying(machine: Machine, paths: Sequence[Path], ending: str, number: str) -> Callable[[], timing.Taken]:
    """A contender that classifies files at the same time, each in a command with so many workers."""
    jobs = [[*STANCE, "classify", "--input", str(path), "--output", f"{path.stem}.{ending}", "--workers", number] for path in paths]
    return lambda: machine.together(jobs)[0]


def _halves(lines: Path) -> list[Path]:
    """The two halves of a file of lines."""
    content = lines.read_bytes()
    middle = content.index(b"\n", len(content) // 2) + 1
    paths = [lines.with_name(f"{name}.txt") for name in ("first", "second")]
    for path, half in zip(paths, (content[:middle], content[middle:]), strict=True):
        path.write_bytes(half)
    return paths


def cluster(machine: Machine, lines: Path, count: int, *, rounds: int) -> dict[str, Any]:
    """Into a folder by a Dask cluster of one and of two processes here; starting it is included."""

    def contender(number: str) -> Callable[[], timing.Taken]:
        def run() -> timing.Taken:
            folder = f"parts-{number}-{time.monotonic_ns()}"
            return machine.run([*STANCE, "classify", "--input", str(lines), "--output", folder, "--workers", number])[0]

        return run

    taken = timing.in_turns({number: contender(number) for number in ("1", "2")}, rounds=rounds)
    times = {number: timing.figures(one, rows=count) for number, one in taken.items()}
    return {"rows": count, "times": times, "one_to_two": timing.ratio(taken["1"], taken["2"])}


def memory(machine: Machine, folder: Path, texts: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
    """The largest memory in bytes of `stance classify --input --output` by number of sentences."""
    found = {}
    for count in counts:
        lines = folder / "lines.txt"
        write_lines(lines, texts, count)
        found[str(count)] = machine.run([*STANCE, "classify", "--input", str(lines), "--output", "out.jsonl"])[1]
    return found
