"""Spans marked in a whole document: read from each form in which Label Studio 1.23.2 wrote them (trimmed), and placed on sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.coding import forms, importing, labelstudio
from pipeline.records import Document, Sentence

TEXT = "😀 The mayor denied it. He blamed the bank.\nNobody was hurt, he\nsaid. No. No."
JSON = r"""[
{"id":28,"annotations":[{"id":32,"completed_by":1,"result":[],"was_cancelled":false}],
 "drafts":[],"predictions":[],"data":{"text":"Nothing here.","document":"e.txt"}},
{"id":29,"annotations":[
 {"id":33,"completed_by":1,"result":[
  {"id":"eae66ff54b","from_name":"label","to_name":"text","type":"labels","origin":"manual",
   "value":{"start":2,"end":21,"text":"The mayor denied it","labels":["denial"]}},
  {"id":"b82ddeb886","from_name":"label","to_name":"text","type":"labels","origin":"manual",
   "value":{"start":23,"end":42,"text":"He blamed the bank.","labels":["accusation"]}},
  {"id":"cd4aeeca7c","from_name":"label","to_name":"text","type":"labels","origin":"manual",
   "value":{"start":43,"end":68,"text":"Nobody was hurt, he\\nsaid.","labels":["neutral"]}},
  {"id":"7e6d24b3a1","from_name":"label","to_name":"text","type":"labels","origin":"manual",
   "value":{"start":73,"end":76,"text":"No.","labels":["warning"]}}],"was_cancelled":false},
 {"id":34,"completed_by":2,"result":[
  {"id":"be890f04ce","from_name":"label","to_name":"text","type":"labels","origin":"manual",
   "value":{"start":12,"end":18,"text":"denied","labels":["denial"]}}],"was_cancelled":false}],
 "drafts":[],"predictions":[],
 "data":{"text":"😀 The mayor denied it. He blamed the bank.\nNobody was hurt, he\nsaid. No. No.","document":"d.txt"}},
{"id":30,"annotations":[{"id":35,"completed_by":2,"result":[],"was_cancelled":true}],
 "drafts":[],"predictions":[],"data":{"text":"Skipped.","document":"f.txt"}}
]"""
MIN = r"""[
{"text":"Nothing here.","document":"e.txt","id":28,"annotator":1,"annotation_id":32,"lead_time":null},
{"text":"😀 The mayor denied it. He blamed the bank.\nNobody was hurt, he\nsaid. No. No.","document":"d.txt","id":29,
 "label":[{"start":12,"end":18,"text":"denied","labels":["denial"]}],"annotator":2,"annotation_id":34,"lead_time":null},
{"text":"😀 The mayor denied it. He blamed the bank.\nNobody was hurt, he\nsaid. No. No.","document":"d.txt","id":29,
 "label":[
  {"start":2,"end":21,"text":"The mayor denied it","labels":["denial"]},
  {"start":23,"end":42,"text":"He blamed the bank.","labels":["accusation"]},
  {"start":43,"end":68,"text":"Nobody was hurt, he\\nsaid.","labels":["neutral"]},
  {"start":73,"end":76,"text":"No.","labels":["warning"]}],"annotator":1,"annotation_id":33,"lead_time":null}
]"""
CSV = r""""annotation_id","annotator","document","id","label","lead_time","text"
32,"1","e.txt",28,"","","Nothing here."
34,"2","d.txt",29,"[{""start"":12,""end"":18,""text"":""denied"",""labels"":[""denial""]}]","","😀 The mayor denied it. He blamed the bank.
Nobody was hurt, he
said. No. No."
33,"1","d.txt",29,"[{""start"":2,""end"":21,""text"":""The mayor denied it"",""labels"":[""denial""]},"""
CSV += r"""{""start"":23,""end"":42,""text"":""He blamed the bank."",""labels"":[""accusation""]},"""
CSV += r"""{""start"":43,""end"":68,""text"":""Nobody was hurt, he\\nsaid."",""labels"":[""neutral""]},"""
CSV += r"""{""start"":73,""end"":76,""text"":""No."",""labels"":[""warning""]}]","","😀 The mayor denied it. He blamed the bank.
Nobody was hurt, he
said. No. No."
"""
MARKED = [
    ("1", 2, 21, "The mayor denied it", "denial"),
    ("1", 23, 42, "He blamed the bank.", "accusation"),
    ("1", 43, 68, "Nobody was hurt, he\nsaid.", "neutral"),
    ("1", 73, 76, "No.", "warning"),
    ("2", 12, 18, "denied", "denial"),
]
PER_REGION = r"""[{"id":31,"annotations":[{"id":36,"completed_by":1,"result":[
 {"id":"9b8aa02be7","from_name":"part","to_name":"text","type":"labels","origin":"manual",
  "value":{"start":23,"end":42,"text":"He blamed the bank.","labels":["Claim"]}},
 {"id":"9b8aa02be7","from_name":"stance","to_name":"text","type":"choices","origin":"manual",
  "value":{"start":23,"end":42,"text":"He blamed the bank.","choices":["accusation"]}}],"was_cancelled":false}],
 "data":{"text":"😀 The mayor denied it. He blamed the bank.","document":"d.txt"}}]"""
