"""Import and export by the command line: everything is placed or named, files change whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from architecture import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_forms import doccano_export, saved, studio_export, zipped

from pipeline import cli
from pipeline.coding import annotations as coding
from pipeline.coding import codebook, importing, tasks
from pipeline.errors import DataError, UsageError
from pipeline.records import LABELS, Annotation, Document, Sentence

ONE = "Mayor denies raid\n\nThe mayor denied it. He blamed the bank.\nNobody was hurt. No. No."
TWO = "Talks resume on Friday. The mayor denied it."
SENTENCES = ["Mayor denies raid", "The mayor denied it.", "He blamed the bank.", "Nobody was hurt.", "No.", "No."]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `stance` in a small project."""
    monkeypatch.chdir(tmp_path)
    saved(_folder(tmp_path / "seeds" / "documents" / "town") / "one.txt", ONE)
    saved(_folder(tmp_path / "seeds" / "documents" / "land") / "two.txt", TWO)
    _folder(tmp_path / "seeds" / "annotations")
    for name in ("params.yaml", "seeds/CODEBOOK.md"):
        shutil.copy(ROOT / name, tmp_path / name)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["annotations", *arguments])
        return (code, *capsys.readouterr())

    return run


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


ANA = Path("seeds/annotations/ana.csv")


def test_an_import_writes_the_coders_file_with_places_text_and_codebook(run: Run) -> None:
    saved(Path("in.csv"), "document,text,label\ntown/one.txt,The mayor  denied it.,denial\nland/two.txt,Talks resume on Friday.,neutral\n")
    code, out, err = run("import", "in.csv", "--coder", "ana")
    assert (code, err) == (0, "") and "2 new, 0 changed" in out
    version = codebook.version(Path("seeds/CODEBOOK.md"))
    assert table(ANA) == [
        {"document": "town/one.txt", "start": "19", "end": "39", "text": "The mayor denied it.", "label": "denial", "codebook": version},
        {"document": "land/two.txt", "start": "0", "end": "23", "text": "Talks resume on Friday.", "label": "neutral", "codebook": version},
    ]


def test_importing_twice_changes_nothing(run: Run) -> None:
    saved(Path("in.csv"), "document,text,label\ntown/one.txt,No.,denial\ntown/one.txt,No.,neutral\nland/two.txt,Talks resume on Friday.,neutral\n")
    run("import", "in.csv", "--coder", "ana")
    before = ANA.read_bytes()
    assert [row["label"] for row in table(ANA) if row["text"] == "No."] == ["denial", "neutral"], "the same words twice are two sentences"
    code, out, _ = run("import", "in.csv", "--coder", "ana")
    assert code == 0 and "0 new, 0 changed" in out and "3 stood there already" in out
    assert ANA.read_bytes() == before


def test_new_rows_go_behind_the_old_ones_whose_columns_stay(run: Run) -> None:
    saved(ANA, 'document,text,label,note\ntown/one.txt,"He blamed the bank.",accusation,"sure, quite"\n')
    saved(Path("in.csv"), "text,label\nNobody was hurt.,neutral\nHe blamed the bank.,accusation\n")
    assert run("import", "in.csv", "--coder", "ana")[0] == 0
    rows = table(ANA)
    assert [(row["text"], row["label"], row["note"]) for row in rows] == [
        ("He blamed the bank.", "accusation", "sure, quite"),
        ("Nobody was hurt.", "neutral", ""),
    ]
    assert rows[0]["start"] == "" and rows[1]["start"] == "60"


BAD = """document,start,end,text,label
town/one.txt,,,He blamed the bank.,accusation
town/one.txt,,,Something else.,denial
town/onne.txt,,,The mayor denied it.,denial
,,,The mayor denied it.,denial
,,,Unheard of.,denial
town/one.txt,0,17,,denail
town/one.txt,9000,9010,,denial
town/one.txt,0,17,Mayor admits raid,denial
town/one.txt,40,59,,neutral
town/mayor-denies.txt,,,The mayor denied it.,denial
"""
REASONS = (
    (3, "its text is not in the document"),
    (4, "there is no document 'town/onne.txt'; did you mean 'town/one.txt'?"),
    (5, "its text stands in 2 documents"),
    (6, "its text is no sentence of any document"),
    (7, "did you mean 'denial'?"),
    (8, "nothing stands there: the document has"),
    (9, "the document reads otherwise there: 'Mayor denies raid'"),
    (10, "the same file also says accusation"),
    (11, "there is no document 'town/mayor-denies.txt'; put it into the folder of documents first"),
)


def test_what_cannot_be_placed_is_all_named_and_nothing_is_written(run: Run) -> None:
    saved(Path("in.csv"), BAD)
    code, out, err = run("import", "in.csv", "--coder", "ana")
    assert code == 1 and out == "" and not ANA.exists()
    assert "stance: in.csv: 9 annotations cannot be placed; nothing was imported" in err
    for row, reason in REASONS:
        assert any(line.startswith(f"  in.csv row {row}: ") and reason in line for line in err.splitlines()), (row, reason, err)


