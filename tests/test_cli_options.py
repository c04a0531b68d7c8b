"""Options mean the same in every command, output for machines and silence can be had of each, and what was meant is named."""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from architecture import ROOT
from command_line import CODED, DENIED, DOCUMENT, Run, failed, jsonl, on_terminal, shell, typed, write
from small_project import Project
from test_cli_help import desk, leaves

from pipeline import cli, suggesting
from pipeline.commands import _notes
from pipeline.records import LABELS

__all__ = ["desk"]
LEAVES = {parser.prog: parser for parser in leaves(cli.parser())}
OTHERWISE = {
    ("stance classify", "--documents"): "says that the input is documents; where sentences are coded it names their folder",
    ("stance annotations import", "--coder"): "several for a file of several coders, one where one is to code",
    ("stance annotations import", "--label-column"): "has the names of several tools as default",
    ("stance annotations import", "--text-column"): "has the names of several tools as default",
}
"""Where an option is not what it is in the other commands, and why."""
OWN_WORDS = {"--output", "--format", "--json", "--top"}
"""Options whose help names what the command writes."""


def by_option() -> dict[str, dict[str, argparse.Action]]:
    """For each option the commands that have it."""
    found: dict[str, dict[str, argparse.Action]] = defaultdict(dict)
    for name, parser in LEAVES.items():
        for action in parser._actions:
            for option in action.option_strings:
                found[option][name] = action
    return found


OPTIONS = by_option()


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_the_same_thing_in_every_command(option: str) -> None:
    alike = [action for name, action in OPTIONS[option].items() if (name, max(action.option_strings, key=len)) not in OTHERWISE]
    first = alike[0]
    long = max(first.option_strings, key=len)
    for action in alike:
        assert action.option_strings == first.option_strings
        assert (type(action), action.dest, action.type, action.nargs) == (type(first), first.dest, first.type, first.nargs)
        if long not in OWN_WORDS:
            assert (action.help, action.metavar, action.default) == (first.help, first.metavar, first.default)


def test_the_exceptions_are_needed() -> None:
    for name, option in OTHERWISE:
        own, others = OPTIONS[option][name], [action for other, action in OPTIONS[option].items() if other != name]
        assert any((own.help, own.default) != (other.help, other.default) for other in others)


@pytest.mark.parametrize("name", LEAVES)
def test_options_are_told_in_one_way(name: str) -> None:
    for action in LEAVES[name]._actions:
        assert action.help and action.help[0] != " " and not action.help.endswith("."), action
        if action.option_strings:
            long = [option for option in action.option_strings if option.startswith("--")]
            assert len(long) == 1 and re.fullmatch("--[a-z][a-z0-9-]+", long[0])
        if action.option_strings and action.nargs != 0 and not action.choices:
            assert str(action.metavar).isupper(), action
        if action.default not in (None, False, [], argparse.SUPPRESS):
            shown = f"{action.default:g}" if isinstance(action.default, float) else str(action.default)
            assert f"(default: {shown}" in action.help, action


JSON = {
    "stance classify": 'stance classify "He denied it."',
    "stance explain": 'stance explain "He denied it."',
    "stance view": "stance view articles/ -o pages/",
    "stance shares": "stance shares classified.parquet",
    "stance queue": "stance queue --budget 3",
    "stance annotations import": "stance annotations import project-1-at-2026.json --coder ana",
    "stance annotations export": "stance annotations export todo.json --to label-studio --coder ana",
    "stance annotations check": "stance annotations check",
    "stance codebook": "stance codebook",
    "stance agreement": "stance agreement",
    "stance audit": "stance audit",
    "stance evaluate": "stance evaluate coded.jsonl",
    "stance compare": "stance compare old.npz models/stance.npz coded.jsonl",
    "stance learning-curve": "stance learning-curve",
    "stance report": "stance report",
    "stance verify": "stance verify models/stance.npz",
}
WITHOUT_JSON = {"stance completion"}
"""Commands whose output is code."""


def test_every_command_has_output_for_machines_in_one_way() -> None:
    assert {*JSON, *WITHOUT_JSON} == set(LEAVES)
    for name in JSON:
        form, short = OPTIONS["--format"][name], OPTIONS["--json"][name]
        assert short.dest == "format" and form.choices and short.const in form.choices
        assert short.help == f"short for --format {short.const}"


@pytest.mark.parametrize("name", JSON)
def test_json_is_json_and_the_same_as_the_format(desk: Path, name: str) -> None:
    form = OPTIONS["--json"][name].const
    short = shell(f"{JSON[name]} --json", cwd=desk)
    assert (short.returncode, short.stderr) == (0, "")
    if name != "stance annotations import":  # the second time there is nothing new
        assert shell(f"{JSON[name]} --format {form}", cwd=desk).stdout == short.stdout
    rows = short.stdout.splitlines() if form == "jsonl" else [short.stdout]
    assert rows and all(isinstance(json.loads(row), dict | list) for row in rows)


