"""params.yaml to one frozen dataclass per section; every key is checked, nothing is silently ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from pipeline.decoding import Decoding
from pipeline.errors import DataError, ParamsError

Section = TypeVar("Section")
_LARGEST_SEED = 2**32 - 1


def knob(default: Any = MISSING, *, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = (), size: int = 0) -> Any:
    """A dataclass field with the range, choices or (of a list) size its value must keep to."""
    return field(default=default, metadata={"low": low, "high": high, "choices": choices, "size": size})


def load(path: Path | str, section: type[Section]) -> Section:
    """The section of params.yaml that `section` describes (its name in lower case, without `Params`).

    Raises:
        ParamsError: the file is not UTF-8 or not YAML, or it, the section or a key is missing, unknown, of the wrong type or out of range.
    """
    import yaml

    where = str(path)
    try:
        content = yaml.load(Decoding().decode(Path(path).read_bytes(), where), Loader=_loader())
    except OSError as error:
        raise ParamsError(f"cannot be read ({error.strerror})", where=where, next_step="run in the project's folder") from None
    except DataError as error:
        raise ParamsError(error.what, where=error.where, next_step="save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise ParamsError(f"is not YAML ({' '.join(str(error).split())})", where=where, next_step="mend it") from None
    name = _section_name(section)
    if not isinstance(content, dict) or not isinstance(content.get(name), dict):
        raise ParamsError(f"has no section {name!r}", where=where, next_step="take it from the project's params.yaml")
    known = [_section_name(kind) for kind in (*SECTIONS, section)]
    if unknown := [key for key in content if key not in known]:
        raise ParamsError(f"unknown section {unknown[0]!r}", where=where, next_step=f"the sections are {', '.join(known)}")
    return parse(content[name], section, where=f"{where} {name}")


def _section_name(section: type) -> str:
    return section.__name__.removesuffix("Params").lower()


def _loader() -> Any:
    """YAML's safe loader, but a key that stands twice is an error: which of the two was meant?"""
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            written = [key.value for key, _ in node.value]
            if twice := [key for key in written if written.count(key) > 1]:
                raise yaml.constructor.ConstructorError(None, None, f"the key {twice[0]!r} stands there twice", node.start_mark)
            return super().construct_mapping(node, deep)

    return Loader


def parse(values: Mapping[str, Any], section: type[Section], *, where: str = "") -> Section:
    """`values` as a `section`; lists become tuples.

    Raises:
        ParamsError: naming the key, its value and what is allowed.
    """
    known = {item.name: item for item in fields(section)}  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise ParamsError(f"unknown key {key!r}", where=where, next_step=f"the keys are {', '.join(known)}")
    hints = get_type_hints(section)
    checked = {key: _checked(value, hints[key], known[key].metadata, f"{where} {key}") for key, value in values.items()}
    missing = [key for key, item in known.items() if key not in values and item.default is MISSING]
    if missing:
        raise ParamsError(f"key {missing[0]!r} is missing", where=where, next_step="add it")
    return section(**checked)


