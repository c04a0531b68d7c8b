"""The model file: what was written comes back, and whatever else lies there is refused in one line, with nothing run."""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_project import Project

from pipeline.errors import ModelError
from pipeline.language.lexicon import CUE_FORMS, Names
from pipeline.scoring import modelfile, npz
from pipeline.scoring.modelfile import ModelFile


@pytest.fixture(scope="module")
def content(project: Project) -> bytes:
    """The bytes of a whole model file."""
    return project.model.read_bytes()


@pytest.fixture(scope="module")
def stored(project: Project) -> ModelFile:
    return modelfile.read(project.model)


def read(tmp_path: Path, content: bytes) -> ModelFile:
    """What is read from a file with this content."""
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    return modelfile.read(path)


def refused(tmp_path: Path, content: bytes) -> str:
    """The message with which such a file is refused."""
    with pytest.raises(ModelError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 600 and str(tmp_path / "model.npz") in message and caught.value.next_step, message
    return message


def as_bytes(tmp_path: Path, model: ModelFile) -> bytes:
    """A model as a file, with the hashes that belong to its content."""
    modelfile.write(tmp_path / "written.npz", model)
    return (tmp_path / "written.npz").read_bytes()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """Members as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def array_bytes(array: Any, *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def parts(model: ModelFile) -> list[Any]:
    """Everything that a model holds beside its header."""
    lexicon = [getattr(model.lexicon, item.name) for item in fields(model.lexicon)]
    return [*model.words, *model.characters, *model.cues, model.intercept, model.golden_probabilities, *lexicon]


def same(left: ModelFile, right: ModelFile) -> bool:
    """Whether two models are alike in every number and word."""
    return left.header == right.header and all(np.array_equal(one, two) for one, two in zip(parts(left), parts(right), strict=True))


def test_what_was_written_comes_back_and_gives_the_same_bytes(tmp_path: Path, content: bytes, stored: ModelFile) -> None:
    assert same(stored, read(tmp_path, content))
    assert as_bytes(tmp_path, stored) == as_bytes(tmp_path, stored) == content
    assert {"labels", "settings", "training", "hashes", "versions", "golden", "format"} <= set(stored.header)
    for block in (stored.words, stored.characters, stored.cues):
        assert len(bytes(block.names).decode("utf-8", "surrogatepass").split("\n")) == len(block.keys) > 0


def test_every_member_is_an_array_without_pickle(content: bytes) -> None:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} <= {"u", "i", "f"}


def test_a_file_cut_short_is_refused(tmp_path: Path, content: bytes) -> None:
    for percent in range(100):
        refused(tmp_path, content[: len(content) * percent // 100])
    refused(tmp_path, content[:-1])


def flipped(content: bytes, place: int, mask: int) -> bytes:
    """The content with some bits of one byte changed."""
    return content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]


def is_refused(tmp_path: Path, content: bytes, stored: ModelFile) -> bool:
    """Whether a damaged file is refused; one that is not must hold the same model."""
    try:
        assert same(stored, read(tmp_path, content))
    except ModelError as error:
        assert "\n" not in str(error)
        return True
    return False


def test_no_byte_flipped_anywhere_changes_the_model(tmp_path: Path, content: bytes, stored: ModelFile) -> None:
    """At 1,000 places; only the heads that the zip repeats before each array, a few bytes in a hundred, are read by nobody."""
    places = range(0, len(content), len(content) // 1000)
    refusals = [is_refused(tmp_path, flipped(content, place, 1 << place % 8), stored) for place in places]
    assert len(refusals) >= 1000 and sum(refusals) > 900


def test_no_flipped_byte_of_the_heads_changes_the_model(tmp_path: Path, content: bytes, stored: ModelFile) -> None:
    heads = [*range(100), *range(len(content) - 250, len(content))]
    refusals = [is_refused(tmp_path, flipped(content, place, mask), stored) for place in heads for mask in (0xFF, 1)]
    assert sum(refusals) > 100


class Trap:
    """An object that writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def test_a_pickle_is_refused_and_not_run(tmp_path: Path, content: bytes) -> None:
    sprung = tmp_path / "sprung"
    for name in ("words.idf.npy", "header.npy", "lexicon.keys.npy"):
        refused(tmp_path, packed(members(content) | {name: array_bytes(np.array([Trap(sprung)], dtype=object), allow_pickle=True)}))
    assert not sprung.exists()


def changed(stored: ModelFile, block: str, **arrays: Any) -> ModelFile:
    """The model with other arrays in a block."""
    return stored._replace(**{block: getattr(stored, block)._replace(**arrays)})


def lists(stored: ModelFile, **arrays: Any) -> ModelFile:
    """The model with other arrays in its lexicon."""
    return stored._replace(lexicon=replace(stored.lexicon, **arrays))


WRONG: dict[str, Callable[[ModelFile], ModelFile]] = {
    "idf not a number": lambda m: changed(m, "words", idf=np.where(np.arange(len(m.words.idf)) == 3, np.nan, m.words.idf)),
    "weights infinite": lambda m: changed(m, "cues", weights=np.where(m.cues.weights == m.cues.weights[0, 0], np.inf, m.cues.weights)),
    "intercept not a number": lambda m: m._replace(intercept=np.array([0.0, np.nan, 0.0, 0.0])),
    "intercept too short": lambda m: m._replace(intercept=m.intercept[:3]),
    "intercept of words": lambda m: m._replace(intercept=np.array(["a", "b", "c", "d"])),
    "idf too short": lambda m: changed(m, "characters", idf=m.characters.idf[:-1]),
    "weights of three labels": lambda m: changed(m, "words", weights=np.ascontiguousarray(m.words.weights[:, :3])),
    "weights flat": lambda m: changed(m, "words", weights=m.words.weights.ravel()),
    "weights single precision": lambda m: changed(m, "words", weights=m.words.weights.astype(np.float32)),
    "weights of other byte order": lambda m: changed(m, "words", weights=m.words.weights.astype(">f8")),
    "weights beyond all measure": lambda m: changed(m, "words", weights=m.words.weights * 1e12),
    "idf of nothing": lambda m: changed(m, "words", idf=m.words.idf * 0.0),
    "idf negative": lambda m: changed(m, "cues", idf=-m.cues.idf),
    "idf too large to square": lambda m: changed(m, "characters", idf=m.characters.idf * 1e200),
    "keys no hashes": lambda m: changed(m, "characters", keys=np.arange(len(m.characters.keys), dtype=np.uint64)),
    "nodes no hashes": lambda m: lists(m, nodes=np.arange(len(m.lexicon.nodes), dtype=np.uint64)),
    "section of no list": lambda m: lists(m, sections=("denial", *m.lexicon.sections[1:])),
    "names too few": lambda m: lists(m, names=Names.of(list(m.lexicon.names)[1:])),
    "names none": lambda m: lists(m, names=Names.of([])),
    "header of gigabytes": lambda m: m._replace(header=m.header | {"note": "a" * (1 << 22)}),
    "keys signed": lambda m: changed(m, "words", keys=m.words.keys.astype(np.int64)),
    "keys out of order": lambda m: changed(m, "words", keys=m.words.keys[::-1].copy()),
    "keys twice": lambda m: changed(m, "words", keys=np.repeat(m.words.keys[:1], len(m.words.keys))),
    "keys a single number": lambda m: changed(m, "words", keys=np.uint64(3)),
    "golden figures missing": lambda m: m._replace(golden_probabilities=m.golden_probabilities[1:]),
    "cue of no entry": lambda m: lists(m, cues=m.lexicon.cues + len(m.lexicon.section) * CUE_FORMS),
    "cue of a negative entry": lambda m: lists(m, cues=m.lexicon.cues - CUE_FORMS),
    "cue in an unknown form": lambda m: lists(m, cues=m.lexicon.cues // CUE_FORMS * CUE_FORMS + 7),
    "entry of no section": lambda m: lists(m, section=m.lexicon.section + len(m.lexicon.sections)),
    "nodes out of order": lambda m: lists(m, nodes=m.lexicon.nodes[::-1].copy()),
    "nodes without flags": lambda m: lists(m, flags=m.lexicon.flags[1:]),
    "node of cues that are not there": lambda m: lists(m, first=m.lexicon.first + (m.lexicon.first > 0)),
    "node of fewer than no cues": lambda m: lists(m, first=np.concatenate([m.lexicon.first[:1], m.lexicon.first[1:-1][::-1], m.lexicon.first[-1:]])),
    "nodes one too many": lambda m: lists(m, nodes=np.append(m.lexicon.nodes, np.uint64(2**64 - 1)), flags=np.append(m.lexicon.flags, np.uint8(1))),
    "pairs doubled": lambda m: lists(m, pairs=np.repeat(m.lexicon.pairs[:1], len(m.lexicon.pairs))),
    "pair of cues that are not there": lambda m: lists(m, pair_first=m.lexicon.pair_first + 1),
    "section not text": lambda m: lists(m, sections=(*m.lexicon.sections[:-1], 7)),
    "another format": lambda m: m._replace(header=m.header | {"format": 99}),
    "format as text": lambda m: m._replace(header=m.header | {"format": "1"}),
    "labels in another order": lambda m: m._replace(header=m.header | {"labels": m.header["labels"][::-1]}),
    "labels missing": lambda m: m._replace(header={key: value for key, value in m.header.items() if key != "labels"}),
    "golden sentences missing": lambda m: m._replace(header={key: value for key, value in m.header.items() if key != "golden"}),
    "golden sentences not text": lambda m: m._replace(header=m.header | {"golden": [1] * len(m.header["golden"])}),
    "training counts missing": lambda m: m._replace(header=m.header | {"training": {}}),
    "training counts not numbers": lambda m: m._replace(header=m.header | {"training": {"labels": ["a", "b", "c", "d"]}}),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_model_that_cannot_be_is_refused(tmp_path: Path, stored: ModelFile, change: Callable[[ModelFile], ModelFile]) -> None:
    refused(tmp_path, as_bytes(tmp_path, change(stored)))


def test_another_format_is_named(tmp_path: Path, stored: ModelFile) -> None:
    message = refused(tmp_path, as_bytes(tmp_path, stored._replace(header=stored.header | {"format": 99})))
    assert f"format {modelfile.FORMAT}" in message


HEADERS = [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}', b'{"format": 1' + b"1" * 5000 + b"}"]


@pytest.mark.parametrize("header", HEADERS, ids=[f"{header[:12]!r}" for header in HEADERS])
def test_a_header_that_is_none_is_refused(tmp_path: Path, content: bytes, header: bytes) -> None:
    refused(tmp_path, packed(members(content) | {"header.npy": array_bytes(np.frombuffer(header, dtype=np.uint8))}))


def test_an_unknown_doubled_or_missing_member_is_refused(tmp_path: Path, content: bytes) -> None:
    found = members(content)
    assert "extra" in refused(tmp_path, packed(found | {"extra.npy": array_bytes(np.zeros(3))}))
    refused(tmp_path, packed(found | {"../words.idf.npy": array_bytes(np.zeros(3))}))
    for name in found:
        refused(tmp_path, packed({other: data for other, data in found.items() if other != name}))
    buffer = io.BytesIO(content)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("words.idf.npy", found["words.idf.npy"])
    refused(tmp_path, buffer.getvalue())


HEADS = [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000000000000, 4)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-4,)}",
    "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2)}",
    "{'descr': '|V0', 'fortran_order': False, 'shape': (4,)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (4,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': 4}",
    "{'descr': '<f8', 'fortran_order': False}",
    "__import__('os').abort()",
    "",
]


@pytest.mark.parametrize("head", HEADS)
def test_a_head_that_lies_about_its_array_is_refused(tmp_path: Path, content: bytes, head: str) -> None:
    padded = (head + " " * (117 - len(head)) + "\n").encode()
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + np.zeros(4).tobytes()
    refused(tmp_path, packed(members(content) | {"intercept.npy": data}))


@pytest.mark.parametrize("magic", [b"\x93NUMPY\x02\x00", b"\x93NUMPY\x09\x00", b"PICKLE\x01\x00", b""])
def test_an_array_of_another_form_is_refused(tmp_path: Path, content: bytes, magic: bytes) -> None:
    found = members(content)
    refused(tmp_path, packed(found | {"intercept.npy": magic + found["intercept.npy"][8:]}))


def test_a_zip_that_says_it_unpacks_to_gigabytes_is_refused_unread(tmp_path: Path, content: bytes) -> None:
    bomb = packed(members(content) | {"words.names.npy": b"\0" * 2_000_000}, compression=zipfile.ZIP_DEFLATED)
    refused(tmp_path, bomb)
    entry = entry_of(bomb, "words.names.npy")
    larger = bytearray(bomb)
    larger[entry + 24 : entry + 28] = struct.pack("<I", 0xFFFFFFF0)
    refused(tmp_path, bytes(larger))


def test_members_that_share_their_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    """The directory of a zip may name the same bytes under many names: a bomb that is no larger than what it holds."""
    found = members(content) | {"words.names.npy": array_bytes(np.zeros(len(content), dtype=np.uint8))}
    whole = bytearray(packed(found))
    place = entry_of(whole, "words.names.npy")
    for name in ("common.names.npy", "cues.names.npy"):
        entry = entry_of(whole, name)
        whole[entry + 16 : entry + 28], whole[entry + 42 : entry + 46] = whole[place + 16 : place + 28], whole[place + 42 : place + 46]
    assert "overlap" in refused(tmp_path, bytes(whole))


def entry_of(content: bytes | bytearray, name: str) -> int:
    """Where a member's entry in the directory of a zip file begins."""
    return content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))


def test_a_file_larger_than_any_model_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    with path.open("wb") as stream:
        stream.truncate(npz.LARGEST + 1)
    with pytest.raises(ModelError, match="larger"):
        modelfile.read(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressed_members_are_refused(tmp_path: Path, content: bytes, compression: int) -> None:
    assert "compressed" in refused(tmp_path, packed(members(content), compression=compression))


@pytest.mark.parametrize("other", [b"", b"PK", b"text", b"\0" * 5000, json.dumps({"format": 1}).encode(), packed({}), packed({"a.txt": b"a"})])
def test_another_kind_of_file_is_refused(tmp_path: Path, other: bytes) -> None:
    refused(tmp_path, other)


def test_a_missing_model_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no model.*make pipeline"):
        modelfile.read(tmp_path / "none.npz")
    with pytest.raises(ModelError, match=str(tmp_path)):
        modelfile.read(tmp_path)
