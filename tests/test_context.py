"""What surrounds a cue, and which rule decides: composed sentences, each with what must come out, neighbours that must not beside them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pytest
from architecture import ROOT

from pipeline.language import context, lexicon, rules
from pipeline.language.context import CLAUSES, OBJECT_NAMES, POLARITIES, ROLES
from pipeline.language.lexicon import Lexicon
from pipeline.language.text import WordTable, batch


@cache
def lists() -> Lexicon:
    return lexicon.compile_lists(lexicon.read_folder(ROOT / "seeds" / "cues"))


class Standing(NamedTuple):
    clause: str
    polarity: str
    role: str
    object: str


def standing(text: str, entry: str) -> Standing:
    """How the first cue of this entry stands in a text."""
    table = WordTable()
    found = context.read(batch([text], table), table, lists())
    place = next(place for place, number in enumerate(found.hits.entry) if lists().names[number] == entry)
    numbers = found.clause[place], found.polarity[place], found.role[place], found.object[place]
    return Standing(*(names[number] for names, number in zip((CLAUSES, POLARITIES, ROLES, OBJECT_NAMES), numbers, strict=True)))


@pytest.mark.parametrize(
    ("text", "entry", "expected"),
    [
        ("The mill denied the report.", "deny", Standing("main", "plain", "finite", "claim")),
        ("The mill has not denied the report.", "deny", Standing("main", "negated", "finite", "claim")),
        ("The mill refused to deny the report.", "deny", Standing("main", "withheld", "infinitive", "claim")),
        ("The mill may deny the report.", "deny", Standing("main", "modal", "finite", "claim")),
        ("The report was denied by the mill.", "deny", Standing("main", "plain", "passive", "none")),
        ("The mill, which denied the report, was sold.", "deny", Standing("relative", "plain", "finite", "claim")),
        ("Although it denied the report, the mill was sold.", "deny", Standing("contrast", "plain", "finite", "claim")),
        ("She dismissed the allegations.", "dismiss", Standing("main", "plain", "finite", "claim")),
        ("They have neither denied nor confirmed it.", "deny", Standing("main", "negated", "finite", "none")),
        ("Doctors warned of floods.", "warn", Standing("main", "plain", "finite", "harm")),
        ("Villagers warned by a bell left at once.", "warn", Standing("main", "plain", "reduced", "none")),
        ("Parents who filled the hall on Friday denounced the closure.", "denounce", Standing("main", "plain", "finite", "harm")),
        ("Parents who denounced the closure filled the hall.", "denounce", Standing("relative", "plain", "finite", "harm")),
    ],
)
def test_a_cue_stands_as_the_sentence_has_it(text: str, entry: str, expected: Standing) -> None:
    assert standing(text, entry) == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The mayor has also dismissed the allegations against her.", "rejects-claim"),
        ("The court dismissed the charges.", "none"),
        ("The firm dismissed forty workers.", "none"),
        ("The bank denied that it had paid the general's bills.", "denies-that"),
        ("The harbour office denies selling the crane.", "denies-that"),
        ("The guards denied the singer entry.", "none"),
        ("Hydrologists warned of a dry summer with floods to follow.", "warns"),
        ("A clerk who appeared in court on Tuesday was charged with fraud.", "charges"),
        ("A clerk, who was charged with fraud in March, has opened a bakery.", "none"),
        ("The clerk could be charged with fraud.", "none"),
        ("Residents were told to stay indoors.", "advises"),
    ],
)
def test_the_rule_that_decides(text: str, rule: str) -> None:
    number = int(rules.apply([text], lists()).rule[0])
    assert (rules.RULES[number].name if number < rules.NO_RULE else "none") == rule
