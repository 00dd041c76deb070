"""The documents: what is generated is as it would be made now, and what is linked is there."""

import re
import shlex
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import describe_commands
import pytest
import record_hunts
from terminal_picture import BACKGROUND, COLOURS, FAINT, FOREGROUND, svg

from bughunt.cli import bughunt
from bughunt.spec import load_bank

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
PICTURES = sorted((DOCS / "hunts").glob("*.svg"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
SVG = "{http://www.w3.org/2000/svg}"


def anchors(page):
    """Return the anchors of a page's headings, by the rule of code hosts."""
    headings = HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}


def words_in(picture):
    """Return the text of a picture, a line for each element."""
    texts = ET.parse(picture).getroot().iter(f"{SVG}text")
    return "\n".join(it.text.replace("\N{NO-BREAK SPACE}", " ") for it in texts)


def parsed(line):
    """Return the words of the command that a line names, after the rest of the line is parsed."""
    command, words, rest = bughunt, [], shlex.split(line)[1:]
    while rest and rest[0] in getattr(command, "commands", ()):
        words.append(rest.pop(0))
        command = command.commands[words[-1]]
    command.make_context("bughunt", rest).close()
    return " ".join(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda it: str(it.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page):
    """Links to other sites are not followed."""
    for link in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        if "://" not in link:
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_every_page_can_be_reached_from_the_readme():
    """By following links; a page that nobody finds is none."""
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            links = [it.partition("#")[0] for it in LINK.findall(page.read_text("utf-8"))]
            waiting += [(page.parent / it).resolve() for it in links if "://" not in it]

    assert [page for page in PAGES if page not in reached and page.parent != ROOT] == []


def test_pages_of_commands_are_what_the_script_makes_now():
    """Run docs/describe_commands.py after a change of the command line."""
    stored = {path.relative_to(DOCS).as_posix(): path for path in (DOCS / "commands").iterdir()}
    stored["commands.md"] = DOCS / "commands.md"

    assert {it: path.read_text("utf-8") for it, path in stored.items()} == describe_commands.pages()


def test_every_command_has_an_example_that_it_can_parse(tmp_path, monkeypatch):
    """The examples stand in docs/describe_commands.py; that of a group may be of one in it."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.chdir(tmp_path)
    examples = dict(describe_commands.EXAMPLES)
    found = {" ".join(words) or "bughunt" for words, _ in describe_commands.commands()}

    assert set(examples) == found
    assert parsed(examples.pop("bughunt")) == ""
    assert [it for it, line in examples.items() if not parsed(line).startswith(it)] == []


def test_a_page_of_a_command_tells_each_exit_code_once():
    """The help tells some; below it stand the others."""
    pages = describe_commands.pages()
    for text in pages.values():
        assert len(re.findall(r"Exit\s+code\s+\d", text)) <= 1
    assert "\n0 and 1: see above. 2: the call was wrong. 3:" in pages["commands/check.md"]
    assert "\n3: see above. 0: done. 2: the call was wrong. [" in pages["commands/doctor.md"]
    assert "\n0: done. 2: the call was wrong. 3:" in pages["commands/levels.md"]


def test_a_page_of_a_command_names_all_its_options():
    """Walked in the command line, looked for in the page."""
    pages = describe_commands.pages()
    for words, command in describe_commands.commands():
        page = pages[f"commands/{'-'.join(words) or 'bughunt'}.md"]
        wanted = [name for option in command.params for name in option.opts if name[0] == "-"]
        assert [name for name in wanted if name not in page] == []


def test_the_pages_of_hunts_show_every_picture_in_its_place():
    """They are what the script makes now; no picture is missing or stray."""
    bank = load_bank()
    assert (DOCS / "hunts.md").read_text("utf-8") == record_hunts.page(bank)

    shown = []
    for level in bank.levels.values():
        text = (DOCS / "hunts" / f"{level.name}.md").read_text("utf-8")
        assert text == record_hunts.level_page(bank, level)
        shown += re.findall(r"\((.*?\.svg)\)", text)
    assert sorted(shown) == [picture.name for picture in PICTURES]


@pytest.mark.parametrize("level", load_bank().levels)
def test_the_last_picture_of_a_hunt_shows_all_symptoms_fixed(level):
    """And the first of the watch shows none."""
    many = len(load_bank().levels[level].bugs)

    assert f"{many} of {many} fixed" in words_in(DOCS / "hunts" / f"{level}-check.svg")
    assert f"0 of {many} fixed" in words_in(DOCS / "hunts" / f"{level}-watch.svg")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda it: it.stem)
def test_a_picture_is_light_and_tells_nothing_of_a_machine(picture):
    """No path of somebody's folders, nothing from the network."""
    text = picture.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert len(text) < 20_000
    assert (
        re.findall(r"/(?:tmp|home|root|Users|var|opt)/|https?:|url\(|@import|<script", text) == []
    )


def luminance(colour):
    """Return the relative luminance of #rrggbb, by WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [it / 12.92 if it <= 0.03928 else ((it + 0.055) / 1.055) ** 2.4 for it in channels]
    return sum(weight * it for weight, it in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", [FOREGROUND, FAINT, *COLOURS.values()])
def test_every_colour_of_a_picture_can_be_read(colour):
    """WCAG asks for a contrast of 4.5, and of 7 for its highest grade."""
    assert (luminance(colour) + 0.05) / (luminance(BACKGROUND) + 0.05) > 7


def test_a_picture_keeps_text_colours_and_columns():
    """Written by hand: two rows, of which the second has a green word in its fourth column."""
    root = ET.fromstring(
        svg("\x1b[1mTitle\x1b[0m\n 1 \x1b[32mfixed\x1b[39m < \x1b[2mend", "A hunt")
    )
    texts = list(root.iter(f"{SVG}text"))
    bold, number, word, less, end = texts

    assert root.find(f"{SVG}title").text == "A hunt"
    assert bold.get("font-weight") == "bold"
    assert (word.text, word.get("fill"), word.get("textLength")) == ("fixed", COLOURS[2], "40")
    assert int(word.get("x")) - int(number.get("x")) == 3 * 8
    assert word.get("y") == less.get("y") != bold.get("y")
    assert (less.text, end.get("fill")) == ("\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}", FAINT)


def test_times_on_a_screen_are_set_alike():
    """So that a recording of the same hunt is the same picture."""
    screen = "3 are open (12.3 s).\nchecked 2 min ago, first fixed 1 h 5 min ago"

    assert record_hunts.neutral(screen) == (
        "3 are open (1.0 s).\nchecked just now, first fixed just now"
    )


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, which is not installed")
def test_a_recording_is_the_same_again(tmp_path, monkeypatch):
    """The first pictures of the easy level, up to the watch, are what a terminal shows now."""
    monkeypatch.setattr(record_hunts, "DOCS", tmp_path)
    bank = load_bank()
    level = bank.levels["easy"]
    record_hunts.record(bank, level, record_hunts.screens(bank, level)[:4])

    for picture in (tmp_path / "hunts").iterdir():
        assert words_in(picture) == words_in(DOCS / "hunts" / picture.name)
