"""The model file: arrays in an .npz, read without pickle and checked before anything is used."""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import files
from pipeline.errors import ModelError
from pipeline.language.lexicon import CUE_FORMS, FORMS, Lexicon, Names
from pipeline.records import LABELS
from pipeline.scoring import npz

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 4
_LARGEST_NUMBER = 1e9
_IDF_RANGE = (1e-3, 1e6)
_LONGEST_HEADER = 1 << 22
_CROWD = 64
_LINE_FEED = 10


class Block(NamedTuple):
    """One block of F features: sorted `keys` (F,), their `idf` (F,), `weights` (F, 4) and names, one a line."""

    keys: NDArray[np.uint64]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    names: NDArray[np.uint8]


class Forms(NamedTuple):
    """Word forms that are no names: sorted `keys` (C,) and names, one a line."""

    keys: NDArray[np.uint64]
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
    common: Forms
    intercept: NDArray[np.float64]
    golden_probabilities: NDArray[np.float64]
    lexicon: Lexicon


_KINDS = {"keys": np.uint64, "idf": np.float64, "weights": np.float64, "names": np.uint8}
_BLOCKS = ("words", "characters", "cues")
_LEXICON = {
    "names": np.uint8,
    "section": np.int64,
    "nodes": np.uint64,
    "flags": np.uint8,
    "first": np.int64,
    "cues": np.int64,
    "pairs": np.uint64,
    "pair_first": np.int64,
    "pair_cues": np.int64,
}
_NAMES = frozenset(
    [f"{block}.{kind}" for block in _BLOCKS for kind in _KINDS]
    + [f"common.{kind}" for kind in Forms._fields]
    + [f"lexicon.{name}" for name in _LEXICON]
    + ["header", "intercept", "golden_probabilities"]
)


def write(path: Path | str, model: ModelFile) -> None:
    """Write a model whole or not at all; the same model gives the same bytes."""
    files.write_bytes(path, to_bytes(model))


def to_bytes(model: ModelFile) -> bytes:
    """What a model's file holds."""
    header = _header_text(model, {"content": content_hash(model)})
    return npz.write({"header": np.frombuffer(header, dtype=np.uint8)} | arrays_of(model))


def arrays_of(model: ModelFile) -> dict[str, NDArray[Any]]:
    """Everything that a model holds beside its header, by the names in its file."""
    arrays: dict[str, NDArray[Any]] = {}
    for block in (*_BLOCKS, "common"):
        arrays |= {f"{block}.{name}": array for name, array in getattr(model, block)._asdict().items()}
    lists = model.lexicon
    arrays |= {f"lexicon.{name}": lists.names.lines if name == "names" else getattr(lists, name) for name in _LEXICON}
    return arrays | {"intercept": model.intercept, "golden_probabilities": model.golden_probabilities}


def content_hash(model: ModelFile) -> str:
    """SHA-256 (hex) over everything that a model holds but this hash: `header["content"]` of a model that is as it was written."""
    parts: list[str | bytes] = [_header_text(model, {})]
    for name, array in sorted(arrays_of(model).items()):
        parts += [name, str(array.dtype), np.ascontiguousarray(array).tobytes()]
    return files.digest(parts)


def _header_text(model: ModelFile, content: dict[str, str]) -> bytes:
    said = {name: value for name, value in model.header.items() if name != "content"}
    return json.dumps(said | {"sections": model.lexicon.sections} | content, sort_keys=True, ensure_ascii=False).encode("utf-8")


def read(path: Path | str) -> ModelFile:
    """Read a model and check sums, form, kinds, shapes and numbers.

    The arrays are views of the file, which is to be replaced (as `write` does), not written over, while in use.

    Raises:
        ModelError: the file is missing, damaged, of another format or not a model; nothing of it is run.
    """
    where = str(path)
    try:
        with Path(path).open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return from_bytes(content)
    except FileNotFoundError:
        raise ModelError("there is no model", where=where, next_step="run `make pipeline`, or give --model") from None
    except ModelError as error:
        raise ModelError(error.what, where=where, next_step="take a whole copy, or train it again") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot be read ({error})", where=where, next_step="check the path") from None


def from_bytes(content: bytes | mmap.mmap) -> ModelFile:
    """The model that a file's content holds, as views of it.

    Raises:
        ModelError: as `read` does, without naming a file.
    """
    return _assemble(npz.read(content, _NAMES))


def _assemble(arrays: dict[str, NDArray[Any]]) -> ModelFile:
    header = _header(arrays)
    if missing := sorted(_NAMES - arrays.keys()):
        raise ModelError(f"lacks {', '.join(missing)[:100]}")
    blocks = {name: _block({kind: arrays[f"{name}.{kind}"] for kind in _KINDS}, name) for name in _BLOCKS}
    for name, shape in (("intercept", (4,)), ("golden_probabilities", (len(header["golden"]), 4))):
        _check(arrays[name], np.float64, shape, name)
    common = Forms(*(_checked_forms(arrays[f"common.{kind}"], kind) for kind in Forms._fields))
    lexicon = _lexicon({name: arrays[f"lexicon.{name}"] for name in _LEXICON}, header.pop("sections"))
    return ModelFile(header, blocks["words"], blocks["characters"], blocks["cues"], common, arrays["intercept"], arrays["golden_probabilities"], lexicon)


