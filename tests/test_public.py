"""What `import pipeline` gives: a light package whose names are loaded on demand, with types that a user's checker sees."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from architecture import ROOT
from command_line import environment

import pipeline

SCRIPT = """
import pandas as pd
from pipeline import LABELS, Prediction, StanceClassifier, StanceModel, classify_frame
from pipeline.scoring.explain import explain

model = StanceModel.load("models/stance.npz")
found: list[Prediction] = model.classify(["He denied it."], min_confidence=0.5)
reveal_type(found[0].label)
reveal_type(explain(model, ["He denied it."]))
own = StanceClassifier(cues="models/stance.npz", strength=0.5).fit(["a", "b"], ["denial", "neutral"], groups=["x", "y"])
reveal_type(own)
reveal_type(own.to_model())
reveal_type(own.predict_proba(["a"]))
own.save("own.npz")
table = classify_frame(pd.DataFrame({"text": ["a"]}), model=own.to_model())
reveal_type(LABELS)
"""
WRONG = """
from pipeline import StanceClassifier, StanceModel, classify_frame

model = StanceModel.load("models/stance.npz")
label: int = model.classify(["a"])[0].label
model.classify("a", min_confidence="high")
StanceClassifier(strenght=1.0)
StanceClassifier().fit(["a"])
StanceClassifier().save()
classify_frame(None, model="stance.npz")
"""


def checked(folder: Path, script: str) -> str:
    """What strict mypy says of a user's script; of the package it sees the types, as of one that is installed."""
    path = folder / "user.py"
    path.write_text(script, "utf-8")
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\nfollow_imports = silent\n[mypy-pandas.*]\nignore_missing_imports = true\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--cache-dir", str(folder / "cache"), str(path)]
    return subprocess.run(command, cwd=folder, env=environment(MYPYPATH=str(ROOT)), capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
def test_a_strict_checker_sees_the_types(tmp_path: Path) -> None:
    assert (ROOT / "pipeline" / "py.typed").is_file()
    told = checked(tmp_path, SCRIPT)
    assert "Success: no issues found" in told, told
    revealed = re.findall(r'Revealed type is "(.+)"', told)
    wanted = (
        "str | None",
        "pipeline.scoring.explain.Explanation",
        "pipeline.training.estimator.StanceClassifier",
        "pipeline.scoring.model.StanceModel",
        "numpy.ndarray",
        "tuple[",
    )
    assert len(revealed) == len(wanted) and all(part in found for found, part in zip(revealed, wanted, strict=True)), revealed


@pytest.mark.slow
def test_a_strict_checker_refuses_what_is_wrong(tmp_path: Path) -> None:
    told = checked(tmp_path, WRONG)
    assert [int(line) for line in re.findall(r"user\.py:(\d+): error", told)] == [5, 6, 7, 8, 9, 10], told


def test_importing_the_package_loads_nothing_of_weight(tmp_path: Path) -> None:
    heavy = ("numpy", "pandas", "sklearn", "scipy", "pyarrow", "pipeline.scoring.model", "pipeline.training.estimator", "pipeline.classifying.frames")
    script = f"import sys, pipeline; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    script = f"import sys, pipeline; pipeline.classify_frame, pipeline.StanceModel; print([name for name in {heavy[1:4]} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_is_there_and_no_other() -> None:
    for name in pipeline.__all__:
        assert getattr(pipeline, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'StanceModle'"):
        pipeline.StanceModle  # type: ignore[attr-defined]  # noqa: B018


def test_without_scikit_learn_it_is_said_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['sklearn'] = None\nimport pipeline\ntry: pipeline.StanceClassifier\nexcept ImportError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert 'pip install "stance-pipeline[train]"' in done.stdout
    assert "train" in (metadata.metadata("stance-pipeline").get_all("Provides-Extra") or [])
