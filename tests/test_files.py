"""Files are written whole or not at all, and hashes tell contents apart."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import files, tables
from pipeline.errors import DataError


def test_a_file_is_replaced_only_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.txt"
    files.write_text(path, "first\n")
    with pytest.raises(ZeroDivisionError), files.replacing(path) as temporary:
        temporary.write_text("half")
        assert path.read_text() == "first\n"
        raise ZeroDivisionError
    assert path.read_bytes() == b"first\n"
    assert [item.name for item in path.parent.iterdir()] == ["out.txt"], "no temporary file is left"
    files.write_text(path, "sécond\n")
    assert path.read_bytes() == "sécond\n".encode()
    assert [item.name for item in path.parent.iterdir()] == ["out.txt"]


def test_a_file_gets_the_permissions_of_the_user(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_bytes(tmp_path / "out", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640


def test_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "file" / "out.csv", tmp_path / "folder.csv"):
        with pytest.raises(DataError) as caught:
            files.write_bytes(path, b"data")
        assert str(path) in str(caught.value) and caught.value.next_step
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder.csv"]


@given(left=st.lists(st.text() | st.binary(), max_size=4), right=st.lists(st.text() | st.binary(), max_size=4))
def test_a_digest_tells_parts_apart(left: list[str | bytes], right: list[str | bytes]) -> None:
    def as_bytes(parts: list[str | bytes]) -> list[bytes]:
        return [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]

    assert (files.digest(left) == files.digest(right)) == (as_bytes(left) == as_bytes(right))


def test_a_digest_counts_boundaries() -> None:
    assert len({files.digest(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["ab", "c", ""])}) == 4
    assert files.digest(["denial"]) == "47ca63842339416b931494c83386fed6b62fe36b1e6d6c7a65d275f69b5ef1f0"


def test_a_table_comes_back_as_written_and_gives_the_same_bytes(tmp_path: Path) -> None:
    columns = {"text": ["a", None, "é\n"], "start": [0, 5, 9]}
    for name in ("one", "two"):
        tables.write(tmp_path / name, tables.of_columns(columns))
    assert tables.read(tmp_path / "one", ("start", "text")) == columns
    assert list(tables.read(tmp_path / "one", ("start", "text"))) == ["start", "text"]
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_table_that_is_missing_broken_or_short_of_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"PAR1")
    tables.write(tmp_path / "short", pyarrow.table({"text": ["a"]}))
    for name, word in (("missing", "read"), ("broken", "read"), ("short", "'label'")):
        with pytest.raises(DataError) as caught:
            tables.read(tmp_path / name, ("text", "label"))
        assert str(tmp_path / name) in str(caught.value) and word in str(caught.value) and "\n" not in str(caught.value)
