"""Rules that label a sentence from its cues, with evidence: the codebook's order of decision as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import context, cues
from pipeline.context import OBJECT_NAMES, POLARITIES, ROLES, Context
from pipeline.cues import CLAUSES, Ints
from pipeline.lexicon import Lexicon, grade
from pipeline.records import LABELS, NEUTRAL
from pipeline.text import WordTable, batch

FOREGROUND = ("main", "condition", "cause")
ASSERTED = ("plain", "modal")
VERBAL = ("finite", "passive", "participle", "ing", "infinitive")
NO_REQUEST = tuple(name for name in OBJECT_NAMES if name != "request")
FAULT = ("other", "finite", "participle", "predicate", "possessed")
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
    Rule("pleads-innocence", "denial", "a plea of not guilty", ("denial.not-guilty",), 1),
    Rule("rejects-claim", "denial", "a finding, report or criticism rejected", ("denial.dispute-verb",), 1, VERBAL, objects=("claim",)),
    Rule("calls-untrue", "denial", "a claim called untrue, baseless, invented", ("denial.untrue",)),
    Rule("disowns", "denial", "disowns responsibility, knowledge, involvement or intent", ("denial.disown",), grades=STRONG),
    Rule("no-evidence", "denial", "flat contradiction: there is no evidence", ("denial.no-evidence",), 3, grades=STRONG),
    Rule("accuses", "accusation", "accuses, blames, condemns, denounces", ("accusation.accuse-verb",), 1, VERBAL),
    Rule("alleges", "accusation", "alleges a wrong", ("accusation.allege-verb",), 1, VERBAL),
    Rule("charges", "accusation", "a formal accusation is brought", ("accusation.charge-verb",), 1, ("finite", "passive", "participle")),
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
    Rule("advises", "warning", "advice to take care", ("warning.advice",), 3, grades=STRONG),
)
"""Every rule, in the order in which they are listed in reports."""
NO_RULE = len(RULES)
_LAST = 1 << 40


class Verdicts(NamedTuple):
    """The rules' answer for n texts: label and rule number (NO_RULE for neutral), evidence as token span in each text."""

    label: Ints
    rule: Ints
    start: Ints
    end: Ints


def fires(found: Context, lexicon: Lexicon) -> NDArray[np.bool_]:
    """Which rule fires on which cue, shape (rules, cues)."""
    table = np.zeros((len(RULES), len(found.clause)), dtype=bool)
    grades = np.array([grade(name) for name in lexicon.sections])
    for number, rule in enumerate(RULES):
        chosen = cues.in_sections(found.hits, lexicon, rule.sections)
        chosen &= np.isin(grades, rule.grades)[found.hits.section]
        for values, names, allowed in (
            (found.clause, CLAUSES, rule.clauses),
            (found.polarity, POLARITIES, rule.polarities),
            (found.role, ROLES, rule.roles),
            (found.object, OBJECT_NAMES, rule.objects),
        ):
            chosen &= np.array([name in allowed for name in names])[values]
        if rule.beside:
            partner = cues.in_sections(found.hits, lexicon, rule.beside)
            chosen &= np.isin(found.hits.row, found.hits.row[partner])
        table[number] = chosen
    return table


def decide(found: Context, lexicon: Lexicon, rows: int) -> tuple[Ints, Ints, Ints]:
    """Label, rule and deciding cue (-1 where none) of each of `rows` texts."""
    table = fires(found, lexicon)
    rank = np.full(table.shape[1], _LAST)
    rule = np.full(table.shape[1], NO_RULE)
    tiers = np.array([rule.tier for rule in RULES])
    beside_act = np.isin(found.role, (ROLES.index("participle"), ROLES.index("ing")))
    for number in range(len(RULES)):
        tier = np.maximum(tiers[number], 1 + beside_act) if tiers[number] == 1 else np.full(len(rank), tiers[number])
        better = table[number] & (tier * 2**32 + found.hits.start < rank)
        rank[better] = (tier * 2**32 + found.hits.start)[better]
        rule[better] = number
    label, by, cue = np.full(rows, NEUTRAL), np.full(rows, NO_RULE), np.full(rows, -1)
    order = np.lexsort((rank, found.hits.row))
    row, first = np.unique(found.hits.row[order], return_index=True)
    best = order[first]
    decided = rank[best] < _LAST
    row, best = row[decided], best[decided]
    labels = np.array([LABELS.index(rule.label) for rule in RULES])
    label[row], by[row], cue[row] = labels[rule[best]], rule[best], best
    return label, by, cue


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