def _header(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The header with what the program needs of it."""
    try:
        written = arrays["header"]
        if written.nbytes > _LONGEST_HEADER:
            raise ModelError(f"its header is of {written.nbytes:,} bytes, not of at most {_LONGEST_HEADER:,}")
        header = json.loads(written.tobytes())
    except (KeyError, ValueError, RecursionError) as error:
        raise ModelError(f"its header cannot be read ({type(error).__name__})") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelError(f"is not of format {FORMAT}, which this program reads")
    for name in ("golden", "sections"):
        if not isinstance(header.get(name), list) or not all(isinstance(text, str) for text in header[name]):
            raise ModelError(f"its header holds no list of texts {name!r}")
    if header.get("labels") != list(LABELS):
        raise ModelError(f"its labels are not {', '.join(LABELS)}")
    counts = header["training"].get("labels") if isinstance(header.get("training"), dict) else None
    if not isinstance(counts, list) or len(counts) != len(LABELS) or not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ModelError("its header does not say how often each label stood in training")
    return header


def _block(arrays: dict[str, NDArray[Any]], name: str) -> Block:
    size = len(arrays["keys"])
    for kind, shape in (("idf", (size,)), ("weights", (size, 4))):
        _check(arrays[kind], _KINDS[kind], shape, f"{name}.{kind}")
    idf, (low, high) = arrays["idf"], _IDF_RANGE
    if size and not (idf.min() >= low and idf.max() <= high):
        raise ModelError(f"{name}.idf is not from {low} to {high:g}")
    for kind in Forms._fields:
        _checked_forms(arrays[kind], kind, name)
    return Block(**arrays)


def _checked_forms(array: NDArray[Any], kind: str, block: str = "common") -> NDArray[Any]:
    _check(array, _KINDS[kind], array.shape[:1], f"{block}.{kind}")
    if kind == "keys" and (array[1:] <= array[:-1]).any():
        raise ModelError(f"{block}.keys are not in order")
    if kind == "keys" and block != "cues":
        _check_spread(array, f"{block}.keys")
    return array


def _check_spread(keys: NDArray[np.uint64], name: str) -> None:
    """Hashes are spread evenly; keys that are not, are none, and finding one among them could take for ever (hashing.Index)."""
    width = np.uint64(1 << (64 - len(keys).bit_length()))
    if (keys[_CROWD:] - keys[:-_CROWD] < width).any():
        raise ModelError(f"{name} are no hashes")


def _lexicon(arrays: dict[str, NDArray[Any]], sections: list[str]) -> Lexicon:
    for name, kind in _LEXICON.items():
        _check(arrays[name], kind, arrays[name].shape[:1], f"lexicon.{name}")
    for keys, flags in (("nodes", "flags"), ("pairs", None)):
        if (arrays[keys][1:] <= arrays[keys][:-1]).any() or (flags and len(arrays[flags]) != len(arrays[keys])):
            raise ModelError(f"lexicon.{keys} are not in order")
        _check_spread(arrays[keys], f"lexicon.{keys}")
    for keys, first, cues in (("nodes", "first", "cues"), ("pairs", "pair_first", "pair_cues")):
        bounds = arrays[first]
        if len(bounds) != len(arrays[keys]) + 1 or bounds[0] != 0 or bounds[-1] != len(arrays[cues]) or (bounds[1:] < bounds[:-1]).any():
            raise ModelError(f"lexicon.{first} points outside")
        _check_range(arrays[cues] // CUE_FORMS, len(arrays["section"]), f"lexicon.{cues}")
        _check_range(arrays[cues] % CUE_FORMS, len(FORMS), f"lexicon.{cues}")
    _check_range(arrays["section"], len(sections), "lexicon.section")
    if nameless := [section for section in sections if "." not in section]:
        raise ModelError(f"its section {nameless[0][:100]!r} is of no list")
    if len(arrays["section"]) != np.count_nonzero(arrays["names"] == _LINE_FEED) + (len(arrays["names"]) > 0):
        raise ModelError("lexicon.names are not one an entry")
    names = Names(arrays.pop("names"))
    return Lexicon(sections=tuple(sections), names=names, **arrays)


def _check_range(array: NDArray[Any], limit: int, name: str) -> None:
    if len(array) and not (array.min() >= 0 and array.max() < limit):
        raise ModelError(f"{name} points outside")


def _check(array: NDArray[Any], kind: type, shape: tuple[int, ...], name: str) -> None:
    if array.dtype != kind or array.shape != shape:
        raise ModelError(f"{name} is {array.dtype} of shape {array.shape}, not {np.dtype(kind)} of {shape}")
    if kind is np.float64 and array.size and not (array.min() >= -_LARGEST_NUMBER and array.max() <= _LARGEST_NUMBER):
        raise ModelError(f"{name} holds numbers that are not finite, or beyond {_LARGEST_NUMBER:g}")
