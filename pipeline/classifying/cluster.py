"""The bulk job on a Dask cluster: part by part, each written whole under its own name, listed in a manifest, resumable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline import files
from pipeline.classifying import bulk, sinks
from pipeline.errors import DataError, StanceError, UsageError
from pipeline.reading import partitions, sources

if TYPE_CHECKING:
    from distributed import Client, Future

    from pipeline.classifying.bulk import Settings
    from pipeline.reading.partitions import Part, Reading
    from pipeline.scoring.model import StanceModel

MANIFEST = "manifest.json"
_AHEAD = 4


class Written(NamedTuple):
    """A part that is written: its file's name, rows and SHA-256, how many rows of it could not be read, and which were the first."""

    name: str
    rows: int
    sha256: str
    skipped: int
    first_skipped: list[str]


class Job(NamedTuple):
    """What is to be done: the same job gives the same files, byte for byte."""

    paths: tuple[str, ...]
    reading: Reading
    settings: Settings
    part_bytes: int = partitions.PART_BYTES


def run(
    client: Client,
    model: StanceModel,
    job: Job,
    folder: Path,
    *,
    resume: bool = False,
    on_rows: Callable[[int], None] = lambda _: None,
) -> list[Written]:
    """Classify every row of the job's files into `folder`, a file a part, and record them in its manifest.

    Args:
        resume: go on with a job that was ended in the middle; parts that are written are kept.
        on_rows: called with the number of rows of every part that is done.

    Raises:
        UsageError: `folder` holds a job and `resume` is not set.
        DataError: `folder` holds another job, or a file cannot be read.
    """
    parts = [part for found in client.gather(client.map(_cut, list(_paths(job)), job=job, pure=False)) for part in found]
    plan = _plan(model, job, parts)
    _start(folder, plan, resume=resume)
    shared = client.submit(_keep, model, key=f"stance-model-{plan['model']}")
    names = [f"part-{number:06d}.{job.settings.form}" for number in range(len(parts))]
    written: dict[str, Written] = {}
    for one in _in_any_order(client, shared, list(zip(parts, names, strict=True)), job, folder):
        written[one.name] = one
        on_rows(one.rows)
    done = [written[name] for name in names]
    _write(folder, plan | {"complete": True, "rows": sum(one.rows for one in done), "written": [one._asdict() for one in done]})
    for leftover in folder.glob(".part-*.tmp"):
        leftover.unlink(missing_ok=True)
    return done


def _paths(job: Job) -> Iterator[Path]:
    return sources.files_of([Path(path) for path in job.paths])


def _cut(path: Path, job: Job) -> list[Part]:
    return list(partitions.cut(path, job.reading, size=job.part_bytes))


def _keep(model: StanceModel) -> StanceModel:
    """The model as a task's result: sent once to each worker, made again where it was lost."""
    return model


def _in_any_order(client: Client, model: Future, tasks: Sequence[tuple[Part, str]], job: Job, folder: Path) -> Iterator[Written]:
    """Parts as they are finished; only some are handed out at a time, so that the scheduler's memory stays bounded."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    waiting = iter(tasks)
    ahead = _AHEAD * max(sum(client.nthreads().values()), 1)

    def hand_out(count: int) -> list[Future]:
        return [client.submit(work, model, part, job, folder / name, pure=False) for _, (part, name) in zip(range(count), waiting, strict=False)]

    running = as_completed(hand_out(ahead))
    try:
        for future in running:
            yield future.result()
            for more in hand_out(1):
                running.add(more)
    except KilledWorker as error:
        raise StanceError(f"workers were ended from outside again and again ({error})", next_step="go on with --resume") from None
    finally:
        client.cancel(running.futures)


def work(model: StanceModel, part: Part, job: Job, path: Path) -> Written:
    """Classify one part and write it, unless it is written already.

    What is skipped is noted in a file of its own, before the part gets its name: whoever finds the part finds the note.
    """
    note = path.with_name(f".{path.name}.skipped")
    if not path.exists():
        decoding = job.reading.decoding()
        with sinks.to_file(path, job.settings.form) as sink:
            for batch in bulk.encoded(model, [partial(partitions.rows, part, job.reading, decoding)], job.settings):
                sink(batch.content)
            if decoding.skipped:
                files.write_text(note, json.dumps([decoding.skipped, decoding.shown]) + "\n")
    skipped, shown = json.loads(note.read_text("utf-8")) if note.exists() else (0, [])
    return Written(path.name, _count(path, job.settings.form), files.digest([path.read_bytes()]), skipped, shown)


def _count(path: Path, form: str) -> int:
    """The rows of a written part."""
    if form == "parquet":
        import pyarrow.parquet

        return int(pyarrow.parquet.read_metadata(path).num_rows)
    if form == "csv":
        import csv

        with path.open(encoding="utf-8", newline="") as stream:
            return sum(1 for _ in csv.reader(stream)) - 1
    return path.read_bytes().count(b"\n")


def _plan(model: StanceModel, job: Job, parts: list[Part]) -> dict[str, Any]:
    """What makes the job the same job: model, settings, and the input files' sizes and times."""
    inputs = [{"path": str(path), "bytes": path.stat().st_size, "modified": path.stat().st_mtime_ns} for path in _paths(job)]
    return {
        "model": model.header["content"],
        "reading": job.reading._asdict(),
        "settings": job.settings._asdict(),
        "inputs": inputs,
        "parts": [list(part) for part in parts],
    }


def _start(folder: Path, plan: dict[str, Any], *, resume: bool) -> None:
    """Write the plan down, or check that the folder's plan is the same one."""
    path = folder / MANIFEST
    if not path.exists():
        if folder.exists() and any(folder.glob("part-*")):
            raise UsageError(f"holds parts but no {MANIFEST}", where=str(folder), next_step="give an empty folder")
        _write(folder, plan | {"complete": False})
        return
    if not resume:
        raise UsageError("holds a job already", where=str(folder), next_step="go on with it by --resume, or give another folder")
    try:
        stored = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DataError(f"cannot be read ({error})", where=str(path), next_step="give an empty folder") from None
    differing = [name for name, value in plan.items() if stored.get(name) != value]
    if differing:
        raise DataError(f"holds another job ({', '.join(differing)} differ)", where=str(folder), next_step="give another folder")


def _write(folder: Path, manifest: dict[str, Any]) -> None:
    files.write_text(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
