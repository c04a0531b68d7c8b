"""The command line when something is wrong: one line on standard error, the right exit code, never a traceback."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CODED, Run, failed, jsonl, shell, write
from small_project import Project

from pipeline import cli


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), ("nonsense", "classify")),
        (("classify", "--nonsense"), ("--nonsense", "--help")),
        (("classify", "a", "--input", "b.txt"), ("TEXT", "--input")),
        (("classify", "--input"), ("--input",)),
        (("classify", "a", "--format", "xml"), ("xml", "table")),
        (("classify", "a", "--min-confidence", "1.5"), ("1.5", "0 and 1")),
        (("classify", "a", "--min-confidence", "high"), ("high",)),
        (("classify", "a", "--min-confidence", "nan"), ("nan",)),
        (("classify", "a", "--output", "out.xyz"), (".xyz", "--format")),
        (("classify", "a", "--output", "out.parquet", "--format", "csv"), (".parquet", "--format")),
        (("evaluate",), ("FILE",)),
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    failed(run(*arguments), 2, *words)


def test_without_a_command_the_overview_is_shown(run: Run) -> None:
    done = run()
    assert (done.code, done.out) == (2, "") and done.err.endswith("stance: no command was given; see `stance --help`\n")
    assert done.err.startswith(cli.parser().format_help())


FILES = {
    "folder/notes.md": "",
    "empty/.keep": "",
    "latin.txt": "né\n".encode("latin-1"),
    "rows.csv": "body\na\n",
    "rows.jsonl": '{"text": 5}\n',
    "rows.pdf": "%PDF",
    "broken.parquet": "PAR1",
    "labels.jsonl": jsonl([*CODED, {"text": "a", "label": "denail"}]),
    "capital.jsonl": jsonl([{"text": "a", "label": "Warning"}]),
    "nolabels.jsonl": jsonl([{"text": "a"}]),
    "none.jsonl": "",
    "model.npz": "PK",
}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("classify", "--input", "missing.txt"), ("missing.txt: is not there",)),
        (("classify", "--input", "missing.csv"), ("missing.csv: is not there",)),
        (("classify", "--input", "missing.parquet", "--documents"), ("missing.parquet: is not there",)),
        (("classify", "--input", "missing.parquet"), ("missing.parquet: is not there",)),
        (("shares", "missing.parquet"), ("missing.parquet: is not there",)),
        (("classify", "--input", "missing"), ("missing",)),
        (("classify", "--input", "empty"), ("empty", ".txt")),
        (("classify", "--input", "folder"), ("folder", ".txt")),
        (("classify", "--input", "rows.pdf"), (".pdf", ".csv")),
        (("classify", "--input", "latin.txt"), ("latin.txt", "UTF-8")),
        (("classify", "--input", "latin.txt", "--documents"), ("latin.txt", "UTF-8")),
        (("classify", "--input", "rows.csv"), ("rows.csv", "'text'", "body")),
        (("classify", "--input", "rows.jsonl"), ("rows.jsonl", "row 1", "5")),
        (("classify", "--input", "broken.parquet"), ("broken.parquet",)),
        (("classify", "a", "--model", "missing.npz"), ("missing.npz", "make pipeline")),
        (("classify", "a", "--model", "model.npz"), ("model.npz",)),
        (("classify", "a", "--model", "folder"), ("folder",)),
        (("classify", "a", "--output", "rows.csv/out.csv"), ("rows.csv/out.csv",)),
        (("evaluate", "missing.jsonl"), ("missing.jsonl",)),
        (("evaluate", "labels.jsonl"), ("labels.jsonl", "row 5", "'denail'", "denial")),
        (("evaluate", "labels.jsonl"), ("did you mean 'denial'? The labels are denial, accusation",)),
        (("evaluate", "capital.jsonl"), ("row 1", "'Warning'", "did you mean 'warning'?")),
        (("evaluate", "nolabels.jsonl"), ("nolabels.jsonl", "'label'", "it has text", "--label-column")),
        (("compare", "model.npz", "model.npz", "nolabels.jsonl"), ("--label-column",)),
        (("evaluate", "none.jsonl"), ("none.jsonl", "no rows")),
        (("evaluate", "latin.txt"), ("latin.txt", ".csv")),
    ],
)
def test_bad_data_is_exit_code_1(run: Run, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    for name, content in FILES.items():
        write(tmp_path / name, content)
    failed(run(*arguments), 1, *words)


@pytest.fixture
def other_server() -> Iterator[str]:
    """The address of a server that is no Dask scheduler."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_address_where_no_scheduler_answers_is_named(run: Run, tmp_path: Path, other_server: str) -> None:
    write(tmp_path / "a.txt", "He denied it.\n")
    failed(run("classify", "--input", "a.txt", "--scheduler", other_server, "--output", "parts"), 1, other_server, "scheduler")
    failed(run("classify", "--input", "a.txt", "--scheduler", "nonsense://x", "--output", "parts"), 1, "nonsense://x", "scheduler")


def test_standard_input_that_is_not_utf_8_is_named(run: Run) -> None:
    for arguments in ((), ("--documents",)):
        done = run("classify", *arguments, stdin=b"a\xe9b\n")
        failed(done, 1, "standard input", "UTF-8")


def test_an_end_that_cannot_be_written_to_is_one_line(project: Project, tmp_path: Path) -> None:
    done = shell('yes "The mayor denied it." | head -5000 | stance classify > /dev/full', cwd=tmp_path, STANCE_MODEL=str(project.model))
    assert done.returncode == 1 and re.fullmatch(r"stance: standard output[^\n]+\n", done.stderr), done.stderr


def test_a_closed_pipe_is_quiet(project: Project, tmp_path: Path) -> None:
    line = 'yes "The mayor denied it." | head -20000 | stance classify --format {} | head -1; echo "${{PIPESTATUS[2]}}" >&2'
    for form in ("jsonl", "csv", "table"):
        done = shell(line.format(form), cwd=tmp_path, STANCE_MODEL=str(project.model))
        assert done.stderr == "0\n" and done.stdout.count("\n") == 1
