"""``bughunt doctor --sandbox``: the attacks as a table, and an exit code that tells."""

import json

import pytest
from click.testing import CliRunner

from bughunt.cli import bughunt
from bughunt.jail import corpus, specimen, strength
from bughunt.jail.strength import NoJail, Strength

STOPPED = corpus.Attack("exits", "Leave at once.", "earn a point", "import os\nos._exit(0)\n")
THROUGH = corpus.Attack("is_right", "Be right.", "earn a point", specimen.CLEAN)


@pytest.fixture
def call(strongest_tier, monkeypatch):
    """Return a function that attacks the tier with what it is given."""
    monkeypatch.setattr(
        strength, "strongest", lambda: Strength(strongest_tier, {"other": "not here"})
    )

    def run(*attacks, options=()):
        monkeypatch.setattr(corpus, "attacks", lambda: attacks)
        return CliRunner().invoke(bughunt, ["doctor", "--sandbox", *options])

    return run


def test_stopped_attack_is_shown_with_what_stopped_it(call, strongest_tier):
    """The tier is named, and why a stronger one does not serve."""
    result = call(STOPPED)
    assert result.exit_code == 0
    assert "Tier other does not hold here: not here." in result.output
    assert f"1 attack on tier {strongest_tier.name}. Nothing got through." in result.output
    assert "Leave at once." in result.output


def test_attack_that_gets_through_exits_with_three(call):
    """The environment is at fault; a program reads which attack it was."""
    result = call(STOPPED, THROUGH, options=["--json"])
    assert result.exit_code == 3
    found = {it["name"]: it["got_through"] for it in json.loads(result.stdout)["attacks"]}
    assert found == {"exits": "", "is_right": "a point"}


def test_machine_without_a_tier_is_an_error_with_reasons(monkeypatch):
    """Nothing is graded where nothing holds."""
    monkeypatch.setattr(strength, "weakness_of", lambda tier: f"no {tier.name} here")
    strength.strongest.cache_clear()
    reasons = "; ".join(f"{it}: no {it} here" for it in ("container", "bubblewrap", "built-in"))
    with pytest.raises(NoJail, match=reasons):
        strength.strongest().required()
    strength.strongest.cache_clear()
