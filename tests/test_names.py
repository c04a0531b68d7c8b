"""Names are found by kind, longest first, in sentences of either case, and change places only with their own kind."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.evaluation import names

ROOT = Path(__file__).parent.parent
LISTS = {
    "cities": ["York", "New York", "Port-au-Prince", "Paris"],
    "countries": ["Peru", "Iran", "U.S.", "US", "Chad"],
    "nationalities": ["Peruvian", "U.S.", "US", "Saudi"],
    "organisations": ["New York Times", "WHO", "M23", "Hezbollah"],
    "persons": ["Recep Tayyip Erdogan", "Rosa Quispe"],
}
NAMES = names.compile_lists(LISTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The New York Times wrote from New York and York.", ["New York Times", "New York", "York"]),
        ("Peru’s envoy and Iran's, both in Port-au-Prince", ["Peru", "Iran", "Port-au-Prince"]),
        ("anti-Iran talk in New  York", ["Iran", "New York"]),
        ("PARIS (AP) - U.S. envoys", ["Paris", "U.S."]),
        ("RECEP TAYYIP ERDOGAN'S MEN IN NEW YORK", ["Recep Tayyip Erdogan", "New York"]),
        ("The WHO and M23 met US envoys", ["WHO", "M23", "US"]),
        ("Recep Tayyip Erdoğan spoke", ["Recep Tayyip Erdogan"]),
        ("New York", ["New York"]),
    ],
)
def test_finds(text: str, expected: list[str]) -> None:
    assert [found.name for found in names.find(text, NAMES)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "they asked us and who else",  # lower case is no name
        "THE MEN WHO TOLD US",  # acronyms in capitals are words there
        "Peruvians, Parisian, Yorks",  # longer words
        "New Orleans, Rosa, Tayyip Erdogan",  # parts of names
        "the new york times",
        "",
    ],
)
def test_does_not_find(text: str) -> None:
    assert list(names.find(text, NAMES)) == []


def test_place_leaves_the_possessive_out() -> None:
    text = "In Peru’s name"
    (found,) = names.find(text, NAMES)
    assert (text[found.start : found.end], found.name) == ("Peru", "Peru")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rosa Quispe said so.", "Recep Tayyip Erdogan said so."),
        ("ROSA QUISPE'S MEN", "RECEP TAYYIP ERDOGAN'S MEN"),
        ("ROSA QUISPE said", "RECEP TAYYIP ERDOGAN said"),
        ("US troops and US ships", "U.S. troops and U.S. ships"),  # what stands in two lists keeps to names of both
        ("U.S. troops", "US troops"),
        ("She said so.", "She said so."),
    ],
)
def test_swap_where_only_one_other_name_is_left(text: str, expected: str) -> None:
    assert names.swap([text], NAMES, seed=3) == [expected]


def test_a_name_without_others_of_its_kind_stays() -> None:
    assert names.swap(["Peru"], names.compile_lists({"countries": ["Peru"], "cities": ["Lima"]}), seed=0) == ["Peru"]


def test_a_repeated_name_gets_one_substitute() -> None:
    first, second = names.swap(["Chad blamed Chad"], NAMES, seed=5)[0].split(" blamed ")
    assert first == second != "Chad"


def test_the_seed_decides() -> None:
    texts = ["Peru and Chad met in Paris."] * 20
    assert names.swap(texts, NAMES, seed=1) == names.swap(texts, NAMES, seed=1) != names.swap(texts, NAMES, seed=2)


PIECES = st.one_of(st.text(max_size=8), st.sampled_from([*NAMES.others, *(name.upper() for name in NAMES.others), " ", "'s", "’s ", "-"]))


@given(st.lists(PIECES, max_size=12).map("".join), st.integers(0, 9))
def test_swap_touches_nothing_but_names_and_keeps_their_kind(text: str, seed: int) -> None:
    kinds = {name: {kind for kind, members in LISTS.items() if name in members} for name in NAMES.others}
    rest = names.swap([text], NAMES, seed=seed)[0]
    position = 0
    for found in names.find(text, NAMES):
        between = text[position : found.start]
        assert rest.startswith(between)
        rest, position = rest[len(between) :], found.end
        fitting = [form for name in kinds if kinds[name] == kinds[found.name] for form in (name, name.upper()) if rest.startswith(form)]
        assert fitting
        rest = rest[len(max(fitting, key=len)) :]
    assert rest == text[position:]


@given(st.lists(PIECES, max_size=12).map("".join))
def test_names_come_in_order_and_apart(text: str) -> None:
    found = list(names.find(text, NAMES))
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert all(0 <= one.start < one.end <= len(text) for one in found)


NAMES_OF_PLACES = names.compile_lists({"countries": ["Peru", "Chad"], "cities": ["Paris", "Lima"]})


def by_peru(texts: Sequence[str]) -> NDArray[np.float64]:
    """A model that takes Peru for an accusation and everything else for neutral."""
    return np.eye(4)[[1 if "Peru" in text else 3 for text in texts]]


def test_flips_count_predictions_that_change() -> None:
    figures, flips = names.flips(by_peru, ["Peru left.", "Paris shut.", "Nobody came.", "Both left."], NAMES_OF_PLACES, swaps=2, seed=0)
    assert figures == {"sentences": 2, "share": 0.5, "share_of_all": 0.25}
    assert flips == [("Peru left.", "Chad left.", "accusation", "neutral")] * 2


def test_the_share_of_swaps_that_flip_a_text() -> None:
    texts = ["Peru left.", "Nobody came.", "Lima left.", "Peru left."]
    flips = [names.Flip("Peru left.", "Chad left.", "accusation", "neutral")] * 3
    assert names.flipped(texts, NAMES_OF_PLACES, flips, swaps=2) == [0.75, None, 0.0, 0.75]


def test_flips_of_nothing() -> None:
    figures, flips = names.flips(by_peru, ["Nobody came."], NAMES, swaps=2, seed=0)
    assert (figures, flips) == ({"sentences": 0, "share": 0.0, "share_of_all": 0.0}, [])


def test_reads_lists_and_leaves_notes_out(tmp_path: Path) -> None:
    (tmp_path / "cities.txt").write_text("# Cities.\nParis\n\n Lima \n")
    (tmp_path / "README.md").write_text("not read")
    assert names.read_folder(tmp_path).others == {"Paris": ("Lima",), "Lima": ("Paris",)}


@pytest.mark.parametrize(("files", "message"), [({}, "holds no names"), ({"cities.txt": "Paris\nLima\nParis\n"}, "'Paris' stands there twice")])
def test_bad_lists_are_named(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        names.read_folder(tmp_path)


def test_seeds_hold_every_kind_and_no_ordinary_words() -> None:
    seeds = names.read_folder(ROOT / "seeds" / "names")
    for one in ("Peru", "Peruvian", "Lima", "Hezbollah", "Rosa Quispe", "Putin", "Peruvians"):
        assert len(seeds.others[one]) > 50, one
    assert not {"Major", "May", "Brown", "Rice", "Ban", "Moon", "Fox", "Doe", "Bush", "Nice", "Male", "Split", "Total", "Shell"} & seeds.others.keys()
    assert max(map(len, seeds.lengths.values())) < 10, "one look-up a length: more would make finding slow"


@pytest.mark.parametrize("name", ["Georgia", "Jordan", "Chad", "Turkey"])
def test_a_country_that_is_also_something_else_is_a_country(name: str) -> None:
    seeds = names.read_folder(ROOT / "seeds" / "names")
    assert name in seeds.others["Peru"]
