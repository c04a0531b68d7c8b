"""The pass rates below which the committed model may not fall; `python -m tests.challenge_floors` raises them to what it reaches."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from pipeline import files
from pipeline.evaluation import challenges
from pipeline.scoring.model import StanceModel

ROOT = Path(__file__).parent.parent
FLOORS = Path(__file__).with_suffix(".json")


def measured() -> dict[str, float]:
    """The committed model's pass rate (0 to 1) for every group of seeds/challenges and over all."""
    found = challenges.read_folder(ROOT / "seeds" / "challenges")
    probabilities = StanceModel.load(ROOT / "models" / "stance.npz").predict_proba([challenge.text for challenge in found])
    return {rate.group: rate.rate for rate in challenges.rates(found, probabilities)}


def floors() -> dict[str, float]:
    """The floors that hold now, by group."""
    stored: dict[str, float] = json.loads(FLOORS.read_text("utf-8"))
    return stored


def raised(old: Mapping[str, float], reached: Mapping[str, float]) -> dict[str, float]:
    """A floor for every group reached: the higher of the old one and the rate, cut to four digits."""
    return {group: max(old.get(group, 0.0), math.floor(rate * 10_000) / 10_000) for group, rate in reached.items()}


if __name__ == "__main__":
    before = floors() if FLOORS.exists() else {}
    files.write_text(FLOORS, json.dumps(raised(before, measured()), indent=2, sort_keys=True) + "\n")
