"""Documents as pages: the text as it is, the right stance beside it, nothing in it that a browser would obey."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from command_line import DENIED, DOCUMENT, SENTENCES, Run, failed, jsonl, write
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import StanceModel
from pipeline.pages import view
from pipeline.reading import sentences
from pipeline.records import LABELS, Document
from pipeline.scoring.explain import explain

HOSTILE = (
    '<script>alert("x")</script> & "quoted" </div><!-- </script ]]> {{ 7 * 7 }} {% raw %} The army denied it.\n\n<img src=x onerror=alert(1)> It warned them.'
)
PIECES = st.sampled_from(
    [*"<>&\"'{}%/-", "</script>", "{{", "<!--", " ", "\n\n", "\r\n", "\u2028", "\x00", "denied", "He warned them.", "It is so.", "é", "\ud800"]
)
TEXT = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80)


class Reader(HTMLParser):
    """The text of the element with the id `text` as a reader sees it, what its script is given, and what is referred to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.depth = self.hidden = 0
        self.inside = ""
        self.text, self.data, self.addresses, self.tags = "", "", list[str](), list[str]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.addresses += [found[name] or "" for name in ("src", "href", "action", "srcset", "data") if name in found]
        self.inside = "data" if found.get("id") == "data" else tag
        if self.depth:
            self.depth += 1
            self.hidden += found.get("class") == "unseen" or bool(self.hidden)
        elif found.get("id") == "text":
            self.depth = 1

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        if self.depth and tag in ("div", "span", "i"):
            self.depth -= 1
            self.hidden -= bool(self.hidden)

    def handle_data(self, data: str) -> None:
        if self.depth and not self.hidden:
            self.text += data
        if self.inside == "data":
            self.data += data


def shown(model: StanceModel, text: str) -> view.View:
    """A document of this text as it is shown."""
    return view.view(model, Document("d.txt", "", text))


@settings(max_examples=60)
@given(text=TEXT)
def test_a_page_holds_the_text_as_it_is_and_nothing_of_it_is_obeyed(model: StanceModel, text: str) -> None:
    page = view.document_page(shown(model, text))
    read, empty = Reader(page), Reader(view.document_page(shown(model, "")))
    assert read.text == view._seen(text)
    assert [tag for tag in read.tags if tag not in ("span", "i")] == [tag for tag in empty.tags if tag not in ("span", "i")]
    assert page.encode("utf-8"), "it can be written"


def test_signs_that_no_page_can_hold_get_a_sign_in_their_place() -> None:
    assert view._seen("a\x00b\x1b[1m\ud83d\x9b \t\r\n\x85é\U0001f30d") == "a�b�[1m�� \t\r\n\x85é\U0001f30d"


def test_the_details_are_those_of_the_explanation(model: StanceModel) -> None:
    text = f"{DENIED} {HOSTILE}"
    found = shown(model, text)
    split = sentences.split(Document("d.txt", "", text))
    details = json.loads(Reader(view.document_page(found)).data)
    assert len(details) == len(split) == len(found.sentences)
    for one, sentence, told in zip(found.sentences, split, details, strict=True):
        (explained,) = explain(model, [sentence.text])
        assert (one.label, one.probabilities) == (explained.label, pytest.approx(explained.probabilities, abs=1e-12))
        assert told["label"] == explained.label and told["probabilities"] == [round(value, 3) for value in one.probabilities]
        number = LABELS.index(one.label)
        best = max(explained.words, key=lambda word: word.shares[number])
        assert told["words"][0] == [sentence.text[best.start : best.end], round(best.shares[number], 2), ""]
        assert all(abs(part.share) >= 0.1 for part in (*one.told, *one.cues))
        assert "".join(piece.text for piece in one.pieces) == sentence.text
        speaking = {part.text for part in one.told if part.share > 0}
        assert {piece.text for piece in one.pieces if piece.telling} == speaking


def test_no_word_is_told_twice_for_and_against(model: StanceModel) -> None:
    for text in ("No.", "Not so.", "It denied.", "The army denied it.", DENIED):
        (one,) = shown(model, text).sentences
        assert len(one.told) <= len(text.split())


@pytest.mark.parametrize("text", ["", " \n\n ", "…", "… \n\n …"])
def test_a_document_without_words_is_a_page_too(model: StanceModel, text: str) -> None:
    found = shown(model, text)
    assert sum(found.counts.values()) == 0
    assert Reader(view.document_page(found)).text == text
    assert view.entry(found, "a.html").share("denial") == 0.0


