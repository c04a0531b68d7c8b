"""Notes where an input looks unlike the training text: they come when they should, with numbers, and not by chance."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import DENIED, DOCUMENT, Run, jsonl, write
from hypothesis import given
from hypothesis import strategies as st
from small_project import Project

from pipeline import StanceModel
from pipeline.coding import coded
from pipeline.commands._notes import Sample
from pipeline.errors import ModelError
from pipeline.language import casing
from pipeline.scoring import modelfile, unlike
from pipeline.scoring.unlike import Sign, exceeds

SPANISH = "el presidente dijo que no hubo ningún ataque contra la aldea cerca del río esta semana según fuentes del ejército"
PLAIN = "The mayor denied any part in the raid on the market on Monday."
USUAL = {
    "lengths": {"short": 4.0, "long": 30.0},
    "limits": {name: {"most": 0.2, "limit": 0.5} for name in ("unknown", "uncommon", "capitals", "short", "long")},
}


def usual(model: StanceModel, **limits: float) -> modelfile.ModelFile:
    """What a model's file holds, with limits of .5 for every sign but those named."""
    changed = {name: {"most": 0.2, "limit": limits.get(name, 0.5)} for name in USUAL["limits"]}
    return model.stored._replace(header=model.header | {unlike.HEADER: {"lengths": USUAL["lengths"], "limits": changed}})


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([SPANISH], ["words are not in the model's vocabulary", "as in another language"]),
        ([PLAIN.upper()] * 30, ["all in capitals"]),
        (["The mayor met."] * 30, ["fewer than 4 words"]),
        ([" ".join([PLAIN] * 3)] * 30, ["more than 30 words"]),
    ],
    ids=["language", "capitals", "short", "long"],
)  # fmt: skip
def test_each_sign_is_told_with_its_numbers(small_model: StanceModel, texts: list[str], words: list[str]) -> None:
    found = unlike.told(usual(small_model), texts)
    assert len(found) == len(words)
    for told, word in zip(found, words, strict=True):
        assert word in told and "% of its " in told and "(at most 20.0% in a collection of that text)" in told


@pytest.mark.parametrize("texts", [[PLAIN], [PLAIN] * 300, [PLAIN.upper()], [""], ["…", "—"], [], ["1 2 3"], ["Kofi Annan"], ["gato"]])
def test_what_is_usual_or_too_little_to_tell_passes(small_model: StanceModel, texts: list[str]) -> None:
    assert unlike.told(usual(small_model), texts) == []


def test_a_model_without_limits_says_nothing_and_one_with_odd_ones_is_refused(small_model: StanceModel) -> None:
    stored = usual(small_model)
    without = {name: value for name, value in stored.header.items() if name != unlike.HEADER}
    assert unlike.told(stored._replace(header=without), [SPANISH]) == []
    for odd in ([1], {"lengths": USUAL["lengths"]}, USUAL | {"limits": {"unknown": 3}}, USUAL | {"lengths": {"short": "x", "long": 1}}):
        with pytest.raises(ModelError, match="train it again"):
            unlike.told(stored._replace(header=stored.header | {unlike.HEADER: odd}), [SPANISH])


@given(cases=st.integers(1, 3000), share=st.floats(0.01, 0.99), seed=st.integers(0, 10**6))
def test_chance_hardly_ever_exceeds_a_limit(cases: int, share: float, seed: int) -> None:
    """What is drawn at the limit itself exceeds it less often than once in a thousand: not once in these hundred."""
    drawn = np.random.default_rng(seed).binomial(cases, share, size=100)
    assert sum(exceeds(Sign(int(have), cases), share) for have in drawn) <= 1
    assert not exceeds(Sign(int(share * cases), cases), share) and not exceeds(Sign(0, 0), share)


def test_far_beyond_a_limit_few_cases_are_enough() -> None:
    assert exceeds(Sign(4, 4), 0.1) and not exceeds(Sign(2, 2), 0.1)
    assert exceeds(Sign(300, 1000), 0.2) and not exceeds(Sign(210, 1000), 0.2)


def collections() -> tuple[list[str], list[str]]:
    """Five collections of sixty sentences: one has words of its own, one is in capitals."""
    texts, names = [], []
    for number in range(5):
        for row in range(60):
            own = f"grapple{'abcdefghij'[row % 10]}x" if number == 1 else "spoke"
            text = f"the mayor {own} in the hall on the day of vote"
            texts.append(text.upper() if number == 2 else text)
            names.append(f"c{number}")
    return texts, names


