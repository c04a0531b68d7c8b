"""Cues as terms that TF-IDF can weigh: each cue alone, with its surroundings, and in order with others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.growing import runs
from pipeline.language import cues, rules
from pipeline.language.context import CLAUSES, OBJECT_NAMES, POLARITIES, ROLES, UNDER, Context
from pipeline.language.cues import Ints
from pipeline.language.lexicon import Lexicon

TEMPLATES = {
    "cue": ("entry",),
    "cue+clause": ("entry", "clause"),
    "cue+object": ("entry", "object"),
    "kind": ("section",),
    "grade": ("graded",),
    "grade+clause+polarity": ("graded", "clause", "polarity"),
    "kind+clause+polarity": ("section", "clause", "polarity"),
    "kind+quoted+polarity": ("section", "quoted", "polarity"),
    "kind+role+polarity": ("section", "role", "polarity"),
    "kind+object+polarity": ("section", "object", "polarity"),
    "kind+person+polarity": ("section", "first_person", "polarity"),
    "kind+reported+clause": ("section", "reported", "clause"),
    "kind+under": ("section", "under"),
    "first": ("section", "polarity", "role"),
    "first+grade": ("graded", "polarity"),
    "first+object": ("section", "object", "polarity"),
    "pair": ("section", "next"),
    "number": ("section", "number"),
    "rule": ("rule",),
    "rule+kind": ("rule", "section"),
    "cue+polarity": ("entry", "polarity"),
}
"""What each kind of term is made of."""
_BITS = {
    "template": 5,
    "entry": 20,
    "section": 8,
    "graded": 8,
    "next": 8,
    "clause": 3,
    "object": 4,
    "polarity": 2,
    "role": 4,
    "quoted": 1,
    "first_person": 1,
    "reported": 1,
    "under": 2,
    "rule": 6,
    "number": 2,
}
_CODE_BITS = 40
_NAMES = {
    "clause": CLAUSES,
    "object": OBJECT_NAMES,
    "polarity": POLARITIES,
    "role": ROLES,
    "quoted": ("", "quoted"),
    "first_person": ("", "first person"),
    "reported": ("", "reported"),
    "under": UNDER,
    "rule": (*(rule.name for rule in rules.RULES), "none"),
    "number": ("0", "1", "2", "3+"),
}
BACKGROUND = ("contrast", "time", "relative")
"""Clauses in which a stance is background."""
_SIDE = ("claim-noun", "request-noun", "other-sense", "norm-noun", "modal", "condition", "reason", "good-noun", "good-verb", "press-step-noun")
FORESEEN = POLARITIES.index("modal")


class Occurrences(NamedTuple):
    """Where terms stand: for each of N the row of the batch, the code, and the hits (numbers in the context) that make it up together."""

    row: Ints
    code: Ints
    hits: tuple[Ints, ...]


def stance_cues(context: Context, lexicon: Lexicon) -> Ints:
    """The numbers of the hits that can carry a stance: what is only an object is left out, harm unless it is foreseen."""
    carries = cues.of_sections(lexicon.sections, _carries_stance).take(context.hits.section)
    foreseen = cues.of_sections(lexicon.sections, _is_harm).take(context.hits.section) & (context.polarity == FORESEEN)
    return np.flatnonzero(carries | foreseen)


def _is_harm(section: str) -> bool:
    return section.startswith("harm.") and section.split(".")[1] not in _SIDE


def _carries_stance(section: str) -> bool:
    return not section.startswith("harm.") and section.split(".")[1] not in _SIDE


def _taken(context: Context, chosen: Ints) -> Context:
    surroundings: list[Any] = [column.take(chosen) for column in context[1:]]
    return Context(context.hits.take(chosen), *surroundings)


def terms(context: Context, lexicon: Lexicon) -> tuple[Ints, Ints]:
    """Row and code of every term of a batch, in ascending order, each once a row."""
    found = list(occurrences(context, lexicon))
    return _once(np.concatenate([one.row for one in found]), np.concatenate([one.code for one in found]))


def occurrences(context: Context, lexicon: Lexicon) -> Iterator[Occurrences]:
    """Every place where a term of a batch stands, template by template."""
    rule, deciding = _decided(context, lexicon)
    chosen = stance_cues(context, lexicon)
    decided = {"rule": rule, "section": context.hits.section[deciding]}
    decided_row = context.hits.row[deciding]
    context = _taken(context, chosen)
    hits = context.hits
    section = cues.plain_sections(lexicon.sections).take(hits.section)
    values = {
        "entry": hits.entry,
        "section": section,
        "graded": hits.section,
        "clause": context.clause,
        "object": context.object,
        "polarity": context.polarity,
        "role": context.role,
        "quoted": context.quoted.astype(np.int64),
        "first_person": context.first_person.astype(np.int64),
        "reported": context.reported.astype(np.int64),
        "under": context.under,
    }
    first = _first(context)
    leading = {part: value[first] for part, value in values.items()}
    bearers: tuple[Ints, ...]
    for number, (name, parts) in enumerate(TEMPLATES.items()):
        if name.startswith("first"):
            picked, row, bearers = leading, hits.row[first], (chosen[first],)
        elif name == "pair":
            together = np.flatnonzero(hits.row[1:] == hits.row[:-1])
            picked, row = {"section": section[together], "next": section[together + 1]}, hits.row[together]
            bearers = chosen[together], chosen[together + 1]
        elif name.startswith("rule"):
            picked, row, bearers = decided, decided_row, (deciding,)
        elif name == "number":
            _, member, counts = np.unique(hits.row * 1024 + section, return_inverse=True, return_counts=True)
            picked, row, bearers = {"section": section, "number": np.minimum(counts, 3)[member]}, hits.row, (chosen,)
        else:
            picked, row, bearers = values, hits.row, (chosen,)
        yield Occurrences(row, _pack(number, parts, picked, len(row)), bearers)


def _once(rows: Ints, codes: Ints) -> tuple[Ints, Ints]:
    """Pairs of row and code in order, without repeats."""
    packed, _ = runs(np.sort(rows << _CODE_BITS | codes))
    return packed >> _CODE_BITS, packed & (1 << _CODE_BITS) - 1


def _decided(context: Context, lexicon: Lexicon) -> tuple[Ints, Ints]:
    """Rule and hit that decide each row that has one."""
    if not len(context.hits.row):
        return context.hits.row, context.hits.row
    _, rule, cue = rules.decide(context, lexicon, int(context.hits.row.max()) + 1)
    row = np.flatnonzero(cue >= 0)
    return rule[row], cue[row]


def _first(context: Context) -> Ints:
    """The first cue of a stance in each row that does not stand in the background."""
    candidate = np.flatnonzero(~np.isin(CLAUSES, BACKGROUND).take(context.clause))
    _, first = runs(context.hits.row.take(candidate))
    return candidate.take(first)


def names_rule(codes: Ints) -> NDArray[np.bool_]:
    """Which terms say what rule decides, shape (F,)."""
    return np.array([name.startswith("rule") for name in TEMPLATES]).take(codes & 31)


def _pack(template: int, parts: tuple[str, ...], values: dict[str, Ints], size: int) -> Ints:
    code = np.zeros(size, dtype=np.int64)
    for part in parts:
        code = (code << _BITS[part]) | values[part]
    return code << np.int64(5) | template


def describe(code: int, lexicon: Lexicon) -> str:
    """A term in words, one text per code: `kind+clause: denial.deny-verb | relative`."""
    template = code & 31
    code >>= 5
    name, parts = list(TEMPLATES.items())[template]
    words = []
    for part in reversed(parts):
        value = code & ((1 << _BITS[part]) - 1)
        code >>= _BITS[part]
        if part == "entry":
            words.append(f"{lexicon.sections[lexicon.section[value]]}: {lexicon.names[value]}")
        elif part in ("section", "graded", "next"):
            words.append(lexicon.sections[value])
        else:
            words.append(_NAMES[part][value])
    return f"{name} | {' | '.join(reversed(words))}"
