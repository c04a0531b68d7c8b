"""Fitting: no sentence is seen by the model that scores it, labels may be absent, and the same input gives the same model."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import small_project
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from pipeline.errors import DataError
from pipeline.language import casing, cue_terms, lexicon
from pipeline.language.lexicon import Lexicon
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.scoring.model import StanceModel
from pipeline.training import export, features, fitting

PARAMS = TrainParams(jobs=1, folds=3, min_documents=2, rule_weight=2.0)
Ints = NDArray[np.int64]


@pytest.fixture(scope="module")
def short_lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    folder = tmp_path_factory.mktemp("lexicon") / "cues"
    small_project.write_short_cues(folder)
    return lexicon.compile_lists(lexicon.read_folder(folder))


class Corpus:
    """Composed sentences with their labels, groups (every fourth document) and counted terms."""

    def __init__(self, lists: Lexicon, *, documents: int = 12, without: tuple[str, ...] = (), jobs: int = 1) -> None:
        composed = [small_project.document(str(number), number, without=without) for number in range(documents)]
        self.lexicon = lists
        self.texts = [sentence.text for item in composed for sentence in item.sentences]
        self.labels = np.array([LABELS.index(sentence.label) for item in composed for sentence in item.sentences])
        self.groups = [str(number % 4) for number, item in enumerate(composed) for _ in item.sentences]
        self.weights = np.where(np.arange(len(self.texts)) % 5 == 0, 0.2, 1.0)
        self.rows = np.arange(len(self.texts))
        self.counts = fitting.Counts.of(self.texts, lists, casing.common_forms(self.texts), min_documents=PARAMS.min_documents, jobs=jobs)

    def fit(self, rows: Ints | None = None, labels: Ints | None = None, *, params: TrainParams = PARAMS, strength: float = 1.0) -> fitting.Fitted:
        return fitting.fit(self.counts, self.labels if labels is None else labels, self.weights, self.rows if rows is None else rows, params, strength=strength)

    def odds(self, fitted: fitting.Fitted, rows: Ints | None = None, *, params: TrainParams = PARAMS) -> NDArray[np.float64]:
        return fitting.log_odds(fitted, self.counts, self.rows if rows is None else rows, params)

    def out_of_group(self, labels: Ints | None = None, *, groups: list[str] | None = None, params: TrainParams = PARAMS) -> NDArray[np.float64]:
        chosen = self.labels if labels is None else labels
        return fitting.out_of_group(self.counts, chosen, self.weights, groups or self.groups, params, strength=1.0)


@pytest.fixture(scope="module")
def corpus(short_lexicon: Lexicon) -> Corpus:
    return Corpus(short_lexicon)


def rule_codes(text: str, *, lexicon: Lexicon) -> list[int]:
    """The cue terms of a text that name the deciding rule."""
    return [code for code in features.cue_codes([text], lexicon)[0] if cue_terms.describe(code, lexicon).startswith("rule")]


def independent_model(corpus: Corpus, rows: Ints, *, strength: float = 1.0) -> Pipeline:
    """The same classifier put together from scikit-learn's own vectorisers and fitted on the texts of `rows` alone.

    A term of weight w and one that stands beside another of weight 1 at sqrt(w² - 1) have the same kernel.
    """
    common = {"min_df": PARAMS.min_documents, "sublinear_tf": True, "lowercase": False}
    counted, spaced = (partial(function, common=corpus.counts.common) for function in (casing.words, features.spaced_words))
    parts = [
        ("words", TfidfVectorizer(tokenizer=counted, token_pattern=None, ngram_range=(1, 2), **common)),
        (
            "characters",
            TfidfVectorizer(preprocessor=spaced, analyzer="char_wb", ngram_range=(3, 5), **common),
        ),
        ("cues", CountVectorizer(analyzer=features.cue_analyzer(corpus.lexicon), min_df=PARAMS.min_documents)),
        ("rules", CountVectorizer(analyzer=partial(rule_codes, lexicon=corpus.lexicon), min_df=PARAMS.min_documents)),
    ]
    scales = dict(zip(features.BLOCKS, PARAMS.block_weights, strict=True))
    scales["rules"] = scales["cues"] * math.sqrt(PARAMS.rule_weight**2 - 1)
    union = FeatureUnion(parts, transformer_weights=scales)
    pipeline = Pipeline([("features", union), ("classify", LogisticRegression(C=strength, solver="newton-cg", max_iter=1000, tol=1e-10))])
    return pipeline.fit([corpus.texts[i] for i in rows], corpus.labels[rows], classify__sample_weight=corpus.weights[rows])


def test_a_fit_equals_scikit_learns_own_on_the_training_rows_alone(corpus: Corpus) -> None:
    rows, others = corpus.rows[:64], corpus.rows[64:]
    fitted = corpus.fit(rows)
    expected = independent_model(corpus, rows).predict_proba([corpus.texts[i] for i in others])
    assert softmax(corpus.odds(fitted, others), axis=1) == pytest.approx(expected, abs=1e-8)
    assert sum(len(columns) for columns in fitted.columns) < sum(matrix.shape[1] for matrix, _ in corpus.counts.blocks), "rare terms are left out"


def test_weights_of_sentences_count(corpus: Corpus) -> None:
    heavy = corpus.weights.copy()
    heavy[::5] = 1.0
    one = corpus.odds(corpus.fit())
    two = corpus.odds(fitting.fit(corpus.counts, corpus.labels, heavy, corpus.rows, PARAMS, strength=1.0))
    assert np.abs(one - two).max() > 0.01


def test_no_sentence_is_scored_by_a_model_that_saw_its_group(corpus: Corpus) -> None:
    """The labels of a group have no say in the scores of the group itself, and have one in the others'."""
    lied = corpus.labels.copy()
    own = np.array(corpus.groups) == "3"
    lied[own] = (lied[own] + 1) % 4
    honest, changed = corpus.out_of_group(), corpus.out_of_group(lied)
    assert np.array_equal(honest[own], changed[own])
    assert np.abs(honest[~own] - changed[~own]).max(axis=1).min() > 0


