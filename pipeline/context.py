"""What every cue means where it stands: its clause, polarity, role and object, as the codebook orders them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from pipeline import cues
from pipeline.cues import Bools, Hits, Ints
from pipeline.lexicon import FORMS, Lexicon
from pipeline.text import Batch, WordTable

POLARITIES = ("plain", "negated", "withheld", "modal")
ROLES = ("other", "finite", "passive", "reduced", "participle", "ing", "infinitive", "attributive", "predicate", "determined", "possessed")
UNDER = ("none", "denial", "accusation", "warning")
OBJECTS = {
    "claim": ("denial.claim-noun",),
    "request": ("denial.request-noun",),
    "wrong": ("judgement.judge-noun", "judgement.judge-verb", "judgement.judge-adjective", "judgement.judge-phrase"),
    "norm": ("judgement.norm-noun",),
    "harm": ("harm.harm-noun", "harm.harm-verb", "harm.harm-adjective"),
    "press": ("harm.press-step-noun",),
    "good": ("harm.good-noun", "harm.good-verb"),
}
"""What a cue may be about: the sections its object's words stand in."""
OBJECT_NAMES = ("none", *OBJECTS)

REPORTING = ("grammar.report-verb", "grammar.attribution", "grammar.quote", "grammar.quote-open")
NEAR_NEGATION = 4
NEAR_AUXILIARY = 3
NEAR_NOUN = 2
NEAR_OBJECT = 7
FAR = 99


class Context(NamedTuple):
    """One row per hit that is not grammar, in order; arrays (H,).

    `clause`, `polarity`, `role` and `object` are numbers in CLAUSES, POLARITIES, ROLES and OBJECT_NAMES;
    `quoted` is whether it stands inside quotation marks, `first_person` whether I or we goes before it
    in its clause, `reported` whether the sentence reports what somebody says.
    `under` is the stance (number in UNDER) of the nearest verb of stance before it in the sentence.
    """

    hits: Hits
    clause: Ints
    polarity: Ints
    role: Ints
    object: Ints
    quoted: Bools
    first_person: Bools
    reported: Bools
    under: Ints


def read(batch: Batch, table: WordTable, lexicon: Lexicon) -> Context:
    """Find the cues of a batch and what surrounds each."""
    found = cues.find(batch, table, lexicon)
    place = cues.setting(batch, found, lexicon)
    size = len(batch.token)
    row_start = batch.offsets[batch.row]

    grammar = np.array([name.startswith(("grammar.", "negation.")) for name in lexicon.sections], dtype=bool)
    keep = ~grammar[found.section] if len(found.section) else np.zeros(0, dtype=bool)
    own = Hits(*(column[keep] for column in found))
    at = own.start

    def back(*names: str) -> Ints:
        """Distance from each hit back to the nearest end of a cue of these sections, FAR where there is none in its clause."""
        latest = cues.last_before(cues.mask(found, lexicon, size, names, at_end=True), row_start)[at]
        return np.where(latest >= place.clause_start[at], at - latest, FAR)

    polarity = np.zeros(len(at), dtype=np.int64)
    polarity[back("grammar.modal") <= NEAR_AUXILIARY] = 3
    polarity[back("negation.withhold", "negation.withhold-verb", "negation.withdraw-verb") <= NEAR_NEGATION] = 2
    polarity[back("negation.negation") <= NEAR_NEGATION] = 1
    role = _roles(own, batch, found, lexicon, back)
    return Context(
        own,
        place.clause[at],
        polarity,
        role,
        _objects(own, batch, found, lexicon),
        place.quoted[at],
        back("grammar.first-person") < FAR,
        np.isin(own.row, found.row[cues.in_sections(found, lexicon, REPORTING)]),
        _under(own, batch, found, lexicon),
    )


