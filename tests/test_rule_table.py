"""The table of rules and the weights that follow from it: counted by hand on a few sentences."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from architecture import ROOT
from test_forms import saved

from pipeline import files, params, tables
from pipeline.coding import coded
from pipeline.errors import DataError
from pipeline.language import lexicon, rule_table, rules
from pipeline.language.lexicon import Lexicon
from pipeline.language.rules import NO_RULE, RULES
from pipeline.params import LabelParams
from pipeline.records import LABELS
from pipeline.stages import evaluate, label, split, train

NUMBER = {rule.name: number for number, rule in enumerate(RULES)}


def short_lists() -> dict[str, str]:
    """The project's cue lists with the few words used here."""
    wanted = ("[", "deny", "blame", "accuse", "warn", "denial:", "not", "n't", "never", "say", "tell")
    read = {path.stem: path.read_text("utf-8") for path in (ROOT / "seeds" / "cues").glob("*.txt")}
    return {name: "\n".join(line for line in text.splitlines() if line.startswith(wanted)) + "\n" for name, text in read.items()}


@pytest.mark.parametrize("lists", [{}, {"denial": ""}, {"denial": "[denial-verb]\n# none yet"}])
def test_cue_lists_without_an_entry_are_refused(lists: dict[str, str]) -> None:
    with pytest.raises(DataError, match="hold no entry"):
        lexicon.compile_lists(lists)


@pytest.fixture(scope="module")
def lists() -> Lexicon:
    return lexicon.compile_lists(short_lists())


def test_which_rules_fire_and_which_decides(lists: Lexicon) -> None:
    texts = ["The mayor denied this.", "He blamed the bank.", "Talks go on.", "The mayor denied this and blamed the bank.", ""]
    fired = rule_table.fire(texts, lists)
    assert fired.fires.shape == (len(RULES), 5)
    where = {name: fired.fires[NUMBER[name]].tolist() for name in ("denies", "accuses", "warns")}
    assert where == {"denies": [True, False, False, True, False], "accuses": [False, True, False, True, False], "warns": [False] * 5}
    assert fired.decides.tolist() == [NUMBER["denies"], NUMBER["accuses"], NO_RULE, NUMBER["denies"], NO_RULE]
    assert fired.decides.tolist() == rules.apply(texts, lists).rule.tolist()


def fired(*sentences: tuple[tuple[str, ...], str]) -> rule_table.Fired:
    """Rules that fire, and the one that decides, by name ("" for none)."""
    fires = np.zeros((len(RULES), len(sentences)), dtype=bool)
    for column, (names, _) in enumerate(sentences):
        fires[[NUMBER[name] for name in names], column] = True
    return rule_table.Fired(fires, np.array([NUMBER.get(decides, NO_RULE) for _, decides in sentences]))


SENTENCES = fired(
    (("denies",), "denies"), (("denies", "accuses"), "denies"), (("denies", "warns"), "warns"), (("accuses",), "accuses"), ((), ""), (("denies",), "denies")
)
CODED = np.array([LABELS.index(name) if name else rule_table.UNCODED for name in ("denial", "accusation", "warning", "", "neutral", "denial")])


def test_rules_are_counted_against_coders_only() -> None:
    counts = rule_table.against_coders(SENTENCES.decides, CODED)
    assert (counts.coded[NUMBER["denies"]], counts.right[NUMBER["denies"]]) == (3, 2)
    assert (counts.coded[NUMBER["accuses"]], counts.right[NUMBER["accuses"]]) == (0, 0), "nobody has coded what it decides"
    assert (counts.coded[NO_RULE], counts.right[NO_RULE]) == (1, 1)
    assert counts.coded.sum() == 5


def test_a_rule_is_trusted_by_its_precision_and_one_without_coders_by_that_of_all() -> None:
    trusted = rule_table.precisions(rule_table.against_coders(SENTENCES.decides, CODED))
    assert trusted[NUMBER["denies"]] == pytest.approx((2 + 5 * 0.8) / (3 + 5))
    assert trusted[NUMBER["accuses"]] == pytest.approx(0.8)
    assert (rule_table.precisions(rule_table.against_coders(SENTENCES.decides, np.full(6, rule_table.UNCODED))) == 1.0).all()


def test_a_row_says_how_a_rule_fares() -> None:
    held_out = np.array([False, False, False, False, False, True])
    found = [dict(zip(rule_table.HEADER, row, strict=True)) for row in rule_table.rows(SENTENCES, CODED, held_out)]
    assert [row["rule"] for row in found] == [*NUMBER, "(none)"]
    denies, none = found[NUMBER["denies"]], found[NO_RULE]
    assert {name: denies[name] for name in ("fires", "decides", "alone", "coded", "precision", "held_out_coded", "held_out_precision", "conflicts")} == {
        "fires": 4, "decides": 3, "alone": 2, "coded": 2, "precision": "0.500", "held_out_coded": 1, "held_out_precision": "1.000",
        "conflicts": "accuses 1; warns 1",
    }  # fmt: skip
    assert float(denies["low"]) == pytest.approx(0.095, abs=5e-4) and float(denies["high"]) == pytest.approx(0.905, abs=5e-4), "Wilson's interval of 1 in 2"
    assert (none["fires"], none["decides"], none["precision"]) == (1, 1, "1.000")
    assert (found[NUMBER["risks"]]["coded"], found[NUMBER["risks"]]["precision"], found[NUMBER["risks"]]["low"]) == (0, "", "")


