"""A model from a stranger: `stance verify` says what it is, and no array that could be in one crashes the program."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from architecture import ROOT
from command_line import DENIED, Run, environment, failed
from hypothesis import given, settings
from hypothesis import strategies as st
from small_project import Project

from pipeline.errors import ModelError
from pipeline.language.lexicon import Names
from pipeline.records import LABELS
from pipeline.scoring import modelfile, npz, verifying
from pipeline.scoring.explain import explain
from pipeline.scoring.model import StanceModel

Arrays = dict[str, Any]


@pytest.fixture(scope="module")
def arrays(project: Project) -> Arrays:
    """The arrays of the small model's file."""
    return npz.read(project.model.read_bytes(), modelfile._NAMES)


def test_a_whole_model_is_told(run: Run, project: Project) -> None:
    done = run("verify", project.model)
    outside = hashlib.sha256(project.model.read_bytes()).hexdigest()
    assert done.code == 0 and "whole" in done.out and outside in done.out and modelfile.read(project.model).header["content"] in done.out
    assert all(label in done.out for label in LABELS) and "words.weights" in done.out
    told = json.loads(run("verify", project.model, "--format", "json").out)
    assert told["sha256"] == outside and told["bytes"] == project.model.stat().st_size and told["header"]["labels"] == list(LABELS)
    assert run("verify", project.model, "--sha256", outside.upper()).code == 0


def test_the_model_that_the_project_comes_with_is_whole() -> None:
    assert verifying.verify(ROOT / "models" / "stance.npz").header["labels"] == list(LABELS)


def test_another_file_than_the_one_that_was_meant_is_named(run: Run, project: Project) -> None:
    failed(run("verify", project.model, "--sha256", "ab" * 32), 1, str(project.model), "ab" * 32)


def doubled(arrays: Arrays, name: str) -> Arrays:
    return arrays | {name: arrays[name] * 2}


def lied(arrays: Arrays) -> Arrays:
    """A model whose hash is that of other arrays, and whose golden sentences come out all the same."""
    names = Names.of(f"x{number}" for number in range(len(arrays["words.keys"])))
    return arrays | {"words.names": names.lines}


def shortened(arrays: Arrays) -> Arrays:
    """A model with too few names and a hash that says so."""
    stored = modelfile.from_bytes(npz.write(arrays))
    stored = stored._replace(words=stored.words._replace(names=Names.of(["one"]).lines))
    return npz.read(modelfile.to_bytes(stored), modelfile._NAMES)


def honest(arrays: Arrays) -> Arrays:
    """Other weights with the right hash, so that only the golden sentences tell."""
    stored = modelfile.from_bytes(npz.write(doubled(arrays, "words.weights")))
    return npz.read(modelfile.to_bytes(stored), modelfile._NAMES)


@pytest.mark.parametrize(
    ("change", "word"), [(lambda arrays: doubled(arrays, "intercept"), "hash"), (lied, "hash"), (shortened, "1 names"), (honest, "golden")]
)
def test_what_was_altered_is_noticed(run: Run, tmp_path: Path, arrays: Arrays, change: Callable[[Arrays], Arrays], word: str) -> None:
    (tmp_path / "altered.npz").write_bytes(npz.write(change(arrays)))
    failed(run("verify", "altered.npz"), 1, "altered.npz", word)


def test_golden_sentences_that_come_out_as_no_number_are_noticed(tmp_path: Path, arrays: Arrays, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison with NaN is false, whichever way it is put."""
    monkeypatch.setattr(StanceModel, "predict_proba", lambda _, texts: np.full((len(texts), 4), np.nan))
    (tmp_path / "model.npz").write_bytes(npz.write(arrays))
    with pytest.raises(ModelError, match="golden"):
        StanceModel.load(tmp_path / "model.npz")


TEXTS = [DENIED, 'He did not accuse "the bank" of fraud, and warned that Iran\u2019s U.N. envoy has nothing to do with it.', "", "x " * 300]


@settings(max_examples=80)
@given(data=st.data())
def test_no_array_that_passes_for_one_crashes_the_program(arrays: Arrays, data: st.DataObject) -> None:
    """Sums are right here, as a stranger would make them: the file is refused, or it gives four chances that sum to 1."""
    name = data.draw(st.sampled_from(sorted(arrays)))
    changed = np.array(arrays[name])
    raw = changed.reshape(-1).view(np.uint8)
    places = data.draw(st.lists(st.integers(0, max(len(raw) - 1, 0)), min_size=1, max_size=20))
    how = data.draw(st.sampled_from(["bytes", "cut", "constant", "sorted", "reversed"]))
    if how == "bytes" and len(raw):
        raw[places] = data.draw(st.integers(0, 255))
    elif how == "constant":
        changed[...] = data.draw(st.sampled_from([0, 1, 7, 255]))
    else:
        changed = changed[: len(changed) // 2] if how == "cut" else np.sort(changed, axis=0) if how == "sorted" else changed[::-1]
    try:
        model = StanceModel(modelfile.from_bytes(npz.write(arrays | {name: changed})))
        assert [round(sum(found.probabilities), 9) for found in model.classify(TEXTS)] == [1.0] * len(TEXTS)
        assert len(explain(model, TEXTS)) == len(TEXTS)
    except ModelError as error:
        assert "\n" not in str(error)


_LIMITED = """
import sys
from pathlib import Path
from pipeline.errors import ModelError
from pipeline.scoring.model import StanceModel
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        StanceModel.load(path)
        print("loaded", path.name)
    except ModelError as error:
        print("refused", path.name)
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read where Linux shows it")
def test_bad_models_take_little_memory(tmp_path: Path, arrays: Arrays) -> None:
    """Megabytes at most, for a header that asks for exabytes and one nested without end.

    VmHWM begins anew with a program; ru_maxrss would count what the test's own process held when it started this one.
    """
    deep = np.frombuffer(b"[" * 4_000_000, dtype=np.uint8)
    lists = np.frombuffer(b'{"golden": [' + b"[]," * 1_300_000 + b"[]]}", dtype=np.uint8)
    for name, header in (("deep", deep), ("lists", lists)):
        (tmp_path / name).write_bytes(npz.write(arrays | {"header": header}))
    with (tmp_path / "sparse").open("wb") as stream:
        stream.truncate(1 << 40)
    done = subprocess.run([sys.executable, "-c", _LIMITED, str(tmp_path)], env=environment(), capture_output=True, text=True, check=True)
    *said, most = done.stdout.splitlines()
    assert said == ["refused deep", "refused lists", "refused sparse"] and int(most) < 600, done.stdout