def test_each_group_is_scored_by_a_fit_on_the_others(corpus: Corpus) -> None:
    names = np.array(corpus.groups)
    found = corpus.out_of_group()
    for group in ("0", "2"):
        fitted = corpus.fit(np.flatnonzero(names != group))
        assert found[names == group] == pytest.approx(corpus.odds(fitted, np.flatnonzero(names == group)), abs=1e-12)


def test_one_group_is_an_error(corpus: Corpus) -> None:
    with pytest.raises(DataError, match="one group"):
        corpus.out_of_group(groups=["a"] * len(corpus.texts))


def test_the_same_input_gives_the_same_model_whatever_the_number_of_processes(corpus: Corpus, short_lexicon: Lexicon) -> None:
    again = Corpus(short_lexicon, jobs=2)
    one, two = corpus.fit(), again.fit()
    assert one.regression.coef_.tobytes() == two.regression.coef_.tobytes()
    assert corpus.out_of_group().tobytes() == again.out_of_group(params=replace(PARAMS, jobs=2)).tobytes()


def test_a_label_that_is_absent_gets_no_probability_and_breaks_nothing(short_lexicon: Lexicon) -> None:
    corpus = Corpus(short_lexicon, without=("warning",))
    odds = corpus.odds(corpus.fit())
    assert odds.shape == (len(corpus.texts), 4)
    assert softmax(odds, axis=1)[:, LABELS.index("warning")].max() == 0
    assert (odds.argmax(axis=1) == corpus.labels).mean() > 0.9


def test_two_labels_alone_are_fitted_too(short_lexicon: Lexicon) -> None:
    corpus = Corpus(short_lexicon, without=("warning", "accusation"))
    fitted = corpus.fit()
    expected = independent_model(corpus, corpus.rows).predict_proba(corpus.texts)
    found = softmax(corpus.odds(fitted), axis=1)
    present = [LABELS.index("denial"), LABELS.index("neutral")]
    assert found[:, present] == pytest.approx(expected, abs=1e-8)
    assert found.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("without", [(), ("warning",), ("warning", "accusation")], ids=["all", "three", "two"])
