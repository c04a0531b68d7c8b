"""The report's page for ordinary and for odd runs: every section is there, nothing is out of bounds, the bytes are the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import small_project
from architecture import ROOT
from command_line import Run, failed
from small_project import Project

from pipeline import tables
from pipeline.evaluation import results
from pipeline.pages import errorlist
from pipeline.records import LABELS
from pipeline.stages import evaluate
from pipeline.stages import report as stage

LIMIT = 3_000_000
SECTIONS = ("tiles", "labels", "sure", "looks", "errors", "data", "challenges")


class Case(NamedTuple):
    """A sentence that coders labelled, and the document it stands in."""

    text: str
    label: int
    document: str


DENIED, BLAMED, WARNED, MET = (
    Case("The ministry denied the report.", 0, "c0/a.txt"),
    Case("Rebels accused the army of shelling Kabul.", 1, "c0/a.txt"),
    Case("The UN warned that famine could spread.", 2, "c1/b.txt"),
    Case("The two ministers met in Lima on Monday.", 3, "c1/c.txt"),
)
WRONG = Case("The mayor denied it all.", 3, "c1/<script>alert(1)</script>&amp;.txt")
RUNS = {
    "ordinary": [DENIED, BLAMED, WARNED, MET, WRONG],
    "a class missing": [DENIED, BLAMED, MET, WRONG],
    "one class": [DENIED, DENIED._replace(document="c1/b.txt"), WRONG._replace(label=0, text="The two met on Monday.")],
    "one document": [one._replace(document="c0/a.txt") for one in (DENIED, BLAMED, WARNED, MET, WRONG)],
    "one sentence": [DENIED],
    "no errors": [DENIED, BLAMED, WARNED, MET],
}


def columns(cases: list[Case]) -> dict[str, list[Any]]:
    return {
        "document": [case.document for case in cases],
        "collection": [case.document.split("/")[0] for case in cases],
        "start": [100 * i for i in range(len(cases))],
        "end": [100 * i + len(case.text) for i, case in enumerate(cases)],
        "text": [case.text for case in cases],
        "label": [case.label for case in cases],
        "source": ["single"] * len(cases),
    }


def write_run(project: Project, folder: Path, cases: list[Case]) -> stage.Paths:
    """What the stages before the report leave of a run on these cases, with the model and seeds of a small project."""
    for name in ("train", "test"):
        tables.write(folder / "labelled" / f"{name}.parquet", tables.of_columns(columns(cases)))
    stated = {label: [0.97 if label == "denial" else 0.01] * len(cases) for label in LABELS}
    tables.write(folder / "held_out.parquet", tables.of_columns(columns(cases) | stated))
    seeds = project.root / "seeds"
    reports = folder / "reports"
    evaluate.evaluate(
        evaluate.Paths(folder / "labelled", folder / "held_out.parquet", ROOT / "models" / "stance.npz", seeds / "challenges", seeds / "names", reports),
        project.params,
    )
    for name in ("agreement.csv", "learning_curve.csv", "queue.csv"):
        shutil.copy(project.reports / name, reports / name)
    return stage.Paths(reports, folder / "labelled", ROOT / "models" / "stance.npz", seeds, reports / "report.html")


Write = Callable[[str], stage.Paths]


@pytest.fixture(scope="module")
def write(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Make the run of that name and its page, once."""
    done: dict[str, stage.Paths] = {}

    def write(name: str) -> stage.Paths:
        if name not in done:
            done[name] = write_run(project, tmp_path_factory.mktemp("run"), RUNS[name])
            stage.report(done[name], project.params)
        return done[name]

    return write


class Outline(HTMLParser):
    """The headings, ids and references of a page, and whether its elements are closed in order."""

    VOID = ("meta", "input", "br", "link", "img")

    def __init__(self, content: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.outside: list[str] = []
        self.tables: list[bool] = []
        self.open: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [given["id"] or ""] if "id" in given else []
        for name in ("href", "xlink:href", "src", "aria-labelledby", "for"):
            value = given.get(name)
            if value:
                (self.targets if value.startswith("#") or name not in ("href", "src") else self.outside).append(value.removeprefix("#"))
        if tag == "table":
            self.tables.append(False)
        if tag == "caption":
            self.tables[-1] = True
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (self.open[-3:], tag)
        self.open.pop()


@pytest.mark.parametrize("name", RUNS)
def test_every_run_gives_a_proper_page(write: Write, name: str) -> None:
    path = write(name).page
    content = path.read_text("utf-8")
    page = Outline(content)
    assert len(content.encode()) < LIMIT and not page.open
    assert page.levels[0] == 1 and page.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False))
    assert len(page.ids) == len(set(page.ids)) and set(SECTIONS) <= set(page.ids)
    assert set(page.targets) <= set(page.ids) and not page.outside
    assert page.tables and all(page.tables), "every table has a caption"
    assert "nan" not in re.sub(r"<[^>]*>", " ", content).lower().split()


