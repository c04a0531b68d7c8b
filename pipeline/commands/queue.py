"""stance queue: the sentences worth reading next."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands import _shared

_EXAMPLES = """  stance queue --budget 100 --output next.csv
  stance queue --documents articles/ --budget 20
  stance queue --output next.csv && stance annotations export todo.json --to label-studio --coder ana --only next.csv"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "queue", "list the sentences whose coding would teach the model most", _EXAMPLES, run)
    parser.add_argument("--budget", type=_shared.count, default=100, metavar="N", help="how many sentences (default: 100)")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write the list there instead of to standard output")
    _shared.add_format(parser, ("csv", "json"), "csv")
    _shared.add_documents(parser)
    _shared.add_annotations(parser)
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Write the list, the most instructive sentence first; what anybody has coded is left out."""
    from pipeline import formulas, params
    from pipeline.coding import annotations as coding
    from pipeline.coding import queue
    from pipeline.language import rules

    section = params.load(options.params, params.QueueParams)
    tolerance = params.load(options.params, params.LabelParams).offset_tolerance
    model = _shared.load_model(options.model)
    sentences = _shared.read_documents(options)[1]
    read = coding.place(coding.read_folder(options.annotations), sentences, tolerance=tolerance).labels
    unread = [sentence for number, sentence in enumerate(sentences) if number not in read]
    texts = [sentence.text for sentence in unread]
    ruled = rules.apply(texts, model.stored.lexicon).label
    chosen = queue.choose(texts, model.predict_proba(texts), ruled, budget=options.budget, near_copy=section.near_copy, seed=section.seed)
    found = [(unread[choice.sentence], choice.why) for choice in chosen]
    rows = [(sentence.document, sentence.start, sentence.end, sentence.text, why) for sentence, why in found]
    _shared.put_list(options, formulas.QUEUE, rows, f"{len(rows)} of {len(unread)} sentences that nobody has coded")
