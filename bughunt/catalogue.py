"""How levels.yaml is written: its fields, their advice to the author, its JSON Schema.

Annotations are evaluated here and not postponed: msgspec would have to compile each of them again
in every process that loads a catalogue.
"""

from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import Meta

from mutations import operator_names, operator_type

Text = Annotated[str, Meta(pattern=r"\S", description="Write some text.")]
Word = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]*$", description="Write it in lower_case_with_underscores.")
]
Topic = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9 -]*$", description="Write topics in lower case.")
]


class SourceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the clean code is."""

    packages: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], ...],
        Meta(min_length=1, description="List the importable packages that bugs may go into."),
    ]
    root: Annotated[Text, Meta(description="The folder of the packages, from levels.yaml.")] = "."


class LevelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level as it is written."""

    title: Annotated[Text, Meta(description="Write a heading for the hunter.")]
    minutes: Annotated[int, Meta(ge=1, description="Write how long a hunt should take.")]
    bugs: Annotated[
        tuple[Word, ...],
        Meta(min_length=1, description="List the ids of bugs, in the hunter's numbering."),
    ]


class RaisesEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bug shows as an exception."""

    raises: Annotated[
        str,
        Meta(pattern=r"^[A-Z][A-Za-z0-9]*$", description="Write the class name of the exception."),
    ]


class BugEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bug as it is written."""

    symptom: Annotated[
        Text, Meta(description="Write what a user would report, without cause or location.")
    ]
    topics: Annotated[
        tuple[Topic, ...], Meta(min_length=1, description="List what one learns from the bug.")
    ]
    difficulty: Annotated[
        int, Meta(ge=1, le=5, description="Write the author's estimate, from 1 (easy) to 5 (hard).")
    ]
    edits: Annotated[
        tuple[dict[str, Any], ...],
        Meta(min_length=1, description="List the edits that make the bug."),
    ]
    detector: Annotated[
        Word, Meta(description="Write the name of the law: tests/detectors/test_<name>.py.")
    ]
    expect: Annotated[
        Literal["assertion"] | RaisesEntry,
        Meta(description="Write 'assertion' or {raises: NameOfTheException}."),
    ]
    hints: Annotated[
        tuple[Text, Text, Text],
        Meta(description="Write three: the concept, the region, nearly the fix."),
    ]
    explanation: Annotated[
        Text, Meta(description="Write what was wrong, why it matters, how one would find it.")
    ]
    reference: Annotated[Text, Meta(description="Write where such a bug really happened.")]
    cost: Annotated[
        Text | None, Meta(description="Write what it costs, in numbers that were measured.")
    ] = None
    impact: Annotated[
        Text | None,
        Meta(description="Name one of 'impacts', if not that of the edited files."),
    ] = None


class ImpactEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of impact as it is written."""

    probe: Annotated[Text, Meta(description="The file that measures it, from levels.yaml.")]
    files: Annotated[
        tuple[Text, ...],
        Meta(min_length=1, description="List patterns of the files whose bugs it is for."),
    ]


class ConflictEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bugs that are never put into the same code, as it is written."""

    bugs: Annotated[tuple[Word, ...], Meta(min_length=2, description="List two bugs or more.")]
    because: Annotated[Text, Meta(description="Write which of them is not seen, or seen in vain.")]


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of levels.yaml."""

    version: Annotated[Literal[1], Meta(description="Write 1.")]
    source: Annotated[SourceEntry, Meta(description="Write {root: FOLDER, packages: [NAME]}.")]
    detectors: Annotated[Text, Meta(description="The folder of the detectors, from levels.yaml.")]
    levels: Annotated[
        dict[Word, LevelEntry], Meta(description="Write a mapping from names to levels.")
    ]
    bugs: Annotated[dict[Word, BugEntry], Meta(description="Write a mapping from ids to bugs.")]
    impacts: Annotated[
        dict[str, ImpactEntry],
        Meta(description="Write a mapping from kinds of impact to {probe: FILE, files: [FILES]}."),
    ] = {}
    experiments: Annotated[
        Text | None,
        Meta(description="The folder of what notebooks show, from levels.yaml."),
    ] = None
    conflicts: Annotated[
        tuple[ConflictEntry, ...],
        Meta(description="List bugs that disturb each other; 'bughunt bank verify' finds them."),
    ] = ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of levels.yaml, with the parameters of every operator."""
    operators = tuple(operator_type(name) for name in operator_names())
    (catalogue, edit), definitions = msgspec.json.schema_components(
        (Catalogue, Union[operators]),  # noqa: UP007
        ref_template="#/$defs/{name}",
    )
    definitions["BugEntry"]["properties"]["edits"]["items"] = edit
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A catalogue of bugs",
        **catalogue,
        "$defs": definitions,
    }
