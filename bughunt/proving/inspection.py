"""What can be said of a bug without running anything: where it is, and what gives it away."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bughunt import detector_files
from bughunt.errors import MutationFailed
from bughunt.mutate import MutatedTree, clean_tree, mutate, replacements
from bughunt.proving.code_text import definitions, idle_lines, parsed, remarks, same_code, tokens
from bughunt.proving.contradictions import contradictions
from bughunt.proving.proof import Finding, Site
from bughunt.proving.unused_names import newly_unused
from bughunt.spec import Bank, Bug
from bughunt.spoilers import names_bug, quoted_code, spoilers
from bughunt.yaml_document import Keys, described, line_of
from mutations import MutationError, Operator, Replacement, splice
from mutations.language.lines import lines_of
from mutations.language.target import find_segment

_TELLING = re.compile(
    r"\b(?:bug\w*|wrong\w*|incorrect\w*|broken|faulty|mistake\w*|mutat\w*|mutant\w*|inject\w*"
    r"|fix\w*|todo|xxx|hack\w*|intentional\w*|deliberate\w*|on purpose|should(?: not)? (?:be|have)"
    r"|was|were|instead of|original\w*|formerly|used to be|no longer)\b",
    re.IGNORECASE,
)
_LONGEST_QUOTE = 60


def sites(bank: Bank, bug: Bug) -> tuple[Site, ...]:
    """Return all replacements of a bug's edits, in their order; a failing edit has none."""
    return tuple(site for edit in bug.edits for site in _sites(bank, edit))


def _sites(bank: Bank, edit: Operator) -> Iterator[Site]:
    text = clean_tree(bank)[edit.path]
    lines = lines_of(text)
    for change in _replacements(bank, edit):
        line, end_line = lines.line_of(change.start), lines.line_of(change.stop)
        yield Site(
            path=edit.path,
            operator=str(edit.__struct_config__.tag),
            line=line,
            column=change.start - lines.start(line) + 1,
            end_line=end_line,
            end_column=change.stop - lines.start(end_line) + 1,
            before=text[change.start : change.stop],
            after=change.text,
        )


def _replacements(bank: Bank, edit: Operator) -> tuple[Replacement, ...]:
    try:
        return replacements(bank, edit)
    except MutationError:
        return ()


def inspect(bank: Bank, bug: Bug) -> tuple[Finding, ...]:
    """Return what is wrong with a bug, as far as texts can tell.

    Raises:
        BankError: when a file of the packages cannot be read.

    """
    findings = [*_draft(bank, bug), *_spoilers(bank, bug)]
    try:
        tree = mutate(bank, [bug])
    except MutationFailed as error:
        return (*(_failure(bank, bug, problem) for problem in error.problems), *findings)
    for rule in (
        _no_change,
        _outside_target,
        _wide_diff,
        _telling_comments,
        _contradicting_comments,
        _unused_names,
    ):
        findings += rule(bank, bug, tree)
    return tuple(findings)


def _draft(bank: Bank, bug: Bug) -> Iterator[Finding]:
    """Name the fields that a draft leaves open."""
    if bug.unwritten:
        text = f"it is a draft. Still to be written: {', '.join(bug.unwritten)}."
        yield _finding(bank, bug, "draft", ("bugs", bug.id, bug.unwritten[0]), text)


def _finding(bank: Bank, bug: Bug, rule: str, keys: Keys, text: str) -> Finding:
    """Return a finding about an entry of the catalogue."""
    return Finding(
        rule=rule,
        severity="error",
        file=bank.label,
        line=line_of(bank.lines, keys),
        text=f"{described(keys[2:])}{text}",
        bug=bug.id,
    )


def _failure(bank: Bank, bug: Bug, problem: str) -> Finding:
    """Return what ``mutate`` says of an edit, which begins with its place and its bug."""
    keys: Keys = ("bugs", bug.id)
    place = re.match(rf"{re.escape(bank.label)}:(\d+): ", problem)
    line = int(place[1]) if place else line_of(bank.lines, keys)
    text = problem[place.end() if place else 0 :].removeprefix(described(keys))
    return Finding(
        rule="edit-fails", severity="error", file=bank.label, line=line, text=text, bug=bug.id
    )


def _edited(tree: MutatedTree) -> Iterator[tuple[str, str, str]]:
    """Yield path, clean text and text with the bug of each file that differs."""
    for path, text in tree.mutated.items():
        if text != tree.clean[path]:
            yield path, tree.clean[path], text


