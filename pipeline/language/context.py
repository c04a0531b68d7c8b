"""What every cue means where it stands: its clause, polarity, role and object, as the codebook orders them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from pipeline.growing import runs
from pipeline.language import cues
from pipeline.language.cues import Bools, Hits, Ints
from pipeline.language.lexicon import FORMS, Lexicon
from pipeline.language.text import Batch, WordTable

CLAUSES = ("main", "contrast", "time", "relative", "condition", "cause")
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
WITHHOLDING = ("negation.withhold", "negation.withhold-verb", "negation.withdraw-verb")
NEAR_NEGATION = 4
NEAR_AUXILIARY = 3
NEAR_NOUN = 2
NEAR_OBJECT = 7
FAR = 99
_BEYOND = 1 << 40
_LONG_RELATIVE = 4
"""Words from the opener of a relative clause to a verb that may be the main clause's again."""
_AUXILIARIES = ("grammar.be", "grammar.have")
_JOINING = ("grammar.new-subject", "grammar.third-person", "grammar.content", "grammar.report-verb")
_OPENERS = {f"grammar.{name}": number for number, name in enumerate(CLAUSES) if number}


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
    around = _Around(batch, cues.find(batch, table, lexicon), lexicon)
    reports = np.zeros(batch.rows, dtype=bool)
    reports[around.found.row.take(around.of(*REPORTING))] = True
    return Context(
        hits=around.hits,
        clause=around.clause,
        polarity=_polarities(around),
        role=_roles(around),
        object=_objects(around),
        quoted=_quoted(around),
        first_person=around.back("grammar.first-person") < FAR,
        reported=reports.take(around.hits.row),
        under=_under(around),
    )


class _Around:
    """The hits of a batch that are not grammar, and what stands about each in its row; arrays (H,).

    A subordinate clause runs from its opener to the next break (comma, semicolon, dash, bracket) or to the end of the sentence;
    where clauses nest, the last opener counts. `clause` is its number in CLAUSES, `clause_start` the token number where it (or
    the stretch since the last break) begins.
    """

    def __init__(self, batch: Batch, found: Hits, lexicon: Lexicon) -> None:
        self.found, self.lexicon = found, lexicon
        self.hits = found.take(np.flatnonzero(~lexicon.structural.take(found.section)))
        self.verb = cues.of_sections(lexicon.sections, _is_verb).take(self.hits.section)
        self.row_start, self.row_end = batch.offsets.take(self.hits.row), batch.offsets.take(self.hits.row + 1)
        self.after_break = np.maximum(_last_below(self.starts("grammar.break"), self.hits.start + 1) + 1, self.row_start)
        self.clause, self.clause_start = self._clauses()

    def _clauses(self) -> tuple[Ints, Ints]:
        number = cues.of_sections(self.lexicon.sections, _opened).take(self.found.section)
        marked = np.flatnonzero(number)
        openers = np.sort(self.found.start.take(marked) * len(CLAUSES) + number.take(marked))
        opened, clause = np.divmod(_last_below(openers, (self.hits.start + 1) * len(CLAUSES)), len(CLAUSES))
        inside = (opened >= self.after_break) & ~self._resumes(opened, clause)
        return np.where(inside, clause, 0), np.minimum(np.where(inside, opened, self.after_break), self.hits.start)

    def _resumes(self, opened: Ints, clause: Ints) -> Bools:
        """Whether a hit is the main verb behind a relative clause that no comma closes (*Parents who filled the hall berated the board*)."""
        hits, back = self.hits, self.hits.start - opened
        verb = self.verb & (hits.form != FORMS.index("ing"))
        auxiliary, apart = (_last_below(self.starts(*names), hits.start) for names in (_AUXILIARIES, _JOINING))
        helped = hits.start - auxiliary <= NEAR_AUXILIARY
        far = np.where(helped, auxiliary - opened, back) >= _LONG_RELATIVE
        joined = apart > opened
        resumed: Bools = (clause == CLAUSES.index("relative")) & verb & far & ~joined & (opened > self.after_break)
        return resumed

    def of(self, *names: str) -> Ints:
        """The numbers of the cues found of these sections."""
        return cues.in_sections(self.found, self.lexicon, names)

    def starts(self, *names: str) -> Ints:
        """Where cues of these sections start, in order."""
        return self.found.start.take(self.of(*names))

    def within(self, *names: str) -> Bools:
        """Whether each hit begins inside a cue of these sections; one of the very same words is no cue beside it."""
        chosen = self.of(*names)
        start, end = self.found.start.take(chosen), np.append(0, np.maximum.accumulate(self.found.end.take(chosen)))
        before, up_to = (end.take(np.searchsorted(start, self.hits.start, side=side)) for side in ("left", "right"))
        inside: Bools = (before > self.hits.start) | (up_to > self.hits.end)
        return inside

    def back(self, *names: str) -> Ints:
        """Distance from each hit back to the nearest end of a cue of these sections, FAR where there is none in its clause."""
        latest = _last_below(np.sort(self.found.end.take(self.of(*names)) - 1), self.hits.start)
        return np.where(latest >= self.clause_start, self.hits.start - latest, FAR)


