"""Which rule fires on a cue and which decides a sentence, against the rules' fields read one by one."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from architecture import ROOT
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import rules
from pipeline.language.context import CLAUSES, OBJECT_NAMES, POLARITIES, ROLES, Context
from pipeline.language.cues import Hits
from pipeline.language.lexicon import Lexicon, grade
from pipeline.language.rules import NO_RULE, RULES, Rule
from pipeline.language.text import tokens
from pipeline.records import LABELS, NEUTRAL
from pipeline.scoring import modelfile

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


@pytest.fixture(scope="module")
def fresh() -> Any:
    """The room imported anew, so that what it works out on import is worked out here (and a fault in that is met here)."""
    spec = importlib.util.find_spec("pipeline.language.rules")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(cues=st.lists(CUES, max_size=12).map(sorted))
def test_the_lowest_tier_then_the_first_cue_then_the_first_rule_decides(fresh: Any, cues: list[Cue]) -> None:
    found = context(cues)
    fired = [(rank(rule, cue), place, number) for number, rule in enumerate(RULES) for place, cue in enumerate(cues) if fires(rule, cue, cues, LISTS)]
    assert sorted(zip(*fresh.fires(found, LISTS).nonzero(), strict=True)) == sorted((number, place) for _, place, number in fired)
    best = [min((one for one in fired if cues[one[1]][0] == row), default=(0, -1, NO_RULE)) for row in range(ROWS)]
    expected = [[NEUTRAL if number == NO_RULE else LABELS.index(RULES[number].label), number, place] for _, place, number in best]
    assert np.stack(fresh.decide(found, LISTS, ROWS), axis=1).tolist() == expected


def cue(name: str, role: str = "finite") -> Cue:
    """A cue in the first row that stands as plainly as it can."""
    return 0, LISTS.sections.index(name), CLAUSES.index("main"), POLARITIES.index("plain"), ROLES.index(role), OBJECT_NAMES.index("claim")


ACCUSES, WARNS, STEP, REASON = "accusation.accuse-verb", "warning.warn-verb", "accusation.step-verb", "accusation.reason"
UNTRUE = next(name for name in LISTS.sections if stands_in(name, ("denial.untrue",)) and grade(name) in ("strong", ""))


@pytest.mark.parametrize(
    ("cues", "rule", "place"),
    [
        ([cue(ACCUSES), cue(WARNS)], "accuses", 0),
        ([cue(ACCUSES, "participle"), cue(WARNS)], "warns", 1),  # beside another act it weighs as what is said
        ([cue(UNTRUE), cue(ACCUSES)], "accuses", 1),
        ([cue(UNTRUE), cue(ACCUSES, "participle")], "calls-untrue", 0),
        ([cue(ACCUSES, "ing"), cue(UNTRUE)], "accuses", 0),
        ([cue(STEP), cue(REASON)], "steps-against", 0),
        ([cue(STEP)], "", -1),
    ],
)
def test_a_reporting_verb_goes_first_unless_it_stands_beside_another_act(fresh: Any, cues: list[Cue], rule: str, place: int) -> None:
    _, by, at = fresh.decide(context(cues), LISTS, 1)
    assert (int(by[0]), int(at[0])) == (next((i for i, one in enumerate(RULES) if one.name == rule), NO_RULE), place)


SAID = [
    ("The ministry denied the report.", "denies", ["denied"]),
    ("“We pleaded not guilty,” he said.", "pleads-innocence", ["pleaded", "not", "guilty"]),
    ("", "", []),
    ("On Monday the envoy accused Iran of lying.", "accuses", ["accused", "Iran", "of"]),
    ("Talks resume.", "", []),
]
"""A text, the rule that decides it, and the words on which it fires."""


def test_the_evidence_is_the_words_that_decided_also_behind_many_other_texts() -> None:
    again = 1000
    found = rules.apply([text for text, _, _ in SAID] * again, LISTS)
    assert [(column.shape, column.dtype) for column in found] == [((len(SAID) * again,), np.dtype(np.int64))] * 4
    for place, (text, name, words) in enumerate(SAID):
        number = next((i for i, rule in enumerate(RULES) if rule.name == name), NO_RULE)
        label = LABELS.index(RULES[number].label) if name else NEUTRAL
        start, end = int(found.start[place]), int(found.end[place])
        assert tokens(text)[start:end] == words and (words or (start, end) == (0, 0)), text
        assert all(set(column[place :: len(SAID)].tolist()) == {value} for column, value in zip(found, (label, number, start, end), strict=True)), text


def test_no_texts_have_no_verdicts() -> None:
    assert [(column.shape, column.dtype) for column in rules.apply([], LISTS)] == [((0,), np.dtype(np.int64))] * 4
