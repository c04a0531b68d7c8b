"""How well do fastText and spaCy do on the same sentences? `python -m benchmarks.rivals FILE` writes reports/rivals.csv."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import files, params
from pipeline.coding import coded
from pipeline.evaluation import labelled_file, measures
from pipeline.language import rules
from pipeline.params import EvaluateParams, TrainParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.scoring.model import StanceModel
from pipeline.training import fitting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Classify = Callable[[Sequence[str]], Floats]
"""From n texts to probabilities (n, 4)."""
HEADER = ("classifier", "on", "sentences", "macro_f1", "low", "high", *LABELS)
_BATCH = 256


class Measured(NamedTuple):
    """Sentences to measure on: what they are called, texts, labels (n,), and the document of each."""

    on: str
    texts: Sequence[str]
    labels: Ints
    documents: Sequence[str]


def main() -> None:
    """Train each on the coders' labels of the training documents, measure all on the test documents and on FILE."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="labelled sentences: .jsonl, .csv or .parquet")
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled"))
    parser.add_argument("--model", type=Path, default=Path("models/stance.npz"))
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--report", type=Path, default=Path("reports/rivals.csv"))
    parser.add_argument("--epochs", type=int, default=10, help="rounds of spaCy's training")
    options = parser.parse_args()
    test = coded.read(options.labelled / "test.parquet", by_coders=True)
    texts, truth, _ = labelled_file.read(options.file, labelled_file.Columns())
    sets = [
        Measured("test documents", test["text"], np.array(test["label"], dtype=np.int64), test["document"]),
        Measured("real news", texts, truth, [str(number) for number in range(len(texts))]),
    ]
    trained, labels = read(options.labelled, params.load(options.params, TrainParams))
    lists = modelfile.read(options.model).lexicon
    rows = []
    for name, classify in (
        ("stance", StanceModel.load(options.model).predict_proba),
        ("its rules alone", lambda some: measures.one_hot(rules.apply(some, lists).label)),
        ("fastText, 5 epochs", fasttext(trained, labels, epochs=5)),
        ("fastText, 25 epochs", fasttext(trained, labels, epochs=25)),
        (f"spaCy, words and pairs, {options.epochs} epochs", spacy(trained, labels, epochs=options.epochs)),
    ):
        rows += list(score(name, classify, sets))
        print(*rows[-2:], sep="\n", flush=True)
    files.write_text(options.report, "".join(files.csv_lines([HEADER, *rows])))


def read(labelled: Path, section: TrainParams) -> tuple[list[str], list[int]]:
    """The sentences with coders' labels in training documents, those of ordinary news as often as they weigh for the model."""
    rows = coded.read(labelled / "train.parquet", by_coders=True)
    times = np.where(fitting.natural(rows["collection"], section), round(section.natural_weight), 1)
    chosen = np.repeat(np.arange(len(times)), times).tolist()
    return [" ".join(rows["text"][i].split()) for i in chosen], [rows["label"][i] for i in chosen]


def score(name: str, classify: Classify, sets: Sequence[Measured]) -> Iterator[list[object]]:
    """A row of HEADER for each set: macro-F1 with its 95 % interval, F1 by label."""
    for one in sets:
        found = measures.evaluate(one.labels, classify(one.texts), one.documents, EvaluateParams())
        macro = [f"{found['macro_f1'][bound]:.3f}" for bound in ("value", "low", "high")]
        yield [name, one.on, len(one.texts), *macro, *(f"{found['labels'][label]['f1']['value']:.3f}" for label in LABELS)]


def fasttext(texts: Sequence[str], labels: Sequence[int], *, epochs: int) -> Classify:
    """fastText with pairs of words and runs of 3 to 5 letters, on one thread, so that it gives the same every time."""
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("".join(f"__label__{label} {text}\n" for label, text in zip(labels, texts, strict=True)), "utf-8")
        trained = fasttext.train_supervised(str(path), wordNgrams=2, minn=3, maxn=5, epoch=epochs, thread=1, verbose=0)

    def classify(some: Sequence[str]) -> Floats:
        found = np.zeros((len(some), len(LABELS)))
        for row, text in enumerate(some):
            names, chances = trained.predict(" ".join(text.split()) or " ", k=len(LABELS))
            found[row, [int(name.removeprefix("__label__")) for name in names]] = chances
        return found

    return classify


def spacy(texts: Sequence[str], labels: Sequence[int], *, epochs: int) -> Classify:
    """spaCy's text categoriser, the linear one over words and pairs of words, one label a text."""
    import spacy
    from spacy.training import Example

    spacy.util.fix_random_seed(0)
    language = spacy.blank("en")
    linear = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2, "no_output_layer": False, "length": 262144}
    language.add_pipe("textcat", config={"model": linear})
    cats = [{name: float(LABELS[label] == name) for name in LABELS} for label in labels]
    examples = [Example.from_dict(language.make_doc(text), {"cats": cat}) for text, cat in zip(texts, cats, strict=True)]
    optimizer = language.initialize(lambda: examples[:1000])
    chance = np.random.default_rng(0)
    for _ in range(epochs):
        order = chance.permutation(len(examples)).tolist()
        for begin in range(0, len(order), _BATCH):
            language.update([examples[i] for i in order[begin : begin + _BATCH]], sgd=optimizer)

    def classify(some: Sequence[str]) -> Floats:
        return np.array([[doc.cats[label] for label in LABELS] for doc in language.pipe(some)])

    return classify


if __name__ == "__main__":
    main()
