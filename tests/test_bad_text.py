"""Text of every kind, through the library and the command line: as many rows out as in, the text as it came, nothing swallowed."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import threading
import unicodedata
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from command_line import DENIED, STANCE, Run, environment, failed, jsonl, shell, write
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_project import Project

from pipeline import StanceModel
from pipeline.decoding import Decoding
from pipeline.errors import DataError, StanceError, UsageError
from pipeline.reading import documents, sentences, sources
from pipeline.records import LABELS, Document
from pipeline.scoring.explain import explain

TEXTS = {
    "empty": "",
    "blank": " \t ",
    "a NUL": "He denied\0 it.",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x9b31m",
    "a lone carriage return": "He denied it.\rThey met.",
    "CRLF": "He denied it.\r\nThey met.",
    "separators of lines and paragraphs": "He denied it.\u2028They met.\u2029No.\x85\x0b\x0c\x1c",
    "right to left": "\u202eHe denied it.\u202c \u05e9\u05dc\u05d5\u05dd \u0646\u0641\u0649",
    "of no width": "He\u200b den\u00adied\ufeff it\u2060.",
    "emoji with joiners": "He denied it \U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3fd.",
    "a family cut in two": "\u200d\U0001f467 \U0001f3fd\ufe0f",
    "marks without a letter": "\u0301\u0308 \u20dd",
    "many marks on a letter": "e" + "\u0301" * 500,
    "HTML": "<p>He <b>denied</b> it &amp; <script>alert(1)</script></p>",
    "Markdown": "# **He** _denied_ `it`\n\n* [x](http://x)\n\n| a |",
    "only quotes": "\"“”‘’'«»''``",
    "another alphabet": "Министерство опровергло сообщения. 外交部否认了这一指控。",
    "digits of elsewhere": "\u0663\u0664 \u096b \u216b \u00b2",
    "100,000 full stops": "." * 100_000,
    "a word of 100,000 letters": "a" * 100_000,
    "100,000 openings": "(" * 50_000 + "“" * 50_000,
    "half of a surrogate pair": "He denied\ud83d it.",
    "unassigned, private, not characters": "\u0378 \ue000 \ufffe \U0010ffff",
    "letters that change their length": "İSTANBUL ŞİŞLİ ﬁ ß ẞ ŉ",
    "a formula": "=1+1",
}
ODD = [*TEXTS.values(), "\r\n", "\n", "No. ", "5", "U.S.", "he denied", "\u0301", "’s", '"']
ANY = (
    st.text()
    | st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x2FFF))
    | st.lists(st.sampled_from([one for one in ODD if len(one) < 600])).map("".join)
)


def expect_whole(model: StanceModel, text: str) -> None:
    """One prediction with four chances, an explanation of the text as it is, sentences that are stretches of it."""
    (found,) = model.classify([text])
    assert abs(sum(found.probabilities) - 1) < 1e-9 and all(0 <= chance <= 1 for chance in found.probabilities)
    assert (found.label in LABELS) != (found.label is None and found.note == "no words")
    (why,) = explain(model, [text])
    assert why.text == text and max(map(abs, why.remainder)) < 1e-6
    assert all(0 <= word.start < word.end <= len(text) for word in why.words)
    for sentence in sentences.split(Document("d", "c", text)):
        assert text[sentence.start : sentence.end] == sentence.text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_taken_as_it_is(small_model: StanceModel, text: str) -> None:
    expect_whole(small_model, text)


@settings(max_examples=80)
@given(text=ANY)
def test_any_string_is_taken_as_it_is(small_model: StanceModel, text: str) -> None:
    expect_whole(small_model, text)


@settings(max_examples=200)
@given(text=ANY)
@example(text="Le ministère a nié être mêlé à l’affaire, dit-il.")
@example(text="İstanbul e\u0327\u0301 \u1e9b\u0323 \uac01")
def test_one_way_of_writing_a_letter_is_as_good_as_another(small_model: StanceModel, text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    one, other = small_model.predict_proba([composed, decomposed])
    assert abs(one - other).max() < 1e-9


LINES = [text for text in TEXTS.values() if len(text) < 600 and "\n" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)]
"""Texts that a line of a file may hold."""


def rows_of(text: str, form: str) -> list[str]:
    """The texts in an output."""
    if form == "csv":
        return [row["text"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    return [json.loads(line)["text"] for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_as_many_rows_come_out_as_went_in(run: Run, tmp_path: Path, form: str) -> None:
    """With the text of each as it was, but for the carriage return that ends a line."""
    every = [*LINES, *(text for text in TEXTS.values() if "\n" in text)]
    write(tmp_path / "lines.txt", "".join(f"{line}\n" for line in LINES))
    write(tmp_path / "rows.jsonl", jsonl([{"text": text} for text in every]))
    pyarrow.parquet.write_table(pyarrow.table({"text": every}), tmp_path / "rows.parquet")
    with (tmp_path / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["text"], *([text] for text in every)])
    for name, expected in (("lines.txt", LINES), ("rows.jsonl", every), ("rows.parquet", every), ("rows.csv", every)):
        done = run("classify", "--quiet", "--input", name, "--output", f"out.{form}", "--format", "csv-plain" if form == "csv" else form)
        assert (done.code, done.err) == (0, "")
        assert rows_of((tmp_path / f"out.{form}").read_bytes().decode(), form) == expected, name


@settings(max_examples=25)
@given(found=st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=6))
def test_any_rows_come_out_of_the_command_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, small_model: StanceModel, found: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in found), "utf-8")
    rows = list(sources.from_files([path], text_column="text", id_column="id"))
    assert [row.text for row in rows] == found and len(small_model.classify(found)) == len(found)


def test_a_table_on_a_terminal_is_a_line_a_row_without_controls(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", jsonl([{"text": text} for text in TEXTS.values() if len(text) < 600]))
    out = run("classify", "--input", "rows.jsonl", "--format", "table").out
    assert len(out.split("\n")) == sum(len(text) < 600 for text in TEXTS.values()) + 1
    assert not {sign for sign in out if unicodedata.category(sign) == "Cc" and sign != "\n"} and "\u202e" not in out


BYTES = "café: il a nié\nHe denied it.\n"
ENCODED = {
    "windows-1252": BYTES.encode("cp1252"),
    "utf-16": BYTES.encode("utf-16"),
    "utf-16-le": b"\xff\xfe" + BYTES.encode("utf-16-le"),
    "utf-16-be": BYTES.encode("utf-16-be"),
    "utf-32": BYTES.encode("utf-32"),
    "utf-8": b"\xef\xbb\xbf" + BYTES.encode(),
    "latin-1": BYTES.encode("latin-1"),
    "gb18030": BYTES.encode("gb18030"),
}


@pytest.mark.parametrize(("encoding", "content"), ENCODED.items(), ids=ENCODED)
def test_a_file_in_another_encoding_is_read_when_that_is_said(run: Run, tmp_path: Path, encoding: str, content: bytes) -> None:
    write(tmp_path / "a.txt", content)
    for where in (("--input", "a.txt"), ()):
        done = run("classify", *where, "--encoding", encoding, "--format", "jsonl", stdin=content)
        assert [row["text"] for row in done.rows] == BYTES.splitlines(), done.err
        documents = run("classify", *where, "--encoding", encoding, "--format", "jsonl", "--documents", stdin=content)
        assert documents.rows[0]["text"].startswith("café"), documents.err
    table = "text,label\r\ncafé nié,denial\r\n".encode(encoding)
    write(tmp_path / "b.csv", table)
    assert run("classify", "-i", "b.csv", "--encoding", encoding, "--format", "jsonl").rows[0]["text"] == "café nié"
    assert run("evaluate", "b.csv", "--encoding", encoding).code == 0


MIXED = {"a.txt": BYTES.encode(), "b.txt": BYTES.encode("cp1252"), "c.csv": "text,label\r\ncafé: il a nié,denial\r\n".encode("cp1252")}


@pytest.mark.parametrize("more", [(), ("--documents",), ("--on-error", "replace"), ("--on-error", "skip")])
def test_each_file_of_a_folder_is_read_in_the_first_encoding_that_fits(run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    for name, content in MIXED.items():
        write(tmp_path / "news" / name, content)
    done = run("classify", "--input", "news", "--encoding", "utf-8, windows-1252", "--format", "jsonl", *more)
    assert [row["text"][:14] for row in done.rows if row["text"].startswith("caf")] == ["café: il a nié"] * 3, done.err
    failed(run("classify", "--input", "news"), 1, "b.txt line 1", "not UTF-8 (byte 0xe9)", "--encoding", "utf-8,windows-1252")
    if "replace" not in more:
        failed(run("classify", "--input", "news", "--encoding", "ascii,utf-8"), 1, "b.txt line 1", "not ASCII or UTF-8")


def test_a_file_is_in_an_encoding_as_a_whole_and_of_none_that_fits_the_first_counts(tmp_path: Path) -> None:
    late = write(tmp_path / "late.txt", b"a" * (1 << 21) + b"\xc3\xa9\xe9")
    for decoding in (Decoding("utf-8,latin-1"), Decoding("latin-1")):
        with decoding.open(late, newline="\n") as stream:
            assert stream.read().endswith("aÃ©é")
        assert decoding.decode(late.read_bytes(), "late.txt").endswith("aÃ©é")
    assert Decoding("utf-8,ascii", "replace").decode(b"\xc3\xa9\xe9", "a") == "é\ufffd"


def test_standard_input_is_tried_in_several_encodings_as_a_whole_alone(run: Run) -> None:
    two = ("--encoding", "utf-8,windows-1252")
    assert run("classify", *two, "--documents", "--format", "jsonl", stdin="nié".encode("cp1252")).rows[0]["text"] == "nié"
    failed(run("classify", *two, stdin=b"n"), 2, "standard input", "one encoding")


BROKEN = {
    "lines.txt": (b"one\nn\xe9 d\xe9nie\nthree\n", ["one", "", "three"], ["one", "n� d�nie", "three"], "line 2"),
    "rows.jsonl": (b'{"text": "one"}\n{"text": "n\xe9"}\n{"text": "three"}\n', ["one", "", "three"], ["one", "n�", "three"], "line 2"),
    "json.jsonl": (b'{"text": "one"}\n{"text": \n[1]\n{"text": 5}\n{"body": 1}\n{"text": "three"}\n', ["one", "", "", "", "", "three"], None, "line 2"),
    "rows.csv": (b'id,text\n1,one\n2,n\xe9\n3,"a"b\n4,x,y\n5,three\n', ["one", "", "", "", "three"], None, "line 3"),
    "wide.txt": (b"one\n" + "He denied it.\n".encode("utf-16-le") + b"\n", None, None, "line 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_fails_is_skipped_or_replaced(run: Run, tmp_path: Path, name: str) -> None:
    content, skipped, replaced, place = BROKEN[name]
    write(tmp_path / name, content)
    failed(run("classify", "--input", name), 1, name, place)
    if skipped is not None:
        done = run("classify", "--input", name, "--on-error", "skip", "--format", "jsonl")
        assert (done.code, [row["text"] for row in done.rows]) == (0, skipped)
        assert [row["id"] for row in done.rows] == [str(number) for number in range(len(skipped))] or name == "rows.csv"
        assert f"{skipped.count('')} could not be read" in done.err and place in done.err and done.err.count("\n") == 1
    if replaced is not None:
        done = run("classify", "--input", name, "--on-error", "replace", "--format", "jsonl")
        assert (done.code, done.err, [row["text"] for row in done.rows]) == (0, "", replaced)


def test_a_column_that_is_nowhere_is_named_even_where_rows_are_skipped(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "rows.csv", "body\none\n")
    failed(run("classify", "--input", "rows.csv", "--on-error", "skip"), 1, "rows.csv row 1", "'text'", "body")


def test_a_quotation_mark_that_swallows_the_rest_is_never_skipped(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "rows.csv", 'text\none\n"two\nthree\nfour\n')
    failed(run("classify", "--input", "rows.csv", "--on-error", "skip"), 1, "rows.csv", "never closed")


def test_documents_that_cannot_be_read_are_counted(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "news" / "a.txt", DENIED)
    write(tmp_path / "news" / "b.txt", b"n\xe9\n")
    done = run("classify", "--input", "news", "--documents", "--on-error", "skip", "--format", "jsonl")
    assert len(done.rows) == 1 and "1 could not be read" in done.err and "b.txt line 1" in done.err
    shown = run("view", "news", "--output", "pages", "--on-error", "skip")
    assert shown.code == 0 and "stayed out: " in shown.err and "b.txt" in shown.err
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {"a.txt.html", "index.html"}


def test_pages_leave_out_rows_that_are_skipped_and_no_others(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "rows.csv", b"id,text\na,one\nb,n\xe9\nc,\nd,x,y\ne,five\n")
    shown = run("view", "rows.csv", "--output", "pages", "--on-error", "skip")
    assert "2 could not be read" in shown.err
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {"a.html", "c.html", "e.html", "index.html"}


def test_a_document_that_cannot_be_read_stops_before_the_first_page(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "news" / "a.txt", DENIED)
    write(tmp_path / "news" / "b.txt", b"n\xe9\n")
    failed(run("view", "news", "--output", "pages"), 1, "b.txt line 1")
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize("encoding", ["nonsense", "base64", "rot13", "", "utf-8,", "utf-8,nonsense"])
def test_an_encoding_that_is_none_is_named(run: Run, tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UsageError, match="utf-16"):
        Decoding(encoding)
    write(tmp_path / "a.txt", "a")
    failed(run("classify", "--input", "a.txt", "--encoding", encoding), 2, f"{encoding.split(',')[-1]!r}")


@pytest.mark.parametrize("on_error", ["fail", "skip"])
@pytest.mark.parametrize(("name", "line"), [("a.txt", "He denied it.\n"), ("a.jsonl", '{"text": "a"}\n'), ("a.csv", "text\nHe denied it.\n")])
def test_utf_16_without_its_mark_is_named_whatever_is_skipped(run: Run, tmp_path: Path, name: str, line: str, on_error: str) -> None:
    write(tmp_path / name, line)
    for where in (("--input", name), ()):
        failed(
            run("classify", *where, "--encoding", "utf-16", "--on-error", on_error, stdin=line.encode()), 1, where[-1] if where else "standard input", "UTF-16"
        )


def test_files_that_are_passed_over_are_counted(run: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "b.TXT", "c.json", "d.json", "notes", ".hidden.txt"):
        write(tmp_path / "news" / name, DENIED)
    (tmp_path / "news" / "gone.txt").symlink_to("nowhere")
    os.mkfifo(tmp_path / "news" / "pipe.txt")
    for arguments in (("classify", "--input", "news"), ("view", "news", "--output", "pages")):
        done = run(*arguments)
        assert done.code == 0 and all(part in done.err for part in ("news: ", "1 .TXT", "2 .json", "1 without ending", "2 no plain file", ".parquet")), done.err
    (tmp_path / "news" / "a.txt").unlink()
    failed(run("classify", "--input", "news"), 1, "holds no documents", "1 .TXT", "2 .json")


def test_a_pipe_and_nothing_are_read_like_files(project: Project, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "null.txt").symlink_to("/dev/null")
    writer = threading.Thread(target=(tmp_path / "pipe.txt").write_text, args=("He denied it.\nThey met.\n",), daemon=True)
    writer.start()
    done = shell("stance classify --input pipe.txt null.txt --format csv", cwd=tmp_path, STANCE_MODEL=str(project.model))
    writer.join()
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 3)


def test_a_folder_where_a_file_is_wanted_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").mkdir()
    failed(run("evaluate", "rows.csv"), 1, "rows.csv", "directory")
    failed(run("annotations", "import", "rows.csv", "--coder", "ana"), 1, "rows.csv")


def test_a_file_that_vanishes_while_others_are_read_is_named(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / name, "He denied it.\n")
    for read in (sources.from_files, sources.from_documents):
        write(tmp_path / "b.txt", "He denied it.\n")
        rows = read([tmp_path], text_column="text", id_column="id")
        assert next(rows).text == "He denied it."
        (tmp_path / "b.txt").unlink()
        with pytest.raises(DataError, match=r"b\.txt"):
            list(rows)


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "one\n" * 5000)
    rows = sources.from_files([path], text_column="text", id_column="id")
    first = next(rows)
    with path.open("a") as stream:
        stream.write("two\n")
    found = [first, *rows]
    assert len(found) == 5001 and found[-1].text == "two" and [row.start for row in found] == [4 * number for number in range(5001)]


def test_what_may_not_be_read_is_named(project: Project, tmp_path: Path) -> None:
    """Root, who may read everything, has to give that right up first."""
    powerless = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if powerless and not shutil.which("setpriv"):
        pytest.skip("root may read everything, and there is no setpriv to give that up")
    write(tmp_path / "a.txt", "one\n")
    write(tmp_path / "news" / "closed" / "b.txt", "two\n")
    write(tmp_path / "news" / "c.txt", "three\n")
    closed = [tmp_path / "a.txt", tmp_path / "news" / "closed"]
    for path in closed:
        path.chmod(0)
    try:
        for name, place in (("a.txt", "a.txt"), ("news", "closed")):
            command = [*powerless, *STANCE, "classify", "--input", name]
            done = subprocess.run(command, cwd=tmp_path, env=environment(STANCE_MODEL=str(project.model)), capture_output=True, text=True, check=False)
            assert done.returncode == 1 and place in done.stderr and "Permission denied" in done.stderr and done.stderr.count("\n") == 1, done.stderr
    finally:
        for path in closed:
            path.chmod(0o755)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_full_disk_is_named_and_leaves_nothing(project: Project, tmp_path: Path, form: str) -> None:
    write(tmp_path / "big.txt", "".join(f"He denied it {number} times.\n" for number in range(3000)))
    write(tmp_path / f"out.{form}", "what stood there before")
    unmeasured = {"COVERAGE_PROCESS_CONFIG": ""}  # what `make coverage` writes does not fit on this disk either
    done = shell(f"ulimit -f 8; stance classify --input big.txt --output out.{form}", cwd=tmp_path, STANCE_MODEL=str(project.model), **unmeasured)
    assert done.returncode == 1 and f"out.{form}" in done.stderr and "File too large" in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert (tmp_path / f"out.{form}").read_text() == "what stood there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["big.txt", f"out.{form}"]


@settings(max_examples=150)
@given(data=st.binary(max_size=300), suffix=st.sampled_from([".txt", ".jsonl", ".csv", ".parquet"]), on_error=st.sampled_from(["fail", "skip", "replace"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, on_error: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    path.write_bytes(data)
    decoding = Decoding(on_error=on_error)
    try:
        rows = list(sources.from_files([path], text_column="text", id_column="id", decoding=decoding))
        list(documents.read_texts(path, decoding=decoding))
    except StanceError as error:
        assert str(path) in str(error) and "\n" not in error.what and error.next_step
    else:
        lines = data.decode("utf-8-sig", "replace").split("\n")
        assert suffix != ".txt" or len(rows) == len(lines) - (not lines[-1])
