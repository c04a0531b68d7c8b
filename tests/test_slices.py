"""Slices: every sentence stands in one slice of each kind."""

from __future__ import annotations

import pytest

from pipeline.evaluation import slices


@pytest.mark.parametrize(
    ("text", "start", "named", "expected"),
    [
        ("Mayor denies raid", 0, False, ("first of its document", "12 words or fewer", "without", "mixed case", "without")),
        ("“No!” he said.", 40, True, ("further on", "12 words or fewer", "with quotation marks", "mixed case", "with a known name")),
        ("THE MINISTER'S AIDES' OFFICE DENIED IT.", 9, False, ("further on", "12 words or fewer", "without", "all capitals", "without")),
        ("word " * 12, 1, False, ("further on", "12 words or fewer", "without", "mixed case", "without")),
        ("word " * 13, 1, False, ("further on", "13 to 25 words", "without", "mixed case", "without")),
        ("word " * 25, 1, False, ("further on", "13 to 25 words", "without", "mixed case", "without")),
        ('She called it "a lie" ' + "word " * 21, 1, False, ("further on", "over 25 words", "with quotation marks", "mixed case", "without")),
        ("", 0, False, ("first of its document", "12 words or fewer", "without", "mixed case", "without")),
    ],
)
def test_the_slices_of_a_sentence(text: str, start: int, named: bool, expected: tuple[str, ...]) -> None:
    found = slices.of([text], [start], [named])
    assert tuple(found) == ("place", "length", "quotation", "letters", "names")
    assert tuple(names[0] for names in found.values()) == expected
