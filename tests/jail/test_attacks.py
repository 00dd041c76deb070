"""The corpus of attacks: none reaches what it aims at."""

import os

import pytest

from bughunt.jail import corpus, specimen
from bughunt.jail.corpus import Attack, Range, attacks
from bughunt.jail.descendants import descendants

ATTACKS = attacks()


# What a tier decides about. The other goals are for the doors that a child locks in every tier.
GOALS_OF_WALLS = ("read a secret", "leave a process", "leave a file", "reach the network")


@pytest.fixture(scope="module")
def firing_range(strongest_tier):
    """Return one jail for all attacks: no attack may spoil it for the next."""
    with Range(strongest_tier) as opened:
        yield opened


@pytest.fixture(scope="module")
def weaker_range(weaker_tier):
    """Return the same for each other tier."""
    with Range(weaker_tier) as opened:
        yield opened


def suffered(firing_range, text):
    """Return what became of a text that is no attack of the corpus."""
    return firing_range.suffer(Attack("own", "", "", text))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_reaches_nothing(firing_range, attack):
    """No point, no secret, no process, no file, no network; and clean code has its mark."""
    assert firing_range.suffer(attack).got_through == ""


@pytest.mark.parametrize(
    "attack",
    [it for it in ATTACKS if it.goal in GOALS_OF_WALLS],
    ids=lambda attack: attack.name,
)
def test_attack_on_walls_reaches_nothing_in_weaker_tiers(weaker_range, attack):
    """Whatever the strongest tier of this machine is, another machine has another one."""
    assert weaker_range.suffer(attack).got_through == ""


def test_there_are_more_than_forty_attacks_with_six_goals():
    """Each says in one sentence what it tries."""
    assert len(ATTACKS) > 40
    assert all(attack.tried.endswith(".") for attack in ATTACKS)
    assert {attack.goal for attack in ATTACKS} == {
        *("earn a point", "read a secret", "leave a process", "leave a file"),
        *("reach the network", "exhaust the machine", "harm the reader"),
    }


def test_correct_code_earns_the_point(firing_range):
    """The judge of attacks is one that can be satisfied."""
    assert suffered(firing_range, specimen.CLEAN).got_through == "a point"


def test_code_as_it_was_found_earns_nothing(firing_range):
    """The bug shows."""
    assert suffered(firing_range, specimen.BUGGED).got_through == ""


@pytest.mark.parametrize(
    ("weaken", "text", "reached"),
    [
        ("_tells", "print('stolen')\n", "a secret"),
        ("_changes", "", "a file"),
        ("_was_called", "", "the network"),
    ],
    ids=["secret", "file", "network"],
)
def test_what_an_attack_reaches_is_noticed(strongest_tier, weaken, text, reached):
    """Each alarm goes off when the thing that it watches happens."""
    with Range(strongest_tier) as opened:
        if weaken == "_changes":
            (opened._outside / "more").write_text("")
            reached = f"changes in {opened._outside}"
        if weaken == "_was_called":
            corpus.socket.create_connection(opened._listening[0].getsockname()).close()
        assert reached in suffered(opened, text + specimen.BUGGED).got_through


def test_nothing_runs_after_a_jail_is_closed(tier):
    """Neither the server nor what the walls were made of."""
    before = descendants(os.getpid())
    with Range(tier) as opened:
        suffered(opened, specimen.BUGGED)
        assert descendants(os.getpid()) - before
    assert descendants(os.getpid()) <= before
