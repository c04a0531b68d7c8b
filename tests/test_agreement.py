"""Agreement of coders against published worked examples, and where it cannot be measured."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from architecture import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from test_forms import saved

from pipeline.coding import agreement
from pipeline.params import AgreementParams, LabelParams
from pipeline.records import LABELS, Sentence
from pipeline.stages import agreement as stage
from pipeline.stages import split

FAST = AgreementParams(resamples=100)
SETTINGS = LabelParams(adjudicator="chair")


def sentences(count: int, *, each: int = 1) -> list[Sentence]:
    """Sentences, `each` of them to a document."""
    return [Sentence(f"d{number // each}.txt", "c", 0, number % each, number % each * 10, number % each * 10 + 5, "Text.") for number in range(count)]


def measure(*columns: str, each: int = 1, params: AgreementParams = FAST) -> list[agreement.Agreement]:
    """The agreement of coders a, b, …, each given as a letter a sentence (d, a, w, n, or . for none)."""
    labels = {
        number: {name: next(label for label in LABELS if label[0] == letter) for name, letter in zip("abcde", row, strict=False) if letter != "."}
        for number, row in enumerate(zip(*columns, strict=True))
    }
    return agreement.measure(agreement.tabulate(labels, sentences(len(columns[0]), each=each), adjudicator="chair"), params)


def test_kappa_of_the_worked_example_of_fleiss_cohen_and_everitt() -> None:
    """Large sample standard errors of kappa and weighted kappa, 1969: 200 patients, kappa .429."""
    table = {("d", "d"): 106, ("d", "a"): 10, ("d", "w"): 4, ("a", "d"): 22, ("a", "a"): 28, ("a", "w"): 10, ("w", "d"): 2, ("w", "a"): 12, ("w", "w"): 6}
    columns = ["".join(pair[i] * count for pair, count in table.items()) for i in (0, 1)]
    found = measure(*columns)[0]
    assert found.kappa.value == pytest.approx(0.429, abs=5e-4)
    assert (found.sentences, found.same) == (200, pytest.approx(0.7))


@pytest.mark.parametrize(
    ("columns", "alpha", "units"),
    [
        # Krippendorff, Computing Krippendorff's alpha-reliability (2011), section A: two observers, ten units, two values
        (("daddddddad", "aaaddadddd"), 0.095, 10),
        # the example of Krippendorff's alpha in Wikipedia and in the documentation of the library: three coders, fifteen units, many gaps
        ((".....wndaddww.w", "d.adwwnw.......", "..adwnn.addww.n"), 0.691, 12),
    ],
)
def test_alpha_of_published_worked_examples(columns: tuple[str, ...], alpha: float, units: int) -> None:
    every = measure(*columns)[-1]
    assert every.alpha.value == pytest.approx(alpha, abs=5e-4) and every.sentences == units


@given(st.lists(st.tuples(*[st.sampled_from("dawn.")] * 3), min_size=1, max_size=30))
def test_kappa_of_resamples_is_the_librarys(rows: list[tuple[str, str, str]]) -> None:
    labels = np.array([["dawn.".index(letter) for letter in row] for row in rows])
    labels[labels == 4] = -1
    patterns, place = np.unique(labels, axis=0, return_inverse=True)
    times = np.bincount(place.reshape(-1), minlength=len(patterns))
    pairs = [agreement._pair(patterns, a, b) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert agreement._kappas(times[None].astype(float), pairs)[0] == pytest.approx(agreement._kappa(labels), nan_ok=True)


@given(st.lists(st.tuples(st.tuples(*[st.integers(0, 4)] * 4).filter(lambda row: sum(row) >= 2), st.integers(0, 5)), min_size=1, max_size=30))
def test_alpha_of_resamples_is_the_librarys(rows: list[tuple[tuple[int, ...], int]]) -> None:
    """Counts of the labels of a sentence, and how often it is drawn."""
    values, times = np.array([row for row, _ in rows]), np.array([often for _, often in rows])
    drawn = np.stack([times, np.ones_like(times)])
    expected = [agreement._alpha(values, once) for once in drawn]
    assert agreement._alphas(drawn.astype(float), values) == pytest.approx(np.array(expected), abs=1e-12, nan_ok=True)


def test_every_pair_is_measured_on_what_both_read_and_all_on_what_two_read() -> None:
    found = measure("dda.n", "ddaw.", ".aaw.")
    assert [(item.first, item.second, item.sentences) for item in found] == [("a", "b", 3), ("a", "c", 2), ("b", "c", 3), ("all", "", 4)]
    assert [item.same for item in found] == [1.0, 0.5, pytest.approx(2 / 3), pytest.approx(6 / 8)]
    assert found[-1].kappa.value == pytest.approx(np.mean([item.kappa.value for item in found[:3]]))


def test_the_adjudicator_is_no_coder() -> None:
    labels = {0: {"a": "denial", "chair": "warning"}, 1: {"a": "denial", "b": "neutral", "chair": "neutral"}}
    table = agreement.tabulate(labels, sentences(2), adjudicator="chair")
    assert table.coders == ("a", "b") and table.labels.tolist() == [[0, -1], [0, 3]]


def test_intervals_hold_the_figure_and_shrink_with_more_documents() -> None:
    few, many = measure("daddddddad" * 2, "aaaddadddd" * 2)[0], measure("daddddddad" * 40, "aaaddadddd" * 40)[0]
    for item in (few, many):
        for figure in (item.kappa, item.alpha):
            assert figure.low < figure.value < figure.high  # type: ignore[operator]
    assert many.alpha.high - many.alpha.low < (few.alpha.high - few.alpha.low) / 2  # type: ignore[operator]
    assert few == measure("daddddddad" * 2, "aaaddadddd" * 2)[0], "the same seed gives the same interval"


def test_documents_are_drawn_whole() -> None:
    alone = measure("dada" * 10, "daad" * 10)[0]
    together = measure("dada" * 10, "daad" * 10, each=4)[0]
    assert alone.alpha.value == together.alpha.value
    assert together.alpha.low == together.alpha.high == pytest.approx(together.alpha.value), "every document is the same"
    assert alone.alpha.low < alone.alpha.high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("",), "nobody has coded anything yet"),
        (("dan",), "only a has coded"),
        (("da..", "..wn"), "a, b have no sentence in common"),
    ],
)
def test_what_cannot_be_measured_is_said(columns: tuple[str, ...], words: str) -> None:
    found = measure(*columns)
    assert words in agreement.remark(found, "abc"[: len(columns)] if columns[0] else "")
    assert all(item.sentences == 0 and item.same is None and item.kappa == item.alpha == agreement.UNDEFINED for item in found)
    assert agreement.row(found[-1]) == ["all", "", 0, *[""] * 7]


def test_coders_who_used_one_label_only_agree_without_a_coefficient() -> None:
    every = measure("dddd", "dddd")[-1]
    assert every.same == 1.0 and every.kappa == every.alpha == agreement.UNDEFINED
    assert agreement.remark([every], "ab") == ""


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.sampled_from("dawn.")] * 3), min_size=1, max_size=12))
def test_figures_keep_their_bounds_whatever_the_labels(rows: list[tuple[str, str, str]]) -> None:
    columns = ["".join(row[i] for row in rows) for i in range(3)]
    for item in measure(*columns):
        assert item.same is None or 0 <= item.same <= 1
        for figure in (item.kappa, item.alpha):
            assert figure.value is None or -1 <= figure.low <= figure.high <= 1 + 1e-12  # type: ignore[operator]
        if item.same == 1.0 and item.alpha.value is not None:
            assert item.alpha.value == pytest.approx(1)


def test_confusion_counts_each_pair_of_labels() -> None:
    labels = {n: {"a": LABELS[i], "b": LABELS[j]} for n, (i, j) in enumerate([(0, 0), (0, 3), (0, 3), (2, 2)])}
    found = agreement.confusion(agreement.tabulate(labels, sentences(4), adjudicator="chair"))
    assert len(found) == 16
    assert [row for row in found if row[4]] == [["a", "b", "denial", "denial", 1], ["a", "b", "denial", "neutral", 2], ["a", "b", "warning", "warning", 1]]


def test_disputed_sentences_are_listed_the_open_ones_first() -> None:
    labels = {
        0: {"a": "denial", "b": "warning", "chair": "neutral"},
        1: {"a": "denial", "b": "denial", "chair": "neutral"},
        2: {"a": "denial", "b": "warning"},
        3: {"a": "denial"},
    }
    header, *found = agreement.disputed(labels, sentences(4), SETTINGS)
    assert header[4:] == ["settled", "how", "a", "b", "chair"]
    assert [[row[0], *row[4:]] for row in found] == [
        ["d2.txt", "", "disputed", "denial", "warning", ""],
        ["d0.txt", "neutral", "adjudicated", "denial", "warning", "neutral"],
    ]


def test_the_stage_writes_its_tables_even_with_one_coder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(tmp_path / "params.yaml", (ROOT / "params.yaml").read_text("utf-8").replace("resamples: 1000", "resamples: 100"))
    (tmp_path / "documents").mkdir()
    saved(tmp_path / "documents" / "d.txt", "The mayor denied it.\n\nTalks go on.\n")
    (tmp_path / "coders").mkdir()
    saved(tmp_path / "coders" / "ana.csv", "document,text,label\nd.txt,The mayor denied it.,denial\nd.txt,Talks go on.,neutral\n")
    split.split(tmp_path / "documents", tmp_path / "s.parquet", tmp_path / "params.yaml")
    stage.agreement(tmp_path / "s.parquet", tmp_path / "coders", tmp_path / "reports", tmp_path / "params.yaml")
    assert "agreement: only ana has coded" in capsys.readouterr().out
    saved(tmp_path / "coders" / "ben.csv", "document,text,label\nd.txt,The mayor denied it.,denial\nd.txt,Talks go on.,warning\n")
    stage.agreement(tmp_path / "s.parquet", tmp_path / "coders", tmp_path / "reports", tmp_path / "params.yaml")
    assert "2 coders, 2 sentences read by two or more, 1 disputed" in capsys.readouterr().out
    with (tmp_path / "reports" / "agreement.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["first"], row["second"], row["same"]) for row in rows] == [("ana", "ben", "0.500"), ("all", "", "0.500")]
