"""What a model file holds, and whether it is whole: sums, hashes inside and outside, golden sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import ModelError
from pipeline.language.lexicon import Names
from pipeline.scoring import modelfile
from pipeline.scoring.model import StanceModel

_AGAIN = "take a whole copy, or train it again"


class Verified(NamedTuple):
    """A whole model file: its size, the SHA-256 (hex) of the file and of its content, its header, and what each array is."""

    bytes: int
    sha256: str
    content: str
    header: dict[str, Any]
    arrays: dict[str, str]


def verify(path: Path, *, sha256: str | None = None) -> Verified:
    """Check everything that can be checked about a model file.

    The hash inside shows what was altered by accident or by hand; whoever makes a file can make its hash,
    so that only `sha256`, got from whoever trained the model, shows that the file is theirs.

    Args:
        sha256: the hash (hex) that the file is to have.

    Raises:
        ModelError: the file is missing, damaged, not the one with that hash, not what its own hash says, or
            its golden sentences do not come out as recorded.
    """
    where = str(path)
    stored = modelfile.read(path)
    content, outside = modelfile.content_hash(stored), _sha256(path)
    if sha256 is not None and sha256.lower() != outside:
        raise ModelError(f"has the SHA-256 {outside}, not {sha256[:64]}", where=where, next_step="take it again from who trained it")
    if stored.header.get("content") != content:
        raise ModelError("holds something else than its own hash says", where=where, next_step=_AGAIN)
    for name in ("words", "characters", "cues", "common"):
        block = getattr(stored, name)
        if len(Names(block.names)) != len(block.keys):
            raise ModelError(f"{name} has {len(Names(block.names))} names for {len(block.keys)} keys", where=where, next_step=_AGAIN)
    if not StanceModel(stored).keeps_golden():
        raise ModelError("does not classify its golden sentences as recorded", where=where, next_step=_AGAIN)
    told = {name: f"{array.dtype} {'x'.join(map(str, array.shape))}" for name, array in modelfile.arrays_of(stored).items()}
    return Verified(path.stat().st_size, outside, content, stored.header, told)


def _sha256(path: Path) -> str:
    """The hash that `sha256sum` gives."""
    import hashlib

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
