"""Who gets which bugs: the bounds hold, whoever takes part and whatever is asked."""

import itertools
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from bughunt.errors import ExamError
from bughunt.exam.draw import draw, exposure
from bughunt.exam.fairness import fairness
from bughunt.exam.keys import ExamKey
from bughunt.exam.plan import Stratum
from bughunt.exam.pool import Item, Pool, most_sets

ALL = Stratum(1, 5, 3)


def items(*difficulties):
    """Return bugs of these difficulties, each with a detector of its own."""
    return [Item(f"bug{it:02}", grade, f"law{it}") for it, grade in enumerate(difficulties)]


def seeds(number, key=bytes(32)):
    """Return the seeds of so many candidates."""
    return {f"c{it:04}": ExamKey(key).seed("exam", 1, str(it)) for it in range(number)}


def spread(counts):
    """Return how far the most and the least exposed are apart."""
    return max(counts) - min(counts)


def brute_force(bugs, strata, conflicts):
    """Return every set of the strata without two of one detector and without a conflict."""
    size = sum(it.bugs for it in strata)
    for chosen in itertools.combinations(bugs, size):
        names = {it.id for it in chosen}
        grades = [it.difficulty for it in chosen]
        if (
            all(sum(it.low <= grade <= it.high for grade in grades) == it.bugs for it in strata)
            and len({it.detector for it in chosen}) == size
            and not any(set(pair) <= names for pair in conflicts)
        ):
            yield frozenset(names), sum(grades)


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_every_set_that_is_drawn_keeps_to_all_wishes(data):
    """Strata, band, detectors, conflicts and overlap, for random banks and rosters."""
    grades = data.draw(some.lists(some.integers(1, 4), min_size=8, max_size=16))
    bugs = items(*grades)
    twin = data.draw(some.booleans())
    if twin:
        bugs[1] = Item("bug01", bugs[1].difficulty, "law0")
    conflicts = data.draw(some.lists(some.sampled_from([(2, 3), (4, 5), (5, 6)]), unique=True))
    pairs = [(f"bug{one:02}", f"bug{other:02}") for one, other in conflicts]
    strata = data.draw(
        some.sampled_from([(Stratum(1, 4, 3),), (Stratum(1, 2, 2), Stratum(3, 4, 1))])
    )
    band, overlap = data.draw(some.integers(0, 2)), data.draw(some.integers(1, 3))
    number = data.draw(some.integers(1, 12))
    pool = Pool(bugs, strata, band, pairs)
    try:
        sets = draw(pool, seeds(number), overlap=overlap)
    except ExamError:
        assume(False)
    admissible = dict(brute_force(bugs, strata, pairs))
    sums = [admissible[names] for names in sets.values()]  # a KeyError: it is not admissible
    assert len(sets) == number
    assert spread(sums) <= band
    for one, other in itertools.combinations(sets.values(), 2):
        assert len(one & other) <= overlap


@settings(max_examples=40, deadline=None)
@given(bugs=some.integers(4, 20), size=some.integers(1, 4), number=some.integers(1, 120))
def test_bugs_alike_are_given_out_alike_to_within_one_candidate(bugs, size, number):
    """With nothing else in the way, no bug is drawn twice more than another."""
    pool = Pool(items(*[3] * bugs), (Stratum(3, 3, size),), 0)
    sets = draw(pool, seeds(number), overlap=size)
    assert spread(exposure(pool, sets).values()) <= 1


class Squares:
    """Scoring by which a bug counts the square of its difficulty."""

    def reach(self, difficulties):
        """Return what can be reached."""
        return sum(it * it for it in difficulties)


def test_points_that_can_be_reached_are_the_least_and_the_most_of_all_sets():
    """Two sets of one difficulty, 1 + 9 and 4 + 4."""
    made = items(1, 2, 2, 3)
    pool = Pool(made, (Stratum(1, 3, 2),), 0)
    names = [it.id for it in made]
    sets = {"a": frozenset((names[0], names[3])), "b": frozenset(names[1:3])}
    assert fairness(pool, sets, Squares()).points == (8, 10)


def test_a_bug_that_a_candidate_had_before_is_not_drawn_for_him_again():
    """Not at first, and not when bugs are exchanged until exposure is even."""
    pool = Pool(items(*[3] * 12), (Stratum(3, 3, 4),), 0)
    first = draw(pool, seeds(30), overlap=3)
    again = draw(pool, seeds(30), overlap=3, had=first)
    assert all(not first[name] & again[name] for name in first)
    assert spread(exposure(pool, again).values()) <= 1
    narrow = Pool(items(*[3] * 7), (Stratum(3, 3, 4),), 0)
    with pytest.raises(ExamError, match="none with what the candidate had before"):
        draw(narrow, seeds(1), overlap=4, had=draw(narrow, seeds(1), overlap=4))


@pytest.mark.parametrize("number", [1, 7, 40, pytest.param(1000, marks=pytest.mark.slow)])
def test_exposure_is_even_in_a_bank_of_mixed_difficulty(number):
    """Fifty bugs, five of them each, no two candidates with more than two in common."""
    pool = Pool(items(*([2] * 17 + [3] * 18 + [4] * 13 + [5] * 3)), (Stratum(2, 5, 5),), 1)
    overlap = 2 if number < 1000 else 3
    sets = draw(pool, seeds(number), overlap=overlap)
    figures = fairness(pool, sets, Squares())
    assert spread(figures.exposure.values()) <= 1
    assert figures.largest_overlap <= overlap
    assert spread(figures.difficulties) <= 1


