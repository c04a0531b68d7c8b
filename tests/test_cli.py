"""The command `classify`: every row in comes out, in order and whole, whatever it holds."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
import small_project
from command_line import DENIED, DOCUMENT, SENTENCES, Done, Run, failed, jsonl, stance, write
from small_project import Project

from pipeline import StanceModel, formulas
from pipeline.records import LABELS

LINES = [
    DENIED,
    "",
    "   ",
    "The bank blamed the airline for the leak.",
    "\u2028",
    "…",
    "a\ttab, a \"quote\" and 'two'",
    "\x0b\x0c",
    "né le 5\u00a0mai",
    "\U0001f30d",
    "x" * 50_000,
    "a\rb",
    "0",
    "null",
    "=1+1",
]


def test_a_row_has_its_place_label_and_probabilities(run: Run, small_model: StanceModel) -> None:
    done = run("classify", DENIED, "…")
    assert (done.code, done.err) == (0, "")
    first, second = done.rows
    assert list(first) == ["id", "document", "start", "end", "text", "label", "probabilities"]
    assert {key: first[key] for key in list(first)[:6]} == {"id": "0", "document": "", "start": 0, "end": len(DENIED), "text": DENIED, "label": "denial"}
    assert list(first["probabilities"]) == list(LABELS) and sum(first["probabilities"].values()) == pytest.approx(1)
    assert tuple(first["probabilities"].values()) == small_model.classify([DENIED])[0].probabilities, "the same numbers as from Python"
    assert (second["id"], second["label"], second["note"]) == ("1", None, "no words")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_every_line_of_standard_input_comes_out_with_its_place(run: Run, end: str) -> None:
    content = (end or "\n").join(LINES) + end
    done = run("classify", stdin=content.encode())
    assert [row["text"] for row in done.rows] == LINES
    assert [row["id"] for row in done.rows] == [str(number) for number in range(len(LINES))]
    assert all(content[row["start"] : row["end"]] == row["text"] for row in done.rows)
    assert [row["label"] is None for row in done.rows] == [not re.search(r"\w", text) for text in LINES]


def test_many_lines_come_out_in_order(run: Run) -> None:
    lines = [f"The mayor denied claim {number}." if number % 3 else "" for number in range(5000)]
    assert [row["text"] for row in run("classify", stdin="\n".join(lines).encode() + b"\n").rows] == lines


def test_a_byte_order_mark_is_no_part_of_the_text(run: Run, tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + DENIED.encode()
    assert run("classify", stdin=content).rows[0]["text"] == DENIED
    assert run("classify", "--documents", stdin=content).rows[0]["text"] == DENIED
    assert run("classify", "--input", write(tmp_path / "a.txt", content)).rows[0]["text"] == DENIED


def test_no_input_gives_no_rows(run: Run, tmp_path: Path) -> None:
    assert run("classify") == Done(0, "", "")
    assert run("classify", "--format", "csv").out == ",".join(formulas.CLASSIFIED) + "\n"
    for name in ("none.txt", "none.jsonl", "none.csv"):
        assert run("classify", "--input", write(tmp_path / name, "")) == Done(0, "", "")


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_every_row_of_a_file_comes_out_with_its_own_id(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rows{suffix}"
    rows = [{"id": f"n{number * 7}", "text": text, "more": "x"} for number, text in enumerate(LINES)]
    if suffix == ".jsonl":
        write(path, jsonl(rows))
    elif suffix == ".csv":
        small_project.write_csv(path, rows)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    done = run("classify", "--input", path)
    assert [(row["id"], row["text"]) for row in done.rows] == [(row["id"], row["text"]) for row in rows]
    assert all((row["document"], row["start"], row["end"]) == (str(path), 0, len(row["text"])) for row in done.rows)


def test_other_columns_can_hold_text_and_id(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", jsonl([{"nr": 8, "body": DENIED}, {"nr": None, "body": None}]))
    done = run("classify", "--input", path, "--text-column", "body", "--id-column", "nr")
    assert [(row["id"], row["text"], row["label"]) for row in done.rows] == [("8", DENIED, "denial"), ("1", "", None)]


def test_half_a_surrogate_pair_comes_out_as_it_went_in(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", b'{"text": "The mayor denied it \\ud83d."}\n{"text": "\\udc80"}\n')
    texts = [json.loads(line)["text"] for line in path.read_text().splitlines()]
    printed = stance("classify", "--input", str(path), cwd=tmp_path, STANCE_MODEL=str(project.model))
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert [json.loads(line)["text"] for line in printed.stdout.splitlines()] == texts
    for suffix in ("jsonl", "csv", "parquet"):
        done = stance("classify", "--quiet", "--input", str(path), "--output", f"out.{suffix}", cwd=tmp_path, STANCE_MODEL=str(project.model))
        assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line)["text"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == texts
    assert len(list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))) == 2
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").num_rows == 2


def test_documents_are_split_first_with_places_in_the_document(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "news" / "a.txt", DOCUMENT)
    write(tmp_path / "news" / "deep" / "b.jsonl", jsonl([{"id": "x", "text": DOCUMENT}, {"id": "y", "text": ""}, {"id": "z", "text": "One. Two."}]))
    done = run("classify", "--documents", "--input", tmp_path / "news")
    assert [row["text"] for row in done.rows] == [*SENTENCES, *SENTENCES, "One.", "Two."]
    assert [row["id"] for row in done.rows] == [f"a:{i}" for i in range(4)] + [f"x:{i}" for i in range(4)] + ["z:0", "z:1"]
    names = [str(tmp_path / "news" / "a.txt")] * 4 + [f"{tmp_path / 'news' / 'deep' / 'b.jsonl'}#{name}" for name in "xxxxzz"]
    assert [row["document"] for row in done.rows] == names
    assert all(DOCUMENT[row["start"] : row["end"]] == row["text"] for row in done.rows[:8])


def test_documents_come_from_arguments_and_standard_input_too(run: Run) -> None:
    for done in (run("classify", "--documents", DOCUMENT), run("classify", "--documents", stdin=DOCUMENT.encode())):
        assert [(row["id"], row["text"]) for row in done.rows] == [(f"0:{i}", text) for i, text in enumerate(SENTENCES)]
        assert all(DOCUMENT[row["start"] : row["end"]] == row["text"] for row in done.rows)


def test_csv_holds_every_row_whatever_the_text(run: Run) -> None:
    done = run("classify", "--format", "csv-plain", stdin="\n".join(LINES).encode())
    rows = list(csv.DictReader(io.StringIO(done.out, newline="")))
    assert [row["text"] for row in rows] == LINES
    assert tuple(rows[0]) == formulas.CLASSIFIED
    assert rows[0]["label"] == "denial" and sum(float(rows[0][label]) for label in LABELS) == pytest.approx(1)
    assert rows[1]["label"] == "" and rows[1]["note"] == "no words"


def test_a_table_holds_a_line_a_row(run: Run) -> None:
    done = run("classify", "--format", "table", stdin="\n".join(LINES).encode())
    assert len(done.out.split("\n")) - 1 == len(LINES)
    assert re.fullmatch(rf"denial +[01]\.\d\d +{re.escape(DENIED)}", done.out.split("\n")[0])


def test_a_table_holds_nothing_that_a_terminal_obeys(run: Run) -> None:
    done = run("classify", "--format", "table", stdin=f"\x1b]0;title\x07\x1b[2J{DENIED}\x9b1m\u202e\n".encode())
    assert done.out.isascii() and done.out.endswith(f"  {DENIED}\n") and done.out[:-1].isprintable()


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet", "new/folder/out.jsonl", "out.txt"])
def test_output_goes_to_a_file_whole(run: Run, tmp_path: Path, name: str) -> None:
    assert run("classify", "--output", name, stdin="\n".join(LINES).encode()) == Done(0, "", f"stance: {name} holds {len(LINES)} rows\n")
    path, texts = tmp_path / name, []
    if path.suffix == ".jsonl":
        texts = [json.loads(line)["text"] for line in path.read_text("utf-8").split("\n")[:-1]]
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            texts = [formulas.unguard(row["text"]) for row in csv.DictReader(stream)]
    elif path.suffix == ".parquet":
        rows = pyarrow.parquet.read_table(path).to_pylist()
        texts = [row["text"] for row in rows]
        assert list(rows[0]["probabilities"]) == list(LABELS) and rows[1]["label"] is None
    assert texts == LINES or (path.suffix == ".txt" and path.read_text("utf-8").count("\n") == len(LINES))
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_output_that_fails_leaves_nothing_and_what_was_there_stays(run: Run, tmp_path: Path) -> None:
    bad = write(tmp_path / "in" / "rows.jsonl", jsonl([{"text": "a"}] * 3000) + "{broken\n")
    failed(run("classify", "--input", bad, "--output", "out.jsonl"), 1, "line 3001")
    assert not (tmp_path / "out.jsonl").exists()
    write(tmp_path / "out.jsonl", "before")
    failed(run("classify", "--input", bad, "--output", "out.jsonl"), 1)
    assert (tmp_path / "out.jsonl").read_text() == "before"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["in", "out.jsonl"]


def test_output_read_back_as_input_gives_the_same_rows(run: Run) -> None:
    for suffix in ("jsonl", "csv", "parquet"):
        run("classify", "--output", f"one.{suffix}", stdin="\n".join(LINES).encode())
        again = run("classify", "--input", f"one.{suffix}")
        assert [(row["id"], row["text"]) for row in again.rows] == [(str(i), text) for i, text in enumerate(LINES)]


def test_min_confidence_leaves_the_unsure_without_a_label(run: Run) -> None:
    rows = run("classify", "--min-confidence", "1", DENIED, "…").rows
    assert [(row["label"], row["note"]) for row in rows] == [(None, "unsure"), (None, "no words")]


def test_which_model_is_used(run: Run, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCE_MODEL", "nowhere.npz")
    failed(run("classify", "a"), 1, "nowhere.npz", "there is no model")
    assert run("classify", "a", "--model", project.model).code == 0
    monkeypatch.delenv("STANCE_MODEL")
    write(tmp_path / "models" / "stance.npz", b"not a model")
    failed(run("classify", "a"), 1, "models/stance.npz")
    write(tmp_path / "models" / "stance.npz", project.model.read_bytes())
    assert run("classify", "a").code == 0
    monkeypatch.setenv("STANCE_MODEL", "")
    assert run("classify", "a").code == 0
