"""Write docs/commands.md and a page for each command below it, from what ``--help`` says.

    python docs/describe_commands.py

The commands are found by walking the command line itself; what stands here of them is an example.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bughunt.cli import bughunt
from bughunt.placement import place_file

DOCS = Path(__file__).parent
WIDTH = 100
# What is typed, by the words of a command; each is parsed by a test.
EXAMPLES = {
    "bughunt": "bughunt",
    "levels": "bughunt levels",
    "materialize": "bughunt materialize --random 3 --seed 7 --topics cache,data --difficulty 2-4",
    "watch": "bughunt watch",
    "check": "bughunt check 2",
    "hint": "bughunt hint 2",
    "status": "bughunt status --json",
    "diff": "bughunt diff",
    "reset": "bughunt reset nanochat/gpt.py",
    "reveal": "bughunt reveal 2 --yes",
    "impact": "bughunt impact warm_up_too_long --minutes 2 --out warm_up.svg",
    "doctor": "bughunt doctor",
    "bank": "bughunt bank lint",
    "bank verify": "bughunt bank verify --bug warm_up_too_long --html proof.html",
    "bank init": "bughunt bank init my_bank",
    "bank lint": "bughunt bank lint --json",
    "bank preview": "bughunt bank preview warm_up_too_long",
    "bank schema": "bughunt bank schema",
    "bank operators": "bughunt bank operators",
    "bank catalogue": "bughunt bank catalogue --out docs/catalogue.md",
    "bank scratch": "bughunt bank scratch scratch",
    "bank new": "bughunt bank new sum_starts_at_one --from scratch --difficulty 2",
    "bank propose": "bughunt bank propose nanochat/gpt.py::CausalSelfAttention --limit 10",
    "bank survivors": "bughunt bank survivors --module nanochat/gpt.py --sample 20",
    "exam": "bughunt exam init autumn",
    "exam init": "bughunt exam init autumn",
    "exam keygen": "bughunt exam keygen autumn.key",
    "exam build": "bughunt exam build autumn --key autumn.key",
    "exam verify": "bughunt exam verify autumn --key autumn.key",
    "exam hint": "bughunt exam hint autumn candidate-07 2 --key autumn.key",
    "exam rename": "bughunt exam rename autumn s1742 s1724 --key autumn.key",
    "exam grade": "bughunt exam grade autumn --key autumn.key --jobs 4",
    "exam appeal": "bughunt exam appeal autumn candidate-07 2 --key autumn.key",
    "exam void": "bughunt exam void autumn a_bug --reason 'two answers' --key autumn.key",
}
INDEX = """\
# Commands

Each command has a page, made from its `--help` by `python docs/describe_commands.py`.

{table}

## Exit codes

| code | meaning |
|---|---|
| 0 | done; all that was looked at is fixed, or holds |
| 1 | bugs remain, or a check found what should not be; the page of a command says when |
| 2 | the call was wrong: a word, a folder, a bank |
| 3 | the environment is: a permission, no space, something that is not installed |
| 130 | stopped with Ctrl-C |
| 141 | nobody reads what it writes, as in `bughunt levels \\| true` |
"""
PAGE = """\
# {title}

```
{help}
```

## Exit codes

{codes}
{example}"""
EXAMPLE = """
## Example

```bash
{line}
```
"""
CODES = {"0": "done", "2": "the call was wrong", "3": "the environment is"}
_OWN_CODES = re.compile(r"Exit code .*?(?=\n\n|\Z)", re.DOTALL)


def commands(group=bughunt, above=()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield the words and the command of everything that can be typed, groups before their own."""
    yield above, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*above, name))


def pages(examples: Mapping[str, str] = EXAMPLES) -> dict[str, str]:
    """Return the text of every page, by its path below docs."""
    found = list(commands())
    texts = {f"commands/{_file(words)}": _page(words, it, examples) for words, it in found}
    rows = [
        f"| [`{_title(words)}`](commands/{_file(words)}) | {_first(it)} |" for words, it in found
    ]
    table = "\n".join(["| command | what it does |", "|---|---|", *rows])
    return {"commands.md": INDEX.format(table=table), **texts}


def _page(words, command, examples):
    own = _OWN_CODES.search(_plain(command))
    line = examples.get(" ".join(words) or "bughunt")
    return PAGE.format(
        title=_title(words),
        help=help_text(words, command),
        codes=_codes(own.group() if own else ""),
        example=EXAMPLE.format(line=line) if line else "",
    )


def _codes(own: str) -> str:
    """Return all exit codes of a command; those that its help tells are not told again."""
    told = re.findall(r"(?:code|\.)\s+(\d)\b", own)
    rest = " ".join(f"{code}: {meaning}." for code, meaning in CODES.items() if code not in told)
    above = f"{' and '.join(told)}: see above. " if told else ""
    return f"{above}{rest} [All of them](../commands.md)"


def help_text(words: tuple[str, ...], command: click.Command) -> str:
    """Return what the command says for ``--help``, at one width wherever it is asked."""
    settings = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    names = {"help_option_names": ["-h", "--help"]}
    context = click.Context(command, info_name=_title(words), **settings, **names)
    return command.get_help(context)


def _plain(command):
    return (command.help or "").replace("\b\n", "")


def _first(command):
    """Return the first sentence of what a command does."""
    return " ".join(_plain(command).split("\n\n")[0].split()).replace("|", "\\|")


def _title(words):
    return " ".join(("bughunt", *words))


def _file(words):
    return f"{'-'.join(words) or 'bughunt'}.md"


def main() -> None:
    """Write all pages, and remove those of commands that are no more."""
    texts = pages()
    folder = DOCS / "commands"
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.md"):
        if f"commands/{file.name}" not in texts:
            file.unlink()
    for path, text in texts.items():
        place_file(text.encode(), DOCS / path)


if __name__ == "__main__":
    main()
