"""The trained model: scikit-learn's numbers from numpy alone, one prediction a text, whatever the texts hold."""

from __future__ import annotations

import itertools
import json
import pickle
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import scipy.special
import small_project
from architecture import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from small_project import Project

import pipeline as package
from pipeline import StanceModel
from pipeline.errors import ModelError, UsageError
from pipeline.language import casing, lexicon
from pipeline.params import TrainParams
from pipeline.reading import documents, sentences
from pipeline.records import LABELS
from pipeline.scoring import model, modelfile
from pipeline.scoring.model import packaged
from pipeline.training import export, fitting

ODD = [
    "",
    " ",
    "\n",
    "…",
    "—",
    "🙂",
    "\ud83d",
    "\x00",
    "\ufeff",
    "denied" * 2000,
    "x" * 10_000,
    "no " * 3000,
    "a",
    "ﬁ",
    "İstanbul",
    "e\u0301",
    "日本の否定",
    "U.S.",
    "1,000",
    "'s",
    "``''",
]


class Pair(NamedTuple):
    """A fitted scikit-learn pipeline, and the model that was exported from it, written and loaded again."""

    scikit_learn: Pipeline
    model: StanceModel
    corpus: list[str]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Trained on some sentences of the seeds; what their labels are does not matter here."""
    folder = tmp_path_factory.mktemp("pair")
    small_project.write_short_cues(folder / "cues", entries=40)
    lists = lexicon.compile_lists(lexicon.read_folder(folder / "cues"))
    chosen = list(documents.read_folder(ROOT / "seeds" / "documents"))[::60]
    corpus = [sentence.text for document in chosen for sentence in sentences.split(document)]
    texts = corpus[::2]
    params = TrainParams(jobs=1, min_documents=2, block_weights=(0.5, 0.7, 1.3))
    labels = np.random.default_rng(0).integers(0, len(LABELS), len(texts))
    counts = fitting.Counts.of(texts, lists, casing.common_forms(texts), min_documents=2, jobs=1)
    fitted = fitting.fit(counts, labels, np.ones(len(texts)), np.arange(len(texts)), params, strength=5.0)
    pipeline = fitting.assemble(fitted, counts, lists, params, divisor=0.6)
    modelfile.write(folder / "model.npz", export.to_model(pipeline, lists, counts.common, texts[:5], {"training": {"labels": np.bincount(labels).tolist()}}))
    return Pair(pipeline, StanceModel.load(folder / "model.npz"), corpus)


def difference(pair: Pair, texts: list[str]) -> float:
    """The largest difference of a probability between scikit-learn and the model."""
    return float(np.abs(pair.scikit_learn.predict_proba(texts) - pair.model.predict_proba(texts)).max())


def test_the_numbers_are_scikit_learns_on_the_corpus(pair: Pair) -> None:
    assert len(pair.corpus) > 350
    assert difference(pair, pair.corpus) < 1e-9
    probabilities = pair.model.predict_proba(pair.corpus)
    assert probabilities.std(axis=0).min() > 0.05, "the texts are told apart"


def test_the_numbers_are_scikit_learns_on_odd_texts(pair: Pair) -> None:
    assert difference(pair, ODD) < 1e-9


@st.composite
def mixtures(draw: st.DrawFn, words: list[str]) -> str:
    """Words of the corpus among any signs."""
    sign = st.characters(exclude_categories=()) | st.sampled_from(" .,’'\"“”\n\u00a0\u0301")
    return "".join(draw(st.lists(st.sampled_from(words) | st.text(alphabet=sign, max_size=8) | st.just(" "), max_size=25)))


@settings(max_examples=80)
@given(data=st.data())
def test_the_numbers_are_scikit_learns_on_random_text(pair: Pair, data: st.DataObject) -> None:
    words = sorted({word for text in pair.corpus[:100] for word in text.split(" ")})
    assert difference(pair, data.draw(st.lists(mixtures(words), min_size=1, max_size=5))) < 1e-9


def test_as_many_come_out_as_go_in_in_order(pair: Pair) -> None:
    texts = [*pair.corpus, *ODD, *pair.corpus[::-1], *ODD[::-1]] * 6
    assert len(texts) > 5000
    random.Random(0).shuffle(texts)
    found = pair.model.classify(texts)
    assert len(found) == len(texts)
    probabilities = pair.model.predict_proba(texts)
    assert probabilities.shape == (len(texts), 4)
    assert np.array_equal(probabilities, [prediction.probabilities for prediction in found])
    assert probabilities.sum(axis=1) == pytest.approx(1)
    by_text: dict[str, NDArray[np.float64]] = {}
    for text, row in zip(texts, probabilities, strict=True):
        assert by_text.setdefault(text, row) == pytest.approx(row, abs=1e-12), "a text's numbers do not depend on its neighbours"


def test_the_size_of_a_batch_changes_no_number(pair: Pair) -> None:
    texts = [*pair.corpus[:150], *ODD]
    together = pair.model.predict_proba(texts)
    assert np.vstack([pair.model.predict_proba([text]) for text in texts]) == pytest.approx(together, abs=1e-12)
    for size in (2, 7, 64):
        parts = [pair.model.predict_proba(texts[i : i + size]) for i in range(0, len(texts), size)]
        assert np.vstack(parts) == pytest.approx(together, abs=1e-12)


def test_what_was_classified_before_changes_no_number(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = StanceModel(pair.model._stored)
    first = fresh.predict_proba(pair.corpus[:50])
    fresh.predict_proba([*ODD, *pair.corpus])
    assert np.array_equal(fresh.predict_proba(pair.corpus[:50]), first)
    monkeypatch.setattr("pipeline.scoring.lookup._TABLE_LIMIT", 100)
    assert np.array_equal(fresh.predict_proba(pair.corpus[:50]), first)


def test_nothing_in_nothing_out(pair: Pair) -> None:
    assert pair.model.classify([]) == []
    assert pair.model.predict_proba([]).shape == (0, 4)


def test_a_text_without_words_has_no_label_and_says_so(pair: Pair) -> None:
    wordless = {"", " ", "\n", "…", "—", "🙂", "\ud83d", "\x00", "\ufeff", "'s", "``''"}
    for text, prediction in zip(ODD, pair.model.classify(ODD), strict=True):
        assert (prediction.label is None) == (text in wordless), text
        assert prediction.note == ("no words" if text in wordless else "")


def test_the_label_is_the_likeliest_unless_less_likely_than_asked(pair: Pair) -> None:
    for prediction in pair.model.classify(pair.corpus):
        assert prediction.label == LABELS[int(np.argmax(prediction.probabilities))]
        assert prediction.confidence == max(prediction.probabilities)
    for prediction in pair.model.classify(pair.corpus, min_confidence=0.5):
        assert (prediction.label is None) == (prediction.confidence < 0.5) == (prediction.note == "unsure")
    assert {prediction.label for prediction in pair.model.classify(pair.corpus, min_confidence=0.5)} == {*LABELS, None}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one string", "got one string where a list of texts is wanted; write [text]"),
        ([None], "text 0 is NoneType, not a string; convert it, or use '' for a missing one"),
        (["a", 5], "text 1 is int, not a string; convert it, or use '' for a missing one"),
        ([b"bytes"], "text 0 is bytes, not a string; convert it, or use '' for a missing one"),
        ([float("nan")], "text 0 is float, not a string; convert it, or use '' for a missing one"),
    ],
)
def test_what_is_no_list_of_texts_is_named(pair: Pair, texts: object, message: str) -> None:
    for method in (pair.model.classify, pair.model.predict_proba):
        with pytest.raises(UsageError) as caught:
            method(texts)
        assert str(caught.value) == message


@pytest.mark.parametrize("scores", [[0.0, 0.0, 0.0, 0.0], [1000.0, 0.0, -1000.0, 0.0], [900.0, 900.0, 899.0, 0.0], [-1000.0, -1001.0, -1000.0, -1002.0]])
def test_scores_of_any_size_become_probabilities(scores: list[float]) -> None:
    assert model.softmax(np.array([scores])) == pytest.approx(scipy.special.softmax([scores], axis=1))


def test_any_iterable_of_strings_will_do(pair: Pair) -> None:
    texts = pair.corpus[:3]
    assert pair.model.classify(text for text in texts) == pair.model.classify(tuple(texts)) == pair.model.classify(texts)


def test_a_model_that_gives_other_numbers_than_it_recorded_is_refused(pair: Pair, tmp_path: Path) -> None:
    stored = pair.model._stored
    shifted = stored.golden_probabilities + np.array([1e-5, -1e-5, 0, 0])
    modelfile.write(tmp_path / "model.npz", stored._replace(golden_probabilities=shifted))
    with pytest.raises(ModelError) as caught:
        StanceModel.load(tmp_path / "model.npz")
    assert str(caught.value) == f"{tmp_path / 'model.npz'}: does not classify its golden sentences as recorded; train it again"


def test_without_a_path_the_packages_own_model_is_loaded(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modelfile.write(tmp_path / "model.npz", pair.model.stored)
    monkeypatch.setattr(model, "packaged", lambda: tmp_path / "model.npz")
    assert StanceModel.load().header == pair.model.header


def test_a_batch_of_columns_gets_new_columns(pair: Pair) -> None:
    texts = [*pair.corpus[:40], ""]
    ways: list[tuple[dict[str, str], dict[str, float]]] = [({}, {}), ({"text_column": "body"}, {"min_confidence": 0.5})]
    for named, asked in ways:
        batch = {"id": [str(i) for i in range(len(texts))], named.get("text_column", "text"): texts}
        found = pair.model.classify_batch(batch, **named, **asked)
        assert list(found) == ["stance", *LABELS, "stance_note"]
        assert list(zip(*found.values(), strict=True)) == [(one.label, *one.probabilities, one.note) for one in pair.model.classify(texts, **asked)]
    assert set(found["stance_note"]) == {"", "no words", "unsure"}
    with pytest.raises(UsageError) as caught:
        pair.model.classify_batch({"id": ["1"], "body": ["a"]})
    assert str(caught.value) == "the batch has no column 'text' (it has id, body); name the column that holds the text"


def test_a_model_sent_to_another_process_is_the_same(pair: Pair) -> None:
    sent = pickle.loads(pickle.dumps(pair.model))
    assert np.array_equal(sent.predict_proba(pair.corpus), pair.model.predict_proba(pair.corpus))
    assert pickle.dumps(sent) == pickle.dumps(pair.model)


@given(st.lists(st.sampled_from(["", "a" * 100, "b" * 70_000, "c" * (1 << 17), "d" * 300_000]), max_size=30), st.sampled_from([1, 700]))
def test_texts_are_read_in_parts_of_bounded_size(texts: list[str], times: int) -> None:
    """What is held in memory at once does not grow with the number of texts, and parts are as large as that allows."""
    texts = texts * times
    parts = list(model._parts(texts))
    assert [text for part in parts for text in part] == texts

    def fits(part: Sequence[str]) -> bool:
        return 0 < len(part) <= 2048 and (len(part) == 1 or sum(map(len, part)) <= 1 << 18)

    assert all(map(fits, parts))
    assert not any(fits([*one, other[0]]) for one, other in itertools.pairwise(parts))


def test_the_header_says_what_the_model_was_made_of(small_model: StanceModel) -> None:
    header = small_model.header
    assert header["labels"] == list(LABELS) and len(header["golden"]) == 3 * len(LABELS)
    assert sum(header["training"]["labels"]) == header["training"]["sentences"] > 100
    assert all(len(header["hashes"][name]) == 64 for name in ("training_data", "codebook", "cues"))
    assert header["versions"]["scikit-learn"] and header["settings"]["strength"] in (0.3, 10.0)


def test_the_public_names_are_the_rooms_own() -> None:
    assert package.StanceModel is StanceModel and package.LABELS == LABELS
    assert package.Prediction._fields == ("label", "probabilities", "note")
    with pytest.raises(AttributeError, match="nothing_such"):
        package.nothing_such  # noqa: B018


def test_classifying_imports_neither_scikit_learn_nor_pandas_nor_scipy_nor_pyarrow(project: Project) -> None:
    code = (
        "import json, sys; from pipeline import StanceModel; "
        f"model = StanceModel.load({str(project.model)!r}); model.classify(['The ministry denied it.', '']); model.predict_proba(['a']); "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert {"numpy", "pipeline"} <= loaded
    assert not loaded & {"sklearn", "pandas", "scipy", "pyarrow", "datasets", "joblib", "lemminflect", "nupunkt", "yaml"}


def test_a_checkout_carries_the_model_of_its_pipeline() -> None:
    assert packaged() == ROOT / "models" / "stance.npz"