def test_what_can_be_placed_is_taken_where_the_rest_goes_to_a_file(run: Run) -> None:
    saved(Path("in.csv"), BAD)
    code, out, _ = run("import", "in.csv", "--coder", "ana", "--rejects", "rest.csv")
    assert code == 0 and "1 new" in out and "9 could not be placed" in out
    assert [row["text"] for row in table(ANA)] == ["He blamed the bank."]
    rejects = table(Path("rest.csv"))
    assert sorted(row["where"] for row in rejects) == sorted(f"in.csv row {row}" for row, _ in REASONS)
    assert all(row["reason"] and row["label"] for row in rejects)


def test_another_label_than_before_is_an_error_unless_it_is_to_replace(run: Run) -> None:
    saved(ANA, "document,start,end,text,label\ntown/one.txt,19,39,The mayor denied it.,denial\ntown/one.txt,0,17,Mayor denies raid,denial\n")
    saved(Path("in.csv"), "document,text,label\ntown/one.txt,Mayor denies raid,neutral\n")
    before = ANA.read_bytes()
    code, _, err = run("import", "in.csv", "--coder", "ana")
    assert code == 1 and "in.csv row 2: ana said denial before; --replace takes the new label" in err and ANA.read_bytes() == before
    assert "0 new, 1 changed" in run("import", "in.csv", "--coder", "ana", "--replace")[1]
    assert [(row["text"], row["label"]) for row in table(ANA)] == [("The mayor denied it.", "denial"), ("Mayor denies raid", "neutral")]


def test_moved_edges_are_put_right_and_other_cuts_are_kept(run: Run) -> None:
    saved(Path("in.csv"), "document,start,end,label\ntown/one.txt,18,39,denial\ntown/one.txt,19,59,denial\n")
    code, out, _ = run("import", "in.csv", "--coder", "ana")
    assert code == 0 and "1 had moved edges" in out and "1 are cut differently by the splitter: kept" in out
    assert [(row["start"], row["end"], row["text"]) for row in table(ANA)] == [
        ("19", "39", "The mayor denied it."),
        ("19", "59", "The mayor denied it. He blamed the bank."),
    ]
    code, out, _ = run("check")
    assert code == 0 and "1 are cut differently by the splitter and left out:\n  seeds/annotations/ana.csv row 3" in out


def test_check_names_what_matches_nothing(run: Run) -> None:
    saved(ANA, "document,start,end,text,label\ntown/one.txt,0,17,,denial\ntown/gone.txt,0,17,,denial\n")
    code, out, err = run("check")
    assert code == 1 and "2 annotations on 1 of 8 sentences" in out and "ana.csv row 3 (town/gone.txt)" in out
    assert err.startswith("stance: ") and err.count("\n") == 1


def test_every_coder_of_an_export_gets_a_file(run: Run) -> None:
    assert run("export", "todo.jsonl", "--to", "doccano", "--coder", "ana")[0] == 0
    written = Path("todo.jsonl").read_text("utf-8")
    zipped(Path("e.zip"), admin=doccano_export(written, ["denial"] * 8), ben=doccano_export(written, ["neutral", *[""] * 7]))
    assert run("import", "e.zip", "--coder", "admin=ana")[0] == 0
    assert len(table(ANA)) == 8 and len(table(Path("seeds/annotations/ben.csv"))) == 1
    code, _, err = run("import", "e.zip", "--coder", "cem")
    assert code == 2 and "1 names are given for the work of admin, ben" in err and "--coder admin=NAME" in err


@pytest.mark.parametrize("tool", ["label-studio", "doccano", "csv"])
def test_what_was_coded_survives_export_and_import(run: Run, tool: str) -> None:
    saved(ANA, "document,start,end,text,label,codebook\n" + "".join(f"town/one.txt,{start},{end},,{label},v{label[0]}\n" for start, end, label in CODED))
    run("import", str(ANA), "--coder", "bo")
    name = {"label-studio": "e.json", "doccano": "e.jsonl", "csv": "e.csv"}[tool]
    assert run("export", name, "--to", tool, "--coder", "bo", "--coded")[0] == 0
    if tool == "label-studio":
        saved(Path(name), studio_export(Path(name).read_text("utf-8"), [""] * len(CODED)))
    assert run("import", name, "--coder", "cem")[0] == 0
    assert table(Path("seeds/annotations/cem.csv")) == table(Path("seeds/annotations/bo.csv"))
    assert [(int(r["start"]), int(r["end"]), r["label"]) for r in table(Path("seeds/annotations/cem.csv"))] == list(CODED)


CODED = ((0, 17, "denial"), (19, 39, "denial"), (40, 59, "accusation"), (77, 80, "denial"), (81, 84, "neutral"), (19, 59, "warning"))


