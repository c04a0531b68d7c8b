"""stance explain: which words and cues make a sentence's stance."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline import terminal
from pipeline.commands import _shared
from pipeline.records import LABELS

if TYPE_CHECKING:
    from pipeline.scoring.explain import CueShare, Explanation, Shares, WordShare

_EXAMPLES = """  stance explain "The ministry denied that it had shelled the village."
  stance explain --label accusation "They turned a blind eye to the fraud."
  stance explain --json "Doctors warned that cholera could spread." > explained.jsonl
  cat sentences.txt | stance explain"""
_LEAST = 0.05
_STEPS = (0.1, 0.4, 1.0)
_TINTS = {"denial": (195, 153, 111), "accusation": (224, 217, 210), "warning": (230, 228, 220), "neutral": (255, 252, 249)}
"""256-colour numbers for the background of a word, weak to strong, under black letters."""
_PLAIN = "\x1b[0m"


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "explain", "show which words and cues make a sentence's stance", _EXAMPLES, run)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a sentence (default: one a line from standard input)")
    parser.add_argument("--label", choices=LABELS, help="explain the score of this label (default: the likeliest one)")
    _shared.add_format(parser, ("table", "jsonl"), "table; jsonl has every word, cue and number, a sentence a line")
    parser.add_argument("--top", type=_shared.count, default=8, metavar="N", help="how many words and cues are listed (default: 8)")
    _shared.add_quiet(parser)
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Print an explanation of each sentence."""
    from pipeline.reading import sources
    from pipeline.scoring.explain import explain

    model = _shared.load_model(options.model)
    if not options.text:
        _shared.note_waiting(options)
    texts = [row.text for row in (sources.from_texts(options.text) if options.text else sources.from_standard_input())]
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for number, found in enumerate(explain(model, texts)):
        if options.format == "jsonl":
            import json

            print(json.dumps(_as_json(found), ensure_ascii=True))
        else:
            print(("\n" if number else "") + "\n".join(_lines(found, options.label or found.label, options.top, coloured=coloured)))


def _as_json(found: Explanation) -> dict[str, Any]:
    def labelled(values: Shares) -> dict[str, float]:
        return dict(zip(LABELS, values, strict=True))

    def part(one: WordShare | CueShare) -> dict[str, Any]:
        return {"text": found.text[one.start : one.end]} | one._asdict() | {"shares": labelled(one.shares)}

    told: dict[str, Any] = {"text": found.text, "label": found.label}
    told |= {name: labelled(getattr(found, name)) for name in ("probabilities", "scores", "intercept", "remainder")}
    return told | {"words": [part(word) for word in found.words], "cues": [part(cue) for cue in found.cues]}


def _lines(found: Explanation, label: str | None, top: int, *, coloured: bool) -> list[str]:
    chances = "  ".join(f"{name} {chance:.3f}" for name, chance in zip(LABELS, found.probabilities, strict=True))
    if label is None:
        return [f"no words: {chances}"]
    number, shown = LABELS.index(label), terminal.shown(found.text)
    title = f"{found.label or 'no words'}: {chances}"
    words = sum(word.shares[number] for word in found.words)
    score, constant = found.scores[number], found.intercept[number]
    lines = [f"\x1b[1m{title}{_PLAIN}" if coloured else title, _tinted(found, label, shown) if coloured else "".join(shown)]
    lines.append(f"score of {label} {score:+.2f} = constant {constant:+.2f}, words {words:+.2f}")
    cues = [(cue, f"  {cue.about}") for cue in found.cues]
    lines += _listed("words", [(word, "") for word in found.words], shown, number, top)
    return lines + _listed("of these by cues", cues, shown, number, top)


def _listed(title: str, parts: Sequence[tuple[WordShare | CueShare, str]], shown: Sequence[str], number: int, top: int) -> list[str]:
    """The strongest parts, those that speak for the label before those against it."""
    strongest = sorted(parts, key=lambda part: -abs(part[0].shares[number]))[:top]
    told = sorted((part for part in strongest if abs(part[0].shares[number]) >= _LEAST), key=lambda part: -part[0].shares[number])
    written = [(one.shares[number], "".join(shown[one.start : one.end]).strip(), about) for one, about in told]
    lines = [f"  {share:+.2f}  {text}{about}" for share, text, about in written if text]
    return [f"{title}:", *lines] if lines else []


def _tinted(found: Explanation, label: str, shown: Sequence[str]) -> str:
    """The text with each word that speaks for the label in its colour, and underlined those that speak against it."""
    number, parts, position = LABELS.index(label), list[str](), 0
    for word in found.words:
        share = word.shares[number]
        strength = sum(abs(share) >= step for step in _STEPS)
        begin = f"\x1b[38;5;16;48;5;{_TINTS[label][strength - 1]}m" if share > 0 else "\x1b[4m"
        written = "".join(shown[word.start : word.end])
        parts += ["".join(shown[position : word.start]), f"{begin}{written}{_PLAIN}" if strength else written]
        position = word.end
    return "".join((*parts, *shown[position:]))
