"""Classify into a folder, part by part, on a Dask cluster: one that runs, or processes of this machine."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.commands import _notes, _progress, _shared
from pipeline.errors import StanceError, UsageError

if TYPE_CHECKING:
    from pipeline.reading.partitions import Reading
    from pipeline.reading.sources import Row

_LOOKED_AT = 1000
_ENVIRONMENT = "distributed.nanny.pre-spawn-environ"
"""What Dask sets for its workers; of its own choice (MALLOC_TRIM_THRESHOLD_) every array's memory goes back at once, which doubles the processor time."""


def wanted(options: argparse.Namespace) -> bool:
    """Whether the output is a folder: said by its name without an ending, or by what only folders go with."""
    return bool(options.scheduler or options.resume or (options.output and (options.output.is_dir() or not options.output.suffix)))


def run(options: argparse.Namespace, reading: Reading, rows: Iterator[Row], total: int | None) -> None:
    """Classify the files of --input into the folder --output; of their `rows` the first are looked at here."""
    from pipeline.classifying import bulk, cluster

    if not options.output or (options.output.suffix and not options.output.is_dir()):
        raise UsageError("--scheduler and --resume need a folder as --output", next_step="name a folder")
    if not options.input:
        raise UsageError("only files can be classified into a folder", where=str(options.output), next_step="give --input, or a file as --output")
    form = options.format or "parquet"
    if form in ("table", "csv-plain"):
        raise UsageError("parts are written as jsonl, csv or parquet", next_step="choose one of these")
    paths = tuple(str(Path(path).absolute() if options.scheduler else path) for path in options.input)
    job = cluster.Job(paths, reading, bulk.Settings(form, options.min_confidence), options.part_size << 20)
    model = _shared.load_model(options.model)
    folder = options.output.absolute() if options.scheduler else options.output
    _shared.note_passed_over(options, options.input)
    with (
        _shared.decoding(options) as decoding,
        _client(options.scheduler, options.workers) as client,
        _progress.shown(total, quiet=options.quiet) as progress,
    ):
        for one in cluster.run(client, model, job, folder, resume=options.resume, on_rows=progress.add):
            decoding.add(one.skipped, one.first_skipped)
    if not options.quiet:
        sample, texts = _notes.Sample(), [row.text for row in islice(rows, _LOOKED_AT)]
        sample.add(len(texts), texts, 1)
        _notes.tell_of(options, model, sample)


@contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Any]:
    """A client of the scheduler at an address, or of a cluster of processes here that ends with the body."""
    try:
        import dask
        import distributed
    except ImportError:
        raise UsageError("a folder as output needs Dask", next_step='install it: pip install "stance-pipeline[cluster]"') from None
    if not scheduler:
        with (
            dask.config.set({_ENVIRONMENT: {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1}}),
            distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs="CRITICAL") as local,
            distributed.Client(local) as client,
        ):
            yield client
        return
    try:
        client = distributed.Client(scheduler, timeout="10s")
    except (OSError, ValueError, MemoryError) as error:  # what another kind of server says is taken for a size
        raise StanceError(f"no scheduler answers ({error})", where=scheduler, next_step="check address and network") from None
    with client:
        yield client