def _roles(own: Hits, batch: Batch, found: Hits, lexicon: Lexicon, back: Callable[..., Ints]) -> Ints:
    """How each verb stands: finite, passive, behind its noun (`reduced`), as a participle or an infinitive."""
    size = len(batch.token)
    at, form = own.start, own.form
    verbs = np.array([name.endswith("-verb") for name in lexicon.sections])[own.section]
    near_be = back("grammar.be") <= NEAR_AUXILIARY
    near_have = back("grammar.have") <= NEAR_AUXILIARY
    near_modal = back("grammar.modal", "grammar.should") <= NEAR_AUXILIARY
    after_break = np.zeros(size + 1, dtype=bool)
    after_break[:-1][cues.mask(found, lexicon, size, ("grammar.break",))] = True
    follows_break = (at == batch.offsets[own.row]) | after_break[np.maximum(at - 1, 0)]
    of_by = np.concatenate([cues.mask(found, lexicon, size, ("grammar.of-by",)), [False]])[np.minimum(own.end, size)]
    past = (form == FORMS.index("past")) | (form == FORMS.index("participle"))
    role = np.zeros(len(at), dtype=np.int64)
    determined = back("grammar.determiner")
    role[~verbs & (determined <= NEAR_NOUN)] = ROLES.index("determined")
    role[~verbs & (back("grammar.possessive") <= NEAR_NOUN)] = ROLES.index("possessed")
    role[~verbs & (back("grammar.be", "grammar.as") <= NEAR_AUXILIARY)] = ROLES.index("predicate")
    role[verbs & (past | (form == FORMS.index("present")))] = ROLES.index("finite")
    role[verbs & (form == FORMS.index("plain"))] = np.where(near_modal, ROLES.index("finite"), ROLES.index("infinitive"))[
        verbs & (form == FORMS.index("plain"))
    ]
    role[verbs & past & of_by & ~near_be & ~near_have] = ROLES.index("reduced")
    role[verbs & past & near_be] = ROLES.index("passive")
    after_determiner = (np.minimum(determined, back("grammar.possessive")) == 1) & ~near_be & ~near_have
    noun_like = past | (form == FORMS.index("plain")) | (form == FORMS.index("present"))
    role[verbs & noun_like & after_determiner] = ROLES.index("attributive")
    ing = verbs & (form == FORMS.index("ing"))
    role[ing] = np.where(near_be, ROLES.index("finite"), np.where(follows_break, ROLES.index("participle"), ROLES.index("ing")))[ing]
    return role


def _under(own: Hits, batch: Batch, found: Hits, lexicon: Lexicon) -> Ints:
    """The stance of the last verb of stance before each hit in its sentence."""
    row_start = batch.offsets[batch.row]
    latest, stance = np.full(len(own.start), -1), np.zeros(len(own.start), dtype=np.int64)
    for number, name in enumerate(UNDER[1:], start=1):
        sections = tuple(section for section in lexicon.sections if section.startswith(f"{name}.") and section.endswith("-verb"))
        last = cues.last_before(cues.mask(found, lexicon, len(batch.token), sections), row_start)[own.start]
        later = last > latest
        latest[later], stance[later] = last[later], number
    return stance


def _objects(own: Hits, batch: Batch, found: Hits, lexicon: Lexicon) -> Ints:
    """The class of the nearest object word within NEAR_OBJECT tokens behind each hit, else `none`."""
    size = len(batch.token)
    row_end = batch.offsets[batch.row + 1]
    origin = np.minimum(own.end, size - 1) if size else own.end
    nearest = np.full(len(origin), NEAR_OBJECT, dtype=np.int64)
    chosen = np.zeros(len(origin), dtype=np.int64)
    inside = own.end < batch.offsets[own.row + 1] if size else np.zeros(0, dtype=bool)
    for number, sections in enumerate(OBJECTS.values(), start=1):
        soonest = cues.next_after(cues.mask(found, lexicon, size, sections), row_end)
        distance = soonest[origin] - own.end
        better = inside & (distance < nearest)
        nearest[better], chosen[better] = distance[better], number
    return chosen
