"""The job on a cluster: no row lost or repeated, whoever is killed; the same job, resumed, ends the same."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from command_line import stance

from pipeline.classifying import bulk, cluster
from pipeline.classifying.cluster import Job
from pipeline.errors import DataError, UsageError
from pipeline.reading import chunks, sources
from pipeline.reading.partitions import Reading
from pipeline.scoring.model import StanceModel

distributed = pytest.importorskip("distributed")

MODEL = Path(__file__).parent.parent / "models" / "stance.npz"
LINES = 6000


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return StanceModel.load(MODEL)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL") as local,
        distributed.Client(local) as client,
    ):
        yield client


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Two files of lines, in some 40 parts."""
    for name, begin in (("a.txt", 0), ("b.txt", LINES // 2)):
        lines = [f"Minister {number} denied report {number}." for number in range(begin, begin + LINES // 2)]
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    return Job((str(tmp_path / "a.txt"), str(tmp_path / "b.txt")), Reading(), bulk.Settings("jsonl"), part_bytes=5000)


def expected(model: StanceModel, job: Job) -> bytes:
    """What one process makes of the job's files."""
    reader = sources.from_documents if job.reading.documents else sources.from_files
    rows = reader([Path(path) for path in job.paths], text_column="text", id_column="id", decoding=job.reading.decoding())
    return b"".join(batch.content for batch in bulk.encoded(model, chunks.of_rows(rows), job.settings))


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("part-*")))


def test_a_killed_worker_costs_no_row(client: Any, model: StanceModel, job: Job, tmp_path: Path) -> None:
    done: list[int] = []

    def kill_once(rows: int) -> None:
        done.append(rows)
        if len(done) == 5:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    written = cluster.run(client, model, job, tmp_path / "out", on_rows=kill_once)
    assert len(written) > 40 and sum(done) == sum(one.rows for one in written) == LINES
    assert content(tmp_path / "out") == expected(model, job)
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["manifest.json", *(one.name for one in written)]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["complete"] and manifest["rows"] == LINES and manifest["written"] == [one._asdict() for one in written]


class EndedError(Exception):
    """The job's own process is ended."""


def test_a_job_ended_in_the_middle_is_resumed(client: Any, model: StanceModel, job: Job, tmp_path: Path) -> None:
    done: list[int] = []

    def end_after_three(rows: int) -> None:
        done.append(rows)
        if len(done) == 3:
            raise EndedError

    with pytest.raises(EndedError):
        cluster.run(client, model, job, tmp_path / "out", on_rows=end_after_three)
    assert not json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["complete"]
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("part-*")}
    assert 3 <= len(kept) < 40
    (tmp_path / "out" / ".part-000001.jsonl.abc.tmp").write_bytes(b"half")
    with pytest.raises(UsageError, match="holds a job already"):
        cluster.run(client, model, job, tmp_path / "out")
    cluster.run(client, model, job, tmp_path / "out", resume=True)
    assert content(tmp_path / "out") == expected(model, job)
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items()), "what was whole stays"
    assert not list((tmp_path / "out").glob(".part*")), "what was partial goes"


@pytest.mark.parametrize("change", ["settings", "inputs", "reading"])
def test_another_job_is_not_resumed(client: Any, model: StanceModel, job: Job, tmp_path: Path, change: str) -> None:
    cluster.run(client, model, job, tmp_path / "out")
    before = content(tmp_path / "out")
    if change == "settings":
        job = job._replace(settings=bulk.Settings("jsonl", 0.9))
    elif change == "reading":
        job = job._replace(reading=Reading(on_error="skip"))
    else:
        Path(job.paths[0]).write_text("changed\n", "utf-8")
    with pytest.raises(DataError, match=change):
        cluster.run(client, model, job, tmp_path / "out", resume=True)
    assert content(tmp_path / "out") == before


def test_an_input_that_cannot_be_read_is_named(client: Any, model: StanceModel, job: Job, tmp_path: Path) -> None:
    Path(job.paths[1]).write_bytes(b"fine\n\xff\n")
    with pytest.raises(DataError, match=r"b\.txt") as caught:
        cluster.run(client, model, job, tmp_path / "out")
    assert "b.txt line 2" in str(caught.value) and "save it as UTF-8" in caught.value.next_step


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_are_counted_in_every_form(client: Any, model: StanceModel, job: Job, tmp_path: Path, form: str) -> None:
    written = cluster.run(client, model, job._replace(settings=bulk.Settings(form), part_bytes=40_000), tmp_path / "out")
    assert len(written) > 3 and sum(one.rows for one in written) == LINES


