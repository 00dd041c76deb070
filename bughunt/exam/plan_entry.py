"""How exam.yaml is written: its fields, and the advice to who writes it.

Annotations are evaluated here and not postponed, as in ``bughunt.catalogue``.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

HARDEST = 5  # difficulties are 1 to this

Text = Annotated[str, Meta(pattern=r"\S", description="Write some text.")]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="Write it in lower case, with digits and hyphens, such as spring-2027.",
    ),
]
Span = Annotated[
    int | str, Meta(description="Write a difficulty from 1 to 5, or a range such as 2-3.")
]
Points = Annotated[float, Meta(ge=0, le=1000, description="Write a number from 0 to 1000.")]
Local = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$",
        description="Write date and time in the zone of the exam, such as 2027-03-01 09:00.",
    ),
]


class StratumEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many bugs of these difficulties."""

    difficulty: Span
    bugs: Annotated[int, Meta(ge=1, le=20, description="Write how many bugs of them.")]


class DrawEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which bugs may be drawn, and how alike the sets must be."""

    bugs: Annotated[int, Meta(ge=1, le=20, description="Write how many bugs a candidate gets.")]
    strata: Annotated[
        tuple[StratumEntry, ...],
        Meta(description="List entries such as {difficulty: 2-3, bugs: 2}."),
    ] = ()
    band: Annotated[
        int,
        Meta(ge=0, le=100, description="Write how far summed difficulties may lie apart."),
    ] = 0
    overlap: (
        Annotated[
            int, Meta(ge=0, description="Write how many bugs two candidates may share at most.")
        ]
        | None
    ) = None
    levels: Annotated[tuple[Text, ...], Meta(description="List names of levels.")] = ()
    topics: Annotated[tuple[Text, ...], Meta(description="List topics of bugs.")] = ()
    leave_out: Annotated[tuple[Text, ...], Meta(description="List ids of bugs.")] = ()
    seeds: Annotated[
        int, Meta(ge=1, le=100, description="Write on how many fresh seeds a set is proved.")
    ] = 2


class TimeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the exam takes, and when."""

    minutes: Annotated[
        int, Meta(ge=1, le=100_000, description="Write how many minutes a candidate has.")
    ]
    opens: Local | None = None
    closes: Local | None = None
    zone: Annotated[str, Meta(description="Write a time zone such as Europe/Berlin.")] = "UTC"


class CostEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hints can be had for points."""

    cost: Points


class ScoringEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a bug that is fixed counts, and what something broken takes away."""

    points: Annotated[
        Points | Annotated[tuple[Points, ...], Meta(min_length=HARDEST, max_length=HARDEST)],
        Meta(description="Write a number for every bug, or five for difficulties 1 to 5."),
    ] = 1.0
    regression: Points = 0.0
    partial: Annotated[
        float,
        Meta(ge=0, le=1, description="Write a share from 0 to 1."),
    ] = 0.5
    total: (
        Annotated[float, Meta(gt=0, le=1000, description="Write what everybody can reach.")] | None
    ) = None


class PlanEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """exam.yaml as it is written."""

    version: Annotated[Literal[1], Meta(description="Write 1.")]
    id: Name
    title: Text
    draw: DrawEntry
    time: TimeEntry
    attempt: Annotated[int, Meta(ge=1, le=1000, description="Write 1, or 2 for a resit.")] = 1
    hints: Annotated[
        Literal["none", "free"] | CostEntry,
        Meta(description="Write none, free, or {cost: 0.5} for half a point each."),
    ] = "none"
    detectors: Annotated[
        bool, Meta(description="Write true to give candidates the tests of their bugs.")
    ] = False
    scoring: ScoringEntry = ScoringEntry()
    earlier: Annotated[
        Text | None, Meta(description="Write the folder of an earlier build with the same key.")
    ] = None
    bank: Annotated[
        Text | None, Meta(description="Write the path of a levels.yaml or of its folder.")
    ] = None
