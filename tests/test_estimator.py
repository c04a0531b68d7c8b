"""StanceClassifier: scikit-learn's own checks, the numbers of the train stage, and a model file that every reader takes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import small_project
import yaml
from architecture import ROOT
from command_line import Run, failed
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.utils import estimator_checks
from sklearn.utils.validation import check_is_fitted, validate_data
from small_project import Project

from pipeline import StanceClassifier, StanceModel
from pipeline.coding import coded
from pipeline.errors import DataError, ParamsError, UsageError
from pipeline.language import casing
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.training import fitting

CUES = str(ROOT / "models" / "stance.npz")
DOCUMENTS = [small_project.document(str(number), number) for number in range(12)]
TEXTS = [sentence.text for document in DOCUMENTS for sentence in document.sentences]
NAMES = [sentence.label for document in DOCUMENTS for sentence in document.sentences]
NUMBERS = [LABELS.index(name) for name in NAMES]
GROUPS = [f"group {number % 4}" for number, document in enumerate(DOCUMENTS) for _ in document.sentences]


def classifier(**settings: Any) -> StanceClassifier:
    """A classifier for so few sentences."""
    return StanceClassifier(cues=CUES, **{"min_documents": 2, **settings})


@pytest.fixture(scope="module")
def fitted() -> StanceClassifier:
    return classifier().fit(TEXTS, NAMES)


class OfNumbers(StanceClassifier):
    """The classifier behind tables of numbers, as scikit-learn's checks give them: a row is written as a text, the greater a number the more words."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.one_d_array, tags.input_tags.two_d_array = False, False, True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> OfNumbers:  # noqa: N803
        table, labels = validate_data(self, X, y)
        super().fit(written(table), labels, sample_weight, groups)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        check_is_fitted(self)
        return super().predict_proba(written(validate_data(self, X, reset=False)))


def written(table: NDArray[Any]) -> list[str]:
    """A text for each row of numbers: for every column as many words as its number has steps of a half above -3, and a cue."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        "denied " + " ".join(f"w{letters[column % 26]}{letters[step]}" for column, value in enumerate(row) for step in range(12) if value > step / 2 - 3)
        for row in table
    ]


EXPECTED = {
    "check_classifiers_classes": "gives labels that are no stances; the four are fixed, as a model file has a column for each",
    "check_classifiers_one_label": "one label alone is an error for the pipeline: it says that something is missing",
    "check_fit2d_1sample": "one sentence has one label; the error says so in the pipeline's words, and is no ValueError",
    "check_sample_weight_equivalence_on_dense_data": "a weight counts in the regression; how many sentences hold a term, which idf is made of, does not",
}
"""scikit-learn's checks that fail, and why they are to."""


@estimator_checks.parametrize_with_checks([OfNumbers(cues=CUES, min_documents=1)], expected_failed_checks=lambda _: EXPECTED, xfail_strict=True)
def test_scikit_learns_checks_pass(estimator: OfNumbers, check: Any) -> None:
    check(estimator)


PARTS = (
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_mixin_order,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
)
"""Checks that need no data, for the classifier of texts itself."""


@pytest.mark.parametrize("check", PARTS, ids=lambda check: check.__name__)
def test_the_checks_without_data_pass_of_the_classifier_itself(check: Any) -> None:
    check("StanceClassifier", StanceClassifier())


def test_it_says_that_it_takes_text() -> None:
    tags = StanceClassifier().__sklearn_tags__()
    assert tags.estimator_type == "classifier" and tags.target_tags.required
    assert tags.input_tags.string and tags.input_tags.one_d_array and not tags.input_tags.two_d_array


def test_its_defaults_are_the_settings_of_the_project() -> None:
    train = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["train"]
    (strength,) = train["strengths"]
    own = {"cues": None, "n_jobs": None, "strength": strength, "block_weights": tuple(train["block_weights"]), "folds": train["collection_folds"]}
    assert StanceClassifier().get_params() == own | {name: train[name] for name in ("min_documents", "rule_weight", "label_smoothing")}


