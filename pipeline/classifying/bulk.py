"""Classify sentences chunk by chunk, in order, in constant memory, on one core or several."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from pipeline.classifying import sinks
from pipeline.errors import StanceError
from pipeline.reading.chunks import batches
from pipeline.reading.sources import Row
from pipeline.records import Prediction
from pipeline.scoring import unlike

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.context import BaseContext

    from pipeline.reading.chunks import Chunk
    from pipeline.scoring.model import StanceModel

_AHEAD = 3


class Settings(NamedTuple):
    """How sentences are classified and in what form (see `sinks.encode`) they are given."""

    form: str
    min_confidence: float = 0.0


class Encoded(NamedTuple):
    """A classified batch: how many rows, what `sinks.encode` makes of them, and every `step`th text from the first on."""

    rows: int
    content: bytes
    step: int
    texts: list[str]


def classify(model: StanceModel, rows: Iterable[Row], *, min_confidence: float = 0.0) -> Iterator[list[tuple[Row, Prediction]]]:
    """Every row with its prediction, in batches; as many out as in, in order."""
    for batch in batches(rows):
        yield list(zip(batch, model.classify([row.text for row in batch], min_confidence=min_confidence), strict=True))


def encoded(model: StanceModel, chunks: Iterable[Chunk], settings: Settings, *, workers: int = 1) -> Iterator[Encoded]:
    """Every row of the chunks classified and encoded, in batches, in order; the same batches whatever the workers.

    Args:
        workers: processes beside this one that read, classify and encode; 1 does all in this one.

    Raises:
        StanceError: a worker was ended from outside, or a chunk cannot be read.
    """
    if workers == 1:
        for chunk in chunks:
            yield from _encode(model, chunk, settings)
    else:
        yield from _by_workers(model, chunks, settings, workers)


def _encode(model: StanceModel, chunk: Chunk, settings: Settings) -> Iterator[Encoded]:
    for classified in classify(model, chunk(), min_confidence=settings.min_confidence):
        step = 1
        while len(classified) > step * (unlike.MOST - 1):
            step *= 2
        yield Encoded(len(classified), sinks.encode(classified, settings.form), step, [row.text for row, _ in classified[::step]])


_PRELOADED = ["pipeline.classifying.bulk", "pipeline.scoring.model"]


def _context() -> BaseContext:
    """How workers are started: forked from a process that has loaded what they need and nothing else, where the system can fork."""
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def prepare() -> None:
    """Begin to start the process that workers are forked from, which takes about as long as loading a model does meanwhile."""
    if _context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        ensure_running()


def _by_workers(model: StanceModel, chunks: Iterable[Chunk], settings: Settings, workers: int) -> Iterator[Encoded]:
    """Chunks go out up to _AHEAD a worker, so that memory stays bounded, and come back in their order."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, _context(), _start_worker, (model, settings))
    waiting: deque[Future[list[Encoded]]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_work, chunk))
            if len(waiting) > _AHEAD * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise StanceError("a worker process was ended from outside", next_step="run it again, with fewer --workers if memory ran out") from None
    finally:
        pool.shutdown(cancel_futures=True)  # waits for what is being worked on, or the pool's thread may still be closing pipes when Python ends


_worker: tuple[StanceModel, Settings] | None = None


def _start_worker(model: StanceModel, settings: Settings) -> None:
    """Keep the model, which is sent once; Ctrl-C is for the parent to handle, and a worker whose parent was killed ends."""
    import signal
    import threading

    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = model, settings


def _end_with_parent() -> None:
    import multiprocessing

    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _work(chunk: Chunk) -> list[Encoded]:
    """A chunk read, classified and encoded."""
    if _worker is None:
        raise AssertionError("a worker was given work before its model")
    model, settings = _worker
    return list(_encode(model, chunk, settings))
