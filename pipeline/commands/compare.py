"""stance compare: two models on the same labelled sentences, and why labels changed."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import terminal
from pipeline.commands import _shared
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.evaluation.comparing import Change
    from pipeline.evaluation.relabelled import Reason, Relabelled

_EXAMPLES = """  stance compare old.npz models/stance.npz coded.jsonl
  stance compare old.npz models/stance.npz coded.csv --text-column sentence --label-column code --output changed.csv
  stance compare old.npz models/stance.npz coded.jsonl --json > compared.json"""
_COLUMNS = ("row", "text", "truth", "old", "new", "outcome", "old_probability", "new_probability", "words", "cues")
_WORDS = {"broken": "right before, wrong now", "mended": "wrong before, right now", "moved": "wrong before and now"}
_SHOWN = 3
_ONLY_IF_MOVED = ("precision", "recall")
"""Of these figures by label, the table has those that moved beyond noise."""
_LESS_IS_BETTER = ("log_loss", "calibration_error")


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "compare", "compare two models on labelled sentences", _EXAMPLES, run)
    parser.add_argument("old", type=Path, metavar="OLD", help="a model file")
    parser.add_argument("new", type=Path, metavar="NEW", help="the model file to compare with it")
    _shared.add_labelled(parser)
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write the sentences whose label changed to this .csv file")
    parser.add_argument("--top", type=_shared.count, metavar="N", help="how many changed labels are listed (default: all)")
    _shared.add_format(parser, ("table", "json"), "table")


def run(options: argparse.Namespace) -> None:
    """Print the figures of both models side by side, and every sentence whose label changed."""
    from pipeline.evaluation import comparing, labelled_file
    from pipeline.evaluation.relabelled import Classified, relabelled
    from pipeline.params import EvaluateParams
    from pipeline.scoring.model import StanceModel

    if options.output and options.output.suffix != ".csv":
        raise UsageError("changed labels are written as CSV", where=str(options.output), next_step="end it in .csv")
    texts, truth, _ = labelled_file.read(options.file, labelled_file.Columns(options.text_column, options.label_column))
    models = [StanceModel.load(path) for path in (options.old, options.new)]
    old, new = (Classified(model, model.predict_proba(texts)) for model in models)
    changes = comparing.paired(truth, old.probabilities, new.probabilities, [str(row) for row in range(len(texts))], EvaluateParams())
    changed = relabelled(texts, truth, old, new)
    if options.output:
        _write(options.output, changed)
    if options.format == "json":
        _shared.print_json(_as_json(changes, changed, len(texts)))
    else:
        print("\n".join(_lines(changes, changed, len(texts), options.top)))


def _write(path: Path, changed: Sequence[Relabelled]) -> None:
    from pipeline import files, formulas

    rows = [[_cell(getattr(one, name)) for name in _COLUMNS] for one in changed]
    files.write_text(path, "".join(files.csv_lines([_COLUMNS, *map(formulas.guard_row, rows)])))


def _cell(value: Any) -> object:
    if isinstance(value, list):
        return "; ".join(map(_reason, value))
    return f"{value:.4f}" if isinstance(value, float) else value


def _as_json(changes: Sequence[Change], changed: Sequence[Relabelled], sentences: int) -> dict[str, Any]:
    def reasons(found: Sequence[Reason]) -> list[dict[str, Any]]:
        return [reason._asdict() | {"change": reason.change} for reason in found]

    return {
        "sentences": sentences,
        "figures": [change._asdict() | {"direction": change.direction} for change in changes],
        "changed": [one._asdict() | {"outcome": one.outcome, "words": reasons(one.words), "cues": reasons(one.cues)} for one in changed],
    }


def _lines(changes: Sequence[Change], changed: Sequence[Relabelled], sentences: int, top: int | None) -> Iterator[str]:
    yield f"{sentences} sentence{'s' * (sentences != 1)}\n"
    yield f"{'figure':<24} {'old':>6} {'new':>6} {'change':>7}  95 % interval"
    yield from (_figure(change) for change in changes if _moved(change) or not change.figure.startswith(_ONLY_IF_MOVED))
    counted = Counter(one.outcome for one in changed)
    told = ", ".join(f"{counted[outcome]} {words}" for outcome, words in _WORDS.items() if counted[outcome])
    yield f"\n{len(changed)} label{'s' * (len(changed) != 1)} changed{f': {told}' if told else ''}"
    for one in changed[:top]:
        yield f"\n{one.old} {one.old_probability:.2f} → {one.new} {one.new_probability:.2f} (is {one.truth}; {_WORDS[one.outcome]})"
        yield f"  {terminal.line(one.text)}"
        for title, found in (("words", one.words), ("cues", one.cues)):
            if found:
                yield f"  {title}: " + "; ".join(terminal.line(_reason(reason)) for reason in found[:_SHOWN])
    if top and len(changed) > top:
        yield f"\n{len(changed) - top} more; --output FILE.csv holds all"


def _moved(change: Change) -> bool:
    return change.direction in ("up", "down")


def _figure(change: Change) -> str:
    good = "down" if change.figure in _LESS_IS_BETTER else "up"
    beyond = f"{change.direction}, {'better' if change.direction == good else 'worse'}" if _moved(change) else "the same beyond noise"
    interval = "" if change.low is None or change.high is None else f"{change.low:+.3f} to {change.high:+.3f}  {beyond}"
    name = change.figure.replace("_", " ").replace("/", " of ").replace("f1", "F1")
    return f"{name:<24} {change.before:>6.3f} {change.after:>6.3f} {change.difference:>+7.3f}  {interval}".rstrip()


def _reason(reason: Reason) -> str:
    """What moved the balance between the old label and the new one, and by how much."""
    about = f" ({reason.about})" if reason.about else ""
    return f"{reason.text}{about} {reason.change:+.2f}"