def test_its_numbers_are_scikit_learns_to_a_billionth(fitted: StanceClassifier) -> None:
    section = TrainParams(jobs=1, min_documents=2, block_weights=(0.5, 0.5, 0.2), rule_weight=2.0, label_smoothing=0.3)
    lists, rows = modelfile.read(CUES).lexicon, np.arange(len(TEXTS))
    counts = fitting.Counts.of(TEXTS, lists, casing.common_forms(TEXTS), min_documents=2, jobs=1)
    found = fitting.fit(counts, np.array(NUMBERS), np.ones(len(TEXTS)), rows, section, strength=1.0)
    expected = fitting.assemble(found, counts, lists, section, divisor=1.0).predict_proba(TEXTS)
    assert list(fitted.classes_) == sorted(LABELS)
    assert fitted.predict_proba(TEXTS)[:, [sorted(LABELS).index(label) for label in LABELS]] == pytest.approx(expected, abs=1e-9)


def test_it_fits_what_the_train_stage_fits(project: Project) -> None:
    stage = StanceModel.load(project.model)
    rows, section = coded.read(project.labelled / "train.parquet", more=("weight",)), _section(project)
    own = StanceClassifier(
        cues=project.cues, strength=stage.header["settings"]["strength"], min_documents=section["min_documents"],
        block_weights=section["block_weights"], rule_weight=section["rule_weight"], label_smoothing=section["label_smoothing"],
    ).fit(rows["text"], rows["label"], sample_weight=rows["weight"])  # fmt: skip
    odds = own.to_model().log_odds(TEXTS)
    assert odds == pytest.approx(stage.log_odds(TEXTS) * stage.header["settings"]["divisor"], abs=1e-9)


def _section(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(project.params.read_text("utf-8"))["train"]
    return found


def test_names_and_numbers_of_labels_give_the_same_model(fitted: StanceClassifier) -> None:
    numbered = classifier().fit(np.array(TEXTS), np.array(NUMBERS))
    assert list(numbered.classes_) == [0, 1, 2, 3]
    assert [LABELS[number] for number in numbered.predict(TEXTS)] == list(fitted.predict(TEXTS))
    assert np.array_equal(numbered.to_model().predict_proba(TEXTS), fitted.to_model().predict_proba(TEXTS))


def test_a_label_that_is_absent_has_no_column() -> None:
    kept = [number for number, name in enumerate(NAMES) if name in ("denial", "neutral")]
    found = classifier().fit([TEXTS[i] for i in kept], [NAMES[i] for i in kept])
    chances = found.predict_proba(TEXTS)
    assert list(found.classes_) == ["denial", "neutral"] and chances.shape == (len(TEXTS), 2)
    assert chances.sum(axis=1) == pytest.approx(1) and found.to_model().predict_proba(TEXTS)[:, [1, 2]].max() == 0


@pytest.mark.parametrize("kind", [list, np.array, lambda texts: pandas.Series(texts, index=range(5, 5 + len(TEXTS)))], ids=["list", "array", "series"])
def test_texts_come_as_a_list_an_array_or_a_column(fitted: StanceClassifier, kind: Any) -> None:
    found = classifier().fit(kind(TEXTS), kind(NAMES))
    assert np.array_equal(found.predict_proba(kind(TEXTS)), fitted.predict_proba(TEXTS))


def test_it_can_be_cross_validated_and_searched() -> None:
    scores = cross_val_score(classifier(), TEXTS, NAMES, groups=GROUPS, cv=GroupKFold(4), scoring="f1_macro")
    assert scores.shape == (4,) and scores.min() > 0.8
    assert cross_val_predict(classifier(), TEXTS, NAMES, cv=3, method="predict_proba").shape == (len(TEXTS), 4)
    search = GridSearchCV(classifier(), {"strength": np.array([1e-4, 3.0]), "min_documents": np.array([2])}, cv=3, scoring="f1_macro", error_score="raise")
    assert search.fit(TEXTS, NAMES).best_params_["strength"] == 3.0
    assert search.best_estimator_.to_model().header["settings"]["strength"] == 3.0


def test_a_copy_is_unfitted_and_a_pickle_is_fitted(fitted: StanceClassifier) -> None:
    with pytest.raises(NotFittedError):
        clone(fitted).predict(TEXTS)
    for unfitted in (clone(fitted).to_model, lambda: clone(fitted).save("nowhere.npz")):
        with pytest.raises(NotFittedError):
            unfitted()
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS)) and again.get_params() == fitted.get_params()


