"""Small faults put into five modules one at a time (mutmut), and how many of them the tests notice: `make mutants`."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

WHOLE = "reading.sentences"
"""The module whose mutants are all tried, and first: that run writes the lists of all mutants."""
SAMPLED = ("coding.annotations", "evaluation.measures", "scoring.model", "language.rules")
SAMPLE, SEED = 120, 0
KILLED, SURVIVED = "killed", "survived"
FOLDER = Path("mutants")
REPORT = Path("reports/mutants.json")


def run(names: list[str]) -> None:
    """Try these mutants; mutmut and its settings stand in pyproject.toml."""
    subprocess.run([sys.executable, "-m", "mutmut", "run", *names], check=True, stdout=subprocess.DEVNULL)


def outcomes(module: str) -> dict[str, int | None]:
    """For every mutant of a module, by name, how its tests ended: 0 all passed, 1 or 3 one failed, None not tried, else out of time."""
    found: dict[str, int | None] = json.loads((FOLDER / "pipeline" / f"{module.replace('.', '/')}.py.meta").read_text("utf-8"))["exit_code_by_key"]
    return found


def sample(names: list[str]) -> list[str]:
    """At most SAMPLE of `names`, the same each time."""
    return sorted(random.Random(SEED).sample(sorted(names), min(SAMPLE, len(names))))


def outcome(code: int | None) -> str:
    """The name of an end; a mutant that no test reaches (33) is a survivor."""
    return KILLED if code in (1, 3) else SURVIVED if code in (None, 0, 33) else "timeout"


def figures(module: str, tried: list[str]) -> dict[str, object]:
    """Mutants of a module, those tried, what became of them, and the names of the survivors."""
    codes = outcomes(module)
    ends = {name: outcome(codes[name]) for name in tried}
    count = Counter(ends.values())
    survivors = [name.removeprefix("pipeline.") for name, end in ends.items() if end == SURVIVED]
    return {"mutants": len(codes), "tried": len(tried), KILLED: count[KILLED], "timeout": count["timeout"], "survivors": survivors}


def main() -> None:
    """Make the mutants, try them, write the figures."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    run([f"pipeline.{WHOLE}.*"])
    chosen = {WHOLE: sorted(outcomes(WHOLE))} | {module: sample(list(outcomes(module))) for module in SAMPLED}
    run([name for module in SAMPLED for name in chosen[module]])
    report(chosen)


def report(chosen: dict[str, list[str]]) -> None:
    """Write and print the figures of the mutants tried."""
    found = {module: figures(module, names) for module, names in chosen.items()}
    REPORT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for module, of in found.items():
        print(f"{module}: {of}")


if __name__ == "__main__":
    main()