def test_the_exported_model_gives_the_pipelines_numbers_for_any_set_of_labels(short_lexicon: Lexicon, without: tuple[str, ...]) -> None:
    corpus = Corpus(short_lexicon, without=without)
    pipeline = fitting.assemble(corpus.fit(), corpus.counts, short_lexicon, PARAMS, divisor=0.7)
    stored = export.to_model(pipeline, short_lexicon, corpus.counts.common, corpus.texts[:3], {})
    expected = np.zeros((len(corpus.texts), 4))
    expected[:, np.unique(corpus.labels)] = pipeline.predict_proba(corpus.texts)
    assert StanceModel(stored).predict_proba(corpus.texts) == pytest.approx(expected, abs=1e-9)
    assert stored.golden_probabilities == pytest.approx(expected[:3], abs=1e-9)


def test_one_label_alone_is_an_error_that_names_it(short_lexicon: Lexicon) -> None:
    with pytest.raises(DataError, match="'denial'"):
        Corpus(short_lexicon, documents=3, without=("warning", "accusation", "neutral")).fit()


def test_a_block_without_a_term_is_an_error_that_names_it(corpus: Corpus) -> None:
    with pytest.raises(DataError, match="'words' stands in 9999 or more of the"):
        corpus.fit(params=replace(PARAMS, min_documents=9999))


def test_the_strength_with_the_best_figure_is_chosen(corpus: Corpus) -> None:
    groups = np.unique(corpus.groups, return_inverse=True)[1]
    params = replace(PARAMS, strengths=(1e-4, 3.0))
    chosen, tried = fitting.choose_strength(corpus.counts, corpus.labels, corpus.weights, groups, params)
    assert chosen == 3.0 and set(tried) == {1e-4, 3.0} and 0 <= tried[1e-4] < tried[3.0] <= 1
    assert fitting.choose_strength(corpus.counts, corpus.labels, corpus.weights, groups, PARAMS) == (1.0, {})


def drawn(strength: float, *, size: int = 20_000) -> tuple[NDArray[np.float64], Ints]:
    """Log odds, times `strength`, and labels that are drawn with the probabilities they say."""
    chance = np.random.default_rng(0)
    odds = chance.normal(scale=1.5, size=(size, 4))
    labels = (softmax(odds, axis=1).cumsum(axis=1) > chance.random((size, 1))).argmax(axis=1)
    return odds * strength, labels


@pytest.mark.parametrize("strength", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_too_much_or_too_little_confidence(strength: float) -> None:
    odds, labels = drawn(strength)
    divisor = fitting.temperature(odds, labels, ["one"] * len(labels))
    assert divisor == pytest.approx(strength, rel=0.03)
    losses = [-log_softmax(odds / t, axis=1)[np.arange(len(labels)), labels].mean() for t in (divisor, divisor * 1.1, divisor / 1.1)]
    assert losses[0] == min(losses)


def test_each_collection_counts_the_same_for_the_temperature() -> None:
    (sure, sure_labels), (modest, modest_labels) = drawn(2.0, size=9_000), drawn(0.5, size=300)
    odds, labels = np.concatenate([sure, modest]), np.concatenate([sure_labels, modest_labels])
    alone = fitting.temperature(odds, labels, ["one"] * len(labels))
    apart = fitting.temperature(odds, labels, ["sure"] * 9_000 + ["modest"] * 300)
    grown = fitting.temperature(np.concatenate([odds, sure]), np.concatenate([labels, sure_labels]), ["sure"] * 9_000 + ["modest"] * 300 + ["sure"] * 9_000)
    assert apart < alone - 0.1, "the small collection has its say"
    assert grown == pytest.approx(apart, rel=1e-3), "whatever the other one's size"


def test_assembling_leaves_the_fit_as_it_was_and_divides_once(corpus: Corpus) -> None:
    fitted = corpus.fit()
    before = corpus.odds(fitted)
    first = fitting.assemble(fitted, corpus.counts, corpus.lexicon, PARAMS, divisor=2.0).predict_proba(corpus.texts)
    second = fitting.assemble(fitted, corpus.counts, corpus.lexicon, PARAMS, divisor=2.0).predict_proba(corpus.texts)
    assert np.array_equal(first, second)
    assert np.array_equal(before, corpus.odds(fitted))
    assert first == pytest.approx(softmax(before / 2.0, axis=1), abs=1e-12)