def _opened(section: str) -> int:
    return _OPENERS.get(section, 0)


def _is_verb(section: str) -> bool:
    return section.endswith("-verb")


def _is_accusing(section: str) -> bool:
    return section.startswith("accusation.")


def _last_below(marks: Ints, limit: Ints) -> Ints:
    """The last of ascending marks below each limit, -1 where there is none."""
    return np.append(-1, marks).take(np.searchsorted(marks, limit))


def _first_from(marks: Ints, limit: Ints) -> Ints:
    """The first of ascending marks at or above each limit, _BEYOND where there is none."""
    return np.append(marks, _BEYOND).take(np.searchsorted(marks, limit))


def _polarities(around: _Around) -> Ints:
    """Negated before withheld before modal, by what stands a few words before in the clause or holds the cue (*blamed nobody*)."""
    polarity = np.zeros(len(around.hits.row), dtype=np.int64)
    polarity[around.back("grammar.modal") <= NEAR_AUXILIARY] = POLARITIES.index("modal")
    polarity[(around.back(*WITHHOLDING) <= NEAR_NEGATION) | around.within(*WITHHOLDING)] = POLARITIES.index("withheld")
    polarity[around.back("negation.negation") <= NEAR_NEGATION] = POLARITIES.index("negated")
    return polarity


def _roles(around: _Around) -> Ints:
    """How each cue stands: a verb finite, passive, behind its noun (`reduced`), as a participle or an infinitive; the last that fits counts."""
    hits = around.hits
    verb = around.verb
    plain, present, past, participle, ing = (hits.form == number for number in range(len(FORMS)))
    past |= participle
    be, have = (around.back(name) <= NEAR_AUXILIARY for name in ("grammar.be", "grammar.have"))
    modal = around.back("grammar.modal", "grammar.should") <= NEAR_AUXILIARY
    determiner, possessive = around.back("grammar.determiner"), around.back("grammar.possessive")
    of, by = (_first_from(around.starts(name), hits.end) == hits.end for name in ("grammar.of", "grammar.by"))
    accusing = cues.of_sections(around.lexicon.sections, _is_accusing).take(hits.section)
    standing = {
        "determined": ~verb & (determiner <= NEAR_NOUN),
        "possessed": ~verb & (possessive <= NEAR_NOUN),
        "predicate": ~verb & (around.back("grammar.be", "grammar.as") <= NEAR_AUXILIARY),
        "infinitive": verb & plain & ~modal,
        "finite": verb & (past | present | plain & modal | ing & be),
        "reduced": verb & past & (by | of & accusing) & (hits.end < around.row_end) & ~be & ~have,
        "passive": verb & past & be,
        "attributive": verb & (past | plain | present) & (np.minimum(determiner, possessive) == 1) & ~be & ~have,
        "participle": verb & ing & ~be & (hits.start == around.after_break),
        "ing": verb & ing & ~be & (hits.start != around.after_break),
    }
    role = np.zeros(len(hits.row), dtype=np.int64)
    for name, stands in standing.items():
        role[stands] = ROLES.index(name)
    return role


def _quoted(around: _Around) -> Bools:
    """Inside straight (toggling) or curved (opening and closing) double quotation marks."""

    def since_row_start(name: str) -> Ints:
        marks, _ = runs(around.starts(name))
        return np.searchsorted(marks, around.hits.start) - np.searchsorted(marks, around.row_start)

    inside: Bools = (since_row_start("grammar.quote-open") > since_row_start("grammar.quote-close")) | (since_row_start("grammar.quote") % 2 == 1)
    return inside


def _under(around: _Around) -> Ints:
    """The stance of the last verb of stance before each hit in its sentence."""
    latest, stance = around.row_start - 1, np.zeros(len(around.hits.row), dtype=np.int64)
    for number, name in enumerate(UNDER[1:], start=1):
        verbs = np.flatnonzero(cues.of_sections(around.lexicon.sections, _verb_of(name)).take(around.found.section))
        last = _last_below(around.found.start.take(verbs), around.hits.start)
        later = last > latest
        latest[later], stance[later] = last[later], number
    return stance


@cache
def _verb_of(stance: str) -> Callable[[str], bool]:
    return lambda section: section.startswith(f"{stance}.") and _is_verb(section)


def _objects(around: _Around) -> Ints:
    """The class of the nearest object word within NEAR_OBJECT tokens behind each hit, else `none`."""
    hits = around.hits
    nearest = np.minimum(hits.end + NEAR_OBJECT, around.row_end)
    chosen = np.zeros(len(hits.row), dtype=np.int64)
    for number, sections in enumerate(OBJECTS.values(), start=1):
        first = _first_from(around.starts(*sections), hits.end)
        nearer = first < nearest
        nearest[nearer], chosen[nearer] = first[nearer], number
    return chosen
