"""One jail for each tier that holds on this machine."""

import contextlib
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

    # crun starts nothing where control groups of both versions are mounted. Whoever may, covers the
    # newer ones with an empty folder, in a mount namespace of its own.
    WITHOUT_HYBRID = """#!/bin/sh
exec unshare --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup/unified; exec {crun} "$@"' crun "$@"
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
        cover = ("mount", "-t", "tmpfs", "none", "/sys/fs/cgroup/unified")
        command = ["unshare", "--mount", *cover]
        return (
            "hybrid" in weakness(CONTAINER) and not subprocess.run(command, check=False).returncode
        )

    @contextlib.contextmanager
    def held(tier, other_crun):
        """Give a tier in which a jail can be opened; or else skip with the reason."""
        with pytest.MonkeyPatch.context() as patch:
            if tier is CONTAINER and hybrid():
                patch.setenv("PATH", str(other_crun), prepend=":")
            elif reason := weakness(tier):
                pytest.skip(f"{tier.name}: {reason}")
            yield tier

    @lru_cache
    def first():
        """Return the strongest tier in which a jail can be opened."""
        holding = (it for it in TIERS if not weakness(it) or (it is CONTAINER and hybrid()))
        return next(holding, TIERS[0])

    @pytest.fixture(scope="module")
    def strongest_tier(other_crun):
        """Return the strongest tier here: it has the walls of the others, and its own."""
        with held(first(), other_crun) as tier:
            yield tier

    @pytest.fixture(scope="module", params=TIERS, ids=lambda tier: tier.name)
    def weaker_tier(request, other_crun):
        """Return each other tier that holds here."""
        if request.param is first():
            pytest.skip(f"{request.param.name}: is the strongest")
        with held(request.param, other_crun) as tier:
            yield tier

    @pytest.fixture(scope="module", params=TIERS, ids=lambda tier: tier.name)
    def tier(request, other_crun):
        """Return each tier that holds here."""
        with held(request.param, other_crun) as tier:
            yield tier

    @pytest.fixture(scope="module")
    def jail(tier):
        """Return a jail of each tier."""
        with Jail(tier) as opened:
            yield opened

    @pytest.fixture(scope="module")
    def strongest_jail(strongest_tier):
        """Return a jail of the strongest tier, for what no tier decides."""
        with Jail(strongest_tier) as opened:
            yield opened

    def asking(jail):
        """Return a function that observes one text in a jail, and gives the answer."""

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

    @pytest.fixture
    def ask(jail):
        """Return a function that observes one text in each tier, and gives the answer."""
        return asking(jail)

    @pytest.fixture
    def ask_strongest(strongest_jail):
        """Return a function that observes one text in the strongest tier, and gives the answer."""
        return asking(strongest_jail)
