"""The data section: every sentence, label, coder and file is counted once."""

from __future__ import annotations

from pathlib import Path

import small_project
from small_project import Project

from pipeline import params, tables
from pipeline.evaluation import provenance
from pipeline.evaluation.provenance import Coder, Collection
from pipeline.params import HoldoutParams
from pipeline.records import Annotation
from pipeline.scoring.modelfile import read


def rows(*found: tuple[str, str, int | None, str]) -> dict[str, list[object]]:
    return {name: [row[i] for row in found] for i, name in enumerate(("document", "collection", "label", "source"))}


def test_collections_count_documents_labels_and_where_they_came_from() -> None:
    train = rows(("a/1", "a", 0, "single"), ("a/1", "a", 3, "rules"), ("b/1", "b", None, "disputed"), ("b/1", "b", None, "rules"))
    test = rows(("a/2", "a", 2, "agreed"), ("a/2", "a", 0, "majority"))
    assert provenance.collections(train, test) == [
        Collection("a", documents=2, test_documents=1, sentences=4, labels=(2, 0, 1, 0), by_rules=1, unsettled=0),
        Collection("b", documents=1, test_documents=0, sentences=2, labels=(0, 0, 0, 0), by_rules=1, unsettled=1),
    ]


def test_coders_count_their_own_labels() -> None:
    given = [
        Annotation(f"{place}/d.txt", 0, 4, "One.", label, coder, "w")
        for place, label, coder in (("a", "denial", "z"), ("b", "denial", "z"), ("a", "warning", "y"))
    ]
    assert provenance.coders(given) == [
        Coder("y", 1, (0, 0, 1, 0), {"a": 1}),
        Coder("z", 2, (2, 0, 0, 0), {"a": 1, "b": 1}),
    ]


def test_a_hash_changes_with_a_files_content_and_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "one.txt").write_text("1")
    before = provenance.hashes([tmp_path / "x", tmp_path / "x" / "one.txt"])
    assert provenance.hashes([tmp_path / "x", tmp_path / "x" / "one.txt"]) == before
    (tmp_path / "x" / "one.txt").rename(tmp_path / "x" / "two.txt")
    assert provenance.hashes([tmp_path / "x"])[0].sha256 != before[0].sha256
    (tmp_path / "x" / "two.txt").rename(tmp_path / "x" / "one.txt")
    (tmp_path / "x" / "one.txt").write_text("2")
    changed = provenance.hashes([tmp_path / "x", tmp_path / "x" / "one.txt"])
    assert all(new.sha256 != old.sha256 and new.what == old.what for new, old in zip(changed, before, strict=True))


def test_the_section_of_a_project_adds_up(project: Project) -> None:
    near = params.load(project.params, HoldoutParams).near_duplicate
    found = provenance.section(project.labelled, project.root / "seeds", read(project.model).header, near_duplicate=near)
    facts = dict(found["facts"])
    sentences = tables.read(project.sentences, ("text",))["text"]
    assert facts["Sentences"] == f"{len(sentences)}" and facts["Documents"] == "26 in 4 collections"
    assert facts["Near-copies of another document (kept on its side of the split)"] == "1"
    assert sum(int(row[3]) for row in found["collection_table"]) == len(sentences)
    assert [row[0] for row in found["coder_table"]] == ["adjudicated", "ana", "ben"]
    coded = {path.stem: len(path.read_text().splitlines()) - 1 for path in project.annotations.glob("*.csv")}
    assert {row[0]: int(row[1]) for row in found["coder_table"]} == coded
    assert len({row[1] for row in found["hash_table"]}) == len(found["hash_table"]) - 1, "the codebook stands there as a file and as the model saw it"
    assert found["hash_table"][0][0] == "seeds/CODEBOOK.md"
    assert small_project.UNREAD.split("/")[0] in [row[0] for row in found["collection_table"]]
