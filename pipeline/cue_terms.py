"""Cues as terms that TF-IDF can weigh: each cue alone, with its surroundings, and in order with others."""

from __future__ import annotations

import numpy as np

from pipeline.context import OBJECT_NAMES, POLARITIES, ROLES, Context
from pipeline.cues import CLAUSES, Ints
from pipeline.lexicon import Lexicon

TEMPLATES = {
    "cue": ("entry",),
    "cue+clause": ("entry", "clause"),
    "cue+object": ("entry", "object"),
    "kind": ("section",),
    "kind+clause": ("section", "clause"),
    "kind+clause+polarity+quoted": ("section", "clause", "polarity", "quoted"),
    "kind+role+polarity": ("section", "role", "polarity"),
    "kind+object+polarity": ("section", "object", "polarity"),
    "kind+object+clause+role": ("section", "object", "clause", "role"),
    "kind+person+polarity": ("section", "first_person", "polarity"),
    "first": ("section", "polarity", "role"),
    "first+object": ("section", "object", "polarity"),
    "pair": ("section", "next"),
    "number": ("section", "number"),
}
"""What each kind of term is made of."""
_BITS = {"template": 5, "entry": 20, "section": 8, "next": 8, "clause": 3, "object": 4, "polarity": 2, "role": 3, "quoted": 1, "first_person": 1, "number": 2}
_NAMES = {
    "clause": CLAUSES,
    "object": OBJECT_NAMES,
    "polarity": POLARITIES,
    "role": ROLES,
    "quoted": ("", "quoted"),
    "first_person": ("", "first person"),
    "number": ("0", "1", "2", "3+"),
}
BACKGROUND = (1, 2, 3)
"""Clauses (numbers in CLAUSES) in which a stance is background: contrast, time, relative."""
_SIDE = ("claim-noun", "request-noun", "other-sense", "norm-noun", "modal", "condition")


def terms(context: Context, lexicon: Lexicon) -> tuple[Ints, Ints]:
    """Row and code of every term of a batch, rows in ascending order within each kind of term."""
    hits = context.hits
    values = {
        "entry": hits.entry,
        "section": hits.section,
        "clause": context.clause,
        "object": context.object,
        "polarity": context.polarity,
        "role": context.role,
        "quoted": context.quoted.astype(np.int64),
        "first_person": context.first_person.astype(np.int64),
    }
    rows, codes = [], []
    for number, (name, parts) in enumerate(TEMPLATES.items()):
        if name.startswith("first"):
            chosen = _first(context, lexicon)
            picked = {part: value[chosen] for part, value in values.items()}
            row = hits.row[chosen]
        elif name == "pair":
            together = np.flatnonzero(hits.row[1:] == hits.row[:-1])
            picked, row = {"section": hits.section[together], "next": hits.section[together + 1]}, hits.row[together]
        elif name == "number":
            both, counts = np.unique(hits.row * 1024 + hits.section, return_counts=True)
            picked, row = {"section": both % 1024, "number": np.minimum(counts, 3)}, both // 1024
        else:
            picked, row = values, hits.row
        rows.append(row)
        codes.append(_pack(number, parts, picked, len(row)))
    return np.concatenate(rows), np.concatenate(codes)


def _first(context: Context, lexicon: Lexicon) -> Ints:
    """The first cue of a stance in each row that does not stand in the background."""
    side = np.array([name.split(".")[1] in _SIDE or name.startswith("harm.") for name in lexicon.sections], dtype=bool)
    candidate = np.flatnonzero(~side[context.hits.section] & ~np.isin(context.clause, BACKGROUND))
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
        elif part in ("section", "next"):
            words.append(lexicon.sections[value])
        else:
            words.append(_NAMES[part][value])
    return f"{name} | {' | '.join(reversed(words))}"
