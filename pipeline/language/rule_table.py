"""How each rule fares: where it fires and decides, how often coders agree, which rules contradict it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.language import context, rules
from pipeline.language.lexicon import Lexicon
from pipeline.language.rules import NO_RULE, RULES
from pipeline.language.text import WordTable, batch
from pipeline.records import LABELS, NEUTRAL

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
UNCODED = -1
PRIOR = 5.0
"""As many sentences of the rules' common precision are added to a rule's own before its precision is taken for a weight."""
_BATCH = 4096
LABEL_OF = np.array([LABELS.index(rule.label) for rule in RULES] + [NEUTRAL])
"""The label of each rule, and last of no rule."""


class Fired(NamedTuple):
    """The rules on n sentences: which fires where (rules, n), and the number of the rule that decides (n,), NO_RULE where none."""

    fires: Bools
    decides: Ints


def fire(texts: Sequence[str], lexicon: Lexicon) -> Fired:
    """Let the rules loose on `texts`."""
    fires = np.zeros((len(RULES), len(texts)), dtype=bool)
    table = WordTable()
    for begin in range(0, len(texts), _BATCH):
        found = context.read(batch(texts[begin : begin + _BATCH], table), table, lexicon)
        rule, cue = rules.fires(found, lexicon).nonzero()
        fires[rule, begin + found.hits.row[cue]] = True
    return Fired(fires, rules.apply(texts, lexicon).rule)


class Counts(NamedTuple):
    """Per rule, and last for no rule, the sentences it decides that coders labelled, and on how many they agree; arrays (rules + 1,)."""

    coded: Ints
    right: Ints


def against_coders(decides: Ints, labels: Ints) -> Counts:
    """Count deciding rules against coders' labels (n,), UNCODED where there is none."""
    read = labels != UNCODED
    right = read & (LABEL_OF[decides] == labels)
    size = NO_RULE + 1
    return Counts(np.bincount(decides[read], minlength=size), np.bincount(decides[right], minlength=size))


def precisions(counts: Counts) -> NDArray[np.float64]:
    """The precision to trust each rule with, and last no rule (rules + 1,), 0 to 1: its own, drawn towards that of all.

    All are 1 where nothing was coded.
    """
    total = counts.coded.sum()
    common = counts.right.sum() / total if total else 1.0
    return np.asarray((counts.right + PRIOR * common) / (counts.coded + PRIOR))


HEADER = ("rule", "label", "reason", "fires", "decides", "alone", "coded", "precision", "low", "high", "held_out_coded", "held_out_precision", "conflicts")


def rows(fired: Fired, labels: Ints, held_out: Bools) -> list[list[object]]:
    """A row of HEADER for each rule and for no rule.

    `alone` are sentences where no other rule fires; `precision` is that of the sentences it decides
    against coders' labels, with a 95 % interval (Wilson 1927), in documents trained on; `held_out_…` in
    the others; `conflicts` names the rules of another label that fire on the same sentences, most first.

    Args:
        labels: the coders' settled label of each sentence (n,), UNCODED where there is none.
        held_out: whether the sentence is kept for evaluation (n,).
    """
    own = against_coders(fired.decides, np.where(held_out, UNCODED, labels))
    other = against_coders(fired.decides, np.where(held_out, labels, UNCODED))
    decides = np.bincount(fired.decides, minlength=NO_RULE + 1)
    how_many = fired.fires.sum(axis=0)
    together = fired.fires.astype(np.int64) @ fired.fires.T.astype(np.int64)
    found: list[list[object]] = []
    for number in range(NO_RULE + 1):
        head: list[object]
        if number == NO_RULE:
            none = int(np.count_nonzero(how_many == 0))
            head, conflicts = ["(none)", LABELS[NEUTRAL], "no rule fires, or none decides", none, int(decides[number]), none], ""
        else:
            rule, fires = RULES[number], fired.fires[number]
            head = [rule.name, rule.label, rule.reason, int(fires.sum()), int(decides[number]), int((fires & (how_many == 1)).sum())]
            conflicts = _conflicts(together[number], rule.label)
        figures = [*_precision(own, number, interval=True), *_precision(other, number, interval=False)]
        found.append([*head, *figures, conflicts])
    return found


def _conflicts(together: Ints, label: str) -> str:
    counted = [(int(count), rule.name) for rule, count in zip(RULES, together, strict=True) if count and rule.label != label]
    return "; ".join(f"{name} {count}" for count, name in sorted(counted, key=lambda pair: (-pair[0], pair[1])))


def _precision(counts: Counts, number: int, *, interval: bool) -> list[object]:
    """Coded sentences, precision and, where wanted, its interval; empty cells where nothing is coded."""
    coded, right = int(counts.coded[number]), int(counts.right[number])
    if not coded:
        return [0, "", "", ""] if interval else [0, ""]
    if not interval:
        return [coded, f"{right / coded:.3f}"]
    from scipy.stats import binomtest

    between = binomtest(right, coded).proportion_ci(method="wilson")
    return [coded, f"{right / coded:.3f}", f"{between.low:.3f}", f"{between.high:.3f}"]
