"""What the label stage writes is what the `datasets` library reads, labels and all."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from small_project import Project

from pipeline import tables
from pipeline.records import LABELS, Sentence


@pytest.fixture(scope="module")
def loaded(project: Project, tmp_path_factory: pytest.TempPathFactory) -> datasets.DatasetDict:
    datasets.disable_progress_bars()
    return datasets.load_dataset("parquet", data_dir=str(project.labelled), cache_dir=str(tmp_path_factory.mktemp("cache")))


def test_the_folder_loads_as_a_train_and_a_test_split(loaded: datasets.DatasetDict, project: Project) -> None:
    assert set(loaded) == {"train", "test"}
    assert loaded["train"].num_rows > loaded["test"].num_rows > 0
    assert loaded["train"].num_rows + loaded["test"].num_rows == len(tables.read(project.sentences, ["text"])["text"])


def test_the_label_is_a_class_label_with_the_four_names(loaded: datasets.DatasetDict) -> None:
    for split in loaded.values():
        feature = split.features["label"]
        assert isinstance(feature, datasets.ClassLabel) and feature.names == list(LABELS)
        assert feature.int2str(LABELS.index("warning")) == "warning"
    assert loaded["train"].features == loaded["test"].features


def test_the_rows_are_those_of_the_stage(loaded: datasets.DatasetDict, project: Project) -> None:
    columns = (*Sentence._fields, "label", "source", "weight", "coders", "codebooks")
    for name, split in loaded.items():
        assert split.column_names == list(columns)
        assert {column: split[column][:] for column in columns} == tables.read(project.labelled / f"{name}.parquet", columns)
    assert None in loaded["train"]["label"][:], "what coders dispute has no label"


def test_the_folder_holds_nothing_else(project: Project) -> None:
    assert sorted(path.name for path in Path(project.labelled).iterdir()) == ["test.parquet", "train.parquet"]
