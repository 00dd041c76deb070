"""Pages that stand alone, made from templates; the only stage that knows jinja2.

A template escapes every text, and a name that it uses in vain is an error.
"""

from __future__ import annotations

from pathlib import Path


def filled(template: Path, **values: object) -> str:
    """Return the HTML of a template, which may include others of its folder."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template.name).render(**values)