HYPERTEXT = r"""[{"id":32,"annotations":[{"id":37,"completed_by":1,"result":[
 {"id":"h1","from_name":"label","to_name":"text","type":"hypertextlabels","origin":"manual",
  "value":{"start":"\/text()[1]","end":"\/text()[1]","startOffset":2,"endOffset":22,"globalOffsets":{"start":2,"end":22},
   "text":"The mayor denied it.","hypertextlabels":["denial"]}}],"was_cancelled":false}],
 "data":{"text":"😀 The mayor denied it. He blamed the bank.","document":"d.txt"}}]"""
EMPTY_FIRST = r"""[
{"text":"Nothing here.","document":"e.txt","id":33,"annotator":1,"annotation_id":38,"lead_time":null},
{"text":"The mayor denied it.","document":"d.txt","id":34,"stance":"warning","annotator":1,"annotation_id":40,"lead_time":null}
]"""


def read(folder: Path, name: str, content: str) -> forms.Form:
    (folder / name).write_text(content, "utf-8", newline="")
    return forms.read(folder / name)


@pytest.mark.parametrize(("name", "content", "unlabelled"), [("e.json", JSON, 2), ("min.json", MIN, 1), ("e.csv", CSV, 1)])
def test_every_span_is_an_annotation_of_its_coder(tmp_path: Path, name: str, content: str, unlabelled: int) -> None:
    form = read(tmp_path, name, content)
    assert sorted((a.coder, a.start, a.end, a.text, a.label) for a in form.annotations) == MARKED
    assert {a.document for a in form.annotations} == {"d.txt"}
    assert (form.unlabelled, form.rejected) == (unlabelled, [])


def test_spans_are_placed_on_sentences_and_a_phrase_keeps_its_edges(tmp_path: Path) -> None:
    places = ((2, 22), (23, 42), (43, 68), (69, 72), (73, 76))
    sentences = [Sentence("d.txt", "c", 0, number, start, end, TEXT[start:end]) for number, (start, end) in enumerate(places)]
    importer = importing.Importer([Document("d.txt", "c", TEXT)], sentences, tolerance=0.8)
    result = importer.bring(read(tmp_path, "e.json", JSON).annotations, {}, codebook="v", replace=False)
    assert [(a.start, a.end, a.label) for a in result.new["1"]] == [(2, 22, "denial"), (23, 42, "accusation"), (43, 68, "neutral"), (73, 76, "warning")]
    assert [(a.start, a.end, a.text) for a in result.new["2"]] == [(12, 18, "denied")]
    assert (len(result.moved), len(result.cut_differently), result.rejected) == (1, 1, [])


def test_a_choice_made_for_a_span_is_the_spans_label(tmp_path: Path) -> None:
    form = read(tmp_path, "e.json", PER_REGION)
    assert [(a.start, a.end, a.text, a.label) for a in form.annotations] == [(23, 42, "He blamed the bank.", "accusation")]


def test_spans_whose_places_are_no_characters_are_rejected_not_lost(tmp_path: Path) -> None:
    form = read(tmp_path, "e.json", HYPERTEXT)
    assert not form.annotations and form.unlabelled == 0
    assert "hypertextlabels" in form.rejected[0].reason


def test_an_annotation_without_a_choice_may_come_first(tmp_path: Path) -> None:
    form = read(tmp_path, "min.json", EMPTY_FIRST)
    assert [(a.text, a.label) for a in form.annotations] == [("The mayor denied it.", "warning")] and form.unlabelled == 1


SPAN = {"start": 4, "end": 7, "text": "two", "labels": ["denial"]}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"text": "one two", "label": [SPAN]}, [(4, 7, "two", ["denial"])]),
        ({"text": "one two", "label": [SPAN], "start": 10, "end": 17}, [(14, 17, "two", ["denial"])]),
        ({"text": "one two", "label": json.dumps([SPAN]), "start": "10.0", "end": "17.0"}, [(14, 17, "two", ["denial"])]),
        ({"text": "one two", "label": [{"start": 4, "end": 7, "labels": ["denial"]}]}, [(4, 7, "two", ["denial"])]),
        ({"text": "one two", "label": [SPAN, SPAN | {"start": 0, "end": 3, "text": "one"}]}, [(4, 7, "two", ["denial"]), (0, 3, "one", ["denial"])]),
    ],
)
def test_a_span_begins_where_its_text_begins_in_the_document(row: dict[str, Any], found: list[Any]) -> None:
    assert [(one["start"], one["end"], one["text"], one["label"]) for one in labelstudio.marked(row, "label", "text")] == found


DEEP = pytest.param('[{"a":' * 100_000, id="deep")


@pytest.mark.parametrize(
    "label", ["denial", ["denial"], [], "", None, "[{", DEEP, '[{"start": 1}]', [{"x": 1, "rectanglelabels": ["denial"]}], [SPAN, "denial"]]
)
def test_what_is_no_list_of_spans_stays_as_it_is(label: object) -> None:
    row = {"text": "one two", "label": label}
    assert labelstudio.marked(row, "label", "text") == [row]
