"""Classify a stream of sentences batch by batch, in order, in constant memory, on one core or several."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline import sinks
from pipeline.errors import StanceError
from pipeline.records import Prediction
from pipeline.sources import Row

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pipeline.model import StanceModel

BATCH = 2048
_AHEAD = 3


class Settings(NamedTuple):
    """How sentences are classified and in what form (see `sinks.encode`) they are given."""

    form: str
    min_confidence: float = 0.0


class Encoded(NamedTuple):
    """A classified batch: how many rows, and what `sinks.encode` makes of them."""

    rows: int
    content: bytes


def classify(model: StanceModel, rows: Iterable[Row], *, min_confidence: float = 0.0) -> Iterator[list[tuple[Row, Prediction]]]:
    """Every row with its prediction, in batches; as many out as in, in order."""
    for batch in _batches(rows):
        yield list(zip(batch, model.classify([row.text for row in batch], min_confidence=min_confidence), strict=True))


def encoded(model: StanceModel, rows: Iterable[Row], settings: Settings, *, workers: int = 1) -> Iterator[Encoded]:
    """Every row classified and encoded, in batches, in order.

    Args:
        workers: processes beside this one, which reads and writes; 1 does all in this one.

    Raises:
        StanceError: a worker was ended from outside.
    """
    if workers == 1:
        yield from (_encode(model, batch, settings) for batch in _batches(rows))
    else:
        yield from _by_workers(model, rows, settings, workers)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _encode(model: StanceModel, batch: list[Row], settings: Settings) -> Encoded:
    found = model.classify([row.text for row in batch], min_confidence=settings.min_confidence)
    return Encoded(len(batch), sinks.encode(list(zip(batch, found, strict=True)), settings.form))


def _by_workers(model: StanceModel, rows: Iterable[Row], settings: Settings, workers: int) -> Iterator[Encoded]:
    """Batches go out up to _AHEAD a worker, so that memory stays bounded, and come back in their order."""
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker, (model, settings))
    waiting: deque[Future[Encoded]] = deque()
    try:
        for batch in _batches(rows):
            waiting.append(pool.submit(_work, tuple(zip(*batch, strict=True))))
            if len(waiting) > _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise StanceError("a worker process was ended from outside", next_step="run it again, with fewer --workers if memory ran out") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


_worker: tuple[StanceModel, Settings] | None = None


def _start_worker(model: StanceModel, settings: Settings) -> None:
    """Keep the model, which is sent once; Ctrl-C is for the parent to handle."""
    import signal

    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = model, settings


def _work(columns: tuple[tuple[Any, ...], ...]) -> Encoded:
    """A batch as columns, which are cheaper to send than rows, classified and encoded."""
    if _worker is None:
        raise AssertionError("a worker was given work before its model")
    model, settings = _worker
    return _encode(model, list(map(Row._make, zip(*columns, strict=True))), settings)