def test_a_page_needs_nothing_but_itself(model: StanceModel) -> None:
    page = view.document_page(shown(model, f"{HOSTILE} See http://example.org."), index="index.html")
    assert Reader(page).addresses == ["data:,", "index.html"]
    assert "@import" not in page and "url(" not in page
    assert page == view.document_page(shown(model, f"{HOSTILE} See http://example.org."), index="index.html")


def test_the_index_counts_and_sums(model: StanceModel) -> None:
    found = [
        view.view(model, Document(name, "", text)) for name, text in (("a & <b>.txt", DENIED), ("empty", ""), ("mixed", f"{DENIED} It rained. It rained."))
    ]
    entries = [view.entry(one, f"{number}.html") for number, one in enumerate(found)]
    assert [(one.sentences, one.counts["denial"]) for one in entries] == [(1, 1), (0, 0), (3, 1)]
    assert entries[2].share("denial") == pytest.approx(1 / 3)
    page = view.index_page(entries)
    assert "a &amp; &lt;b&gt;.txt" in page and "3 documents, 4 sentences" in page
    assert Reader(page).addresses == ["data:,", "0.html", "1.html", "2.html"]
    assert '"share denial" data-v="1.0"' in page and ">50.0\u00a0%" in page


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("a.txt", "a.txt.html"),
        ("folder/a b.txt", "folder-a-b.txt.html"),
        ("../../etc/passwd", "--..-etc-passwd.html"),
        ("news.jsonl#7", "news.jsonl-7.html"),
        (".hidden", "-hidden.html"),
        ("ünï", "-n-.html"),
    ],
)
def test_names_of_pages(document: str, name: str) -> None:
    assert view.page_name(document, set()) == name


@given(st.lists(st.text(max_size=90) | st.sampled_from(["a", "A", "index", "a/b", "a-b", "a b", "", "index.html"]), unique=True, max_size=12))
def test_names_of_pages_are_safe_and_differ_whatever_the_documents_are_called(documents: list[str]) -> None:
    taken: set[str] = set()
    names = [view.page_name(document, taken) for document in documents]
    assert len({name.lower() for name in names} | {"index.html"}) == len(names) + 1
    assert all(name.isascii() and name == Path(name).name and not name.startswith(".") and len(name) < 120 for name in names)


def test_one_document_gives_one_page(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", DOCUMENT)
    done = run("view", "a.txt", "-o", "pages/a.html")
    assert (done.code, done.out, done.err) == (0, f"pages/a.html: {len(SENTENCES)} sentences\n", "")
    written = (tmp_path / "pages" / "a.html").read_bytes().decode()
    assert "<h1>a.txt</h1>" in written and "All documents" not in written
    assert Reader(written).text == DOCUMENT


def test_a_folder_gives_a_page_each_and_an_index(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in" / "x" / "a.txt", DOCUMENT)
    write(tmp_path / "in" / "news.jsonl", jsonl([{"id": "one", "text": DENIED}, {"id": "two", "text": ""}]))
    assert run("view", "in", "-o", "out").out == "out/index.html: 3 documents\n"
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["index.html", "news.jsonl-one.html", "news.jsonl-two.html", "x-a.txt.html"]
    assert set(Reader((tmp_path / "out" / "index.html").read_text("utf-8")).addresses) == {"data:,", *names} - {"index.html"}
    assert "index.html" in Reader((tmp_path / "out" / "x-a.txt.html").read_text("utf-8")).addresses


def test_a_file_of_documents_and_its_columns(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "n.jsonl", jsonl([{"key": "k1", "body": DENIED}]))
    assert run("view", "n.jsonl", "-o", "n.html", "--text-column", "body", "--id-column", "key").code == 0
    assert "<h1>k1</h1>" in (tmp_path / "n.html").read_text("utf-8")


def test_failures_name_what_is_wrong_and_leave_no_page(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "two.jsonl", jsonl([{"text": DENIED}, {"text": DENIED}]))
    write(tmp_path / "none.jsonl", "")
    write(tmp_path / "bad.txt", b"\xff")
    (tmp_path / "empty").mkdir()
    failed(run("view", "two.jsonl", "-o", "a.html"), 2, "two.jsonl", "several documents", "folder")
    failed(run("view", "none.jsonl", "-o", "a.html"), 1, "none.jsonl", "no document")
    failed(run("view", "bad.txt", "-o", "a.html"), 1, "bad.txt", "UTF-8")
    failed(run("view", "missing.txt", "-o", "a.html"), 1, "missing.txt")
    failed(run("view", "empty", "-o", "out"), 1, "empty", "no documents")
    failed(run("view", "two.jsonl"), 2, "--output")
    assert not list(tmp_path.glob("*.html")) and not (tmp_path / "out").exists()
