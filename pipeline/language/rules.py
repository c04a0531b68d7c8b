"""Rules that label a sentence from its cues, with evidence: the codebook's order of decision as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.growing import runs
from pipeline.language import context, cues
from pipeline.language.context import CLAUSES, OBJECT_NAMES, POLARITIES, ROLES, Context
from pipeline.language.cues import Ints
from pipeline.language.lexicon import Lexicon, grade
from pipeline.language.text import WordTable, batch
from pipeline.records import LABELS, NEUTRAL

FOREGROUND = ("main", "condition", "cause")
ASSERTED = ("plain", "modal")
VERBAL = ("finite", "passive", "participle", "ing", "infinitive")
NO_REQUEST = tuple(name for name in OBJECT_NAMES if name != "request")
FAULT = ("other", "finite", "participle", "ing", "infinitive", "predicate", "possessed", "determined")
STRONG = ("strong",)
_BATCH = 4096


@dataclass(frozen=True)
class Rule:
    """Fires on a cue of `sections` that stands as the other fields allow; the lowest `tier`, then the first, decides.

    Tier 1 is a reporting verb with a stance (codebook rule 1), tier 2 what is said (rule 2) or done
    beside another act (rule 4), tier 3 what only sounds like a stance. `grades` are the grades of the
    sections that count; `beside` are sections of which a cue must stand in the sentence too.
    """

    name: str
    label: str
    reason: str
    sections: tuple[str, ...]
    tier: int = 2
    roles: tuple[str, ...] = ROLES
    clauses: tuple[str, ...] = FOREGROUND
    polarities: tuple[str, ...] = ASSERTED
    objects: tuple[str, ...] = OBJECT_NAMES
    beside: tuple[str, ...] = ()
    grades: tuple[str, ...] = ("strong", "")


RULES = (
    Rule("denies", "denial", "says that a claim is untrue", ("denial.denial-verb",), 1, VERBAL, objects=NO_REQUEST),
    Rule("denies-that", "denial", "says that what a clause tells is untrue", ("denial.that-verb",), 1, VERBAL),
    Rule("pleads-innocence", "denial", "a plea of not guilty", ("denial.not-guilty",), 1),
    Rule("rejects-claim", "denial", "a finding, report or criticism rejected", ("denial.dispute-verb",), 1, VERBAL, objects=("claim",)),
    Rule("calls-untrue", "denial", "a claim called untrue, baseless, invented", ("denial.untrue",)),
    Rule("disowns", "denial", "disowns responsibility, knowledge, involvement or intent", ("denial.disown",)),
    Rule("no-evidence", "denial", "flat contradiction: there is no evidence", ("denial.no-evidence",), 3),
    Rule("accuses", "accusation", "accuses, blames, condemns, denounces", ("accusation.accuse-verb",), 1, VERBAL),
    Rule("alleges", "accusation", "alleges a wrong", ("accusation.allege-verb",), 1, VERBAL),
    Rule(
        "charges",
        "accusation",
        "a formal accusation is brought",
        ("accusation.charge-verb",),
        1,
        ("finite", "passive", "participle", "infinitive"),
        polarities=("plain",),
    ),
    Rule("holds-responsible", "accusation", "says who is responsible for a wrong", ("accusation.responsible",), grades=STRONG),
    Rule("steps-against", "accusation", "a step with the wrong named as its reason", ("accusation.step-verb",), 2, beside=("accusation.reason",)),
    Rule("finds-fault", "accusation", "says what a party does wrong", ("judgement.judge-phrase", "judgement.judge-verb"), 3, FAULT),
    Rule(
        "calls-names",
        "accusation",
        "calls conduct deceitful, reckless, shameful",
        ("judgement.judge-adjective", "judgement.judge-noun"),
        3,
        FAULT,
    ),
    Rule("warns", "warning", "warns, cautions, alerts", ("warning.warn-verb",), 1, VERBAL),
    Rule("threatens", "warning", "threatens, vows to retaliate", ("warning.threaten-verb",), 1, VERBAL),
    Rule("fears", "warning", "a fear of harm to come", ("warning.fear-verb",), 2, VERBAL, objects=("harm", "wrong", "press")),
    Rule("risks", "warning", "harm, danger or a bad outcome said to lie ahead", ("warning.risk",), 3),
    Rule("consequences", "warning", "a coming step meant to hurt or press a target", ("warning.consequence",), 3),
    Rule("advises", "warning", "advice to take care", ("warning.advice",), 3),
)
"""Every rule, in the order in which they are listed in reports."""
NO_RULE = len(RULES)
_TIERS = np.array([rule.tier for rule in RULES])
_LABELS = np.array([LABELS.index(rule.label) for rule in RULES])
_ASIDE = np.isin(ROLES, ("participle", "ing"))
"""Roles in which a reporting verb stands beside another act and is of the second tier."""


class Verdicts(NamedTuple):
    """The rules' answer for n texts: label and rule number (NO_RULE for neutral), evidence as token span in each text."""

    label: Ints
    rule: Ints
    start: Ints
    end: Ints