def test_groups_calibrate_on_sentences_of_groups_that_were_not_seen() -> None:
    """Each group counts the same, so that a small one with other labels makes the model less sure; with two folds they are left out two by two."""
    number = np.array([min(document, 3) for document, one in enumerate(DOCUMENTS) for _ in one.sentences])
    labels = np.where(number == 0, (np.array(NUMBERS) + 1) % 4, NUMBERS)
    plain, grouped = classifier().fit(TEXTS, labels).to_model(), classifier(folds=2).fit(TEXTS, labels, groups=number).to_model()
    divisor = grouped.header["settings"]["divisor"]
    assert plain.header["settings"]["divisor"] == 1.0 and divisor != 1.0
    assert grouped.log_odds(TEXTS) * divisor == pytest.approx(plain.log_odds(TEXTS), abs=1e-9)
    odds = np.empty((len(TEXTS), 4))
    for fold in (0, 1):
        unseen, seen = np.flatnonzero(number % 2 == fold), np.flatnonzero(number % 2 != fold)
        odds[unseen] = classifier().fit([TEXTS[i] for i in seen], labels[seen]).to_model().log_odds([TEXTS[i] for i in unseen])
    expected, by_fold = (fitting.temperature(odds, labels, groups.astype(str)) for groups in (number, number % 2))
    assert divisor == pytest.approx(expected, rel=0.005) and by_fold != pytest.approx(expected, rel=0.015)


def test_a_saved_model_is_the_same_model_for_every_reader(run: Run, fitted: StanceClassifier, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    classifier().fit(TEXTS, NAMES, groups=GROUPS).save(path)
    loaded = StanceModel.load(path)
    fitted.save(tmp_path / "plain.npz")
    assert np.abs(StanceModel.load(tmp_path / "plain.npz").predict_proba(TEXTS) - fitted.to_model().predict_proba(TEXTS)).max() <= 1e-9
    assert StanceModel.load(tmp_path / "plain.npz").header == fitted.to_model().header
    assert json.loads(run("verify", path, "--json").out)["header"]["training"]["labels"] == [NAMES.count(label) for label in LABELS]
    row = json.loads(run("classify", TEXTS[0], "--model", path).out)
    assert tuple(row["probabilities"].values()) == loaded.classify([TEXTS[0]])[0].probabilities
    assert run("explain", TEXTS[0], "--model", path).code == 0
    pandas.DataFrame({"text": TEXTS, "label": NAMES}).to_csv(tmp_path / "coded.csv", index=False)
    assert json.loads(run("evaluate", "coded.csv", "--model", path, "--json").out)["accuracy"]["value"] > 0.9
    failed(run("verify", path, "--sha256", "0" * 64), 1, "own.npz")


@pytest.mark.parametrize(
    ("texts", "labels", "kind", "words"),
    [
        ("He denied it.", ["denial"], UsageError, "one dimension"),
        (np.array([["a"], ["b"]]), ["denial", "neutral"], UsageError, "one dimension"),
        (["a", None], ["denial", "neutral"], UsageError, "text 1 is NoneType"),
        (TEXTS[:2], ["denial", "neutrl"], UsageError, "'neutrl'; did you mean 'neutral'"),
        (TEXTS[:2], ["praise", "neutral"], UsageError, "'praise'; the labels are denial"),
        (TEXTS[:2], [0, 4], UsageError, "the label is 4"),
        (TEXTS[:2], [True, False], UsageError, "the label is False"),
        (TEXTS[:2], ["denial"], ValueError, "inconsistent numbers of samples"),
        (["a", "b"] * 3, ["denial", "neutral"] * 3, DataError, "too little to count"),
        (TEXTS, ["denial"] * len(TEXTS), DataError, "only the label 'denial'"),
    ],
)
def test_what_cannot_be_fitted_is_named(texts: Any, labels: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        classifier().fit(texts, labels)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"strength": 0.0}, "strengths"),
        ({"min_documents": 0}, "min_documents"),
        ({"block_weights": (1.0, 1.0)}, "block_weights"),
        ({"folds": 1}, "collection_folds"),
    ],
)
def test_settings_are_checked_as_those_of_params_yaml(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        classifier(**settings).fit(TEXTS, NAMES)
