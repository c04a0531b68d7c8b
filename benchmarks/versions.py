"""The lowest and the highest versions of the libraries that pyproject.toml allows: same tests, same probabilities: `make versions`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from pipeline import StanceModel
from pipeline.reading import documents, sentences

RESOLUTIONS = ("lowest-direct", "highest")
TESTS = ("tests/test_sentences.py", "tests/test_model.py", "tests/test_training.py", "tests/test_regression.py")
FOLDER = Path("dist/versions")
MODEL = Path("models/stance.npz")
TOLERANCE = 1e-6
SHOWN = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
_TOOLS = ("pytest>=8.3", "pytest-xdist>=3.6", "hypothesis>=6.100", "filelock>=3.12", "huggingface-hub>=0.25")
_FROM_SOURCE = "antlr4-python3-runtime"
"""A package of DVC's that has no wheel."""


def build(resolution: str) -> Path:
    """A fresh environment with these versions, and its interpreter (needs uv)."""
    place = FOLDER / resolution
    wanted, python = FOLDER / f"{resolution}.txt", place / "bin" / "python"
    _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(place))
    _uv("pip", "compile", "--quiet", "pyproject.toml", "--extra", "train", "--resolution", resolution, "--python-version", "3.11", "-o", str(wanted))
    _uv("pip", "install", "--quiet", "--python", str(python), "--only-binary", ":all:", "--no-binary", _FROM_SOURCE, "-r", str(wanted), *_TOOLS)
    return python


def _uv(*arguments: str) -> None:
    subprocess.run(["uv", *arguments], check=True)


def save_probabilities(path: Path) -> None:
    """Write the committed model's probabilities for every sentence of the seeds' documents, shape (n, 4)."""
    texts = [sentence.text for document in documents.read_folder(Path("seeds/documents")) for sentence in sentences.split(document)]
    np.save(path, StanceModel.load(MODEL).predict_proba(texts))


def measure(resolution: str) -> np.ndarray:
    """Run the tests with these versions; the probabilities that they give."""
    python = build(resolution).absolute()
    around = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd())}
    code = f"from importlib.metadata import version; print({resolution!r}, *(f'{{name}} {{version(name)}}' for name in {SHOWN!r}), sep=', ')"
    subprocess.run([python, "-c", code], check=True)
    subprocess.run([python, "-m", "pytest", "-o", "addopts=", "-q", "-m", "not slow", *TESTS], check=True, env=around)
    target = FOLDER / f"{resolution}.npy"
    subprocess.run([python, "-m", "benchmarks.versions", str(target)], check=True, env=around)
    found: np.ndarray = np.load(target)
    return found


def main() -> None:
    """Measure both; fails where a test fails, a label changes, or a probability by more than TOLERANCE."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    low, high = map(measure, RESOLUTIONS)
    if low.shape != high.shape:
        sys.exit(f"{len(low)} sentences with the lowest versions, {len(high)} with the highest")
    difference, changed = float(np.abs(low - high).max()), int((low.argmax(axis=1) != high.argmax(axis=1)).sum())
    print(f"{len(low)} sentences: largest difference {difference:.1e}, {changed} labels changed")
    if difference > TOLERANCE or changed:
        sys.exit("the versions do not agree")


if __name__ == "__main__":
    if sys.argv[1:]:
        save_probabilities(Path(sys.argv[1]))
    else:
        main()