def _edit_at(bank: Bank, bug: Bug, path: str, line: int) -> Keys:
    """Return the keys of the edit that changes a line of the clean text, else of all edits."""
    for index, edit in enumerate(bug.edits):
        if edit.path == path and any(s.line <= line <= s.end_line for s in _sites(bank, edit)):
            return ("bugs", bug.id, "edits", index)
    return ("bugs", bug.id, "edits")


def _no_change(bank: Bank, bug: Bug, tree: MutatedTree) -> Iterator[Finding]:
    """Look at each edit alone, and then at all of them, which may undo each other."""
    idle = [
        index
        for index, edit in enumerate(bug.edits)
        if same_code(tree.clean[edit.path], splice(tree.clean[edit.path], replacements(bank, edit)))
    ]
    for index in idle:
        keys = ("bugs", bug.id, "edits", index)
        path = bug.edits[index].path
        text = f"{path} means the same with and without this edit. Write code that means another."
        yield _finding(bank, bug, "no-change", keys, text)
    if not idle and all(same_code(clean, text) for _, clean, text in _edited(tree)):
        text = "together the edits leave the code as it was. Remove one of them."
        yield _finding(bank, bug, "no-change", ("bugs", bug.id, "edits"), text)


def _outside_target(bank: Bank, bug: Bug, tree: MutatedTree) -> Iterator[Finding]:
    """Compare what is left of each file when the targets are taken out of it."""
    targets: dict[str, set[str]] = {}
    for edit in bug.edits:
        targets.setdefault(edit.path, set()).add(edit.target)
    for path, clean, text in _edited(tree):
        named = targets.get(path, set())
        try:
            around = _outside(clean, named), _outside(text, named)
        except MutationError as error:
            advice = "Name the class or the file around it as the target."
            problem = f"the edit takes its own target away: {error} {advice}"
        else:
            if around[0] == around[1] or _code_of(around[0]) == _code_of(around[1]):
                continue
            names = " or ".join(sorted(f"'{target}'" for target in named)) or "any target"
            problem = f"code of {path} outside {names} changes. Name the symbol that is meant."
        yield _finding(bank, bug, "outside-target", ("bugs", bug.id, "edits"), problem)


def _outside(text: str, targets: Iterable[str]) -> list[str]:
    """Return the parts of a file that are left without its targets."""
    left, position = [], 0
    segments = [find_segment(text, target) for target in targets]
    for segment in sorted(segments, key=lambda segment: segment.start):
        left.append(text[position : max(position, segment.start)])
        position = max(position, segment.stop)
    return [*left, text[position:]]


def _code_of(parts: list[str]) -> list[str]:
    return [token.text for part in parts for token in tokens(part)]


def _wide_diff(bank: Bank, bug: Bug, tree: MutatedTree) -> Iterator[Finding]:
    """Look for lines that are written anew though only their layout changes."""
    for path, clean, text in _edited(tree):
        rewrites = any(edit.comment is not None for edit in bug.edits if edit.path == path)
        for line in idle_lines(clean, text, with_comments=rewrites):
            keys = _edit_at(bank, bug, path, line)
            quoted = _quoted(lines_of(clean).source(line))
            problem = (
                f"line {line} of {path} is written anew though its code stays: {quoted}. "
                "Match less of the code, so that only what changes is written."
            )
            yield _finding(bank, bug, "wide-diff", keys, problem)
            break


