"""Shares of words and cues: exact whatever the text holds, in the right places, and borne by the right words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language import text
from pipeline.language.offsets import token_spans
from pipeline.records import LABELS
from pipeline.scoring import explain, modelfile
from pipeline.scoring.explain import Explanation
from pipeline.scoring.model import StanceModel

NEWS = [
    "The ministry denied that its forces had shelled the town, and accused the rebels of it.",
    "“We had nothing to do with it,” the U.S. envoy’s office said on 3.5 million claims.",
    "Doctors warned that, unless aid came, the fever could spread; officials did not deny it, did not deny it.",
    "The two sides met for talks on Monday.",
]
ODD = ["", " ", "\n\t", "0", "''``''", "U.S.", "\ud800", "A\u030angstro\u0308m \u212b", "ß İ ﬁ ①②", "的" * 40, "no " * 400, "e" + "\u0301" * 999]
PIECES = st.sampled_from([*" ".join(NEWS).split(), "e\u0301", "\u1100\u1161\u11a8", "\u0915\u093c", "\u212b", "\u0344", "\u0f73", "\u0301", "’s", "\n", "-"])
TEXT = st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60)


def one(model: StanceModel, sentence: str) -> Explanation:
    """The explanation of one sentence."""
    (found,) = explain.explain(model, [sentence])
    return found


def words_of(found: Explanation) -> dict[str, tuple[float, ...]]:
    """The shares by word, of a sentence in which none stands twice."""
    shares = {found.text[word.start : word.end]: word.shares for word in found.words}
    assert len(shares) == len(found.words)
    return shares


def assert_exact(model: StanceModel, texts: list[str]) -> None:
    found = explain.explain(model, texts)
    assert [one.text for one in found] == texts
    np.testing.assert_array_equal([one.scores for one in found], model.log_odds(texts))
    np.testing.assert_array_equal([one.probabilities for one in found], model.predict_proba(texts))
    assert [one.label for one in found] == [prediction.label for prediction in model.classify(texts)]
    for explained in found:
        total = np.array(explained.intercept) + np.sum([word.shares for word in explained.words] or np.zeros((1, 4)), axis=0)
        np.testing.assert_allclose(total, explained.scores, rtol=0, atol=1e-9)
        np.testing.assert_allclose(total + explained.remainder, explained.scores, rtol=0, atol=1e-12)


@settings(max_examples=60)
@given(texts=st.lists(TEXT, min_size=1, max_size=6))
def test_shares_and_intercept_sum_to_the_scores_of_any_text(model: StanceModel, texts: list[str]) -> None:
    assert_exact(model, texts)


def test_they_do_so_for_news_odd_texts_and_many_texts(model: StanceModel) -> None:
    assert_exact(model, [*NEWS, *ODD])
    assert_exact(model, NEWS * 300)


def test_a_text_is_explained_the_same_alone_and_among_others(model: StanceModel) -> None:
    together = explain.explain(model, [*NEWS, *ODD, *NEWS])
    assert together[: len(NEWS)] == together[-len(NEWS) :]
    for sentence, found in zip(NEWS, together, strict=False):
        np.testing.assert_allclose([word.shares for word in found.words], [word.shares for word in one(model, sentence).words], rtol=0, atol=1e-12)


def test_every_word_is_told_where_it_stands(model: StanceModel) -> None:
    for sentence in NEWS:
        assert [text.word_form(sentence[word.start : word.end]) for word in one(model, sentence).words] == text.words(sentence)


def test_what_no_feature_tells_apart_gets_the_same_share(model: StanceModel) -> None:
    found = one(model, "Talks talks talks talks.").words
    inner = [word.shares for word in found][1:3]
    assert len(found) == 4 and inner[0] == pytest.approx(inner[1], abs=1e-12)


def only(model: StanceModel, block: str, names: list[str]) -> StanceModel:
    """A model of a few features of one block, each with the weight 1 for denial, and nothing else."""
    stored = model.stored
    empty = {name: getattr(stored, name) for name in ("words", "characters", "cues")}
    for name, full in empty.items():
        listed = full.names.tobytes().decode("utf-8", "surrogatepass").split("\n")
        kept = np.array(sorted(listed.index(term) for term in names) if name == block else [], dtype=np.int64)
        weights = np.zeros((len(kept), len(LABELS)))
        weights[:, 0] = 1.0
        lines = np.frombuffer("\n".join(listed[place] for place in kept).encode(), dtype=np.uint8)
        empty[name] = modelfile.Block(full.keys[kept], np.ones(len(kept)), weights, lines)
    return StanceModel(stored._replace(**empty, intercept=np.zeros(4)))


def denial(found: Explanation) -> dict[str, float]:
    """The words that add something to the score of denial, and how much."""
    return {word: round(shares[0], 9) for word, shares in words_of(found).items() if shares[0]}


def test_a_word_bears_itself_and_a_pair_is_shared_by_its_two(model: StanceModel) -> None:
    assert denial(one(only(model, "words", ["denied"]), "The army denied everything.")) == {"denied": 1.0}
    assert denial(one(only(model, "words", ["denied that"]), "The army denied that much.")) == {"denied": 0.5, "that": 0.5}
    both = denial(one(only(model, "words", ["denied", "denied that"]), "The army denied that much."))
    assert both == pytest.approx({"denied": 1.5 / np.sqrt(2), "that": 0.5 / np.sqrt(2)})


def test_what_stands_twice_is_divided_between_its_places(model: StanceModel) -> None:
    few = only(model, "words", ["denied", "army"])
    found = one(few, "Denied, denied: army.")
    twice, once = 1 + np.log(2), 1.0
    length = np.hypot(twice, once)
    assert [word.shares[0] for word in found.words] == pytest.approx([twice / 2 / length, twice / 2 / length, once / length])


def test_a_character_n_gram_belongs_to_its_word(model: StanceModel) -> None:
    assert denial(one(only(model, "characters", [" den"]), "An army denied this.")) == {"denied": 1.0}


def test_a_cue_is_borne_by_its_words_and_not_by_those_in_its_gap(model: StanceModel) -> None:
    names = model.stored.cues.names.tobytes().decode().split("\n")
    (term,) = [name for name in names if name.startswith("cue |") and name.endswith(": accuse ~ of")]
    found = one(only(model, "cues", [term]), "It accused the rebels of a raid.")
    assert denial(found) == {"accused": 0.5, "of": 0.5}
    (cue,) = found.cues
    assert (found.text[cue.start : cue.end], cue.entry, cue.shares[0]) == ("accused the rebels of", "accuse ~ of", 1.0)
    assert cue.section.startswith("accusation.") and "finite" in cue.setting


def test_a_term_of_two_cues_is_borne_by_both(model: StanceModel) -> None:
    few = only(model, "cues", ["pair | denial.strong-denial-verb | accusation.strong-accuse-verb"])
    assert denial(one(few, "It denied this and blamed the army.")) == {"denied": 0.5, "blamed": 0.5}
    assert denial(one(few, "It blamed the army and denied this.")) == {}


@settings(max_examples=300)
@given(TEXT)
def test_spans_hold_the_tokens_as_they_were_written(written: str) -> None:
    spans = token_spans(written)
    assert [text.tokens(written[start:end]) for start, end in spans] == [[token] for token in text.tokens(written)] or written != text.normalise(written)
    assert len(spans) == len(text.tokens(written))
    assert all(0 <= start < end <= len(written) for start, end in spans)
    assert all(text.normalise(token) in text.normalise(written[start:end]) for token, (start, end) in zip(text.tokens(written), spans, strict=True))
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Nai\u0308ve cafe\u0301 it", ["Nai\u0308ve", "cafe\u0301", "it"]),
        ("\u1100\u1161\u11a8\u1100\u1161 a", ["\u1100\u1161\u11a8\u1100\u1161", "a"]),
        ("A\u030a.B", ["A\u030a", ".", "B"]),
        ("e\u0301’s", ["e\u0301", "’s"]),
        ("didn’t", ["didn’t"]),
    ],
)
def test_spans_of_letters_written_in_pieces(written: str, expected: list[str]) -> None:
    assert [written[start:end] for start, end in token_spans(written)] == expected


def test_the_packaged_model_is_the_one_explained(model: StanceModel, tmp_path: Path) -> None:
    modelfile.write(tmp_path / "copy.npz", model.stored)
    assert explain.explain(StanceModel.load(tmp_path / "copy.npz"), NEWS) == explain.explain(model, NEWS)
