"""One jail for each tier that holds on this machine."""

import sys

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]
else:
    from bughunt.jail.keeper import Jail
    from bughunt.jail.request import Limits, Request
    from bughunt.jail.strength import weakness_of
    from bughunt.jail.tiers import TIERS

    @pytest.fixture(scope="session", params=TIERS, ids=lambda tier: tier.name)
    def tier(request):
        """Return each tier that holds here."""
        if weakness := weakness_of(request.param):
            pytest.skip(f"{request.param.name}: {weakness}")
        return request.param

    @pytest.fixture(scope="module")
    def jail(tier):
        """Return a jail of the tier."""
        with Jail(tier) as opened:
            yield opened

    @pytest.fixture
    def ask(jail):
        """Return a function that observes one text, and gives the answer."""

        def observed(observing, tree=None, **fields):
            limits = Limits(**{"seconds": 20.0} | fields.pop("limits", {}))
            packages = tuple({path.partition("/")[0] for path in tree or {}})
            return jail.run(
                Request(
                    packages=packages,
                    tree=tree or {},
                    observing=observing,
                    limits=limits,
                    **fields,
                )
            )

        return observed
