"""Bulk classification: as many rows out as in, in order, the same bytes with workers as without."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet
import pytest
from command_line import STANCE, environment, stance, write

from pipeline.classifying import bulk, sinks
from pipeline.commands import _notes, _progress
from pipeline.errors import DataError, StanceError
from pipeline.reading import chunks, sources
from pipeline.reading.sources import Row
from pipeline.records import LABELS, Prediction
from pipeline.scoring.model import StanceModel

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
    others = set(multiprocessing.active_children())
    found = bulk.encoded(model, chunks.of_rows(rows(200_000)), bulk.Settings("jsonl"), workers=2)
    next(found)
    victim = (set(multiprocessing.active_children()) - others).pop().pid
    assert victim
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(StanceError, match="ended from outside"):
        list(found)


def bad_chunk() -> list[Row]:
    raise DataError("cannot be read")


def ended(model: StanceModel, how: str) -> None:
    """Classify with workers until it ends in one way or the other."""
    sound = list(chunks.of_rows(rows(40_000)))
    found = bulk.encoded(model, [*sound[:8], bad_chunk, *sound[8:]] if how == "a chunk fails" else sound, bulk.Settings("jsonl"), workers=2)
    next(found)
    if how == "closed early":
        found.close()  # type: ignore[attr-defined]
    elif how == "interrupted":
        found.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    else:
        list(found)


@pytest.mark.parametrize(("how", "error"), [("all done", None), ("closed early", None), ("a chunk fails", DataError), ("interrupted", KeyboardInterrupt)])
def test_workers_and_threads_end_before_the_last_batch_or_error_comes(model: StanceModel, how: str, error: type[BaseException] | None) -> None:
    """Or Python, when it ends meanwhile, may print an OSError of the pool's thread."""
    processes, threads = set(multiprocessing.active_children()), set(threading.enumerate())
    with pytest.raises(error) if error else nullcontext():
        ended(model, how)
    assert set(multiprocessing.active_children()) <= processes and set(threading.enumerate()) <= threads


INPUTS = {
    "lines": ("news.txt", "".join(f"Minister {number} denied report {number}.\r\n" for number in range(5000))),
    "records": ("news.jsonl", "".join(json.dumps({"id": f"n{number}", "text": f"He denied “{number}”."}) + "\n\n" for number in range(5000))),
    "table": ("news.csv", "id,text\n" + "".join(f'{number},"He said ""{number}"",\nthen left."\n' for number in range(5000))),
    "stray quote": ("news.csv", "id,text\n" + "".join(f'{number},A 5" gun. {"He denied it. " * (number % 3)}\n' for number in range(5000))),
}


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("kind", INPUTS)
def test_files_come_out_the_same_with_workers_as_without(tmp_path: Path, kind: str, form: str) -> None:
    name, content = INPUTS[kind]
    for folder in ("a", "b"):
        write(tmp_path / folder / name, content)
    columns = {"text_column": "text", "id_column": "id"}
    expected = [row.id for row in sources.from_files([tmp_path / "a" / name, tmp_path / "b" / name], **columns)]
    notes = []
    for workers in ("1", "2"):
        done = stance("classify", "-i", "a", "b", "-o", f"{workers}.{form}", "--workers", workers, cwd=tmp_path, STANCE_MODEL=str(MODEL))
        assert (done.returncode, done.stdout) == (0, b""), done.stderr
        notes.append(done.stderr.replace(f"{workers}.{form}".encode(), b""))
    assert notes[0] == notes[1], "the sample that notes are made of is the same"
    assert (tmp_path / f"1.{form}").read_bytes() == (tmp_path / f"2.{form}").read_bytes()
    if form == "jsonl":
        assert [json.loads(line)["id"] for line in (tmp_path / "2.jsonl").read_text().splitlines()] == expected and len(expected) == 10_000


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("name", "first", "line", "bad", "said"),
    [
        ("a.txt", "", "He denied it.\n", "\udcff\n", "a.txt line 5001: is not UTF-8 (byte 0xff)"),
        ("a.jsonl", "", '{"text": "a"}\n', "{\n", "a.jsonl line 5001: is not JSON"),
        ("a.csv", "text,b\n", '"a\nb",2\n', "a\n", "a.csv line 10002: has more or fewer cells"),
    ],
)
def test_an_error_names_file_and_line_whoever_reads(tmp_path: Path, workers: str, name: str, first: str, line: str, bad: str, said: str) -> None:
    (tmp_path / name).write_bytes(f"{first}{line * 5000}{bad}{line * 3000}".encode("utf-8", "surrogateescape"))
    done = stance("classify", "-i", name, "-o", "out.jsonl", "--workers", workers, cwd=tmp_path, STANCE_MODEL=str(MODEL))
    assert done.returncode == 1 and said in done.stderr.decode() and done.stderr.count(b"\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def group(leader: int) -> set[int]:
    """The processes of a group that run."""
    found = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return {int(pid) for pid, pgid, state in map(str.split, found.splitlines()) if int(pgid) == leader and not state.startswith("Z")}


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_worker_stays_when_the_command_is_ended(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    write(tmp_path / "a.txt", "".join(f"Minister {number} denied report {number}.\n" for number in range(500_000)))
    command = [*STANCE, "classify", "-i", "a.txt", "-o", "out.jsonl", "--workers", "2"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(STANCE_MODEL=str(MODEL)), stderr=subprocess.PIPE, start_new_session=True) as process:
        while not list(tmp_path.glob(".out*")) or next(tmp_path.glob(".out*")).stat().st_size == 0:
            time.sleep(0.05)
        assert len(group(process.pid)) > 2
        if sent == signal.SIGINT:
            os.killpg(process.pid, sent)
        else:
            process.kill()
        assert process.wait() == code
        for _ in range(200):
            if not group(process.pid):
                break
            time.sleep(0.1)
        assert not group(process.pid)
        assert sent == signal.SIGKILL or (process.stderr and process.stderr.read() == b"")


@pytest.mark.parametrize("batches", [((2048, 16),) * 4 + ((1808, 8),), ((2048, 16), (2048, 16), (100, 1), (2048, 16), (2048, 16), (1708, 8))])
def test_a_sample_is_taken_at_even_distances_whatever_the_batches(batches: tuple[tuple[int, int], ...]) -> None:
    texts = [str(number) for number in range(10_000)]
    sample = _notes.Sample()
    for size, step in batches:
        batch, texts = texts[:size], texts[size:]
        sample.add(size, batch[::step], step)
    found = list(map(int, sample.texts))
    assert len(found) == 10_000 // 64 + len(batches) % 2 and found[0] == 0
    largest = 64 if len(batches) == 5 else 96
    assert max(after - before for before, after in pairwise(found)) == largest


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
