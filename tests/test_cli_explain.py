"""The command `explain`: numbers that add up, colours on a terminal only, nothing in a text that a terminal would obey."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command_line import DENIED, Run, failed, on_terminal
from small_project import Project

from pipeline import StanceModel
from pipeline.records import LABELS
from pipeline.terminal import shown

TELLING = "The ministry denied any part in the raid."


def test_words_and_constant_make_up_the_score(run: Run, small_model: StanceModel) -> None:
    (told,) = run("explain", "--json", DENIED).rows
    assert (told["text"], told["label"]) == (DENIED, "denial")
    assert tuple(told["probabilities"].values()) == small_model.classify([DENIED])[0].probabilities
    for label in LABELS:
        total = told["intercept"][label] + sum(word["shares"][label] for word in told["words"])
        assert total == pytest.approx(told["scores"][label], abs=1e-9) and abs(told["remainder"][label]) < 1e-9
    assert all(DENIED[part["start"] : part["end"]] == part["text"] for part in told["words"] + told["cues"])
    assert [word["text"] for word in told["words"]] == DENIED.removesuffix(".").split()


def test_without_a_terminal_it_is_plain_text_with_numbers(run: Run) -> None:
    done = run("explain", TELLING)
    assert (done.code, done.err) == (0, "") and "\x1b" not in done.out
    first, text, score, *_ = done.out.splitlines()
    assert first.startswith("denial: denial 0.") and text == TELLING
    found = re.fullmatch(r"score of denial (\S+) = constant (\S+), words (\S+)", score)
    assert found and float(found[1]) == pytest.approx(float(found[2]) + float(found[3]), abs=0.011)
    assert re.search(r"^  \+\d\.\d\d  denied$", done.out, re.MULTILINE)
    assert re.search(r"of these by cues:\n  \+\d\.\d\d  denied .*denial", done.out)


def test_another_label_and_fewer_words_can_be_asked_for(run: Run) -> None:
    done = run("explain", "--label", "warning", "--top", "2", TELLING)
    assert "score of warning " in done.out
    listed = done.out.split("words:\n")[1].split("of these")[0]
    assert 1 <= len(listed.splitlines()) <= 2


def test_lines_of_standard_input_are_explained_in_order(run: Run) -> None:
    done = run("explain", "--json", stdin=f"{DENIED}\n…\n{TELLING}\n".encode())
    assert [row["text"] for row in done.rows] == [DENIED, "…", TELLING]
    assert done.rows[1]["label"] is None and done.rows[1]["words"] == []


def test_a_text_without_words_is_said_to_have_none(run: Run) -> None:
    assert run("explain", "…").out.startswith("no words: denial 0.")
    assert "score of denial" in run("explain", "--label", "denial", "…").out


def test_wrong_labels_are_refused(run: Run) -> None:
    failed(run("explain", "--label", "praise", DENIED), 2, "praise")
    failed(run("explain", "--top", "0", DENIED), 2, "--top")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b1mred", "red"),
        ("\x1b]0;title\x07it", "it"),
        ("\x1b]8;;http://a\x1b\\it\x1b]8;;\x1b\\", "it"),
        ("\x1bPq#0\x1b\\it", "it"),
        ("\x1bcit\x1b(B", "it"),
        ("a\rb\nc\td", "a b c d"),
        ("a\x00b\x08c\x7fd\x85e", "abcde"),
        ("a\u202eb\u2066c", "abc"),
        ("a [31m b", "a [31m b"),
        ("né “so” 日本 \U0001f30d", "né “so” 日本 \U0001f30d"),
        ("\x1b", ""),
    ],
)
def test_nothing_is_left_that_a_terminal_obeys(text: str, printed: str) -> None:
    assert "".join(shown(text)) == printed
    assert len(shown(text)) == len(text)


def test_a_terminal_gets_colours_unless_they_are_unwanted(project: Project, tmp_path: Path) -> None:
    coloured = on_terminal(project.model, tmp_path, "explain", "\x1b[2J" + TELLING)
    assert re.search(r"\x1b\[38;5;16;48;5;\d+mdenied\x1b\[0m", coloured) and "\x1b[2J" not in coloured
    plain = on_terminal(project.model, tmp_path, "explain", TELLING, NO_COLOR="1")
    assert "\x1b" not in plain and TELLING in plain