@settings(max_examples=15, deadline=None)
@given(some.integers(5, 7), some.integers(1, 4), some.integers(0, 1))
def test_small_draws_are_as_even_as_any_choice_of_sets_could_be(bugs, number, band):
    """All ways to give out sets are tried, and the best is compared."""
    made = items(*[1 + it % 2 for it in range(bugs)])
    pool = Pool(made, (Stratum(1, 2, 2),), band)
    sets = draw(pool, seeds(number), overlap=2)
    low, high = pool.window
    free = [names for names, total in brute_force(made, pool.strata, []) if low <= total <= high]
    best = min(
        spread(Counter(itertools.chain(*ways, (it.id for it in made))).values())
        for ways in itertools.combinations_with_replacement(free, number)
    )
    assert spread(exposure(pool, sets).values()) == best


def test_the_window_is_where_most_sets_lie():
    """Counted one by one."""
    made = items(1, 1, 2, 2, 2, 3, 3, 4, 5)
    pool = Pool(made, (ALL,), 1)
    sums = Counter(total for _, total in brute_force(made, (ALL,), []))
    counts = {low: sums[low] + sums[low + 1] for low in range(3, 13)}
    assert pool.sets == max(counts.values())
    assert counts[pool.window[0]] == pool.sets


def test_the_order_of_the_roster_changes_nothing():
    """Candidates are served in the order of their opaque ids."""
    pool = Pool(items(*[1, 2, 3] * 5), (ALL,), 1)
    backwards = dict(reversed(seeds(20).items()))
    assert draw(pool, backwards, overlap=2) == draw(pool, seeds(20), overlap=2)


def test_another_key_draws_other_sets():
    """Nobody can draw along at home."""
    pool = Pool(items(*[1, 2, 3] * 5), (ALL,), 1)
    mine = draw(pool, seeds(20), overlap=2)
    other = draw(pool, seeds(20, bytes([1] * 32)), overlap=2)
    assert sum(mine[name] == other[name] for name in mine) < 5


def test_those_who_come_late_get_sets_beside_the_others():
    """What was given out stays, counts in the exposure, and bounds the overlap."""
    pool = Pool(items(*[1, 2, 3] * 5), (ALL,), 1)
    early = draw(pool, seeds(20), overlap=2)
    late = draw(pool, seeds(30), overlap=2, kept=early)
    assert set(late) == set(seeds(30)) - set(early)
    together = early | late
    assert max(len(a & b) for a, b in itertools.combinations(together.values(), 2)) <= 2
    assert spread(exposure(pool, together).values()) <= 2


def test_a_set_that_is_to_be_avoided_is_never_drawn():
    """It failed its proof."""
    pool = Pool(items(1, 1, 1, 1), (Stratum(1, 1, 3),), 0)
    bad = frozenset({"bug00", "bug01", "bug02"})
    sets = draw(pool, seeds(9), overlap=3, avoided=frozenset({bad}))
    assert bad not in sets.values()


@pytest.mark.parametrize(
    ("bugs", "size", "overlap", "most"),
    [(7, 3, 1, 7), (9, 3, 1, 12), (8, 4, 2, 14), (6, 3, 0, 2), (13, 4, 1, 13), (5, 2, 1, 10)],
    ids=["Fano plane", "affine plane", "SQS(8)", "apart", "projective plane", "pairs"],
)
def test_the_bound_on_the_number_of_sets_is_reached_by_known_designs(bugs, size, overlap, most):
    """These block designs are the largest there are."""
    assert most_sets(bugs, size, overlap) == most


def test_too_many_candidates_for_the_overlap_are_refused_with_the_bound():
    """Seven points have seven lines."""
    pool = Pool(items(*[1] * 7), (Stratum(1, 1, 3),), 0)
    told = r"7 bugs there are at most 7 sets of 3 that share no more than 1, and there are 8"
    with pytest.raises(ExamError, match=rf"{told} candidates\. Let two candidates share 2 or more"):
        draw(pool, seeds(8), overlap=1)


def test_too_few_bugs_of_a_difficulty_are_refused_with_their_number():
    """The plan asks for what the bank does not have."""
    pool = Pool(items(1, 1, 4), (Stratum(1, 1, 2), Stratum(4, 5, 2)), 0)
    told = "2 bugs of difficulty 4-5 are asked for each candidate, and 1 may be drawn"
    with pytest.raises(ExamError, match=told):
        draw(pool, seeds(1), overlap=4)


def test_wishes_that_only_a_search_finds_impossible_say_how_far_it_came():
    """One set fits, and two candidates may not share it."""
    pool = Pool(items(1, 1, 1), (Stratum(1, 1, 2),), 0, [("bug00", "bug01"), ("bug01", "bug02")])
    told = r"3 sets have the strata and a summed difficulty of 2, before 2 conflicts.* After 1 cand"
    with pytest.raises(ExamError, match=rf"{told}.*there is none that shares no more than 1"):
        draw(pool, seeds(2), overlap=1)
