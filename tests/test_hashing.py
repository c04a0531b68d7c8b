"""Keys: a span has the key of its string, different strings have different keys, and keys are the same everywhere."""

from __future__ import annotations

import numpy as np
from architecture import ROOT
from hypothesis import given
from hypothesis import strategies as st

from pipeline import hashing
from pipeline.language import lexicon

TEXT = st.text(alphabet=st.characters() | st.sampled_from("ab \ud800\U0010ffff\x00"), max_size=30)


@given(written=TEXT, cuts=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_a_span_has_the_key_of_its_string(written: str, cuts: list[tuple[int, int]]) -> None:
    spans = [tuple(sorted((min(a, len(written)), min(b, len(written))))) for a, b in cuts]
    starts, ends = (np.array([span[i] for span in spans], dtype=np.int64) for i in (0, 1))
    keys = hashing.span_keys(hashing.code_points(written), starts, ends)
    assert keys.dtype == np.uint64 and keys.shape == (len(spans),)
    assert np.array_equal(keys, hashing.string_keys([written[start:end] for start, end in spans]))


@given(strings=st.lists(TEXT, unique=True, max_size=20))
def test_different_strings_have_different_keys_wherever_they_stand(strings: list[str]) -> None:
    keys = hashing.string_keys(strings)
    assert len(set(keys.tolist())) == len(strings)
    assert np.array_equal(keys, np.array([hashing.string_keys([string])[0] for string in strings], dtype=np.uint64))


def test_a_span_of_a_long_text_has_the_key_of_its_string_in_whatever_script() -> None:
    words = ["harbour", "“né”", "порт", "港口", "항구", "\u30ff\u3100", "\U0001f30d", "\ud800", "\U0010ffff"]
    pieces = [words[number * 7 % len(words)] for number in range(5000)]
    ends = np.cumsum([len(piece) for piece in pieces])
    keys = hashing.span_keys(hashing.code_points("".join(pieces)), np.append(0, ends[:-1]), ends)
    assert np.array_equal(keys, np.array([hashing.string_keys([piece])[0] for piece in pieces], dtype=np.uint64))


def test_the_spans_of_much_text_do_not_collide() -> None:
    found: set[str] = set()
    for path in sorted((ROOT / "seeds" / "documents").rglob("*.txt"))[:40]:
        text = path.read_text("utf-8")
        found |= {text[i : i + size] for size in (1, 2, 3, 5, 9) for i in range(len(text) - size)}
    assert len(found) > 50_000
    assert len(np.unique(hashing.string_keys(sorted(found)))) == len(found)


def test_mixing_is_a_bijection_that_spreads() -> None:
    values = hashing.mix(np.arange(100_000, dtype=np.uint64))
    assert len(np.unique(values)) == 100_000
    bits = np.unpackbits(values.view(np.uint8)).reshape(len(values), 64).mean(axis=0)
    assert (np.abs(bits - 0.5) < 0.01).all()


def test_phrases_are_told_apart_by_their_order_and_length() -> None:
    phrases = [("a",), ("b",), ("a", "b"), ("b", "a"), ("a", "b", "a"), ("ab",), ("a b",), ("a", "a")]
    assert len({lexicon.phrase_key(phrase) for phrase in phrases}) == len(phrases)


def test_keys_are_the_same_on_every_machine() -> None:
    assert [int(key) for key in hashing.string_keys(["", "denied", " café ", "\U0001f30d"])] == PINNED
    assert lexicon.phrase_key(("nothing", "to", "do", "with")) == PINNED_PHRASE


PINNED = [0, 12814240071697901500, 3065965753790153928, 7351277885493490890]
PINNED_PHRASE = 13310998728877533543
"""Models in use hold such keys: if these numbers change, so must the format of the model file."""
