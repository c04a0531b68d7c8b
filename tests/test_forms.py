"""Forms of other tools: what Label Studio 1.23 and doccano 1.8 export is read, what they import is written, nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coding import forms, labelstudio
from pipeline.errors import DataError
from pipeline.records import LABELS, Annotation, Task

ODD = "“We did not,” she said.\u00a0\n😀 \t=1+1 ; ,"
TASKS = [
    Task("a/b.txt", 0, len(ODD), ODD, guess="denial", guessed_by="rule denies"),
    Task("a/b.txt", 40, 47, "Second.", guess="neutral", guessed_by="model 12ab", confidence=0.71),
    Task("a/c.jsonl#7", 0, 6, "Third."),
]


def studio_export(written: str, labels: list[str], coder: Any = 1) -> str:
    """What Label Studio exports as JSON after a person has labelled the tasks (recorded from version 1.23.2)."""
    exported = []
    for number, (task, label) in enumerate(zip(json.loads(written), labels, strict=True), start=1):
        given = task.get("annotations", [])
        result = [{"id": "x1", "from_name": "stance", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]
        own = {"id": 100 + number, "completed_by": coder, "result": result, "was_cancelled": False, "ground_truth": False, "lead_time": 3.2, "task": number}
        skipped = own | {"result": [], "was_cancelled": True}
        kept = [own | item | {"completed_by": coder} for item in given] or ([own] if label else [])
        exported.append(
            {
                "id": number,
                "annotations": [skipped, *kept],
                "drafts": [],
                "predictions": [7],
                "data": task["data"],
                "meta": {},
                "inner_id": number,
                "project": 1,
            }
        )
    return json.dumps(exported)


def studio_flat(written: str, labels: list[str]) -> list[dict[str, Any]]:
    """What Label Studio exports as JSON-MIN, and row by row as CSV."""
    tasks = [(task["data"], label) for task, label in zip(json.loads(written), labels, strict=True) if label]
    return [data | {"id": n, "stance": label, "annotator": 1, "annotation_id": n, "lead_time": None} for n, (data, label) in enumerate(tasks, 1)]


def doccano_export(written: str, labels: list[str]) -> str:
    """What doccano exports as JSON lines after a person has labelled the texts (recorded from version 1.8.4)."""
    lines = []
    for number, (line, label) in enumerate(zip(written.split("\n")[:-1], labels, strict=True), start=1):
        row = json.loads(line)
        del row["label"]
        lines.append({"id": number} | row | {"label": [label] if label else [], "Comments": []})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def zipped(path: Path, **members: str) -> Path:
    """An archive with these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.jsonl", content)
    return path