NAMES = ("Riga", "Oslo", "Bonn", "Lyon", "Bari", "Kyiv", "Cork", "Faro", "Graz", "Pula", "Vigo", "Lodz")


def project(folder: Path) -> Path:
    """A project with twelve documents of four sentences, one of which nobody has read."""
    quick = {"jobs": 1, "strengths": [1.0], "min_documents": 1}
    values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    values["train"] |= quick
    saved(folder / "params.yaml", yaml.safe_dump(values))
    rows = ["document,start,end,label,codebook"]
    for number, name in enumerate(NAMES):
        forms = {"denial": f"The mayor of {name} denied this.", "accusation": f"In {name} he blamed banks.", "warning": f"Of floods in {name} she warned."}
        text, offset = "", 0
        for kind, sentence in forms.items():
            rows.append(f"c{number % 2}/{number}.txt,{offset},{offset + len(sentence)},{kind},{'0123456789ab' if number == 3 else ''}")
            text += sentence + "\n\n"
            offset = len(text)
        path = folder / "documents" / f"c{number % 2}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        saved(path, text + f"The clerk denied {name} was shut.\n")
    (folder / "coders").mkdir()
    saved(folder / "coders" / "ana.csv", "\n".join(rows) + "\n")
    (folder / "cues").mkdir()
    for name, content in short_lists().items():
        saved(folder / "cues" / f"{name}.txt", content)
    saved(folder / "CODEBOOK.md", "codebook")
    return folder


def test_unread_sentences_train_by_their_rules_weight_and_never_reach_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(tmp_path)
    settings = root / "params.yaml"
    split.split(root / "documents", root / "sentences.parquet", settings)
    label.label(root / "sentences.parquet", root / "coders", root / "cues", root / "labelled", root / "rules.csv", settings)
    columns = ("text", "label", "source", "weight", "coders", "codebooks")
    rows = [tables.read(root / "labelled" / f"{part}.parquet", columns) for part in ("train", "test")]
    every = [dict(zip(columns, row, strict=True)) for part in rows for row in zip(*part.values(), strict=True)]
    unread = [row for row in every if row["source"] == "rules"]
    assert len(every) == 48 and len(unread) == 12 and all(row["text"].startswith("The clerk") and not row["coders"] for row in unread)
    weight = params.load(settings, LabelParams).rules_weight
    with (root / "rules.csv").open() as stream:
        denies = next(row for row in csv.DictReader(stream) if row["rule"] == "denies")
    assert denies["precision"] == "1.000" and {row["label"] for row in unread} == {LABELS.index("denial")}
    assert {row["weight"] for row in unread} == {weight} and {row["weight"] for row in every if row["source"] == "single"} == {1.0}
    for name in ("train", "test"):
        kept = coded.read(root / "labelled" / f"{name}.parquet", by_coders=True)
        assert "rules" not in kept["source"] and not [text for text in kept["text"] if text.startswith("The clerk")]
    capsys.readouterr()
    train.train(root / "labelled", root / "cues", root / "CODEBOOK.md", root / "stance.npz", root / "held_out.parquet", settings)
    said = capsys.readouterr().out
    assert "train: warning: 3 sentences were coded under codebook 0123456789ab" in said and files.digest([b"codebook"])[:12] in said
    seeds = ROOT / "seeds"
    paths = evaluate.Paths(root / "labelled", root / "held_out.parquet", root / "stance.npz", seeds / "challenges", seeds / "names", root / "reports")
    evaluate.evaluate(paths, settings)
    figures = json.loads((root / "reports" / "metrics.json").read_text())
    by_coders = sum(row["source"] != "rules" for row in (dict(zip(columns, row, strict=True)) for row in zip(*rows[1].values(), strict=True)))
    assert figures["model"]["sentences"] == figures["rules"]["sentences"] == by_coders > 0


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("deny\n", "line 1", "before any [section]"),
        ("[denial-verb]\ndeny\n\nreject\n Deny \n", "line 5", "stands in line 2 too"),
        ("[denial-verb]\n~ deny\n", "line 2", "cannot be an entry"),
        ("[denial-verb]\ndeny ~\n", "line 2", "cannot be an entry"),
        ("[denial-verb]\ndeny ~ that ~ it\n", "line 2", "cannot be an entry"),
        ("[denial-verb]\none two three four five six seven eight\n", "line 2", "cannot be an entry"),
    ],
)
def test_an_entry_that_cannot_be_one_is_named_by_file_and_line(text: str, where: str, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        list(lexicon.entries({"denial": text}))
    assert caught.value.where == f"denial.txt {where}"


def test_an_entry_may_stand_in_several_sections() -> None:
    found = [(entry.section, entry.words) for entry in lexicon.entries({"denial": "[denial-verb] who\ndeny\n# a note\n[untrue]\ndeny\ncall ~ lies\n"})]
    assert found == [("denial.denial-verb", ("deny",)), ("denial.untrue", ("deny",)), ("denial.untrue", ("call", "~", "lies"))]


def test_a_folder_without_a_cue_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no cue list"):
        lexicon.read_folder(tmp_path)
