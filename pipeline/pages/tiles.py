"""A run in one line and four tiles: how good, how honest, how steady, how well it keeps to the codebook, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pipeline.evaluation import comparing
from pipeline.evaluation.challenges import Outcome
from pipeline.evaluation.comparing import DOWN, UNKNOWN, UP, Change
from pipeline.evaluation.measures import Floats
from pipeline.evaluation.runs import Run, Sentences
from pipeline.params import EvaluateParams

NONE_EARLIER = "no earlier run on these sentences to compare with"


class Tile(NamedTuple):
    """A figure in words: `value` with its 95 % interval, what to hold it against, and how it moved since the run that is kept.

    `change` says that in words, `step` in numbers; `direction` is comparing's, or "" where there is no earlier run.
    """

    title: str
    value: str
    interval: str
    beside: str
    change: str
    step: str
    direction: str


class Moved(NamedTuple):
    """How the four figures moved on the cases that both runs know, and how many sentences and challenges these are."""

    changes: dict[str, Change]
    sentences: int
    challenges: int


def tiles(run: Run, metrics: Mapping[str, Any], moved: Moved | None, params: EvaluateParams) -> list[Tile]:
    """The four tiles of a run, from its cases and the figures that evaluate took of it."""
    model, flips = metrics["model"], metrics["name_flips"]
    baselines = [f"{title} {metrics[name]['macro_f1']['value']:.3f}" for name, title in (("rules", "rules alone"), ("majority", "commonest label"))]
    flipped, passed = _flipped(run.sentences), _passed(run.challenges)
    named = [place for place, value in zip(run.sentences.documents, run.sentences.flipped, strict=True) if not np.isnan(value)]
    return [
        Tile("Macro-F1", f"{model['macro_f1']['value']:.3f}", _interval(model["macro_f1"], "{:.3f}"), "; ".join(baselines), *_told(moved, "macro_f1")),
        Tile(
            "Expected calibration error",
            f"{model['calibration_error']['value']:.3f}",
            _interval(model["calibration_error"], "{:.3f}"),
            "0 would be a probability that always means what it says",
            *_told(moved, "calibration_error", less=True),
        ),
        Tile(
            "Labels that flip with a name",
            _percent(flips["share"]),
            _of_mean(flipped, named, params),
            f"of {_many(int(flips['sentences']), 'sentence')} that hold{'s' * (flips['sentences'] == 1)} a known name",
            *_told(moved, "flips", less=True),
        ),
        Tile(
            "Challenges passed",
            _percent(float(passed.mean())) if len(passed) else "none",
            _of_mean(passed, [outcome.name for outcome in run.challenges], params),
            f"{int(passed.sum()):,} of {len(passed):,} sentences that test one rule of the codebook each",
            *_told(moved, "challenges"),
        ),
    ]


def moved(run: Run, earlier: Run | None, params: EvaluateParams) -> Moved | None:
    """How the run differs from an earlier one, on the cases that both know; None where there is no earlier run or no such case."""
    if earlier is None:
        return None
    known = {place: number for number, place in enumerate(earlier.sentences.places)}
    both = np.array([i for i, place in enumerate(run.sentences.places) if place in known], dtype=np.int64)
    if not len(both):
        return None
    new = run.sentences.take(both)
    old = earlier.sentences.take(np.array([known[place] for place in new.places]))
    found = {change.figure: change for change in comparing.paired(new.truth, old.probabilities, new.probabilities, new.documents, params)}
    changes = {name: found[name] for name in ("macro_f1", "calibration_error")}
    named = ~(np.isnan(new.flipped) | np.isnan(old.flipped))
    if named.any():
        where = [document for document, chosen in zip(new.documents, named, strict=True) if chosen]
        changes["flips"] = comparing.paired_share("flips", old.flipped[named], new.flipped[named], where, params)
    before = {outcome.name: outcome for outcome in earlier.challenges}
    shared = [outcome for outcome in run.challenges if outcome.name in before]
    if shared:
        names = [outcome.name for outcome in shared]
        changes["challenges"] = comparing.paired_share("challenges", _passed([before[name] for name in names]), _passed(shared), names, params)
    return Moved(changes, len(both), len(shared))


def verdict(run: Run, metrics: Mapping[str, Any], moved: Moved | None) -> str:
    """The run in one sentence, and a second one on what changed."""
    found, model = metrics["model"]["macro_f1"], metrics["model"]
    scores = {name: metrics[name]["macro_f1"]["value"] for name in ("rules", "majority")}
    size = f"{_many(model['sentences'], 'sentence')} in {_many(model['documents'], 'document')}"
    reached = f"{found['value']:.3f} (95\N{NO-BREAK SPACE}% interval {_interval(found, '{:.3f}')})"
    said = f"On {size} that it was not trained on, the model reaches a macro-F1 of {reached}"
    beside = f"the rules alone reach {scores['rules']:.3f}, the commonest label {scores['majority']:.3f}"
    if moved is None:
        return f"{said}; {beside}. There is {NONE_EARLIER}."
    only = "" if moved.sentences == len(run.sentences.truth) else f", on the {_many(moved.sentences, 'sentence')} that both measured"
    change = moved.changes["macro_f1"]
    numbers = f" ({_in_numbers(change)})" if _in_numbers(change) else ""
    return f"{said}; {beside}. Against the run that was kept, macro-F1 is {_in_words(change)}{numbers}{only}."


def _in_words(change: Change) -> str:
    """Whether a figure is up, down or the same beyond noise."""
    if change.direction == UNKNOWN:
        return "not to be told from chance in one document"
    if change.low == change.high == change.difference == 0:
        return "unchanged"
    return f"{change.direction} beyond noise" if change.direction in (UP, DOWN) else f"{change.direction} within noise"


def _in_numbers(change: Change) -> str:
    """The difference and its interval; nothing where nothing moved."""
    if change.low == change.high == change.difference == 0:
        return ""
    between = "" if change.low is None or change.high is None else f", 95\N{NO-BREAK SPACE}% interval {_signed(change.low)} to {_signed(change.high)}"
    return f"{_signed(change.difference)}{between}"


def _signed(value: float) -> str:
    """With its sign and three digits; what rounds to nought is no less than nought."""
    return f"{round(value, 3) + 0.0:+.3f}".replace("-", "−")


def _told(moved: Moved | None, figure: str, *, less: bool = False) -> tuple[str, str, str]:
    """How a figure moved in words and in numbers, and its direction; `less` says that less of it is better."""
    if moved is None or figure not in moved.changes:
        return NONE_EARLIER.capitalize(), "", ""
    change = moved.changes[figure]
    better = {UP: not less, DOWN: less}.get(change.direction)
    judged = "" if better is None else ", better" if better else ", worse"
    return _in_words(change).capitalize() + judged, _in_numbers(change), change.direction


def _interval(figure: Mapping[str, float], form: str) -> str:
    return f"{form.format(figure['low'])} to {form.format(figure['high'])}"


def _of_mean(values: Floats, groups: Sequence[str], params: EvaluateParams) -> str:
    """The 95 % interval of a mean over groups: how far it moves, in resamples, from nothing at all."""
    if not len(values):
        return "no case"
    change = comparing.paired_share("mean", np.zeros(len(values)), values, groups, params)
    return UNKNOWN if change.low is None or change.high is None else f"{_percent(change.low)} to {_percent(change.high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def _flipped(sentences: Sentences) -> Floats:
    return sentences.flipped[~np.isnan(sentences.flipped)]


def _passed(outcomes: Sequence[Outcome]) -> Floats:
    return np.array([outcome.label == outcome.predicted for outcome in outcomes], dtype=np.float64)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
