"""Names are counted as one form; common words, pronouns and text in capitals are not taken for names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import casing, text

TRAINED = [
    "The minister denied it in Paris on Monday.",
    "Police said the minister and I had met Haddad.",
    "I'm told that police denied it.",
    "Talks with Haddad failed, the press said.",
    "CABINET ROW GROWS",
]


@pytest.mark.parametrize(
    ("token", "counted"),
    [
        ("Paris", "N"), ("PARIS", "N"), ("Monday", "N"), ("Haddad", "N"), ("Unseen", "N"), ("CABINET", "N"),
        ("paris", "paris"), ("Police", "police"), ("DENIED", "denied"), ("The", "the"), ("I", "i"), ("I'm", "i'm"), ("unseen", "unseen"), ("1,500", "0"),
    ],
)  # fmt: skip
def test_what_is_a_name(token: str, counted: str) -> None:
    assert casing.words(token, casing.common_forms(TRAINED)) == [counted]


@pytest.mark.parametrize(("lower", "capital", "common"), [(0, 1, False), (1, 20, False), (1, 19, True), (1, 0, True)])
def test_a_form_is_common_from_five_in_a_hundred_on(lower: int, capital: int, common: bool) -> None:
    texts = ["he saw may there"] * lower + ["he saw May there"] * capital
    assert ("may" in casing.common_forms(texts)) == common


def test_text_in_capitals_says_nothing_about_names() -> None:
    assert casing.common_forms(["POLICE DENIED IT"]) == frozenset()
    assert casing.common_forms(["police denied it", *["POLICE DENIED IT"] * 99]) == {"police", "denied", "it"}


@given(st.text(max_size=60), st.sets(st.sampled_from(["a", "the", "he", "ministry"])))
def test_every_word_is_its_form_or_a_name(written: str, common: set[str]) -> None:
    forms = text.words(written)
    counted = casing.words(written, common)
    assert len(counted) == len(forms)
    assert all(one in (form, casing.NAME) and (form not in common or one == form) for one, form in zip(counted, forms, strict=True))
    assert casing.words(written.lower(), common) == text.words(written.lower())
