"""Which rule fires on a cue and which decides a sentence, against the rules' fields read one by one."""

from __future__ import annotations

import numpy as np
from architecture import ROOT
from hypothesis import given
from hypothesis import strategies as st

from pipeline import modelfile, rules
from pipeline.context import CLAUSES, OBJECT_NAMES, POLARITIES, ROLES, Context
from pipeline.cues import Hits
from pipeline.lexicon import Lexicon, grade
from pipeline.records import LABELS, NEUTRAL
from pipeline.rules import NO_RULE, RULES, Rule

ROWS = 4
LISTS = modelfile.read(ROOT / "models" / "stance.npz").lexicon
TELLING = [number for number, name in enumerate(LISTS.sections) if not name.startswith(("grammar.", "negation."))]
Cue = tuple[int, int, int, int, int, int]
"""Row, section, clause, polarity, role, object."""
CUES = st.tuples(
    st.integers(0, ROWS - 1),
    st.sampled_from(TELLING),
    *(st.integers(0, len(names) - 1) | st.just(most) for names, most in ((CLAUSES, 0), (POLARITIES, 0), (ROLES, 1), (OBJECT_NAMES, 1))),
)


def context(cues: list[Cue]) -> Context:
    """Cues, two at each token, as `context.read` gives them."""
    row, section, clause, polarity, role, about = np.array(cues, dtype=np.int64).reshape(-1, 6).T
    start, none = np.arange(len(cues)) // 2, np.zeros(len(cues), dtype=np.int64)
    return Context(Hits(row, start, start + 1, none, section, none), clause, polarity, role, about, none > 0, none > 0, none > 0, none)


def stands_in(section: str, names: tuple[str, ...]) -> bool:
    return section in names or section.replace(f".{grade(section)}-", ".") in names


def fires(rule: Rule, cue: Cue, cues: list[Cue], lexicon: Lexicon) -> bool:
    row, section, clause, polarity, role, about = cue
    name = lexicon.sections[section]
    fits = stands_in(name, rule.sections) and grade(name) in rule.grades
    fits &= CLAUSES[clause] in rule.clauses and POLARITIES[polarity] in rule.polarities
    fits &= ROLES[role] in rule.roles and OBJECT_NAMES[about] in rule.objects
    return fits and (not rule.beside or any(other[0] == row and stands_in(lexicon.sections[other[1]], rule.beside) for other in cues))


def rank(rule: Rule, cue: Cue) -> int:
    return 2 if rule.tier == 1 and ROLES[cue[4]] in ("participle", "ing") else rule.tier


@given(st.lists(CUES, max_size=12).map(sorted))
def test_the_lowest_tier_then_the_first_cue_then_the_first_rule_decides(cues: list[Cue]) -> None:
    found = context(cues)
    fired = [(rank(rule, cue), place, number) for number, rule in enumerate(RULES) for place, cue in enumerate(cues) if fires(rule, cue, cues, LISTS)]
    assert sorted(zip(*rules.fires(found, LISTS).nonzero(), strict=True)) == sorted((number, place) for _, place, number in fired)
    best = [min((one for one in fired if cues[one[1]][0] == row), default=(0, -1, NO_RULE)) for row in range(ROWS)]
    expected = [[NEUTRAL if number == NO_RULE else LABELS.index(RULES[number].label), number, place] for _, place, number in best]
    assert np.stack(rules.decide(found, LISTS, ROWS), axis=1).tolist() == expected
