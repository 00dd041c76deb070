"""Metavariables as text: `$X` for one expression, `$$$XS` for a run, `$_` and `$$$_` unnamed.

libcst parses patterns like any code, so a metavariable travels as an identifier that no code has.
"""

import re

ANONYMOUS = "_"
ONE, RUN = "__metavariable_one_", "__metavariable_run_"

_WRITTEN = re.compile(r"(\$\$\$|\$)([A-Z][A-Z0-9_]*|_)(?![A-Za-z0-9_])")
_ENCODED = re.compile(rf"({ONE}|{RUN})([A-Z][A-Z0-9_]*|_)(?![A-Za-z0-9_])")
_TOKENS = re.compile(rf"[(\[{{]|[)\]}}]|(?<![=!<>:])=(?!=)|(?<!\*){RUN}\w+")


def encode(text: str) -> str:
    """Turn metavariables into identifiers."""
    return _WRITTEN.sub(lambda match: (ONE if match[1] == "$" else RUN) + match[2], text)


def as_written(code: str) -> str:
    """Turn identifiers back into metavariables, in strings and messages too."""
    return _ENCODED.sub(lambda match: ("$" if match[1] == ONE else "$$$") + match[2], code)


def star_runs_after_keywords(code: str) -> str:
    """Write runs as `**run` where Python allows no plain argument, behind a keyword."""
    pieces, position, keyword_seen = [], 0, [False]
    for token in _TOKENS.finditer(code):
        if token[0] in "([{":
            keyword_seen.append(False)
        elif token[0] in ")]}":
            keyword_seen = keyword_seen[:-1] or [False]
        elif token[0] == "=":
            keyword_seen[-1] = True
        elif keyword_seen[-1]:
            pieces += [code[position : token.start()], "**"]
            position = token.start()
    return "".join([*pieces, code[position:]])


def has_stray_dollar(text: str) -> bool:
    """Tell whether a dollar sign begins no metavariable."""
    return "$" in _WRITTEN.sub("", text)