def _quoted(text: str) -> str:
    """Return a text on one line, in code quotes, of bounded length."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 3] + '...'}`"


def _spoilers(bank: Bank, bug: Bug) -> Iterator[Finding]:
    """Read what a hunter sees before the bug is found, but for the symptom: the loader does that.

    The first hint is about the concept; the second may name the place, the third the code.
    """
    for level in bank.levels.values():
        if bug.id in level.bugs:
            advice = "Write a title that says what the level is about."
            for told in spoilers(bug.id, level.title, bug.edits):
                text = f"'{told}' gives the bug '{bug.id}' away. {advice}"
                yield _finding(bank, bug, "spoiler", ("levels", level.name, "title"), text)
    first, second, _ = bug.hints
    for told in spoilers(bug.id, first, bug.edits):
        text = f"'{told}' is too much for the first hint. Say which idea to think of, not where."
        yield _finding(bank, bug, "spoiler", ("bugs", bug.id, "hints", 0), text)
    for told in quoted_code(second, bug.edits):
        text = (
            f"'{told}' is too much for the second hint. Say where to look, not what stands there."
        )
        yield _finding(bank, bug, "spoiler", ("bugs", bug.id, "hints", 1), text)
    yield from _spoilers_of_law(bank, bug)


def _spoilers_of_law(bank: Bank, bug: Bug) -> Iterator[Finding]:
    """Read the name and the sentences of the detector and of what a workspace gets with it.

    A law may use any word of its field; only the bug's id and its code tell.
    """
    keys = ("bugs", bug.id, "detector")
    if names_bug(bug.detector, bug.id):
        text = (
            f"the name '{bug.detector}' has all words of the bug's id. Name the law, not the bug."
        )
        yield _finding(bank, bug, "spoiler", keys, text)
    for name, source in detector_files.sources(bank, bug.detector).items():
        for line, sentence in _sentences(source):
            named = [bug.id] if names_bug(sentence, bug.id) else []
            for code in (*named, *quoted_code(sentence, bug.edits)):
                text = f"line {line} of {name} says '{code}'. Say what holds, not what the bug is."
                yield _finding(bank, bug, "spoiler", keys, text)


@lru_cache(maxsize=1024)
def _sentences(source: bytes) -> tuple[tuple[int, str], ...]:
    """Return the lines and texts of a detector's names, comments and strings; none if it is broken.

    That it cannot be run is another finding.
    """
    try:
        text = source.decode()
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = [(remark.line, remark.text) for remark in remarks(text) if not remark.docstring]
    found += [(node.lineno, node.name) for node in definitions(text)]
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    found += [(node.lineno, node.value) for node in strings if isinstance(node.value, str)]
    return tuple(sorted(found))


def _telling_comments(bank: Bank, bug: Bug, tree: MutatedTree) -> Iterator[Finding]:
    """Read what the code with the bug says in words and the clean code does not."""
    for path, clean, text in _edited(tree):
        for sentence in _new_sentences(clean, text):
            word = _TELLING.search(sentence)
            told = word.group() if word else bug.id if names_bug(sentence, bug.id) else None
            if told is not None:
                keys = _edit_that_says(bug, path, sentence)
                advice = "Write what somebody would have written who believed in the code."
                problem = f"the comment {_quoted(sentence)} says '{told}'. {advice}"
                yield _finding(bank, bug, "telling-comment", keys, problem)


def _new_sentences(clean: str, text: str) -> Iterator[str]:
    """Yield each line of a comment or docstring that is not in the clean text as often."""
    known = Counter(line.strip() for remark in remarks(clean) for line in remark.text.splitlines())
    said = Counter(line.strip() for remark in remarks(text) for line in remark.text.splitlines())
    yield from said - known


def _edit_that_says(bug: Bug, path: str, sentence: str) -> Keys:
    for index, edit in enumerate(bug.edits):
        if edit.path == path and (edit.comment or "").strip(" #\n") in sentence and edit.comment:
            return ("bugs", bug.id, "edits", index, "comment")
    return ("bugs", bug.id, "edits")


def _contradicting_comments(bank: Bank, bug: Bug, tree: MutatedTree) -> Iterator[Finding]:
    """Compare what stays in words with what goes in code."""
    for path, clean, text in _edited(tree):
        edits = [edit for edit in bug.edits if edit.path == path]
        changes = [change for edit in edits for change in replacements(bank, edit)]
        for found in contradictions(clean, text, changes):
            gone = (
                f"speaks of '{found.gone}', which" if found.gone else "has no code below it, which"
            )
            place = f"line {found.line} of {path}: " if found.line else f"{path}: "
            problem = (
                f"{place}{_quoted(found.sentence)} {gone} the edit takes away. Let the clean "
                "comment say what the block is for, or give the edit a 'comment'."
            )
            keys = _edit_at(bank, bug, path, found.edited_line)
            yield _finding(bank, bug, "contradicting-comment", keys, problem)


def _unused_names(bank: Bank, bug: Bug, tree: MutatedTree) -> Iterator[Finding]:
    """Compare what a linter would say of the clean code and of the code with the bug."""
    for path, clean, text in _edited(tree):
        for symbol, name in newly_unused(clean, text):
            place = f"{path}::{symbol}" if symbol else path
            problem = (
                f"'{name}' in {place} is not used any more, as every linter says. Take its "
                "definition away too, or choose an edit that uses it."
            )
            keys = ("bugs", bug.id, "edits")
            yield _finding(bank, bug, "unused-name", keys, problem)
