"""The model file: arrays in an .npz, read without pickle and checked before anything is used."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from pipeline import files
from pipeline.errors import ModelError
from pipeline.lexicon import Lexicon

FORMAT = 1
LARGEST = 512 * 1024 * 1024
"""The most bytes a model may unpack to."""


class Block(NamedTuple):
    """One block of F features: sorted `keys` (F,), their `idf` (F,), `weights` (F, 4) and names, one a line."""

    keys: NDArray[np.uint64]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    names: NDArray[np.uint8]


class ModelFile(NamedTuple):
    """What a model is.

    `header` holds format, labels, settings, hashes, versions and figures; `intercept` (4,);
    `golden_probabilities` (G, 4) are what the sentences `header["golden"]` must come out at.
    """

    header: dict[str, Any]
    words: Block
    characters: Block
    cues: Block
    intercept: NDArray[np.float64]
    golden_probabilities: NDArray[np.float64]
    lexicon: Lexicon


_KINDS = {"keys": np.uint64, "idf": np.float64, "weights": np.float64, "names": np.uint8}
_BLOCKS = ("words", "characters", "cues")
_LEXICON_ARRAYS = ("section", "keys", "entry", "form", "length", "part")


def write(path: Path | str, model: ModelFile) -> None:
    """Write a model whole or not at all; the same model gives the same bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    for block in _BLOCKS:
        arrays |= {f"{block}.{name}": array for name, array in getattr(model, block)._asdict().items()}
    arrays |= {f"lexicon.{name}": getattr(model.lexicon, name) for name in _LEXICON_ARRAYS}
    arrays |= {"intercept": model.intercept, "golden_probabilities": model.golden_probabilities}
    header = model.header | {
        "sections": model.lexicon.sections,
        "entries": model.lexicon.names,
        "content": _content_hash(arrays),
    }
    text = json.dumps(header, sort_keys=True, ensure_ascii=False).encode("utf-8")
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, header=np.frombuffer(text, dtype=np.uint8), **arrays)
    files.write_bytes(path, buffer.getvalue())


def _content_hash(arrays: dict[str, NDArray[Any]]) -> str:
    return files.digest(part for name in sorted(arrays) for part in (name, str(arrays[name].dtype), np.ascontiguousarray(arrays[name]).tobytes()))


def read(path: Path | str) -> ModelFile:
    """Read a model and check form, kinds, shapes and numbers.

    Raises:
        ModelError: the file is missing, damaged, of another format or not a model; nothing of it is run.
    """
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {info.filename.removesuffix(".npy"): _array(archive, info) for info in _members(archive)}
        return _assemble(arrays)
    except FileNotFoundError:
        raise ModelError("there is no model", where=where, next_step="run `make pipeline`, or give --model") from None
    except ModelError as error:
        raise ModelError(error.what, where=where, next_step="take a whole copy, or train it again") from None
    except (
        OSError,
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        NotImplementedError,
        RecursionError,
        MemoryError,
        OverflowError,
        AttributeError,
        SyntaxError,
        RuntimeError,
    ) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"is not a whole model file ({reason[:200]})", where=where, next_step="take a whole copy, or train it again") from None


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    names = [info.filename for info in members]
    if len(set(names)) < len(names) or not set(names) <= _NAMES:
        raise ModelError(f"holds what no model holds ({', '.join(sorted(set(names) - _NAMES))[:100]})")
    if sum(info.file_size for info in members) > LARGEST:
        raise ModelError(f"would unpack to more than {LARGEST >> 20} MB")
    return members


_NAMES = (
    {f"{block}.{kind}.npy" for block in _BLOCKS for kind in _KINDS}
    | {f"lexicon.{name}.npy" for name in _LEXICON_ARRAYS}
    | {"header.npy", "intercept.npy", "golden_probabilities.npy"}
)


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    data = archive.read(info)
    stream = io.BytesIO(data)
    if npy.read_magic(stream) != (1, 0):
        raise ModelError(f"{info.filename} has an unknown form")
    shape, fortran, kind = npy.read_array_header_1_0(stream)
    count = int(np.prod(shape, dtype=object)) if shape else 1
    if kind.hasobject or fortran or count < 0 or stream.tell() + count * kind.itemsize != len(data):
        raise ModelError(f"{info.filename} does not hold what its head says")
    return np.frombuffer(data, dtype=kind, offset=stream.tell(), count=count).reshape(shape)


def _assemble(arrays: dict[str, NDArray[Any]]) -> ModelFile:
    header = json.loads(arrays.pop("header").tobytes())
    if header.get("format") != FORMAT:
        raise ModelError(f"is of format {header.get('format')!r}; this program reads format {FORMAT}")
    if _content_hash(arrays) != header["content"]:
        raise ModelError("its content does not match its hash")
    blocks = {name: _block({kind: arrays[f"{name}.{kind}"] for kind in _KINDS}, name) for name in _BLOCKS}
    lexicon = Lexicon(tuple(header.pop("sections")), tuple(header.pop("entries")), *(arrays[f"lexicon.{name}"] for name in _LEXICON_ARRAYS))
    _check_lexicon(lexicon)
    for name, shape in (("intercept", (4,)), ("golden_probabilities", (len(header["golden"]), 4))):
        _check(arrays[name], np.float64, shape, name)
    return ModelFile(header, blocks["words"], blocks["characters"], blocks["cues"], arrays["intercept"], arrays["golden_probabilities"], lexicon)


def _block(arrays: dict[str, NDArray[Any]], name: str) -> Block:
    size = len(arrays["keys"])
    for kind, shape in (("keys", (size,)), ("idf", (size,)), ("weights", (size, 4))):
        _check(arrays[kind], _KINDS[kind], shape, f"{name}.{kind}")
    _check(arrays["names"], np.uint8, arrays["names"].shape[:1], f"{name}.names")
    if size and (arrays["keys"][1:] <= arrays["keys"][:-1]).any():
        raise ModelError(f"{name}.keys are not in order")
    return Block(**arrays)


def _check_lexicon(lexicon: Lexicon) -> None:
    phrases, entries = len(lexicon.keys), len(lexicon.names)
    _check(lexicon.keys, np.uint64, (phrases,), "lexicon.keys")
    _check(lexicon.section, np.int64, (entries,), "lexicon.section")
    limits = {"entry": entries, "form": 5, "length": 8, "part": 3}
    for name, limit in limits.items():
        array = getattr(lexicon, name)
        _check(array, np.int64, (phrases,), f"lexicon.{name}")
        if phrases and not (array.min() >= 0 and array.max() < limit):
            raise ModelError(f"lexicon.{name} points outside")
    if entries and not (lexicon.section.min() >= 0 and lexicon.section.max() < len(lexicon.sections)):
        raise ModelError("lexicon.section points outside")


def _check(array: NDArray[Any], kind: type, shape: tuple[int, ...], name: str) -> None:
    if array.dtype != kind or array.shape != shape:
        raise ModelError(f"{name} is {array.dtype} of shape {array.shape}, not {np.dtype(kind)} of {shape}")
    if kind is np.float64 and not np.isfinite(array).all():
        raise ModelError(f"{name} holds numbers that are not finite")