def _allowing(values: Sequence[str], allowed: Callable[[Rule], Sequence[str]]) -> Ints:
    """The rules that allow each value, one bit a rule."""
    return np.array([sum(1 << number for number, rule in enumerate(RULES) if value in allowed(rule)) for value in values])


_OF_CLAUSE = _allowing(CLAUSES, lambda rule: rule.clauses)
_OF_POLARITY = _allowing(POLARITIES, lambda rule: rule.polarities)
_OF_ROLE = _allowing(ROLES, lambda rule: rule.roles)
_OF_OBJECT = _allowing(OBJECT_NAMES, lambda rule: rule.objects)


def _of_section(section: str) -> int:
    """The rules that fire on cues of a section, one bit a rule."""
    named, graded = {section, cues.ungraded(section)}, grade(section)
    return sum(1 << number for number, rule in enumerate(RULES) if graded in rule.grades and not named.isdisjoint(rule.sections))


def fires(found: Context, lexicon: Lexicon) -> NDArray[np.bool_]:
    """Which rule fires on which cue, shape (rules, cues)."""
    bits = cues.of_sections(lexicon.sections, _of_section).take(found.hits.section)
    bits &= _OF_CLAUSE.take(found.clause) & _OF_POLARITY.take(found.polarity) & _OF_ROLE.take(found.role) & _OF_OBJECT.take(found.object)
    table: NDArray[np.bool_] = (bits >> np.arange(len(RULES))[:, None] & 1).astype(bool)
    for number, rule in enumerate(RULES):
        if rule.beside:
            partner = cues.in_sections(found.hits, lexicon, rule.beside)
            table[number] &= np.isin(found.hits.row, found.hits.row.take(partner))
    return table


def decide(found: Context, lexicon: Lexicon, rows: int) -> tuple[Ints, Ints, Ints]:
    """Label, rule and deciding cue (-1 where none) of each of `rows` texts."""
    rule, cue = fires(found, lexicon).nonzero()
    tier = _TIERS.take(rule)
    tier[tier == 1] += _ASIDE.take(found.role.take(cue[tier == 1]))
    order = np.lexsort((rule, cue, tier, found.hits.row.take(cue)))
    row, first = runs(found.hits.row.take(cue.take(order)))
    best = order.take(first)
    label, by, at = np.full(rows, NEUTRAL), np.full(rows, NO_RULE), np.full(rows, -1)
    label[row], by[row], at[row] = _LABELS.take(rule.take(best)), rule.take(best), cue.take(best)
    return label, by, at


def apply(texts: Sequence[str], lexicon: Lexicon) -> Verdicts:
    """The rules' label for every text, with the rule and the tokens that decided (0, 0 where none did)."""
    table, parts = WordTable(), []
    for begin in range(0, len(texts), _BATCH):
        tokens = batch(texts[begin : begin + _BATCH], table)
        found = context.read(tokens, table, lexicon)
        label, rule, cue = decide(found, lexicon, tokens.rows)
        decided = cue >= 0
        start, end = np.zeros(tokens.rows, dtype=np.int64), np.zeros(tokens.rows, dtype=np.int64)
        start[decided] = found.hits.start[cue[decided]] - tokens.offsets[:-1][decided]
        end[decided] = found.hits.end[cue[decided]] - tokens.offsets[:-1][decided]
        parts.append((label, rule, start, end))
    if not parts:
        return Verdicts(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
    return Verdicts(*(np.concatenate(column) for column in zip(*parts, strict=True)))
