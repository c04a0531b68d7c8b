"""Settings: every section of params.yaml is known, and a wrong key, type or value is named with what is allowed."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from architecture import ROOT

from pipeline import params
from pipeline.errors import ParamsError
from pipeline.params import EvaluateParams, HoldoutParams, LabelParams, SplitParams, TrainParams

SECTIONS = list(params.SECTIONS)
assert {kind for name, kind in inspect.getmembers(params, dataclasses.is_dataclass) if name.endswith("Params")} == {*SECTIONS}
WRITTEN = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))


def name_of(section: type) -> str:
    """The name of a section in params.yaml."""
    return section.__name__.removesuffix("Params").lower()


@pytest.mark.parametrize("section", SECTIONS, ids=name_of)
def test_the_projects_own_settings_load_with_every_key_written_out(section: type) -> None:
    found = params.load(ROOT / "params.yaml", section)
    values = WRITTEN[name_of(section)]
    assert dataclasses.asdict(found) == {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    assert list(values) == [field.name for field in dataclasses.fields(section)]


def test_params_yaml_holds_no_section_that_nothing_reads() -> None:
    assert set(WRITTEN) == {name_of(section) for section in SECTIONS}


@pytest.mark.parametrize("section", SECTIONS, ids=name_of)
def test_the_defaults_keep_to_their_own_limits(section: type) -> None:
    defaults = section()
    written = {key: list(value) if isinstance(value, tuple) else value for key, value in dataclasses.asdict(defaults).items()}
    assert params.parse(written, section) == defaults


@pytest.mark.parametrize(
    ("section", "values", "words"),
    [
        (TrainParams, {"sed": 1}, ("'sed'", "seed", "folds")),
        (TrainParams, {"seed": -1}, ("seed", "-1", "0")),
        (TrainParams, {"seed": 1.0}, ("seed", "1.0", "whole number")),
        (TrainParams, {"seed": "1"}, ("seed", "'1'", "whole number")),
        (TrainParams, {"seed": True}, ("seed", "True", "whole number")),
        (TrainParams, {"seed": None}, ("seed", "None")),
        (TrainParams, {"folds": 1}, ("folds", "2", "20")),
        (LabelParams, {"rules_weight": 1.5}, ("rules_weight", "1.5", "0.0", "1.0")),
        (LabelParams, {"rules_weight": float("nan")}, ("rules_weight", "nan")),
        (LabelParams, {"rules_weight": True}, ("rules_weight", "True", "number")),
        (TrainParams, {"strengths": 1.0}, ("strengths", "list")),
        (TrainParams, {"strengths": []}, ("strengths", "list")),
        (TrainParams, {"strengths": [1.0, "a"]}, ("strengths", "'a'", "number")),
        (TrainParams, {"strengths": [0]}, ("strengths", "0.0")),
        (TrainParams, {"block_weights": [1, 1]}, ("block_weights", "3")),
        (TrainParams, {"block_weights": [1, 1, 1, 1]}, ("block_weights", "3")),
        (LabelParams, {"policies": ["vote"]}, ("policies", "'vote'", "adjudicated", "majority")),
        (SplitParams, {"paragraph_break": "page"}, ("paragraph_break", "'page'", "blank_line", "line")),
        (SplitParams, {"paragraph_break": 1}, ("paragraph_break", "1", "text")),
        (LabelParams, {"offset_tolerance": 0.4}, ("offset_tolerance", "0.4", "0.5")),
        (HoldoutParams, {"share": 0.9}, ("share", "0.9", "0.5")),
        (EvaluateParams, {"resamples": 10}, ("resamples", "10", "100")),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(section: type, values: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(ParamsError) as caught:
        params.parse(values, section, where="params.yaml train")
    message = str(caught.value)
    assert "\n" not in message and message.startswith("params.yaml train")
    assert all(word in message for word in words), message


def test_whole_numbers_and_lists_become_what_the_section_holds() -> None:
    found = params.parse({"natural_weight": 1, "strengths": [1, 2.5]}, TrainParams)
    assert found.natural_weight == 1.0 and isinstance(found.natural_weight, float)
    assert found.strengths == (1.0, 2.5)
    assert hash(found) == hash(params.parse({"natural_weight": 1.0, "strengths": [1.0, 2.5]}, TrainParams))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ("cannot be read",)),
        (b"train: [1", ("not YAML",)),
        (b"train:\n\t- 1", ("not YAML",)),
        (b"\xff\xfe\x00", ("not UTF-8", "save it as UTF-8")),
        (b"train:\n  seed: 0 # caf\xe9\n", ("line 2", "not UTF-8", "0xe9")),
        (b"", ("'train'",)),
        (b"- train", ("'train'",)),
        (b"train: 5", ("'train'",)),
        (b"label: {}", ("'train'",)),
        (b"train: {seed: {a: 1}}", ("seed",)),
        (b"train: {1: 2}", ("1", "the keys are")),
        (b"train: {seed: 1, folds: 3, seed: 2}", ("'seed'", "twice")),
        (b"train: {seed: 1}\ntrain: {seed: 2}", ("'train'", "twice")),
        (b"train: {seed: 1}\ntrian: {seed: 2}", ("'trian'", "train", "evaluate")),
        (b"train: !!python/object/apply:os.system ['true']", ("not YAML",)),
        (b"train: {seed: 4294967296}", ("seed", "4294967296", "4294967295")),
        (b"train: {jobs: 100000}", ("jobs", "100000", "1024")),
    ],
)
def test_a_bad_file_is_named_in_one_line(tmp_path: Path, content: bytes | None, words: tuple[str, ...]) -> None:
    path = tmp_path / "params.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ParamsError) as caught:
        params.load(path, TrainParams)
    message = str(caught.value)
    assert "\n" not in message and all(word in message for word in (str(path), *words)), message


def test_a_missing_key_without_a_default_is_named() -> None:
    @dataclasses.dataclass(frozen=True)
    class BareParams:
        depth: int = params.knob(low=1)

    with pytest.raises(ParamsError, match="'depth' is missing"):
        params.parse({}, BareParams)
