"""Cues as terms that TF-IDF can weigh: each cue alone, with its surroundings, and in order with others."""

from __future__ import annotations

import numpy as np

from pipeline import cues, rules
from pipeline.context import OBJECT_NAMES, POLARITIES, ROLES, UNDER, Context
from pipeline.cues import CLAUSES, Ints
from pipeline.lexicon import Lexicon

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
BACKGROUND = (1, 2, 3)
"""Clauses (numbers in CLAUSES) in which a stance is background: contrast, time, relative."""
_SIDE = ("claim-noun", "request-noun", "other-sense", "norm-noun", "modal", "condition", "reason", "good-noun", "good-verb", "press-step-noun")
FORESEEN = POLARITIES.index("modal")


def stance_cues(context: Context, lexicon: Lexicon) -> Context:
    """The cues that can carry a stance: what is only an object is left out, harm unless it is foreseen."""
    side = np.array([name.split(".")[1] in _SIDE for name in lexicon.sections], dtype=bool)[context.hits.section]
    harm = np.array([name.startswith("harm.") for name in lexicon.sections], dtype=bool)[context.hits.section]
    keep = ~side & (~harm | (context.polarity == FORESEEN))
    return Context(type(context.hits)(*(column[keep] for column in context.hits)), *(column[keep] for column in context[1:]))


def terms(context: Context, lexicon: Lexicon) -> tuple[Ints, Ints]:
    """Row and code of every term of a batch, in ascending order, each once a row."""
    decided = _decided(context, lexicon)
    context = stance_cues(context, lexicon)
    hits = context.hits
    section = cues.plain_sections(lexicon)[hits.section]
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
    rows, codes = [], []
    for number, (name, parts) in enumerate(TEMPLATES.items()):
        if name.startswith("first"):
            picked, row = leading, hits.row[first]
        elif name == "pair":
            together = np.flatnonzero(hits.row[1:] == hits.row[:-1])
            picked, row = {"section": section[together], "next": section[together + 1]}, hits.row[together]
        elif name.startswith("rule"):
            row, picked = decided
        elif name == "number":
            both, counts = np.unique(hits.row * 1024 + section, return_counts=True)
            picked, row = {"section": both % 1024, "number": np.minimum(counts, 3)}, both // 1024
        else:
            picked, row = values, hits.row
        rows.append(row)
        codes.append(_pack(number, parts, picked, len(row)))
    return _once(np.concatenate(rows), np.concatenate(codes))


def _once(rows: Ints, codes: Ints) -> tuple[Ints, Ints]:
    """Pairs of row and code in order, without repeats."""
    order = np.lexsort((codes, rows))
    rows, codes = rows[order], codes[order]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (rows[1:] != rows[:-1]) | (codes[1:] != codes[:-1])
    return rows[fresh], codes[fresh]


def _decided(context: Context, lexicon: Lexicon) -> tuple[Ints, dict[str, Ints]]:
    """The rule that decides each row, and the section of its cue."""
    if not len(context.hits.row):
        return context.hits.row, {"rule": context.hits.row, "section": context.hits.row}
    _, rule, cue = rules.decide(context, lexicon, int(context.hits.row.max()) + 1)
    row = np.flatnonzero(cue >= 0)
    return row, {"rule": rule[row], "section": context.hits.section[cue[row]]}


def _first(context: Context) -> Ints:
    """The first cue of a stance in each row that does not stand in the background."""
    candidate = np.flatnonzero(~np.isin(context.clause, BACKGROUND))
    _, first = np.unique(context.hits.row[candidate], return_index=True)
    return candidate[first]


def _pack(template: int, parts: tuple[str, ...], values: dict[str, Ints], size: int) -> Ints:
    code = np.full(size, template, dtype=np.int64)
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