LINE = "He denied it – café."
LINES_OF = {
    ".txt": "{}\n",
    ".jsonl": '{{"text": "{}"}}\n',
    ".csv": '1,"{}"\n',
}
DECODINGS = {
    "utf-16 with a mark": ("utf-16", "fail", [LINE], 0),
    "utf-16 without": ("utf-16-le", "fail", [LINE], 0),
    "windows-1252": ("windows-1252", "fail", [LINE], 0),
    "the first that fits": ("ascii,windows-1252", "skip", [LINE], 0),
    "skipped": ("utf-8", "skip", [LINE, "n\udce9"], 100),
    "skipped, not UTF-8": ("ascii", "skip", ["He denied it.", "n\udce9"], 100),
    "replaced": ("utf-8", "replace", [LINE, "n\udce9"], 0),
}


@pytest.mark.parametrize("documents", [False, True])
@pytest.mark.parametrize("suffix", LINES_OF)
@pytest.mark.parametrize("kind", DECODINGS)
def test_a_folder_holds_what_a_file_would_in_any_encoding(client: Any, model: StanceModel, tmp_path: Path, kind: str, suffix: str, documents: bool) -> None:
    encoding, on_error, lines, skipped = DECODINGS[kind]
    text = ("id,text\n" if suffix == ".csv" else "") + "".join(LINES_OF[suffix].format(line) for line in lines) * 50
    path = tmp_path / f"news{suffix}"
    path.write_bytes(text.encode(encoding.rsplit(",", 1)[-1], "surrogateescape"))
    reading = Reading(documents=documents, encoding=encoding, on_error=on_error)
    job = Job((str(path), str(path)), reading, bulk.Settings("jsonl"), part_bytes=500)
    written = cluster.run(client, model, job, tmp_path / "out")
    assert content(tmp_path / "out") == expected(model, job)
    assert sum(one.skipped for one in written) == (2 if skipped and documents and suffix == ".txt" else skipped)


@pytest.mark.parametrize("ended", [False, True])
def test_what_was_skipped_is_told_when_a_job_is_resumed(client: Any, model: StanceModel, job: Job, tmp_path: Path, ended: bool) -> None:
    """Of parts that were written before as well, in the order of the input, whichever was ready first."""
    Path(job.paths[0]).write_bytes(b"n\xe9\nHe denied it.\n" * 2000)
    job = job._replace(reading=Reading(on_error="skip"))
    done: list[int] = []

    def end_after_three(rows: int) -> None:
        done.append(rows)
        if ended and len(done) == 3:
            raise EndedError

    with pytest.raises(EndedError) if ended else nullcontext():
        cluster.run(client, model, job, tmp_path / "out", on_rows=end_after_three)
    written = cluster.run(client, model, job, tmp_path / "out", resume=True)
    decoding = job.reading.decoding()
    for one in written:
        decoding.add(one.skipped, one.first_skipped)
    first = [f"{job.paths[0]} line {number} is not UTF-8 (byte 0xe9)" for number in (1, 3, 5, 7, 9)]
    assert decoding.told() == f"2000 could not be read and came out empty: {'; '.join(first)}; and 1995 more"
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["written"] == [one._asdict() for one in written]
    assert content(tmp_path / "out") == expected(model, job)


@pytest.mark.parametrize("more", [("--on-error", "skip"), ("--encoding", "utf-16"), ()])
def test_the_command_tells_of_a_folder_what_it_tells_of_a_file(client: Any, tmp_path: Path, more: tuple[str, ...]) -> None:
    path = tmp_path / "news.txt"
    path.write_bytes(LINE.encode("utf-16") if "utf-16" in more else b"n\xe9\nHe denied it.\n" * 3)

    def told(*arguments: str) -> tuple[int, list[str]]:
        done = stance("classify", "-i", str(path), "--format", "jsonl", *more, *arguments, cwd=tmp_path, STANCE_MODEL=str(MODEL))
        return done.returncode, [line for line in done.stderr.decode().splitlines() if " holds " not in line]

    alone = told("-o", "out.jsonl")
    assert alone[0] == (0 if more else 1) and ("3 could not be read" in "".join(alone[1])) == ("skip" in more)
    assert told("-o", "parts", "--workers", "2") == told("-o", "others", "--scheduler", client.scheduler.address) == alone
    assert not more or content(tmp_path / "parts") == content(tmp_path / "others") == (tmp_path / "out.jsonl").read_bytes()
