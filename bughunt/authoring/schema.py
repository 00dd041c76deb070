"""The JSON Schema of levels.yaml, for editors that complete and check while one types."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from bughunt.catalogue import json_schema
from bughunt.conversion import documented
from bughunt.errors import BankError
from mutations import MutationError, Operator, operator_names, operator_type

NAME = "levels.schema.json"


def head(schema: str = NAME) -> str:
    """Return the first line of a catalogue, which tells an editor where its schema is."""
    return f"# yaml-language-server: $schema={schema}\n"


def schema_text() -> str:
    """Return the schema, with what each operator and each of its fields is for.

    Operators of other packages that are installed here are in it as well.

    Raises:
        BankError: when one of them cannot be used.

    """
    try:
        schema = json_schema()
    except MutationError as error:
        raise BankError([str(error)]) from None
    edit = schema["$defs"]["BugEntry"]["properties"]["edits"]["items"]
    places = edit["discriminator"]["mapping"]
    for name in operator_names():
        _describe(schema["$defs"][places[name].rpartition("/")[2]], operator_type(name))
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _describe(definition: dict[str, Any], kind: type[Operator]) -> None:
    """Put the sentences of an operator's docstring to where an editor shows them."""
    definition["description"] = cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    for name, field in definition["properties"].items():
        if text := documented(kind, name):
            field["description"] = text
