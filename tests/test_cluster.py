"""The job on a cluster: no row lost or repeated, whoever is killed; the same job, resumed, ends the same."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
    rows = sources.from_files([Path(path) for path in job.paths], text_column="text", id_column="id")
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


@pytest.mark.parametrize("change", ["settings", "inputs"])
def test_another_job_is_not_resumed(client: Any, model: StanceModel, job: Job, tmp_path: Path, change: str) -> None:
    cluster.run(client, model, job, tmp_path / "out")
    before = content(tmp_path / "out")
    if change == "settings":
        job = job._replace(settings=bulk.Settings("jsonl", 0.9))
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