def test_a_collection_is_counted_with_the_vocabulary_of_the_others() -> None:
    texts, names = collections()
    found = unlike.limits(texts, names, casing.common_forms(texts), min_documents=3)
    assert found["limits"]["unknown"]["most"] == pytest.approx(1 / 11), "grapple… stands in one collection alone"
    assert found["limits"]["capitals"]["most"] == 1.0
    assert found["limits"]["short"]["most"] == found["limits"]["long"]["most"] == 0.0
    assert found["lengths"] == {"short": 11.0, "long": 11.0}
    assert found["limits"]["unknown"]["limit"] > 1 / 11


def test_a_limit_is_the_end_of_a_prediction_interval() -> None:
    signs = [Sign(10, 100), Sign(20, 100), Sign(15, 100), Sign(12, 100)]
    odds = np.array([math.log((have + 0.5) / (cases - have + 0.5)) for have, cases in signs])
    limit = unlike._limit(signs)
    upper = math.log(limit["limit"] / (1 - limit["limit"]))
    assert limit["most"] == 0.2
    assert (upper - odds.mean()) / (odds.std(ddof=1) * math.sqrt(1.25)) == pytest.approx(10.2145, abs=0.001), "t of 3 degrees at .999"


def test_one_collection_gives_no_limits() -> None:
    assert unlike.limits([PLAIN, SPANISH], ["a", "a"], frozenset(), min_documents=1) == {}
    assert unlike.limits([], [], frozenset(), min_documents=1) == {}


def test_the_train_stage_keeps_the_limits(project: Project, small_model: StanceModel) -> None:
    rows = coded.read(project.labelled / "train.parquet")
    kept = small_model.header[unlike.HEADER]
    assert kept == unlike.limits(rows["text"], rows["collection"], casing.common_forms(rows["text"]), min_documents=1)
    assert set(kept["limits"]) == set(USUAL["limits"])


@given(sizes=st.lists(st.integers(0, 700), max_size=8))
def test_a_sample_is_even_and_bounded_however_the_rows_come(sizes: list[int]) -> None:
    sample, count = Sample(), 0
    for size in sizes:
        sample.add(size, [str(number) for number in range(count, count + size)], 1)
        count += size
    numbers = [int(text) for text in sample.texts]
    assert min(count, 128) <= len(numbers) < 256
    step = numbers[1] if len(numbers) > 1 else 1
    assert numbers == list(range(0, count, step))


@pytest.fixture
def noticing(small_model: StanceModel, tmp_path: Path) -> Path:
    """A model file with limits."""
    modelfile.write(tmp_path / "noticing.npz", usual(small_model))
    return tmp_path / "noticing.npz"


def noted(err: str) -> bool:
    lines = [line for line in err.splitlines() if " holds " not in line]
    assert len(lines) <= 1 and all(line.startswith("stance: note: the input looks unlike the text") for line in lines), err
    return bool(lines)


def test_classify_notes_it_once_and_can_be_silenced(run: Run, noticing: Path, tmp_path: Path) -> None:
    ways: list[tuple[tuple[Any, ...], bytes]] = [
        (("classify", SPANISH), b""),
        (("classify",), f"{SPANISH}\n{SPANISH}\n".encode()),
        (("classify", "--input", write(tmp_path / "in.jsonl", jsonl([{"text": SPANISH}] * 3000)), "--output", tmp_path / "out.csv"), b""),
        (("classify", "--documents", "--input", write(tmp_path / "in" / "a.txt", SPANISH)), b""),
    ]
    for arguments, stdin in ways:
        done, quiet = run(*arguments, "--model", noticing, stdin=stdin), run(*arguments, "--model", noticing, "--quiet", stdin=stdin)
        assert done.code == quiet.code == 0 and noted(done.err) and quiet.err == "" and done.out == quiet.out
    assert run("classify", DENIED, "--model", noticing).err == ""


def test_classify_into_a_folder_notes_it_too(run: Run, noticing: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", jsonl([{"text": SPANISH}] * 10))
    done = run("classify", "--input", path, "--output", tmp_path / "parts", "--model", noticing)
    assert done.code == 0 and noted(done.err)
    plain = write(tmp_path / "a.txt", DOCUMENT)
    assert run("classify", "--documents", "--input", plain, "--output", tmp_path / "more", "--model", noticing).err == ""
    assert run("classify", "--input", path, "--output", tmp_path / "again", "--model", noticing, "--quiet").err == ""


def test_evaluate_notes_it_and_gives_it_as_json(run: Run, noticing: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "coded.jsonl", jsonl([{"text": SPANISH, "label": "neutral"}] * 2))
    assert noted(run("evaluate", path, "--model", noticing).err)
    done = run("evaluate", path, "--model", noticing, "--quiet", "--format", "json")
    assert done.err == "" and "another language" in done.out
