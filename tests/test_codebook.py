"""The codebook read from its Markdown: definitions, rules, version, examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from architecture import ROOT
from command_line import Run
from test_forms import saved

from pipeline import files
from pipeline.coding import codebook
from pipeline.errors import DataError
from pipeline.records import LABELS, Annotation

PATH = ROOT / "seeds" / "CODEBOOK.md"
SHORT = """# Codebook

| label | the source … | test |
|---|---|---|
| `denial` | says that it **is not so** | is it "no"? |
| `accusation` | blames | b? |
| `warning` | warns | c? |
| `neutral` | does anything else | d? |

## denial
Counts:
- one thing.

Does not count (`neutral`): another.

## Several things
1. **The verb decides.** Then
   more.
2. Else the first.
10. The last.
"""


def test_definitions_and_rules_are_read_from_their_places(tmp_path: Path) -> None:
    path = saved(tmp_path / "CODEBOOK.md", SHORT)
    book = codebook.read(path)
    assert book.definitions["denial"] == codebook.Definition(
        "denial", "says that it is not so", 'is it "no"?', "Counts:\n- one thing.", "Does not count (`neutral`): another."
    )
    assert book.definitions["neutral"] == codebook.Definition("neutral", "does anything else", "d?", "", "")
    assert book.rules == ("The verb decides. Then more.", "Else the first.", "The last.")
    assert book.version == codebook.version(path) == files.digest([SHORT.encode()])[:12]
    assert codebook.read(saved(tmp_path / "windows.md", SHORT.replace("\n", "\r\n"))).rules == book.rules


def test_the_projects_own_codebook_is_whole() -> None:
    book = codebook.read(PATH)
    assert tuple(book.definitions) == LABELS and len(book.rules) == 8
    for label in LABELS[:3]:
        definition = book.definitions[label]
        assert definition.counts.startswith("Counts:") and definition.not_counts.startswith("Does not count (`neutral`)")
        assert "##" not in definition.counts + definition.not_counts


@pytest.mark.parametrize(
    ("content", "words"),
    [(SHORT.replace("`warning`", "`alarm`").encode(), "no row for `warning`"), (b"\xff\xfe|", "not UTF-8"), (None, "cannot be read")],
)
def test_what_is_missing_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "CODEBOOK.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        codebook.read(path)


def said(document: str, text: str, label: str, coder: str = "ana") -> Annotation:
    return Annotation(document, -1, -1, text, label, coder, "row")


def test_examples_are_what_all_coders_agree_on_first_what_several_read() -> None:
    annotations = [
        said("a/1.txt", "One coder only, and of the length that is liked best, which is one hundred characters or near to it.", "denial"),
        said("b/1.txt", "Both  agree.", "denial"),
        said("b/1.txt", "Both agree.", "denial", "ben"),
        said("b/2.txt", "They agree too, in the same collection.", "denial"),
        said("c/1.txt", "They differ.", "denial"),
        said("c/1.txt", "They differ.", "neutral", "ben"),
        said("d/1.txt", "Something else.", "warning"),
        said("e/1.txt", "", "denial"),
    ]
    found = codebook.examples(annotations, "denial", count=5)
    assert found == ["Both agree.", "One coder only, and of the length that is liked best, which is one hundred characters or near to it."]
    assert codebook.examples(annotations, "denial", count=1) == ["Both agree."]
    assert codebook.examples(annotations, "accusation", count=5) == []


def test_the_command_prints_a_label_with_examples_and_the_whole(run: Run, tmp_path: Path) -> None:
    saved(tmp_path / "ana.csv", "document,text,label\nd.txt,The mayor denied it.,denial\n")
    arguments = ("--codebook", PATH, "--annotations", tmp_path)
    denial = run("codebook", "denial", *arguments)
    assert denial.code == 0 and "denial: the source says" in denial.out and "Does not count" in denial.out and "  The mayor denied it." in denial.out
    assert "Nobody has coded an example yet." in run("codebook", "warning", *arguments).out
    whole = run("codebook", *arguments).out
    assert all(name in whole for name in LABELS) and "8. Still in doubt" in whole and f"codebook version {codebook.version(PATH)}" in whole
