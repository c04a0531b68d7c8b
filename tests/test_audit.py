"""Labels that look wrong: the least credible first, beside what the codebook asks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from architecture import ROOT
from command_line import Run
from hypothesis import given
from hypothesis import strategies as st
from small_project import Project

from benchmarks import planted
from pipeline import tables
from pipeline.coding import audit, codebook
from pipeline.records import LABELS

BOOK = codebook.read(ROOT / "seeds" / "CODEBOOK.md")


def rows(*labels: str) -> dict[str, list[object]]:
    """Sentences with these labels."""
    size = len(labels)
    return {
        "document": [f"d{i}.txt" for i in range(size)],
        "start": [0] * size,
        "end": [9] * size,
        "text": [f"Text {i}." for i in range(size)],
        "label": [LABELS.index(label) for label in labels],
        "source": ["agreed"] * size,
        "coders": [["ana", "ben"]] * size,
    }


PROBABILITIES = np.array([[0.9, 0.05, 0.03, 0.02], [0.2, 0.1, 0.1, 0.6], [0.05, 0.05, 0.8, 0.1], [0.02, 0.9, 0.05, 0.03], [0.3, 0.25, 0.25, 0.2]])


def test_the_least_credible_label_comes_first_with_the_models_own() -> None:
    found = audit.suspects(rows("denial", "denial", "accusation", "neutral", "denial"), PROBABILITIES, BOOK, share=1.0)
    assert [(item.document, item.label, item.confidence, item.suggested, item.against) for item in found] == [
        ("d3.txt", "neutral", 0.03, "accusation", 0.9),
        ("d2.txt", "accusation", 0.05, "warning", 0.8),
        ("d1.txt", "denial", 0.2, "neutral", 0.6),
    ], "what the model says too is no suspect"
    assert (found[0].how, found[0].coders, found[0].text) == ("agreed", "ana, ben", "Text 3.")


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.2, 1), (0.4, 2), (1.0, 3)])
def test_only_a_share_of_the_labels_is_looked_at(share: float, count: int) -> None:
    assert len(audit.suspects(rows("denial", "denial", "accusation", "neutral", "denial"), PROBABILITIES, BOOK, share=share)) == count


def test_no_labels_are_no_suspects() -> None:
    assert audit.suspects(rows(), np.empty((0, 4)), BOOK, share=0.5) == []


@pytest.mark.parametrize(
    ("label", "suggested", "words", "not_words"),
    [
        ("neutral", "denial", ("denial: does it say", "Rule 2: A plain reporting verb", "Rule 4: A stance beats a neutral act"), ("Rule 3",)),
        (
            "warning",
            "neutral",
            ("warning: is something bad said to come", "Rule 3: What the source does beats", "Rule 6: Negation and withholding"),
            ("Rule 2",),
        ),
        ("denial", "accusation", ("Rule 1: The reporting verb decides", "Rule 5: Of two stances of the same source, the first."), ("Rule 3", "Test")),
    ],
)
def test_the_codebook_is_asked_what_parts_the_two_labels(label: str, suggested: str, words: tuple[str, ...], not_words: tuple[str, ...]) -> None:
    asked = audit.question(label, suggested, BOOK)
    assert all(word in asked for word in words) and not any(word in asked for word in not_words)


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.floats(0.01, 1), min_size=4, max_size=4)), max_size=20))
def test_the_order_is_that_of_the_labels_own_probability(items: list[tuple[int, list[float]]]) -> None:
    labels = np.array([label for label, _ in items], dtype=np.int64)
    probabilities = np.array([row for _, row in items]).reshape(-1, 4)
    found = audit.order(probabilities, labels)
    own = [probabilities[i, labels[i]] for i in found]
    assert sorted(found.tolist()) == list(range(len(items))) and own == sorted(own)


def test_the_command_lists_coders_labels_of_training_documents_only(run: Run, project: Project, tmp_path: Path) -> None:
    held_out = pyarrow.parquet.read_table(project.held_out)
    wrong = pyarrow.array([(number + 1) % 4 for number in held_out["label"].to_pylist()], held_out["label"].type)
    pyarrow.parquet.write_table(held_out.set_column(held_out.column_names.index("label"), "label", wrong), tmp_path / "held_out.parquet")
    arguments = ("--held-out", tmp_path / "held_out.parquet", "--codebook", project.codebook, "--share", "1")
    done = run("audit", *arguments)
    found = list(csv.DictReader(io.StringIO(done.out)))
    assert done.code == 0 and tuple(found[0]) == audit.Suspect._fields
    train = tables.read(project.labelled / "train.parquet", ("document", "start", "source", "coders"))
    known = {(document, str(start)): (source, ", ".join(coders)) for document, start, source, coders in zip(*train.values(), strict=True)}
    assert all(known[row["document"], row["start"]] == (row["how"], row["coders"]) and row["how"] != "rules" and row["coders"] for row in found)
    written = run("audit", *arguments, "--output", tmp_path / "suspects.csv")
    assert f"the {len(found)} that look most like errors of " in written.out and (tmp_path / "suspects.csv").read_text("utf-8") == done.out


def test_labels_are_planted_as_many_as_asked_and_always_wrong() -> None:
    labels = np.arange(1000) % 4
    wrong = planted.plant(labels, share=0.02, seed=1)
    assert np.count_nonzero(wrong != labels) == 20 and set(wrong.tolist()) <= {0, 1, 2, 3}
    sure = np.full((1000, 4), 0.01)
    sure[np.arange(1000), labels] = 0.97
    assert planted.row(wrong, labels, sure, share=0.02, seed=1) == [1, 1000, 20, 20, 20, "1.000"]


def test_planted_labels_are_found_in_the_first_two_per_cent_of_the_seeds() -> None:
    with (ROOT / "reports" / "audit.csv").open() as stream:
        measured = list(csv.DictReader(stream))
    assert len(measured) >= 3 and all(float(row["precision"]) >= 0.5 and row["planted"] == row["looked_at"] for row in measured)
