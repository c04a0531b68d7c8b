"""The one tokeniser: what a token is, how it is counted, and that ways of writing a letter do not matter."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import hashing
from pipeline.language import text

WORDS = ["Iran’s", "didn't", "U.S.", "1,500", "A.", "é", "e\u0301", "ü", "ﬁ", "İ", "ß", "²", "٣", "日本"]
SIGNS = ["-", "’", "'s", "``", " ", "\n", "\u200d", "\ud800", "\U0001f30d", "\x00", "_"]
PIECES = st.sampled_from(WORDS + SIGNS)
TEXT = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The U.S. denied it.", ["The", "U.S.", "denied", "it", "."]),
        ("U.N.-backed talks", ["U.N.", "-", "backed", "talks"]),
        ("at 5 p.m. on Jan. 5", ["at", "5", "p.m.", "on", "Jan", ".", "5"]),
        ("1,500 men, 2.5 percent, 10:30", ["1,500", "men", ",", "2.5", "percent", ",", "10:30"]),
        ("It didn't, wouldn’t", ["It", "didn't", ",", "wouldn’t"]),
        ("Iran’s and the rebels' own", ["Iran", "’s", "and", "the", "rebels", "'", "own"]),
        ("O'Brien's", ["O'Brien", "'s"]),
        ("``No,'' he said", ["``", "No", ",", "''", "he", "said"]),
        ("“No!”", ["“", "No", "!", "”"]),
        ("well-known 3rd B2B", ["well", "-", "known", "3", "rd", "B2B"]),
        ("a_b", ["a", "b"]),
        ("", []),
        (" \t\n", []),
        ("…", ["…"]),
    ],
)
def test_tokens(written: str, expected: list[str]) -> None:
    assert text.tokens(written) == expected


@pytest.mark.parametrize(
    ("token", "form"),
    [
        ("Iran", "iran"),
        ("DIDN’T", "didn't"),
        ("1,500", "0"),
        ("٣", "0"),
        ("U.S.", "u.s"),
        ("p.m.", "p.m"),
        (".", "."),
        ("...", "..."),
        ("’", "'"),
        ("ÉTAT", "état"),
    ],
)
def test_word_forms(token: str, form: str) -> None:
    assert text.word_form(token) == form


@given(written=TEXT)
def test_composed_and_decomposed_letters_give_the_same_words(written: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", written), unicodedata.normalize("NFD", written)
    assert text.tokens(composed) == text.tokens(decomposed)
    assert text.words(composed) == text.words(decomposed)


@given(written=TEXT)
def test_tokens_stand_in_the_text_in_order_and_hold_no_white_space(written: str) -> None:
    normal, position = text.normalise(written), 0
    for token in text.tokens(written):
        assert not any(sign.isspace() for sign in token)
        position = normal.index(token, position) + len(token)
    assert all(text.is_word(word) and " " not in word for word in text.words(written))


@given(written=TEXT)
def test_every_letter_and_digit_is_in_a_token(written: str) -> None:
    assert sum(sign.isalpha() or sign.isdecimal() for sign in text.normalise(written)) == sum(
        sign.isalpha() or sign.isdecimal() for token in text.tokens(written) for sign in token
    )


@given(batches=st.lists(st.lists(TEXT, max_size=4), min_size=1, max_size=3))
def test_a_batch_holds_the_tokens_of_its_texts(batches: list[list[str]]) -> None:
    table = text.WordTable()
    for texts in batches:
        batch = text.batch(texts, table)
        assert batch.rows == len(texts)
        for row, written in enumerate(texts):
            numbers = batch.token[batch.offsets[row] : batch.offsets[row + 1]]
            assert numbers.tolist() == [table.number(token) for token in text.tokens(written)]
            assert (batch.row[batch.offsets[row] : batch.offsets[row + 1]] == row).all()
            assert [table.forms[number] for number in numbers.tolist()] == [text.word_form(token) for token in text.tokens(written)]
    assert len(table.forms) == len(table.capital) == len(table) == len(table.keys_) == len(table.is_word)
    assert np.array_equal(table.keys_, hashing.string_keys(table.forms))