def saved(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8", newline="")
    return path


def rows_of(tasks: list[Task], labels: list[str]) -> list[dict[str, Any]]:
    return [task._asdict() | {"label": label} for task, label in zip(tasks, labels, strict=True)]


def through_studio(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    return saved(folder / "export.json", studio_export(forms.WRITERS["label-studio"](tasks), labels))


def through_studio_min(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    return saved(folder / "export.json", json.dumps(studio_flat(forms.WRITERS["label-studio"](tasks), labels)))


def through_studio_csv(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    rows = studio_flat(forms.WRITERS["label-studio"](tasks), labels)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, sorted(rows[0]) if rows else ["text", "stance"], quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows(rows)
    return saved(folder / "export.csv", buffer.getvalue())


def through_doccano(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    return zipped(folder / "export.zip", all=doccano_export(forms.WRITERS["doccano"](tasks), labels))


def through_doccano_lines(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    return saved(folder / "export.jsonl", doccano_export(forms.WRITERS["doccano"](tasks), labels))


def through_csv(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    rows = list(csv.DictReader(io.StringIO(forms.WRITERS["csv"](tasks).removeprefix("\ufeff"), newline="")))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(row | {"label": label} for row, label in zip(rows, labels, strict=True))
    return saved(folder / "coded.csv", "\ufeff" + buffer.getvalue())


def as_dataset(tasks: list[Task], labels: list[str]) -> datasets.Dataset:
    numbers = [LABELS.index(label) if label else -1 for label in labels]
    columns = {name: [getattr(task, name) for task in tasks] for name in ("document", "start", "end", "text")}
    features = datasets.Features(
        {"document": datasets.Value("string"), "start": datasets.Value("int64"), "end": datasets.Value("int64"), "text": datasets.Value("string")}
        | {"label": datasets.ClassLabel(names=list(LABELS))}
    )
    return datasets.Dataset.from_dict(columns | {"label": numbers}, features=features)


def through_dataset(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    as_dataset(tasks, labels).save_to_disk(str(folder / "saved"))
    return folder / "saved"


def through_dataset_parts(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    datasets.DatasetDict({"train": as_dataset(tasks, labels)}).save_to_disk(str(folder / "saved"))
    return folder / "saved"


def through_parquet(folder: Path, tasks: list[Task], labels: list[str]) -> Path:
    (folder / "tables").mkdir()
    as_dataset(tasks, labels).to_parquet(str(folder / "tables" / "train.parquet"))
    return folder / "tables"


ROADS: dict[str, Callable[[Path, list[Task], list[str]], Path]] = {
    "label-studio": through_studio,
    "label-studio-min": through_studio_min,
    "label-studio-csv": through_studio_csv,
    "doccano": through_doccano,
    "doccano-lines": through_doccano_lines,
    "csv": through_csv,
    "dataset": through_dataset,
    "dataset-parts": through_dataset_parts,
    "parquet": through_parquet,
}


def essence(annotations: list[Annotation]) -> list[tuple[str, int, int, str, str]]:
    return [(a.document, a.start, a.end, a.text, a.label) for a in annotations]


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_what_goes_out_comes_back_with_its_labels(tmp_path: Path, road: Callable[..., Path]) -> None:
    form = forms.read(road(tmp_path, TASKS, ["accusation", "neutral", "warning"]))
    assert essence(form.annotations) == [(*task[:4], label) for task, label in zip(TASKS, ["accusation", "neutral", "warning"], strict=True)]
    assert not form.rejected and form.unlabelled == 0


@pytest.mark.parametrize("name", ["label-studio", "doccano", "doccano-lines", "csv", "dataset", "dataset-parts", "parquet"])
def test_what_nobody_has_coded_is_counted_and_left_out(tmp_path: Path, name: str) -> None:
    form = forms.read(ROADS[name](tmp_path, TASKS, ["denial", "", ""]))
    assert [annotation.label for annotation in form.annotations] == ["denial"]
    assert form.unlabelled == 2 and not form.rejected


@pytest.mark.parametrize("name", ["label-studio", "doccano", "csv"])
def test_a_coders_labels_survive_the_way_out_and_back(tmp_path: Path, name: str) -> None:
    coded = [task._replace(label=label, codebook="0123456789ab") for task, label in zip(TASKS, ["warning", "denial", "neutral"], strict=True)]
    written = forms.WRITERS[name](coded)
    if name == "label-studio":
        written = studio_export(written, ["accusation"] * 3)
    path = saved(tmp_path / f"back{forms.ENDINGS[name]}", written)
    found = forms.read(path).annotations
    assert essence(found) == [(*task[:4], task.label) for task in coded]
    assert {annotation.codebook for annotation in found} == {"0123456789ab"}


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


@given(texts=st.lists(st.tuples(TEXT, st.sampled_from(LABELS)), min_size=1, max_size=5), name=st.sampled_from(["label-studio", "doccano-lines", "csv"]))
def test_any_text_survives_the_round_trip(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]], name: str) -> None:
    folder = tmp_path_factory.mktemp("trip")
    tasks = [Task("d.txt", number, number + 1 + len(text), text) for number, (text, _) in enumerate(texts)]
    form = forms.read(ROADS[name](folder, tasks, [label for _, label in texts]))
    assert essence(form.annotations) == [(*task[:4], label) for task, (_, label) in zip(tasks, texts, strict=True)]


def test_a_guess_is_a_prediction_in_label_studio_and_no_label(tmp_path: Path) -> None:
    tasks = json.loads(forms.WRITERS["label-studio"](TASKS))
    assert [task.get("annotations") for task in tasks] == [None] * 3
    assert tasks[0]["predictions"] == [
        {"model_version": "rule denies", "result": [{"from_name": "stance", "to_name": "text", "type": "choices", "value": {"choices": ["denial"]}}]}
    ]
    assert tasks[1]["predictions"][0]["score"] == 0.71 and "predictions" not in tasks[2]
    assert forms.read(saved(tmp_path / "a.json", json.dumps(tasks))).annotations == []


def test_the_labelling_interface_offers_the_labels_under_the_name_that_tasks_use() -> None:
    import xml.etree.ElementTree as ElementTree

    view = ElementTree.fromstring(labelstudio.INTERFACE)
    choices = view.find("Choices")
    assert choices is not None and choices.get("name") == "stance" and choices.get("choice") == "single"
    assert [choice.get("value") for choice in choices] == list(LABELS)
    assert view.find("Text").get("name") == choices.get("toName")  # type: ignore[union-attr]


def test_every_line_for_doccano_has_the_same_columns_and_no_empty_ones_for_its_import_fails_otherwise() -> None:
    lines = [json.loads(line) for line in forms.WRITERS["doccano"](TASKS).split("\n")[:-1]]
    assert len({tuple(line) for line in lines}) == 1
    assert all(value is not None for line in lines for value in line.values())
    assert [line["label"] for line in lines] == [["denial"], ["neutral"], []]


def test_a_spreadsheet_is_told_that_csv_is_utf8_and_which_cells_to_fill() -> None:
    written = forms.WRITERS["csv"](TASKS)
    assert written.startswith("\ufeffdocument,start,end,text,label,guess,")
    assert [row["label"] for row in csv.DictReader(io.StringIO(written, newline=""))] == [""] * 3


def test_labels_that_are_still_the_guess_are_counted(tmp_path: Path) -> None:
    form = forms.read(ROADS["doccano"](tmp_path, TASKS, ["denial", "warning", "neutral"]))
    assert form.as_guessed == 1 and len(form.annotations) == 3


def test_an_archive_names_its_coders_by_its_files(tmp_path: Path) -> None:
    written = forms.WRITERS["doccano"](TASKS)
    path = zipped(tmp_path / "e.zip", ana=doccano_export(written, ["denial"] * 3), ben=doccano_export(written, ["warning", "", ""]))
    found = forms.read(path).annotations
    assert [(a.coder, a.label) for a in found] == [("ana", "denial")] * 3 + [("ben", "warning")]
    assert found[3].where == f"{path} ben.jsonl row 1"


@pytest.mark.parametrize(("by", "coder"), [(3, "3"), ({"id": 3, "email": "ana@example.org"}, "ana@example.org"), ({"id": 3}, "3"), (None, "")])
def test_label_studio_says_who_coded(tmp_path: Path, by: Any, coder: str) -> None:
    path = saved(tmp_path / "e.json", studio_export(forms.WRITERS["label-studio"](TASKS), ["denial"] * 3, by))
    assert {annotation.coder for annotation in forms.read(path).annotations} == {coder}


def test_several_people_on_one_task_give_an_annotation_each(tmp_path: Path) -> None:
    one = json.loads(studio_export(forms.WRITERS["label-studio"](TASKS[:1]), ["denial"], 1))
    two = json.loads(studio_export(forms.WRITERS["label-studio"](TASKS[:1]), ["warning"], 2))
    one[0]["annotations"] += two[0]["annotations"]
    found = forms.read(saved(tmp_path / "e.json", json.dumps(one))).annotations
    assert [(a.coder, a.label, a.start) for a in found] == [("1", "denial", 0), ("2", "warning", 0)]


def test_of_several_choices_the_named_one_is_read(tmp_path: Path) -> None:
    task = json.loads(studio_export(forms.WRITERS["label-studio"](TASKS[:1]), ["denial"]))
    other = {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["harsh"]}}
    result = task[0]["annotations"][1]["result"]
    result.append(other)
    result.append({"from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["hm"]}})
    path = saved(tmp_path / "e.json", json.dumps(task))
    assert forms.read(path).annotations[0].label == "denial"
    result[0]["from_name"] = "attitude"
    path.write_text(json.dumps(task))
    with pytest.raises(DataError, match="several choices: attitude, tone"):
        forms.read(path)
    assert forms.read(path, label_column="attitude").annotations[0].label == "denial"


@pytest.mark.parametrize(("label", "read"), [("Denial", "denial"), (" WARNING ", "warning"), (["Neutral"], "neutral")])
def test_capitals_and_white_space_in_labels_do_not_matter(tmp_path: Path, label: object, read: str) -> None:
    path = saved(tmp_path / "e.jsonl", json.dumps({"text": "A.", "label": label}) + "\n")
    assert [annotation.label for annotation in forms.read(path).annotations] == [read]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "A.", "label": "denail"}, "did you mean 'denial'"),
        ({"text": "A.", "label": ["denial", "warning"]}, "'denial, warning'"),
        ({"text": "A.", "label": "positive"}, "the labels are denial"),
        ({"text": "", "label": "denial"}, "neither offsets nor text"),
        ({"text": "A.", "label": "denial", "start": "x", "end": 4}, "offset is 'x'"),
        ({"text": "A.", "label": "denial", "start": 4, "end": 4}, "not after its start"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_its_place_and_reason(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    lines = [{"text": "B.", "label": "denial"}, row, {"text": "C.", "label": "neutral"}]
    path = saved(tmp_path / "e.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    form = forms.read(path)
    assert [annotation.text for annotation in form.annotations] == ["B.", "C."]
    (rejected,) = form.rejected
    assert reason in rejected.reason and rejected.annotation.where == f"{path} row 2"


def test_offsets_written_as_decimals_are_whole_numbers(tmp_path: Path) -> None:
    path = saved(tmp_path / "e.csv", "document,start,end,label\nd.txt,12.0,40.0,denial\n")
    assert essence(forms.read(path).annotations) == [("d.txt", 12, 40, "", "denial")]


def test_what_the_rules_labelled_is_no_coding(tmp_path: Path) -> None:
    path = saved(tmp_path / "e.csv", "text,label,source\nA.,denial,rules\nB.,neutral,single\n")
    form = forms.read(path)
    assert [annotation.text for annotation in form.annotations] == ["B."] and form.by_rules == 1


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "e.csv", "satz,haltung,label\nA.,denial,x\n")
    assert essence(forms.read(path, label_column="haltung", text_column="satz").annotations) == [("", -1, -1, "A.", "denial")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("e.csv", b"", "no annotations"),
        ("e.csv", b"text,label\n", "no annotations"),
        ("e.json", b"[]", "no annotations"),
        ("e.jsonl", b"\n", "no annotations"),
        ("e.csv", b"text|label\nA.|denial\n", "separate the columns by commas, semicolons or tabs"),
        ("e.csv", b"text,code\nA.,denial\n", "--label-column"),
        ("e.csv", b"satz,label\nA.,denial\n", "--text-column"),
        ("e.json", b"[{\"text\": \"A.\", \"mood\": \"denial\"}]", "no column 'label'"),
        ("e.csv", "text,label\nné,denial\n".encode("cp1252"), "not UTF-8"),
        ("e.csv", "text,label\nA.,denial\n".encode("utf-16"), "not UTF-8"),
        ("e.json", "[]".encode("utf-16"), "not UTF-8"),
        ("e.json", b"{\"a\": 1}", "not a list of tasks"),
        ("e.json", b"[1]", "not a list of tasks"),
        ("e.json", b"[{]", "not JSON"),
        ("e.json", b"[{\"data\": 3, \"annotations\": []}]", "no task of Label Studio"),
        ("e.json", b"[{\"data\": {}, \"annotations\": [{\"completed_by\": 1}]}]", "no task of Label Studio"),
        ("e.jsonl", b"{\"text\": 1\n", "line 1"),
        ("e.zip", b"PK", "cannot be opened"),
        ("e.xlsx", b"PK", "ends in '.xlsx'"),
        ("e.parquet", b"PAR", "not Parquet"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        forms.read(tmp_path / name)
    assert words in str(caught.value) and str(tmp_path / name) in str(caught.value)


def test_a_broken_line_in_an_archive_is_named_by_archive_and_file(tmp_path: Path) -> None:
    path = zipped(tmp_path / "e.zip", ana='{"text": "A.", "label": ["denial"]}\n{broken\n')
    with pytest.raises(DataError, match=r"e\.zip ana\.jsonl line 2"):
        forms.read(path)


def test_a_missing_file_and_a_folder_of_nothing_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not there"):
        forms.read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is no dataset"):
        forms.read(tmp_path)
