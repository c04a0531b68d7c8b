"""Bulk classification: as many rows out as in, in order, the same bytes with workers as without."""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest

from pipeline import bulk, chunks, sinks, sources
from pipeline.commands import _progress
from pipeline.errors import StanceError
from pipeline.model import StanceModel
from pipeline.records import LABELS, Prediction
from pipeline.sources import Row

MODEL = Path(__file__).parent.parent / "models" / "stance.npz"
TEXTS = ["He denied it.", "They “warned” of\tfloods, she said.", "", "…", "a\x00b \\ / \u2028", "Ünïcode 😀", "\ud800 x"]


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return StanceModel.load(MODEL)


def rows(count: int) -> Iterator[Row]:
    return sources.from_texts(TEXTS[number % len(TEXTS)] for number in range(count))


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_workers_give_the_same_bytes_in_the_same_order(model: StanceModel, form: str) -> None:
    settings = bulk.Settings(form, 0.4)
    alone = list(bulk.encoded(model, chunks.of_rows(rows(9000)), settings))
    assert [batch.rows for batch in alone] == [2048] * 4 + [808]
    assert list(bulk.encoded(model, chunks.of_rows(rows(9000)), settings, workers=2)) == alone


def test_a_worker_ended_from_outside_is_an_error_not_a_lost_row(model: StanceModel) -> None:
    import multiprocessing

    others = set(multiprocessing.active_children())
    found = bulk.encoded(model, chunks.of_rows(rows(200_000)), bulk.Settings("jsonl"), workers=2)
    next(found)
    victim = (set(multiprocessing.active_children()) - others).pop().pid
    assert victim
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(StanceError, match="ended from outside"):
        list(found)


def test_json_lines_are_what_json_makes_of_the_record() -> None:
    for number, text in enumerate(TEXTS):
        row = Row(f'"{number}\\', text, number, 7, text)
        found = Prediction(None if number % 2 else "denial", (0.1, 1e-17, 1.0, 1 / 3), "no words" if number % 2 else "")
        record = {**row._asdict(), "label": found.label, "probabilities": dict(zip(LABELS, found.probabilities, strict=True))}
        record |= {"note": found.note} if found.note else {}
        line = json.dumps(record, ensure_ascii=False) + "\n"
        assert sinks.encode([(row, found)], "jsonl") == line.encode("utf-8", "backslashreplace")


def test_parquet_holds_every_row(model: StanceModel, tmp_path: Path) -> None:
    with sinks.to_file(tmp_path / "out.parquet", "parquet") as sink:
        for batch in bulk.encoded(model, chunks.of_rows(rows(5000)), bulk.Settings("parquet")):
            sink(batch.content)
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 5000 and table["id"].to_pylist() == [str(number) for number in range(5000)]
    found = model.classify(TEXTS)
    assert table["label"].to_pylist()[: len(TEXTS)] == [one.label for one in found]
    assert [tuple(row.values()) for row in table["probabilities"].to_pylist()[: len(TEXTS)]] == [one.probabilities for one in found]
    assert table["note"].to_pylist()[:4] == [None, None, "no words", "no words"]


def test_a_model_travels_as_its_file(model: StanceModel) -> None:
    sent = pickle.dumps(model)
    assert sent == pickle.dumps(pickle.loads(sent))
    assert pickle.loads(sent).classify(TEXTS) == model.classify(TEXTS)


def test_a_batch_of_columns_gets_new_columns(model: StanceModel) -> None:
    found = model.classify_batch({"body": TEXTS}, text_column="body", min_confidence=0.9)
    assert list(found) == ["stance", *LABELS, "stance_note"]
    assert [*zip(*found.values(), strict=True)] == [(one.label, *one.probabilities, one.note) for one in model.classify(TEXTS, min_confidence=0.9)]
    with pytest.raises(StanceError, match="'text'"):
        model.classify_batch({"body": TEXTS})


class Terminal(io.StringIO):
    """A standard error that is a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(("terminal", "quiet"), [(True, False), (False, False), (True, True)])
def test_progress_is_shown_on_a_terminal_only_and_not_where_it_is_to_be_quiet(monkeypatch: pytest.MonkeyPatch, terminal: bool, quiet: bool) -> None:
    stream, now = Terminal(terminal=terminal), iter(range(100))
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("time.monotonic", lambda: float(next(now)))
    with _progress.shown(3000, quiet=quiet) as progress:
        progress.add(1000)
        progress.add(1000)
    written = stream.getvalue()
    assert ("2,000 of about 3,000 rows" in written) == (terminal and not quiet)
    assert written.endswith("\r\x1b[K") if terminal and not quiet else written == ""


@pytest.mark.parametrize(
    ("rows", "seconds", "total", "line"),
    [
        (0, 0.0, None, "0 rows, 0 rows/s"),
        (10, 1.0, 5, "10 of about 10 rows, 10 rows/s, 0 s left"),
        (100, 1.0, 30_100, "100 of about 30,100 rows, 100 rows/s, 5 min 0 s left"),
        (1, 1.0, 7_261, "1 of about 7,261 rows, 1 rows/s, 2 h 1 min left"),
    ],
)
def test_progress_line(rows: int, seconds: float, total: int | None, line: str) -> None:
    assert _progress.line(rows, seconds, total) == line
