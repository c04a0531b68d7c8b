"""Documents for evaluation: whole groups of near-copies, about the share asked for, the same each time."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.coding import holdout
from pipeline.coding.holdout import Ints

WORDS = [f"{first}{second}" for first in ("ba", "ke", "lo", "mi", "tu", "za", "ri", "no") for second in ("dar", "fen", "gol", "his", "jup", "mar", "pel")]


def story(seed: int, size: int = 60) -> str:
    """A text of its own."""
    chance = random.Random(seed)
    return " ".join(chance.choice(WORDS) for _ in range(size))


def groups(*texts: str, threshold: float = 0.5) -> list[int]:
    """The groups of texts, numbered in the order of their first member."""
    found = holdout.near_duplicate_groups(texts, threshold=threshold).tolist()
    first = list(dict.fromkeys(found))
    return [first.index(group) for group in found]


def test_texts_of_their_own_stand_alone() -> None:
    assert groups(*(story(seed) for seed in range(30))) == list(range(30))


def test_copies_are_found_whatever_stands_around_them() -> None:
    one, two = story(1), story(2)
    copies = [one, one.upper(), f"From our wire. {one}", one.replace(" ", "\n\n"), f"{one} {story(7, 20)}", " ".join(one.split()[:30])]
    assert groups(two, *copies) == [0, 1, 1, 1, 1, 1, 1]


def test_a_short_text_within_a_long_one_is_a_copy() -> None:
    assert groups(story(1, 30), f"{story(3, 300)} {story(1, 30)} {story(4, 300)}") == [0, 0]


def test_what_copies_connect_is_one_group() -> None:
    first, middle, last = story(1), story(2), story(3)
    assert groups(f"{first} {middle}", f"{middle} {last}", last, story(4), threshold=0.4) == [0, 0, 0, 1]


@pytest.mark.parametrize(("shared", "alike"), [(20, False), (28, False), (29, True), (50, True)])
def test_the_threshold_is_the_share_of_the_smaller_text(shared: int, alike: bool) -> None:
    words = story(5, 54).split()
    changed = words[:shared] + story(6, 54).split()[shared:]
    runs = (shared - 4) / 50
    assert (groups(" ".join(words), " ".join(changed)) == [0, 0]) == alike == (runs >= 0.5)


def test_texts_too_short_to_compare_stand_alone() -> None:
    assert groups("one two", "one two", "") == [0, 1, 2]
    assert groups("one two", story(1), story(1)) == [0, 1, 1]
    assert groups("One two, three!", "one two three four five six", story(1)) == [0, 1, 2]


def held_out(groups: Ints, collections: list[str], *, share: float, seed: int) -> NDArray[np.bool_]:
    """What is held out of documents named 0, 1, …"""
    return holdout.hold_out(groups, [str(number) for number in range(len(groups))], collections, share=share, seed=seed)


@given(
    collections=st.lists(st.sampled_from("abc"), min_size=2, max_size=60),
    share=st.floats(0.05, 0.5),
    seed=st.integers(0, 5),
    data=st.data(),
)
def test_whole_groups_are_held_out_and_not_all(collections: list[str], share: float, seed: int, data: st.DataObject) -> None:
    members = np.array(data.draw(st.lists(st.integers(0, 8), min_size=len(collections), max_size=len(collections))))
    held = held_out(members, collections, share=share, seed=seed)
    assert held.dtype == bool and held.shape == (len(collections),)
    for group in set(members.tolist()):
        assert held[members == group].all() or not held[members == group].any()
    if len(set(members.tolist())) > 1:
        assert held.any() and not held.all()
    assert np.array_equal(held, held_out(members, collections, share=share, seed=seed))


@given(sizes=st.lists(st.integers(3, 60), min_size=1, max_size=4), share=st.floats(0.05, 0.5), seed=st.integers(0, 99))
def test_every_collection_gives_its_share(sizes: list[int], share: float, seed: int) -> None:
    collections = [str(number) for number, size in enumerate(sizes) for _ in range(size)]
    held = held_out(np.arange(len(collections)), collections, share=share, seed=seed)
    names = np.array(collections)
    for number, size in enumerate(sizes):
        count = np.count_nonzero(held & (names == str(number)))
        assert abs(count - share * size) <= 0.5 or (held.sum() == 1 and share * max(sizes) < 0.5)


def test_another_seed_holds_out_others() -> None:
    drawn = {tuple(held_out(np.arange(40), ["a"] * 40, share=0.25, seed=seed).tolist()) for seed in range(5)}
    assert len(drawn) == 5 and {sum(held) for held in drawn} == {10}


def test_a_group_of_several_collections_is_held_out_whole_too() -> None:
    held = [held_out(np.array([0, 0, 1, 2, 3, 4, 5, 6]), list("abaaabbb"), share=0.5, seed=seed) for seed in range(20)]
    assert any(one[0] for one in held) and all(one[0] == one[1] for one in held)


@given(added=st.integers(1, 30), seed=st.integers(0, 5), same=st.booleans())
def test_documents_that_are_added_leave_the_others_where_they_are(added: int, seed: int, same: bool) -> None:
    names, collections = [f"a/{number}" for number in range(80)], ["a"] * 80
    more, where = [f"new/{number}" for number in range(added)], ["a" if same else "b"] * added
    before = holdout.hold_out(np.arange(80), names, collections, share=0.2, seed=seed)
    after = holdout.hold_out(np.arange(80 + added), [*more, *names], where + collections, share=0.2, seed=seed)[added:]
    moved = np.count_nonzero(before != after)
    assert moved <= (added if same else 0)
    assert np.count_nonzero(before & after) >= 8


def test_documents_may_stand_in_any_order() -> None:
    names = [str(number) for number in range(60)]
    held = holdout.hold_out(np.arange(60), names, ["a"] * 60, share=0.3, seed=1)
    turned = holdout.hold_out(np.arange(60), names[::-1], ["a"] * 60, share=0.3, seed=1)
    assert np.array_equal(held, turned[::-1])