def test_what_the_json_of_lists_and_counts_holds(desk: Path) -> None:
    told = {name: json.loads(shell(f"{JSON[name]} --json", cwd=desk).stdout) for name in JSON if OPTIONS["--json"][name].const == "json"}
    assert [set(row) for row in told["stance queue"]] == [{"document", "start", "end", "text", "why"}] * 3
    assert told["stance annotations import"]["files"][0] | {"new": 8, "changed": 0, "coder": "ana"} == told["stance annotations import"]["files"][0]
    assert told["stance annotations import"]["rejected"] == 0
    assert told["stance annotations export"]["interface"] == "todo.xml" and (desk / "todo.xml").is_file()
    assert told["stance annotations check"]["unmatched"] == [] and told["stance annotations check"]["coded"] <= told["stance annotations check"]["annotations"]
    assert [one["label"] for one in told["stance codebook"]["labels"]] == list(LABELS)
    assert {one["first"] for one in told["stance agreement"]["agreement"]} >= {"ana"} and len(told["stance agreement"]["confusion"]) % 16 == 0
    assert told["stance view"]["documents"][0]["file"] == "a.html" or (desk / "pages" / told["stance view"]["documents"][0]["file"]).is_file()
    assert told["stance report"]["kept"] is None and len(told["stance report"]["figures"]) == 4
    one = json.loads(shell("stance codebook denial --count 2 --json", cwd=desk).stdout)
    assert one["label"] == "denial" and len(one["examples"]) <= 2


def test_a_list_goes_to_a_file_in_the_form_that_is_asked_for(desk: Path) -> None:
    done = shell("stance queue --budget 3 --json --output next.json", cwd=desk)
    assert done.stdout.startswith("next.json: 3 of ") and len(json.loads((desk / "next.json").read_text("utf-8"))) == 3
    shell("stance queue --budget 3 --output next.csv", cwd=desk)
    assert (desk / "next.csv").read_text("utf-8").startswith("document,start,end,text,why\n")


def test_json_and_another_format_are_too_much(run: Run) -> None:
    failed(run("classify", DENIED, "--json", "--format", "csv"), 2, "--json", "--format")


NOTES = {
    "classify --input folder": "passed over",
    "classify --input latin.txt --on-error skip": "latin.txt",
    "classify folder": "--input folder",
    "classify --input folder/a.txt": "--documents splits",
    "classify --input folder --output parts --resume --part-size 1": "--documents splits",
    "classify --input folder --output parts --resume": "passed over",
    "evaluate capitals.jsonl": "capitals",
    "view folder -o pages": "passed over",
    "view latin.txt -o page.html --on-error skip": "latin.txt",
    "shares classified.csv": "nothing to correct",
    "agreement --documents folder": "passed over",
    "queue --documents folder": "passed over",
    "annotations check --documents folder": "passed over",
    "annotations import coded.csv --coder ana --documents folder": "passed over",
    "annotations export todo.jsonl --to doccano --coder ana --documents folder --guess rules": "doccano shows a guess",
}


@pytest.mark.parametrize("line", NOTES)
def test_notes_are_told_once_on_standard_error_and_quiet_silences_them(desk: Path, line: str) -> None:
    write(desk / "folder" / "a.txt", DOCUMENT)
    write(desk / "folder" / "notes.md", "")
    write(desk / "latin.txt", "né\nHe denied it.\n".encode("latin-1"))
    write(desk / "capitals.jsonl", jsonl([row | {"text": row["text"].upper()} for row in CODED] * 30))
    write(desk / "classified.csv", f"id,document,start,end,text,label,{','.join(LABELS)},note\n0,a,0,1,a,denial,1,0,0,0,\n")
    write(desk / "coded.csv", "document,text,label\na.txt,He blamed the bank.,accusation\n")
    write(desk / "seeds" / "annotations" / "ana.csv", "document,start,end,text,label\n")
    model = f" --model {_uncorrected(desk)}" if "shares" in line else f" --model {ROOT / 'models' / 'stance.npz'}" if "evaluate" in line else ""
    told = shell(f"stance {line}{model}", cwd=desk)
    assert re.search(rf"stance: note: .*{re.escape(NOTES[line])}", told.stderr), told
    quiet = shell(f"stance {line}{model} --quiet", cwd=desk)
    assert quiet.returncode == told.returncode and "note" not in quiet.stderr