def test_a_second_run_gives_the_same_bytes(write: Write, project: Project) -> None:
    paths = write("ordinary")
    before = paths.page.read_bytes()
    stage.report(paths, project.params)
    assert paths.page.read_bytes() == before


def test_what_is_missing_is_said_in_words(write: Write) -> None:
    assert "is labelled warning by coders" in write("a class missing").page.read_text()
    one = write("one class").page.read_text()
    assert "is labelled accusation or warning or neutral by coders" in one and "the figures of these labels say nothing" in one
    assert "by people: the figures" not in write("ordinary").page.read_text()
    assert "There is none: every sentence that was measured got its label." in write("no errors").page.read_text()
    assert 'id="filter"' not in write("no errors").page.read_text()


def test_what_stands_in_the_data_is_text_and_no_markup(write: Write) -> None:
    content = write("ordinary").page.read_text()
    assert "c1/&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;.txt" in content and "<script>alert" not in content


def test_an_error_is_shown_with_its_place_and_its_colours(write: Write) -> None:
    content = write("ordinary").page.read_text()
    (row,) = re.findall(r'<tr data-t="neutral" data-p="denial" data-c="c1">.*?</tr>', content, re.DOTALL)
    assert re.search(r'<i class="d4" title="\+\d\.\d\d">denied</i>', row)
    assert "400–424" in row and "for denial: " in row


def test_a_hundred_thousand_errors_are_cut_with_a_note(write: Write, project: Project, tmp_path: Path) -> None:
    paths = write("ordinary")
    folder = tmp_path / "reports"
    shutil.copytree(paths.reports, folder)
    header = (folder / "errors.csv").read_text().splitlines()[0].split(",")
    long = "The minister said on Monday that he had denied the report, which accused the army of it & warned of war. " * 3
    rows = ([long, "neutral", "denial", "0.9", "0.05", "0.03", "0.02", f"c{i % 40}/document-{i}.txt", i, i + 300] for i in range(100_000))
    (folder / "errors.csv").write_text(results.to_csv(header, rows))
    stage.report(paths._replace(reports=folder, page=folder / "report.html"), project.params)
    content = (folder / "report.html").read_text()
    assert len(content.encode()) < LIMIT and not Outline(content).open
    shown = content.count("<tr data-t=")
    assert 300 < shown <= errorlist.MOST
    assert f"{100_000 - shown:,} more errors are left out here; all 100,000 are in <code>reports/errors.csv</code>." in content
    assert f"<caption>The worst {shown:,}</caption>" in content


def test_a_missing_file_is_named(write: Write, project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    shutil.copytree(write("ordinary").reports, folder)
    (folder / "coverage.csv").unlink()
    shutil.copytree(project.root / "seeds", tmp_path / "seeds")
    small = project._replace(root=tmp_path)
    for name in ("data", "models", "pipeline"):
        shutil.copytree(project.root / name, tmp_path / name)
    shutil.copy(project.params, tmp_path)
    done = small_project.run_stage(small, "report")
    assert done.returncode == 1 and "coverage.csv: is not there; run `make pipeline`" in done.stderr and "Traceback" not in done.stderr
    assert (folder / "report.html").read_bytes() == write("ordinary").page.read_bytes()


def test_the_command_prints_the_tiles_keeps_the_run_and_says_where_the_page_is(write: Write, run: Run, project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    shutil.copytree(write("ordinary").reports, folder)
    options = ("report", "--reports", folder, "--params", project.params)
    first = run(*options, "--keep")
    assert first.code == 0 and "no earlier run on these sentences" in first.out and "Kept in" in first.out
    second = run(*options)
    assert second.out.count("Unchanged") == 4 and second.out.endswith(f"The page: {folder / 'report.html'}\n")
    assert "On 5 sentences in 4 documents" in second.out and "rules alone" in second.out
    (folder / "report.html").unlink()
    assert "There is no page yet" in run(*options).out
    failed(run("report", "--reports", tmp_path / "none", "--params", project.params), 1, "predictions.csv", "is not there", "make pipeline")
