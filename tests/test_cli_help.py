"""The command `evaluate`, and the help of every command, which ends in examples that run."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pyarrow
import pyarrow.parquet
import pytest
import small_project
from command_line import CODED, DENIED, DOCUMENT, Run, jsonl, shell, write
from small_project import Project
from test_forms import doccano_export, studio_export, zipped

from pipeline import cli
from pipeline.coding import forms
from pipeline.records import LABELS, Task


def test_evaluate_gives_the_figures_of_a_file(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "coded.jsonl", jsonl(CODED))
    figures = json.loads(run("evaluate", path, "--format", "json").out)
    assert figures["sentences"] == 4 and set(figures["labels"]) == set(LABELS)
    assert [figures["labels"][label]["support"] for label in LABELS] == [1, 1, 1, 1]
    assert set(figures["slices"]) == {"odd", "plain"} and figures["slices"]["plain"]["sentences"] == 2
    assert figures["slices"]["plain"]["accuracy"] == 1.0
    table = run("evaluate", path)
    assert table.code == 0 and f"{figures['macro_f1']['value']:.3f}" in table.out
    assert all(word in table.out for word in (*LABELS, "macro-F1", "odd", "plain", "majority"))


def test_evaluate_takes_other_columns_and_forms(run: Run, tmp_path: Path) -> None:
    rows = [{"code": row["label"], "sentence": row["text"], "desk": row["slice"]} for row in CODED]
    small_project.write_csv(tmp_path / "coded.csv", rows)
    done = run("evaluate", "coded.csv", "--text-column", "sentence", "--label-column", "code", "--slice-column", "desk", "--format", "json")
    assert json.loads(done.out)["slices"]["odd"]["sentences"] == 2


def commands() -> dict[str, Any]:
    """The parser of every command."""
    return parts(cli.parser())


def parts(parser: argparse.ArgumentParser) -> dict[str, Any]:
    """The parsers below one, by name."""
    return {name: below for action in parser._actions if isinstance(action, argparse._SubParsersAction) for name, below in action.choices.items()}


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parsers that do something: those of the commands, or of a command's parts where it has some."""
    below = parts(parser)
    for one in below.values():
        yield from leaves(one)
    if not below:
        yield parser


def test_help_names_every_command_and_ends_well(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("--help")
    said = capsys.readouterr().out
    listed = re.findall(r"^  ([a-z-]+)  +(.+)$", said.split("options:")[0], re.MULTILINE)
    assert stopped.value.code == 0 and listed == [(name, one.description) for name, one in commands().items()], "every command with what it does"
    assert re.findall(r"^(\w.*):$", said, re.MULTILINE) == [*cli.TASKS, "options", "examples"], "ordered by task"
    assert len(re.findall("^  stance ", said, re.MULTILINE)) == 2
    assert re.fullmatch(r"stance \d+\.\d+\.\d+\n", run("--version").out)


@pytest.fixture
def desk(project: Project, tmp_path: Path) -> Path:
    """A project's folder with the files that the examples of --help speak of."""
    folder = small_project.copy(project, tmp_path / "desk").root
    small_project.write_csv(folder / "sentences.csv", [{"body": DENIED}, {"body": ""}])
    write(folder / "articles" / "a.txt", DOCUMENT)
    write(folder / "article.txt", DOCUMENT)
    for name in (".zfunc", ".config/fish/completions"):
        (folder / name).mkdir(parents=True)
    write(folder / "archive" / "a.txt", f"{DENIED}\n" * 3000)
    pyarrow.parquet.write_table(pyarrow.table({"id": ["a", "b"], "text": [DENIED, ""]}), folder / "news.parquet")
    write(folder / "sentences.txt", f"{DENIED}\n\nThe bank blamed the airline.\n")
    write(folder / "coded.jsonl", jsonl(CODED))
    shutil.copy(project.model, folder / "old.npz")
    classified = [{"id": f"a:{number}", "document": "a.txt", "note": "", **dict.fromkeys(LABELS, 0.25)} for number in range(120)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(classified), folder / "classified.parquet")
    small_project.write_csv(folder / "articles.csv", [{"id": "a", "date": "2024-03-31", "source": "Wire"}])
    unread = small_project.document(small_project.UNREAD, 300).sentences
    labels = [sentence.label for sentence in unread]
    tasks = [Task(small_project.UNREAD, sentence.start, sentence.end, sentence.text) for sentence in unread]
    write(folder / "project-1-at-2026.json", studio_export(forms.WRITERS["label-studio"](tasks), labels))
    by_doccano = doccano_export(forms.WRITERS["doccano"](tasks), labels)
    zipped(folder / "export.zip", admin=by_doccano, ben=by_doccano)
    small_project.write_csv(folder / "queue.csv", [{"document": task.document, "start": task.start, "end": task.end} for task in tasks])
    coded = [{"document": task.document, "sentence": task.text, "code": label, "label": label} for task, label in zip(tasks, labels, strict=True)]
    small_project.write_csv(folder / "coded.csv", coded)
    return folder


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with a worker, for examples that name one."""
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", protocol="tcp") as cluster:
        yield cluster.scheduler_address


def examples(parser: argparse.ArgumentParser) -> list[str]:
    """The lines of shell below a parser's help."""
    return [line.strip() for line in (parser.epilog or "").splitlines() if line.startswith("  ")]


SCHEDULER = "tcp://10.0.0.5:8786"
EXAMPLES = [(parser.prog, line.strip()) for parser in (*commands().values(), *leaves(cli.parser())) for line in examples(parser)]
EXAMPLES = [*dict.fromkeys([*EXAMPLES, *(("stance", line) for line in examples(cli.parser()))])]


@pytest.mark.parametrize("parser", [*commands().values(), *leaves(cli.parser()), cli.parser()], ids=lambda parser: parser.prog)
def test_every_help_ends_in_examples(parser: argparse.ArgumentParser) -> None:
    shown = examples(parser)
    assert shown and all(re.search(rf"{parser.prog}( |$)", line) for line in shown)
    assert all((parser.prog, line) in EXAMPLES for line in shown)
    assert re.search(r"examples:\n(  .+\n)+(\n`stance COMMAND --help` .+\n)?$", parser.format_help())


@pytest.mark.parametrize("line", dict.fromkeys(line for _, line in EXAMPLES))
def test_the_examples_run(desk: Path, scheduler: str, line: str) -> None:
    done = shell(line.replace(SCHEDULER, scheduler).replace("--workers 8", "--workers 2"), cwd=desk, HOME=str(desk))
    assert done.returncode == 0 and re.fullmatch(r"(?:stance: \S+ holds [^\n]+\n)?", done.stderr) and "\x1b" not in done.stdout