@pytest.mark.parametrize("command", ["classify", "classify --documents", "explain"])
def test_a_terminal_is_told_that_sentences_are_awaited(project: Project, command: str) -> None:
    told = typed(project.model, project.root, DENIED, *command.split())
    assert told.returncode == 0 and DENIED in told.stdout.decode() and told.stderr.count(b"\n") == 1 and b"note: waiting for sentences" in told.stderr
    assert typed(project.model, project.root, DENIED, *command.split(), "--quiet").stderr == b""
    assert shell(f"echo | stance {command}", cwd=project.root).stderr == ""


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ([], False),
        (["", " "], False),
        (["One. Two."], True),
        (["One.", "Two!"], False),
        (["“One?” he asked."], True),
        (["“One.”", "It cost 1.5 m."], False),
        (["A title", "", "One. Two.", "", "One! (Two.) Three"], True),
        (["A title", "", "One. Two.", "One."], False),
    ],
)
def test_lines_that_hold_several_sentences_are_noticed(texts: list[str], whole: bool) -> None:
    assert _notes.paragraphs(texts) == whole


def test_whole_documents_are_noticed_where_lines_of_text_were_meant(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "folder" / "a.txt", "He denied it. She did not.\n" * 3)
    write(tmp_path / "rows.jsonl", jsonl([{"text": "He denied it. She did not."}]))
    assert run("classify", "--input", "folder").err.count("--documents") == 1
    for arguments in (("--input", "folder", "--documents"), ("--input", "rows.jsonl"), ("He denied it. She did not.",)):
        assert "--documents" not in run("classify", *arguments).err


WROTE = {
    "classify --input sentences.txt --output out.csv": "out.csv holds 3 rows",
    "classify --input article.txt --documents --output out.parquet": "out.parquet holds 4 rows",
    "classify No. --output out.jsonl": "out.jsonl holds 1 row",
    "shares classified.parquet --plot out.html": "out.html holds the figures and the table",
}


@pytest.mark.parametrize("line", WROTE)
def test_what_was_written_is_told_in_a_line_that_quiet_silences(desk: Path, line: str) -> None:
    told = shell(f"stance {line}", cwd=desk)
    assert (told.returncode, told.stderr) == (0, f"stance: {WROTE[line]}\n")
    assert shell(f"stance {line} --quiet", cwd=desk).stderr == ""


SILENT = {"stance codebook", "stance audit", "stance compare", "stance learning-curve", "stance report", "stance verify", "stance completion"}
"""Commands without --quiet: there is nothing on standard error that it could silence."""


def test_every_command_can_be_silenced_that_says_something_on_standard_error() -> None:
    assert {name for name in LEAVES if name not in OPTIONS["--quiet"]} == SILENT


def _uncorrected(folder: Path) -> Path:
    """A model that holds nothing to correct counts by."""
    from pipeline.classifying import quantification
    from pipeline.scoring import modelfile

    stored = modelfile.read(folder / "models" / "stance.npz")
    header = {key: value for key, value in stored.header.items() if key != quantification.HEADER}
    modelfile.write(folder / "uncorrected.npz", stored._replace(header=header))
    return folder / "uncorrected.npz"


@pytest.mark.parametrize(
    ("arguments", "meant", "where"),
    [
        (("clasify",), "classify", "stance"),
        (("annotations", "imprt"), "import", "stance annotations"),
        (("explain", "--label", "denail", "a"), "denial", "stance explain"),
        (("codebook", "Warnin"), "warning", "stance codebook"),
        (("classify", "--format", "cvs", "a"), "csv", "stance classify"),
        (("classify", "--formt=a-value-that-is-long", "a"), "--format", "stance classify"),
        (("annotations", "check", "--annotation-folder", "x"), "--annotations", "stance annotations check"),
        (("--verson",), "--version", "stance"),
    ],
)
def test_what_is_mistyped_gets_a_suggestion(run: Run, arguments: tuple[str, ...], meant: str, where: str) -> None:
    failed(run(*arguments), 2, f"; did you mean '{meant}'? See `{where} --help`\n")


def test_what_is_like_nothing_gets_none(run: Run) -> None:
    for arguments in (("xyz",), ("explain", "--label", "praise", "a"), ("classify", "--zzz", "a")):
        done = run(*arguments)
        failed(done, 2, "--help")
        assert "did you mean" not in done.err
    assert suggesting.nearest("", ["a"]) == ""


@pytest.mark.parametrize("line", ["classify a", "codebook denial", "verify models/stance.npz", "report", "explain a", "--help"])
def test_on_a_terminal_colour_is_explains_alone_and_goes_with_no_color(project: Project, line: str) -> None:
    colour = "\x1b" in on_terminal(project.model, project.root, *line.split())
    assert colour == line.startswith("explain")
    assert "\x1b" not in on_terminal(project.model, project.root, *line.split(), NO_COLOR="1")
    assert "\x1b" not in on_terminal(project.model, project.root, *line.split(), TERM="dumb")
