"""`stance shares`: groups by column and period, tables of documents beside, and what stands on the page."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import small_project
from command_line import DENIED, Run, failed, jsonl, write
from test_quantification import REFERENCE

from pipeline import StanceModel
from pipeline.classifying import corpus, quantification, shares
from pipeline.classifying.corpus import Key
from pipeline.records import LABELS
from pipeline.scoring import modelfile

SENTENCES = [("The ministry denied it.", 0), ("The army accused the rebels.", 1), ("They met.", 3), ("He spoke.", 3)]


def row(number: int, label: int, **more: object) -> dict[str, Any]:
    """A row as `stance classify` writes it."""
    chances = np.full(4, 0.05)
    chances[label] = 0.85
    told = {"id": str(number), "document": "in.csv", "start": 0, "end": 9, "text": "x", "label": LABELS[label]}
    return told | {"probabilities": dict(zip(LABELS, chances.tolist(), strict=True))} | more


def test_rows_are_grouped_by_values_in_order(tmp_path: Path) -> None:
    rows = [row(0, 0, source="b"), row(1, 3, source="a"), row(2, 3, source="b"), row(3, 1, source=None), row(4, 1, source="", note="no words")]
    told = corpus.tell(write(tmp_path / "c.jsonl", jsonl(rows)), [Key("source")], None)
    assert [(group.values, group.found.sentences) for group in told.groups] == [((corpus.NONE,), 1), (("a",), 1), (("b",), 2)]
    assert told.groups[2].found.counted == (0.5, 0.0, 0.0, 0.5)
    assert (told.wordless, told.corrected) == (1, False)


@pytest.mark.parametrize(
    ("period", "value"),
    [("year", "2024"), ("quarter", "2024-Q4"), ("month", "2024-12"), ("week", "2025-W01"), ("day", "2024-12-30")],
)
@pytest.mark.parametrize("stored", ["2024-12-30", "2024-12-30T23:59:00Z", date(2024, 12, 30), datetime(2024, 12, 30, 5)])
def test_dates_are_put_together_by_period(tmp_path: Path, period: str, value: str, stored: object) -> None:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row(0, 0, date=stored)]), tmp_path / "c.parquet")
    told = corpus.tell(tmp_path / "c.parquet", [corpus.key(f"date:{period}")], None)
    assert told.groups[0].values == (value,)


def test_probabilities_may_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    rows = [{"stance": "denial", "source": "a", **dict(zip(LABELS, (0.7, 0.1, 0.1, 0.1), strict=True))}]
    small_project.write_csv(tmp_path / "c.csv", [{name: str(value) for name, value in one.items()} for one in rows])
    assert corpus.tell(tmp_path / "c.csv", [Key("source")], None).groups[0].found.counted == (1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "told", [{"id": "d7:3", "document": "in/d7.txt"}, {"id": "d7:3", "document": "all.csv#d7"}, {"id": "d7"}, {"id": "0", "document": "in/d7"}]
)
def test_a_table_beside_tells_of_documents(tmp_path: Path, told: dict[str, str]) -> None:
    path = write(tmp_path / "c.jsonl", jsonl([row(0, 0) | told]))
    small_project.write_csv(tmp_path / "about.csv", [{"id": "d7", "source": "Wire"}, {"id": "d8", "source": "Herald"}])
    tables = corpus.about(tmp_path / "about.csv", "id")
    assert corpus.tell(path, [Key("source")], None, tables=tables).groups[0].values == ("Wire",)


def test_sentences_of_a_document_are_drawn_together(tmp_path: Path) -> None:
    rows = [row(0, number // 10 % 4) | {"id": f"d{number // 10}:{number % 10}", "document": f"d{number // 10}"} for number in range(400)]
    together = corpus.tell(write(tmp_path / "a.jsonl", jsonl(rows)), [], None).groups[0].found
    apart = corpus.tell(write(tmp_path / "b.jsonl", jsonl([one | {"id": str(n)} for n, one in enumerate(rows)])), [], None).groups[0].found
    assert together.high[0] - together.low[0] > 2 * (apart.high[0] - apart.low[0])


@pytest.fixture
def corrects(small_model: StanceModel, tmp_path: Path) -> Path:
    """A model file with a reference."""
    header = small_model.header | {quantification.HEADER: quantification.to_header(REFERENCE)}
    modelfile.write(tmp_path / "corrects.npz", small_model.stored._replace(header=header))
    return tmp_path / "corrects.npz"


def dated(tmp_path: Path) -> Path:
    rows = [row(n, n % 4, date=f"2024-0{1 + n % 3}-15", source=("Wire", "<b>\x1b[31mHerald")[n % 2]) for n in range(240)]
    return write(tmp_path / "c.jsonl", jsonl(rows))


def test_the_command_gives_the_same_in_every_form(run: Run, corrects: Path, tmp_path: Path) -> None:
    arguments = ("shares", dated(tmp_path), "--by", "date:month", "--by", "source", "--model", corrects)
    table = run(*arguments)
    few = "2024-01, <b>Herald; 2024-01, Wire; 2024-02, <b>Herald; and 3 more"
    assert table.code == 0 and table.err == f"stance: note: a corrected share says next to nothing where a group has fewer than 100 sentences ({few})\n"
    assert "\x1b" not in table.out and table.out.count(" %") == 6 * 9 + 3
    assert table.out.splitlines()[0].split()[:3] == ["date", "source", "sentences"] and len(table.out.splitlines()) == 7
    found = json.loads(run(*arguments, "--format", "json").out)
    read = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").out)))
    assert [{name: str(value) for name, value in one.items()} for one in found] == read
    assert [(one["date"], one["source"], one["sentences"]) for one in found][1] == ("2024-01", "Wire", 40)
    for one in found:
        for label in LABELS:
            assert 0 <= one[f"{label}_low"] <= one[f"{label}_share"] <= one[f"{label}_high"] <= 1
        assert sum(one[f"{label}_share"] for label in LABELS) == pytest.approx(1)
        assert one["denial_counted"] != one["denial_share"]


def test_the_page_has_figures_and_the_table_and_escapes_what_it_shows(run: Run, corrects: Path, tmp_path: Path) -> None:
    path = dated(tmp_path)
    for by, figures in ((("--by", "date:month", "--by", "source"), 2), (("--by", "source"), 3), ((), 3)):
        written = []
        for name in ("page.html", "again.html"):
            assert run("shares", path, *by, "--model", corrects, "--plot", name).code == 0
            written.append((tmp_path / name).read_text("utf-8"))
        assert written[0] == written[1]
        assert written[0].count("<svg") == figures and "<b>" not in written[0] and "expectation maximisation" in written[0]
        assert ("2024-01" in written[0]) == (figures == 2) and not re.search(r"(?:src|href)=\"(?!#)", written[0])


@pytest.mark.parametrize(("count", "corrected", "told"), [(99, True, "(2024-01)"), (100, True, ""), (99, False, "")])
def test_groups_are_few_below_a_hundred_sentences_where_shares_are_corrected(count: int, corrected: bool, told: str) -> None:
    found = quantification.estimate(None, np.tile(np.eye(4), (25, 1))[:count], np.arange(count), seed=0)
    assert shares.few(corpus.Told([corpus.Group(("2024-01",), found)], 0, corrected=corrected)).endswith(told)
    assert bool(shares.few(corpus.Told([corpus.Group((), found)], 0, corrected=corrected))) == bool(told)


def test_names_of_curves_stand_at_the_right_edge_of_a_figure_as_wide_as_a_page() -> None:
    groups = [corpus.Group((f"2024-0{month}",), quantification.estimate(None, np.eye(4), np.arange(4), seed=0)) for month in range(1, 7)]
    (figure,) = shares._over_time(corpus.Told(groups, 0, corrected=True), [Key("date", "month")])
    width = float(re.search(r'width="(\d+)"', figure)[1])  # type: ignore[index]
    names = [float(x) for x in re.findall(r'x="([\d.]+)" [^>]*>(?:denial|accusation|warning)<', figure)]
    points = [float(x) for x in re.findall(r'<use [^>]*x="([\d.]+)"', figure)]
    assert 800 < width <= 900 and len(names) == 3 and min(names) > max(points) + 5


def test_a_group_without_some_periods_leaves_a_gap() -> None:
    groups = [corpus.Group((month, source), quantification.estimate(None, np.eye(4), np.arange(4), seed=0))
              for month, source in (("2024-01", "a"), ("2024-03", "a"), ("2024-02", "b"), (corpus.NONE, "b"))]  # fmt: skip
    curves = list(shares._curves(groups[:2], ["2024-01", "2024-02", "2024-03"]))
    assert [curve.x for curve in curves] == [[0, 2]] * 3
    told = corpus.Told(groups, 0, corrected=False)
    assert shares.as_page(told, [Key("date", "month"), Key("source")], "c").count("<svg") == 2


def test_a_model_that_knows_nothing_says_so(run: Run, tmp_path: Path, small_model: StanceModel) -> None:
    bare = {name: value for name, value in small_model.header.items() if name != quantification.HEADER}
    modelfile.write(tmp_path / "bare.npz", small_model.stored._replace(header=bare))
    done = run("shares", dated(tmp_path), "--model", tmp_path / "bare.npz", "--format", "json")
    (found,) = json.loads(done.out)
    assert "nothing to correct counts by" in done.err and found["denial_counted"] == found["denial_share"] == 0.25


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--by", "date:fortnight"), 2, ["date:fortnight", "quarter"]),
        (("--by", ":month"), 2, [":month"]),
        (("--by", "desk"), 1, ["row 1", "'desk'", "--about"]),
        (("--by", "source:month"), 1, ["row 1", "'Wire'", "2024-03-31"]),
        (("--plot", "page.pdf"), 2, ["page.pdf", ".html"]),
        (("--by", "desk", "--about", "about.csv"), 1, ["row 1", "'0'", "--id-column"]),
        (("--by", "desk", "--about", "twice.csv"), 1, ["twice.csv", "'d7'", "twice"]),
        (("--by", "desk", "--about", "about.csv", "--id-column", "key"), 1, ["about.csv row 1", "'key'"]),
    ],
)
def test_what_cannot_be_grouped_is_said(run: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, words: list[str]) -> None:
    small_project.write_csv(tmp_path / "about.csv", [{"id": "d7", "desk": "x"}])
    small_project.write_csv(tmp_path / "twice.csv", [{"id": "d7", "desk": "x"}, {"id": "d7", "desk": "y"}])
    failed(run("shares", dated(tmp_path), *arguments), code, *words)


@pytest.mark.parametrize(
    "content", ["", jsonl([{"text": "x", "label": "denial"}]), jsonl([{"probabilities": {"denial": 1.0}}]), jsonl([row(0, 0, note="no words")])]
)
def test_what_classify_did_not_write_is_refused(run: Run, tmp_path: Path, content: str) -> None:
    failed(run("shares", write(tmp_path / "c.jsonl", content)), 1, "c.jsonl", "stance classify")


def test_what_classify_writes_can_be_read(run: Run, corrects: Path, tmp_path: Path) -> None:
    write(tmp_path / "in" / "d1.txt", f"{DENIED} The two met.\n\n…\n")
    for name in ("c.parquet", "c.csv", "c.jsonl"):
        assert run("classify", "--documents", "--input", "in", "--output", name).code == 0
        (found,) = json.loads(run("shares", name, "--by", "document", "--model", corrects, "--format", "json").out)
        assert (found["document"], found["sentences"]) == ("in/d1.txt", 2)