def _checked(value: Any, kind: Any, limits: Mapping[str, Any], where: str) -> Any:
    inner = get_args(kind)
    if inner:
        if not isinstance(value, list) or not value:
            raise ParamsError(f"is {value!r}, not a list of {inner[0].__name__}", where=where, next_step="write it as [a, b]")
        if limits["size"] and len(value) != limits["size"]:
            raise ParamsError(f"holds {len(value)} values", where=where, next_step=f"give {limits['size']}")
        return tuple(_checked(item, inner[0], limits, where) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ParamsError(f"is {value!r}, not {_KINDS.get(kind, kind.__name__)}", where=where, next_step="mend the value")
    if limits["choices"] and value not in limits["choices"]:
        raise ParamsError(f"is {value!r}", where=where, next_step=f"choose from {', '.join(limits['choices'])}")
    low, high = limits["low"], limits["high"]
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise ParamsError(f"is {value!r}", where=where, next_step=f"keep it from {low} to {high}")
    return value


_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


@dataclass(frozen=True)
class DocumentsParams:
    """How documents are read: the columns of .jsonl, .csv and .parquet files."""

    text_column: str = knob("text")
    id_column: str = knob("id")


@dataclass(frozen=True)
class SplitParams:
    """How text is cut: what ends a paragraph, a blank line or every line break."""

    paragraph_break: str = knob("blank_line", choices=("blank_line", "line"))


@dataclass(frozen=True)
class LabelParams:
    """How several coders' labels of one sentence become one, and what a label weighs in training."""

    adjudicator: str = knob("adjudicated")
    offset_tolerance: float = knob(0.8, low=0.5, high=1.0)
    policies: tuple[str, ...] = knob(("adjudicated", "majority"), choices=("adjudicated", "majority"))
    otherwise: str = knob("drop", choices=("drop", "first"))
    disputed_weight: float = knob(0.5, low=0.0, high=1.0)
    rules_weight: float = knob(0.2, low=0.0, high=1.0)


@dataclass(frozen=True)
class AgreementParams:
    """How agreement of coders is reported: bootstrap resamples of documents and the seed they are drawn with."""

    seed: int = knob(0, low=0, high=_LARGEST_SEED)
    resamples: int = knob(1000, low=100, high=100000)


@dataclass(frozen=True)
class QueueParams:
    """What counts as a near-copy in the queue, and the seed of its random part."""

    seed: int = knob(0, low=0, high=_LARGEST_SEED)
    near_copy: float = knob(0.5, low=0.0, high=1.0)


@dataclass(frozen=True)
class HoldoutParams:
    """Which documents are kept for evaluation."""

    seed: int = knob(0, low=0, high=_LARGEST_SEED)
    share: float = knob(0.15, low=0.05, high=0.5)
    near_duplicate: float = knob(0.5, low=0.1, high=1.0)


@dataclass(frozen=True)
class TrainParams:
    """How the model is fitted, chosen and calibrated.

    Sentences of collections whose name starts with `natural_collections` weigh `natural_weight`; cue terms
    that name the deciding rule weigh `rule_weight` times as much as other cue terms; `label_smoothing` is the
    share of every label's weight that goes to all labels alike.
    """

    seed: int = knob(0, low=0, high=_LARGEST_SEED)
    folds: int = knob(5, low=2, high=20)
    collection_folds: int = knob(8, low=2, high=100)
    jobs: int = knob(2, low=1, high=1024)
    min_documents: int = knob(2, low=1, high=1_000_000)
    strengths: tuple[float, ...] = knob((1.0,), low=1e-4, high=1e4)
    block_weights: tuple[float, ...] = knob((0.5, 0.5, 1.0), low=0.0, high=10.0, size=3)
    label_smoothing: float = knob(0.0, low=0.0, high=0.9)
    natural_collections: str = knob("")
    natural_weight: float = knob(1.0, low=0.0, high=100.0)
    rule_weight: float = knob(1.0, low=0.01, high=100.0)


@dataclass(frozen=True)
class EvaluateParams:
    """How figures are reported: resamples, bins, swapped names, and the seed for what is drawn by chance."""

    seed: int = knob(0, low=0, high=_LARGEST_SEED)
    resamples: int = knob(1000, low=100, high=100000)
    calibration_bins: int = knob(10, low=2, high=100)
    name_swaps: int = knob(5, low=1, high=100)
    wanted_accuracy: float = knob(0.9, low=0.25, high=1.0)
    carriers: int = knob(40, low=1, high=1000)


@dataclass(frozen=True)
class LearningParams:
    """Which shares of the training documents the learning curve fits the model on, and the seed they are drawn with."""

    seed: int = knob(0, low=0, high=_LARGEST_SEED)
    shares: tuple[float, ...] = knob((0.1, 0.2, 0.4, 0.7, 1.0), low=0.001, high=1.0)


SECTIONS = (DocumentsParams, SplitParams, LabelParams, AgreementParams, QueueParams, HoldoutParams, TrainParams, EvaluateParams, LearningParams)
