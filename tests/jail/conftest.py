"""One jail for each tier that holds on this machine."""

import shutil
import subprocess
import sys
from functools import lru_cache

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]
else:
    from bughunt.jail.keeper import Jail
    from bughunt.jail.request import Limits, Request
    from bughunt.jail.strength import weakness_of
    from bughunt.jail.tiers import CONTAINER, TIERS

    # crun starts nothing where control groups of both versions are mounted. Whoever may, takes the
    # newer ones out of its sight, in a mount namespace of its own.
    WITHOUT_HYBRID = """#!/bin/sh
exec unshare --mount sh -c 'umount /sys/fs/cgroup/unified; exec {crun} "$@"' crun "$@"
"""
    weakness = lru_cache(weakness_of)

    @pytest.fixture(scope="session")
    def other_crun(tmp_path_factory):
        """Return a folder with a ``crun`` that starts where the real one does not."""
        folder = tmp_path_factory.mktemp("programs")
        (folder / "crun").write_text(WITHOUT_HYBRID.format(crun=shutil.which("crun")))
        (folder / "crun").chmod(0o755)
        return folder

    @lru_cache
    def hybrid():
        """Return whether control groups are what keeps crun from starting here."""
        command = ["unshare", "--mount", "umount", "/sys/fs/cgroup/unified"]
        return (
            "hybrid" in weakness(CONTAINER) and not subprocess.run(command, check=False).returncode
        )

    @pytest.fixture(scope="module", params=TIERS, ids=lambda tier: tier.name)
    def tier(request, other_crun):
        """Return each tier that holds here."""
        with pytest.MonkeyPatch.context() as patch:
            if request.param is CONTAINER and hybrid():
                patch.setenv("PATH", str(other_crun), prepend=":")
            elif reason := weakness(request.param):
                pytest.skip(f"{request.param.name}: {reason}")
            yield request.param

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
