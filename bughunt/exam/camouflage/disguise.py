"""The tree of each candidate in words and forms of its own.

A comparison of a candidate's tree with the public one should not show the bugs, and a tree should
tell whose it is. So the texts are written anew: where something can be said in two ways that are
the same program (`sites`), a bit of the candidate's decides.

**Why after the bugs.** Edits could be chosen on the clean text and be dropped where a bug has its
own; but then the places without an edit would point at the bugs, and a renamed local would have to
be carried into the texts of bugs. Here the tree with its bugs is taken as a program like any other
and is written anew as the same program: a bug stays what it is, and the lines around it are as
likely to change as others. The clean tree is written anew with the same bits, so that it is what
the candidate's tree would be without its bugs. A form is absolute (`<` or `>`, not "exchanged"),
and its bit depends on file, function, kind and number, not on what stands there: so both trees
agree wherever a bug leaves as many sites of a kind in its function.

**Why it is the same program.** Each kind says so where it is made: `names`, `expressions`,
`statements`, `wording`. `sameness` checks it again, on the syntax trees before and after.

**What it does not hide.** Who brings both trees into one form, which anybody can who reads this,
sees the bugs. The marks then still tell whose tree it was, and that a tree is the public one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from msgspec import Struct

from bughunt.exam.camouflage.planning import plans
from bughunt.exam.camouflage.sites import Form, Key, rendered
from bughunt.mutate import MutatedTree


class Camouflaged(Struct, frozen=True):
    """A tree in another form, and what was chosen at each site that can be read again."""

    texts: dict[str, str]
    marks: dict[Key, Form]


def camouflage(texts: Mapping[str, str], seed: bytes) -> Camouflaged:
    """Write the files of a tree anew: the same program, the same texts for the same seed.

    Args:
        texts: Python files by path; one without syntax stays as it is.
        seed: 16 to 64 bytes that others cannot guess.

    """
    choose = bits(seed)
    planned = plans(texts)
    return Camouflaged(
        {path: rendered(plan, choose) for path, plan in planned.items()},
        {
            site.key: choose(site.key)
            for plan in planned.values()
            for site in plan.sites
            if site.writable and site.form is not None
        },
    )


def disguised(tree: MutatedTree, seed: bytes) -> MutatedTree:
    """Write a tree and its clean tree anew, with the same choices."""
    clean = camouflage(tree.clean, seed)
    mutated = camouflage(tree.mutated, seed)
    return MutatedTree(clean.texts, mutated.texts)


def bits(seed: bytes) -> Callable[[Key], Form]:
    """Return the choices of a seed: one fair bit for each key, none of which tells of others."""

    def choose(key: Key) -> Form:
        return (
            hashlib.blake2b(key.encode(), digest_size=1, key=seed, person=b"camouflage").digest()[0]
            & 1
        )

    return choose
