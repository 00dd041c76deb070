"""A proof as a page: everything is in it, nothing breaks out of it, it needs no network."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import msgspec
import pytest
import small_proof

from bughunt.proving import page as proof_page

VOID = {"meta", "link", "br", "wbr", "hr", "img", "input"}


class Reader(HTMLParser):
    """Reads a page as a browser does: elements, their attributes, the text that is shown."""

    def __init__(self):
        super().__init__()
        self.elements = []
        self.open = []
        self.unclosed = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the element that was opened last."""
        if self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data):
        """Collect what is no script and no style."""
        if self.open[-1:] not in (["script"], ["style"]):
            self.text += data


def read(html):
    """Return the page, read."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture
def bank(bank_folder):
    """Return a bank of three bugs and four detectors."""
    return small_proof.three_bugs(bank_folder)


@pytest.fixture
def html(bank):
    """Return the page about it."""
    return proof_page.page(bank, small_proof.proof_of(bank))


def test_every_bug_and_detector_of_the_proof_is_in_the_page(bank, html):
    """With what the catalogue says of the bug, and the law of the detector."""
    text = " ".join(read(html).text.split())

    for bug in bank.bugs.values():
        for part in (bug.id, bug.symptom, *bug.hints, bug.explanation, bug.reference):
            assert part in text
    for name, law in small_proof.LAWS.items():
        assert name in text
        assert law in text


def test_texts_of_the_catalogue_stay_texts(html):
    """Tags and quotes in them make no element and end no attribute."""
    reader = read(html)

    assert [tag for tag, _ in reader.elements].count("script") == 1
    assert '<script>alert("wrong")</script> sign & nobody\'s told.' in reader.text
    assert not {"i", "twice", "is"} & {tag for tag, _ in reader.elements}
    assert "its detector passes <on> seed 1 & 2: 100%.\nLook again." in reader.text


def test_every_element_is_closed_where_it_must_be(html):
    """A browser repairs what is not, each in its own way."""
    reader = read(html)

    assert (reader.open, reader.unclosed) == ([], [])


def test_page_fetches_nothing_from_elsewhere(html):
    """It opens from a disk without a network, and tells nobody that it was opened."""
    elements = read(html).elements
    addresses = [attrs[it] for _, attrs in elements for it in ("src", "href") if it in attrs]

    assert {address[:1] for address in addresses} <= {"#", "d"}
    assert [address for address in addresses if address[:1] == "d"] == ["data:,"]
    assert not re.search(r"@import|url\(", html)


def test_links_within_the_page_lead_somewhere(html):
    """Each bug that is named can be clicked on; an id stands once."""
    elements = read(html).elements
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    links = {attrs["href"][1:] for _, attrs in elements if attrs.get("href", "").startswith("#")}

    assert len(ids) == len(set(ids))
    assert links <= set(ids)
    assert "bug-sum_starts_at_one" in links


def test_matrix_marks_own_detectors_and_says_every_verdict(html):
    """Own detectors come first, in the order of the bugs; colour, sign and title agree."""
    cells = re.findall(r'<td title="(.*?)"( class="its")?><span class="(\w+)">(.?)</span>', html)

    assert len(cells) == 3 * 3
    assert [title.partition(",")[0] for title, its, *_ in cells if its] == [
        "sum_starts_at_one × total_of_nothing_is_nothing",
        "mean_divisor_off_by_one × mean_of_equal_numbers_is_that_number",
        "values_taken_as_negative × doubling_doubles",
    ]
    assert [bool(its) for _, its, *_ in cells[::4]] == [True, True, True]
    said = {title.rpartition(": ")[2]: (kind, sign) for title, its, kind, sign in cells if its}
    assert said == {"caught as declared": ("own", "●"), "missed": ("lost", "✕")}
    assert ("crashed", "!") in [cell[2:] for cell in cells]


def test_headers_of_tables_say_what_they_head(html):
    """A reader that speaks names bug and detector with each cell."""
    headers = [attrs for tag, attrs in read(html).elements if tag == "th"]

    assert {header.get("scope") for header in headers} == {"row", "col"}


def test_headline_tells_whether_the_bank_holds(bank, html):
    """So does the title of the window."""
    holds = proof_page.page(bank, small_proof.proof_of(bank, findings=()))

    assert "<title>levels.yaml does not hold: 2 errors, 1 warning</title>" in html
    assert "<title>levels.yaml holds</title>" in holds
    assert 'id="findings"' not in holds


def test_page_says_that_it_holds_the_answers(html):
    """Before anything else."""
    assert read(html).text.split("levels.yaml")[1].lstrip(": ").startswith("does not hold")
    assert "This page holds the answers." in read(html).text


def test_runs_are_told_by_verdict_with_their_seeds(html):
    """Seeds in a row are written as a range; what stands out comes with its evidence."""
    text = " ".join(read(html).text.split())

    assert "caught as declared, 3 runs: seeds 0–2; threads 1; alone 1 != 0" in text
    assert "missed, 1 run: seed 1; threads 1; alone 1 != 0" in text
    assert "timed out, 1 run: seed 2; threads 1; alone 1 != 0" in text
    assert "passes, 3 runs: seeds 0–2; threads 1; alone" in text


def test_detectors_stand_slowest_first_with_bars_in_proportion(bank):
    """One that was not run on the clean code is in the matrix only."""
    detectors = small_proof.proof_of(bank).detectors
    left_out = msgspec.structs.replace(detectors[3], seconds=0.0, runs=())
    html = proof_page.page(bank, small_proof.proof_of(bank, detectors=(*detectors[:3], left_out)))
    bars = re.findall(r'<td class="number">(.*?)</td>.*?width: (.*?)%', html)

    assert bars == [("300 ms", "100.0"), ("200 ms", "66.7"), ("100 ms", "33.3")]


@pytest.mark.parametrize("module", ["report", "page", "exchange"])
def test_importing_a_report_imports_nothing_heavy(module):
    """A command that writes no page does not wait for what makes it."""
    heavy = "{'torch', 'jinja2', 'libcst', 'rich'}"
    code = f"import bughunt.proving.{module}, sys; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"


def test_nothing_proved_makes_a_page_all_the_same(bank):
    """It says of each part that it was not tried."""
    proof = small_proof.proof_of(
        bank, bugs=(), detectors=(), matrix=(), sets=(), conflicts=(), indistinguishable=()
    )
    text = read(proof_page.page(bank, proof)).text

    assert "It was not asked." in text
    assert "No set was tried." in text
