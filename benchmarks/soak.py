"""Large loads once, with every row counted: `python -m benchmarks.soak`, or `make soak`, writes reports/soak.json."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import commands
from pipeline import files, tables
from pipeline.records import LABELS

CODERS = 20
_PARAGRAPH = 6


def main() -> None:
    """Run what is asked for, print the figures and write them."""
    options = _options()
    rows = tables.read(options.labelled, ("text",))
    texts = [" ".join(text.split()) for text in rows["text"]]
    report = json.loads(options.report.read_text("utf-8")) if options.report.exists() else {}
    loads: dict[str, Callable[[commands.Machine, Path, Sequence[str], int], dict[str, Any]]] = {
        "sentences": sentences,
        "documents": documents,
        "one_document": one_document,
        "annotations": annotations,
    }
    for name in options.loads or loads:
        with tempfile.TemporaryDirectory() as folder:
            report[name] = loads[name](commands.Machine(Path(folder), options.model), Path(folder), texts, getattr(options, name))
        print(json.dumps({name: report[name]}, indent=1))
        files.write_text(options.report, json.dumps(report, indent=1, sort_keys=True) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("loads", nargs="*", metavar="LOAD", help="sentences, documents, one_document, annotations (default: all)")
    parser.add_argument("--model", type=Path, default=Path("models/stance.npz"))
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/train.parquet"))
    parser.add_argument("--report", type=Path, default=Path("reports/soak.json"))
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--one-document", type=int, default=50_000_000, help="characters")
    parser.add_argument("--annotations", type=int, default=10_000)
    return parser.parse_args()


def sentences(machine: commands.Machine, folder: Path, texts: Sequence[str], count: int) -> dict[str, Any]:
    """So many sentences, one a line, to JSON lines with two workers."""
    commands.write_lines(folder / "lines.txt", texts, count)
    figures = _classify(machine, folder, "lines.txt", "--workers", "2")
    if figures["rows_out"] != count:
        raise AssertionError(f"{count} rows came in, {figures['rows_out']} went out")
    return {"rows_in": count} | figures


def documents(machine: commands.Machine, folder: Path, texts: Sequence[str], count: int) -> dict[str, Any]:
    """So many documents of three sentences in one folder."""
    (folder / "news").mkdir()
    for number in range(count):
        (folder / "news" / f"{number:06d}.txt").write_text(" ".join(_some(texts, 3 * number, 3)) + "\n", "utf-8")
    figures = _classify(machine, folder, "news", "--documents", "--workers", "2")
    with (folder / "out.jsonl").open(encoding="utf-8") as lines:
        seen = len({json.loads(line)["document"] for line in lines})
    if seen != count:
        raise AssertionError(f"{count} documents came in, {seen} went out")
    return {"documents": count} | figures


def one_document(machine: commands.Machine, folder: Path, texts: Sequence[str], size: int) -> dict[str, Any]:
    """One document of so many characters, in paragraphs."""
    with (folder / "long.txt").open("w", encoding="utf-8") as stream:
        written = number = 0
        while written < size:
            written += stream.write(" ".join(_some(texts, number, _PARAGRAPH)) + "\n\n")
            number += _PARAGRAPH
    return {"characters": written} | _classify(machine, folder, "long.txt", "--documents")


def annotations(machine: commands.Machine, folder: Path, texts: Sequence[str], count: int) -> dict[str, Any]:
    """So many annotations by CODERS coders: imported from one file, then their agreement measured."""
    each = count // CODERS
    found = _some(texts, 0, each)
    (folder / "seeds" / "documents").mkdir(parents=True)
    for begin in range(0, each, 50):
        (folder / "seeds" / "documents" / f"{begin}.txt").write_text("\n\n".join(found[begin : begin + 50]) + "\n", "utf-8")
    for name in ("params.yaml", "seeds/CODEBOOK.md"):
        shutil.copy(name, folder / name)
    with (folder / "coded.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("document", "text", "label", "coder"))
        for coder in range(CODERS):
            writer.writerows((f"{i // 50 * 50}.txt", found[i], LABELS[(i + (coder * i) % 7 // 6) % 4], f"c{coder}") for i in range(each))
    names = [part for coder in range(CODERS) for part in ("--coder", f"c{coder}=c{coder}")]
    imported = _measured(machine, ["annotations", "import", "coded.csv", *names, "--rejects", "rejects.csv"])
    agreement = _measured(machine, ["agreement", "--format", "csv"])
    kept = sum(_lines(path) - 1 for path in (folder / "seeds" / "annotations").glob("*.csv"))
    rejected = max(_lines(folder / "rejects.csv") - 1, 0) if (folder / "rejects.csv").exists() else 0
    return {"rows_in": each * CODERS, "kept": kept, "rejected": rejected, "import": imported, "agreement": agreement}


def _some(texts: Sequence[str], begin: int, count: int) -> list[str]:
    return [texts[number % len(texts)] for number in range(begin, begin + count)]


def _classify(machine: commands.Machine, folder: Path, name: str, *options: str) -> dict[str, Any]:
    taken = _measured(machine, ["classify", "--input", name, "--output", "out.jsonl", *options])
    return {"rows_out": _lines(folder / "out.jsonl")} | taken


def _lines(path: Path) -> int:
    return sum(block.count(b"\n") for block in _blocks(path))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _measured(machine: commands.Machine, arguments: Sequence[str]) -> dict[str, Any]:
    """Seconds and megabytes of a `stance` command."""
    taken, memory = machine.run([*commands.STANCE, *arguments])
    return {"seconds": round(taken.wall, 1), "processor_seconds": round(taken.processor, 1), "megabytes": memory >> 20}


if __name__ == "__main__":
    main()
