"""Where workers run: threads of this process, each with jails of its own, or a cluster.

A thread is enough, since all heavy work is done in the processes of its jails.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from bughunt.errors import BughuntError, EnvironmentProblem

_PATIENCE = "20s"


class NoExecutor(BughuntError):
    """No executor goes by this name."""


@contextlib.contextmanager
def opened(url: str | None, jobs: int) -> Iterator[tuple[Executor, int]]:
    """Give an executor and the number of its workers.

    Args:
        url: of a cluster, such as ``dask://localhost:8786``; None: this process.
        jobs: how many threads, without a cluster.

    Raises:
        NoExecutor: for a URL of another sort.
        EnvironmentProblem: when the cluster cannot be reached, or its package is missing.

    """
    if url is None:
        with ThreadPoolExecutor(jobs, thread_name_prefix="grader") as pool:
            yield pool, jobs
        return
    parts = urlsplit(url)
    if parts.scheme != "dask" or not parts.hostname:
        raise NoExecutor(f"--executor {url}: is none. Write dask://HOST:PORT.")
    try:
        from distributed import Client
    except ImportError:
        text = "a Dask cluster needs the package 'distributed'. Run pip install 'bughunt[dask]'."
        raise EnvironmentProblem(text) from None
    try:
        client: Any = Client(f"tcp://{parts.netloc}", timeout=_PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        text = f"--executor {url}: cannot be reached: {error}. Look whether it runs."
        raise EnvironmentProblem(text) from None
    with client:
        threads = sum(client.nthreads().values())
        yield client.get_executor(), max(1, threads)