def test_an_export_holds_what_the_coder_has_not_read(run: Run) -> None:
    saved(ANA, "document,start,end,label\ntown/one.txt,0,17,denial\n")
    code, out, _ = run("export", "todo.json", "--to", "label-studio", "--coder", "ana")
    found = json.loads(Path("todo.json").read_text("utf-8"))
    assert code == 0 and "7 sentences to code" in out and Path("todo.xml").exists()
    assert [task["data"]["text"] for task in found] == ["Talks resume on Friday.", "The mayor denied it.", *SENTENCES[1:]]
    saved(Path("queue.csv"), "document,start,end\ntown/one.txt,40,59\ntown/one.txt,0,17\n")
    run("export", "todo.csv", "--to", "csv", "--coder", "ana", "--only", "queue.csv")
    assert [row["text"] for row in table(Path("todo.csv"))] == ["He blamed the bank."]


def test_guesses_by_rules_stand_beside_the_sentences(run: Run) -> None:
    model = str(ROOT / "models" / "stance.npz")
    assert run("export", "todo.csv", "--to", "csv", "--coder", "ana", "--guess", "rules", "--model", model)[0] == 0
    guessed = {row["text"]: (row["guess"], row["guessed_by"], row["label"]) for row in table(Path("todo.csv"))}
    assert guessed["He blamed the bank."] == ("accusation", "rule accuses", "")
    assert guessed["Nobody was hurt."] == ("neutral", "no rule", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "todo.txt", "--to", "csv", "--coder", "ana"), "does not end in .csv"),
        (("import", "in.csv"), "does not say who the coder is"),
        (("import", "in.csv", "--coder", "../ana"), "cannot be the name of a file"),
        (("import", "in.csv", "--coder", "ana", "--coder", "ben"), "2 names are given for the work of (no name)"),
    ],
)
def test_wrong_usage_is_named(run: Run, arguments: tuple[str, ...], words: str) -> None:
    saved(Path("in.csv"), "text,label\nNobody was hurt.,neutral\n")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "") and words in err and not ANA.exists()


def test_names_of_coders() -> None:
    found = [Annotation("d", 0, 1, "", "denial", coder, "x") for coder in ("1", "2", "1")]
    assert [a.coder for a in importing.name_coders(found, ["1=ana"])] == ["ana", "2", "ana"]
    assert [a.coder for a in importing.name_coders(found[:1], ["ana"])] == ["ana"]
    with pytest.raises(UsageError, match="1 names are given for the work of 1, 2"):
        importing.name_coders(found, ["ana"])


def test_a_place_list_must_name_places(tmp_path: Path) -> None:
    assert tasks.read_places(saved(tmp_path / "q.csv", "document,start,end,text\nd,1,2,x\n")) == {("d", 1, 2)}
    for content in ("document,start\nd,1\n", "document,start,end\nd,one,2\n"):
        with pytest.raises(DataError, match="row 2"):
            tasks.read_places(saved(tmp_path / "q.csv", content))


STARTS = (0, 18, 38, 57)
DOCUMENT = Document("d.txt", "c", "Mayor denies raid The mayor denied it No more was heard Nothing else")
PIECES = [Sentence("d.txt", "c", 0, i, s, e, DOCUMENT.text[s:e]) for i, (s, e) in enumerate(zip(STARTS, (17, 37, 55, 68), strict=True))]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 80),
            st.integers(1, 40),
            st.sampled_from(LABELS),
            st.sampled_from(["d.txt", "e.txt", ""]),
            st.sampled_from(["", "No", "Mayor denies raid"]),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_nothing_gets_lost(items: list[tuple[int, int, str, str, str]], replace: bool) -> None:
    found = [Annotation(document, start, start + size, text, label, "ana", f"row {n}") for n, (start, size, label, document, text) in enumerate(items)]
    importer = importing.Importer([DOCUMENT], PIECES, tolerance=0.8)
    first = importer.bring(found, {}, codebook="v", replace=replace)
    assert len(first.new["ana"]) + len(first.rejected) + len(first.repeated) == len(found)
    places = [(a.document, a.start, a.end) for a in first.new["ana"]]
    assert len(set(places)) == len(places)
    assert all(a.text == DOCUMENT.text[a.start : a.end] and a.codebook == "v" for a in first.new["ana"])
    again = importer.bring(first.new["ana"], {"ana": first.new["ana"]}, codebook="v", replace=replace)
    assert not again.new["ana"] and not again.changed["ana"] and not again.rejected


def test_a_written_file_reads_back_whatever_its_text(tmp_path: Path) -> None:
    odd = 'a "b", c\r\nd\re\n=1'
    coding.merge(tmp_path / "ana.csv", [Annotation("d.txt", 0, len(odd), odd, "denial", "ana", "", "v1")], {})
    (read,) = coding.read(tmp_path / "ana.csv")
    assert (read.text, read.codebook, read.coder) == (odd, "v1", "ana")
    assert csv.DictReader(io.StringIO((tmp_path / "ana.csv").read_text("utf-8"))).fieldnames == list(coding.COLUMNS)
