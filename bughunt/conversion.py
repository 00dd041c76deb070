"""From plain data to records: what does not fit, field by field, in words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import msgspec

from bughunt.errors import did_you_mean
from bughunt.yaml_document import Keys

Misfit = tuple[Keys, str]

_YAML_WORDS = {
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
    "str": "text",
    "int": "a whole number",
}


def misfits(data: Any, kind: Any, keys: Keys = ()) -> Iterator[Misfit]:
    """Yield each place of ``data`` that does not fit the type, why not, and what to do."""
    try:
        msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        found = list(_explained(data, kind, keys))
        yield from found or [(keys, _about_all(error))]


def _about_all(error: msgspec.ValidationError) -> str:
    """Return what a record says of its fields together, each of which fits alone."""
    text = str(error).partition(" - at `$")[0]
    return f"{text}{'' if text.endswith(('.', '?')) else '.'}"


def _explained(data: Any, kind: Any, keys: Keys) -> Iterator[Misfit]:
    """Look at the fields one by one.

    Structs and dictionaries are walked, so that one wrong field does not hide the next one. The
    advice is the description of the field, which the JSON Schema shows as well.
    """
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if isinstance(data, dict) and isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        yield from _field_misfits(data, plain, keys)
    elif isinstance(data, dict) and get_origin(plain) is dict:
        key_kind, value_kind = get_args(plain)
        for key, value in data.items():
            yield from _leaf_misfits(key, key_kind, (*keys, key))
            yield from _explained(value, value_kind, (*keys, key))
    elif isinstance(data, list) and (record := _record_in(plain)) is not None:
        for index, item in enumerate(data):
            yield from _explained(item, record, (*keys, index))
    else:
        yield from _leaf_misfits(data, kind, keys)


def _record_in(kind: Any) -> type[msgspec.Struct] | None:
    """Return the type of a list's items, if they are records."""
    item = get_args(kind)[0] if get_origin(kind) is tuple else None
    return item if isinstance(item, type) and issubclass(item, msgspec.Struct) else None


def _field_misfits(
    data: dict[str, Any], kind: type[msgspec.Struct], keys: Keys
) -> Iterator[Misfit]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    tag = kind.__struct_config__.tag_field
    known = {*fields, tag} if tag else {*fields}
    for key in data:
        if key not in known:
            yield (*keys, key), f"no such field. {did_you_mean(key, known)}"
    for name, field in fields.items():
        if name in data:
            yield from _explained(data[name], field.type, (*keys, name))
        elif field.required:
            advice = _advice(field.type) or _documented(kind, name)
            yield keys, f"the field '{name}' is missing. {advice}"


def _leaf_misfits(value: Any, kind: Any, keys: Keys) -> Iterator[Misfit]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        inner = [int(index) for index in re.findall(r"\[(\d+)\]", place)]
        for index in inner:
            value = value[index]
        yield (*keys, *inner), f"{_in_words(reason, value)} {_advice(kind)}".rstrip()


def _in_words(reason: str, value: Any) -> str:
    if value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        return "is empty."
    if "matching regex" in reason:
        return f"{shown(value)} is not written as it must be."
    if length := re.search(r"of length (\d+)", reason):
        return f"there are {len(value)}, {length[1]} are needed."
    if reason.startswith(("Invalid enum value", "Object ")):
        return f"{shown(value)} is not one of the choices."
    expected = re.sub(r"`([^`]+)`", lambda types: _yaml_words(types[1]), reason.split(", got ")[0])
    return f"e{expected[1:]}, found {shown(value)}."


def _yaml_words(types: str) -> str:
    return " or ".join(_YAML_WORDS.get(word, word) for word in types.split(" | "))


def _advice(kind: Any) -> str:
    """Return the description of a field, or of its items; for a record, name its fields."""
    for note in reversed(getattr(kind, "__metadata__", ())):
        if isinstance(note, msgspec.Meta) and note.description:
            return note.description
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        needed = [it.encode_name for it in msgspec.structs.fields(kind) if it.required]
        return f"Write a mapping with {', '.join(needed)}."
    return ""


def _documented(kind: type[msgspec.Struct], name: str) -> str:
    text = documented(kind, name)
    return f"Add it: {text}." if text else f"Add '{name}'."


def documented(kind: type[msgspec.Struct], name: str) -> str:
    """Return what the docstring of a record, or of its parent, says that a field is for, or ""."""
    line = re.compile(rf"^(?:\w+, )*{name}(?:, \w+)*: (.+(?:\n +.+)*)", re.MULTILINE)
    for owner in kind.__mro__:
        if found := line.search(inspect.cleandoc(owner.__doc__ or "")):
            return " ".join(found[1].split())
    return ""


def shown(value: Any, longest: int = 60) -> str:
    """Return a value as an error message quotes it, cut where it is long."""
    text = f"'{value}'" if isinstance(value, str) else repr(value)
    return text if len(text) <= longest else f"{text[: longest - 4]}...{text[-1]}"
