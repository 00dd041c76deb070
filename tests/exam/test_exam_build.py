"""What is built: the same bytes each time, nothing that tells, and whole files only."""

import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from small_exam import (
    DISTURBED,
    KEY,
    PLAN,
    ROSTER,
    SECRET,
    WORDS,
    build_exam,
    contents,
    more_people,
    order_of,
)

from bughunt.errors import EnvironmentProblem, ExamError
from bughunt.exam import build as building
from bughunt.exam import harmless
from bughunt.exam.answers import ANSWERS, read_answers
from bughunt.exam.archive import packed, unpacked
from bughunt.exam.audit import Audit, audit
from bughunt.exam.build import sketch
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import LOCK, read_lock, sha256
from bughunt.exam.own_folder import place_own
from bughunt.exam.renaming import rename
from bughunt.exam.report import built as built_report
from bughunt.exam.report import fair
from bughunt.exam.sheet import SHEET, decode, is_genuine
from bughunt.mutate import MutatedTree, clean_tree
from bughunt.report import Line
from bughunt.workspace import find_workspace

pytestmark = pytest.mark.slow  # the first of them starts a server and proves sets
TESTS_TOO = PLAN + "detectors: true\n"


def answers_of(folder):
    """Return the answer key of a build."""
    return read_answers(folder / ANSWERS, ExamKey(KEY))


def workspaces(folder):
    """Return the files of each archive by opaque id, read by another program than ours."""
    found = {}
    for file in sorted((folder / "archives").iterdir()):
        with zipfile.ZipFile(file) as archive:
            found[file.stem] = {
                entry.filename.removeprefix(f"{file.stem}/"): archive.read(entry)
                for entry in archive.infolist()
            }
    return found


def test_each_archive_has_the_code_with_the_bugs_of_its_candidate(built, bank):
    """Looked at as text: each bug of the set adds five to its number, and no other does."""
    found = workspaces(built.folder)
    assert len(found) == 3
    for entry in answers_of(built.folder).entries:
        text = found[entry.candidate]["abacus/trees.py"].decode()
        clean = clean_tree(bank)["abacus/trees.py"]
        changed = [
            (int(old.split()[1]), int(new.split()[1]))
            for old, new in zip(clean.splitlines(), text.splitlines(), strict=True)
            if old != new and "return" in old  # words may be others for each candidate
        ]
        heights = sorted(WORDS.index(bug.split("_")[0]) + 10 for bug in entry.bugs)
        assert changed == [(height, height + 5) for height in heights]


def test_an_archive_tells_nothing_of_bugs_detectors_key_or_people(built):
    """Every byte of every file is searched, that of git's pack included: nothing is compressed."""
    ids = [f"{word}_grown_too_tall" for word in WORDS]
    laws = [f"{word}_stands_as_planted" for word in WORDS]
    people = re.findall(r"[\w.-]+@[\w.-]+|willow-17|birch-42|spruce-3|Wanda|Bert|Spruce", ROSTER)
    seeds = [
        it for entry in answers_of(built.folder).entries for it in (entry.seed, entry.camouflage)
    ]
    forbidden = [*ids, *laws, *people, *seeds, SECRET, "It grew", "First hint"]
    for file in (built.folder / "archives").iterdir():
        content = file.read_bytes()
        for word in (*forbidden, KEY):
            assert (word if isinstance(word, bytes) else word.encode()) not in content
    assert KEY not in (built.folder / LOCK).read_bytes()
    assert not any(word.encode() in (built.folder / LOCK).read_bytes() for word in forbidden)


def test_no_digest_in_an_archive_is_one_of_a_bug(built):
    """Salted or not: who has the bank can try every id against what the manifest holds."""
    for files in workspaces(built.folder).values():
        record = json.loads(files[".bughunt/manifest.json"])
        assert (record["sealed"], record["bank"], record["salt"], record["tests"]) == (
            [],
            "",
            "",
            {},
        )
        assert {symptom["detector"] for symptom in record["symptoms"]} == {""}


def test_a_sheet_has_digests_times_and_a_signature(built):
    """Extra time is in the deadline of its candidate."""
    for entry in answers_of(built.folder).entries:
        files = workspaces(built.folder)[entry.candidate]
        sheet = decode(files[SHEET])
        assert is_genuine(sheet, ExamKey(KEY))
        assert not is_genuine(sheet, ExamKey(KEY[::-1]))
        listed = {path for path in files if not path.startswith(".git/")} - {SHEET}
        assert sheet.files == {path: sha256(files[path]) for path in listed}
        extra = {"willow-17": "12:00", "birch-42": "12:15", "spruce-3": "12:10"}[entry.student_id]
        assert sheet.deadline == f"2027-03-01T{extra}+01:00"


def test_sets_that_disturb_each_other_are_found_and_never_given_out(
    exam_folder, bank, store, tmp_path
):
    """The bank does not list the conflict, and one set of four holds it."""
    few = "seeds: 1\n  leave_out: [{}]".format(
        ", ".join(f"{word}_grown_too_tall" for word in ("elm", "larch", "cedar", "hazel"))
    )
    plan = PLAN.replace("difficulty: 1-2, bugs: 2", "difficulty: 1, bugs: 1")
    plan = plan.replace("bugs: 3", "bugs: 2")
    order = order_of(exam_folder, bank, plan.replace("seeds: 1", few), more_people(6))
    result = build_exam(order, store, tmp_path / "build")
    assert [set(it.bugs) for it in result.drawing.conflicts] == [DISTURBED]
    sets = [set(entry.bugs) for entry in answers_of(tmp_path / "build").entries]
    assert len(sets) == 9
    assert not any(chosen >= DISTURBED for chosen in sets)
    assert "&#39;oak_grown_too_tall&#39;" in (tmp_path / "build" / building.FAIRNESS).read_text()


SCRIPT = """\
import sys
from pathlib import Path
from small_exam import ROSTER, build_exam, order_of
from bughunt.proving.answer_store import Store
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.build import build
from bughunt.exam.keys import ExamKey
from bughunt.spec import load_bank
here, out, jobs = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
bank = load_bank(here / "bank" / "levels.yaml")
head, *people = ROSTER.splitlines(keepends=True)
order = order_of(here, bank, roster=head + "".join(sorted(people)))
with PatientEvidence(bank, Store(None), jobs=jobs) as evidence:
    build(order, ExamKey(bytes(range(32))), evidence, out)
"""


@pytest.mark.parametrize(("hash_seed", "jobs"), [("1", "1"), ("77", "2")])
def test_the_same_inputs_give_the_same_bytes(built, exam_folder, tmp_path, hash_seed, jobs):
    """Whatever the order of sets in memory, of the roster, and of the cases."""
    shutil.copytree(exam_folder / "bank", tmp_path / "bank")
    environment = os.environ | {
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": str(Path(__file__).parent),
    }
    line = [sys.executable, "-c", SCRIPT, str(tmp_path), str(tmp_path / "out"), jobs]
    subprocess.run(line, env=environment, check=True)
    mine, other = contents(built.folder), contents(tmp_path / "out")
    assert mine == other


class _Killed(BaseException):
    """The process is gone."""


def test_a_build_that_is_killed_at_any_file_goes_on_to_the_same_bytes(
    built, order, store, tmp_path, monkeypatch
):
    """A process that dies before or after any of its files has written nothing by halves."""
    expected = contents(built.folder)
    place = building.place_own
    for last in range(8):
        folder = tmp_path / str(last)
        done = []

        def dies(content, file, done=done, last=last):
            if len(done) == last:
                raise _Killed
            place(content, file)
            done.append(file)

        monkeypatch.setattr(building, "place_own", dies)
        with pytest.raises(_Killed):
            build_exam(order, store, folder)
        monkeypatch.setattr(building, "place_own", place)
        again = build_exam(order, store, folder)
        assert again.kept == sum(file.suffix == ".zip" for file in done)
        assert contents(folder) == expected


def test_a_second_run_makes_only_what_is_missing_or_differs(order, store, tmp_path):
    """One archive is lost, and one is damaged."""
    folder = tmp_path / "build"
    build_exam(order, store, folder)
    expected = contents(folder)
    lost, damaged, _ = sorted((folder / "archives").iterdir())
    lost.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-1])
    (folder / "archives" / ".x.zip.bughunt-new-00").write_bytes(b"half")
    again = build_exam(order, store, folder)
    assert (again.made, again.kept) == (2, 1)
    assert contents(folder) == expected


def test_those_who_come_late_get_sets_and_the_others_keep_theirs(
    exam_folder, bank, store, tmp_path
):
    """No archive that was given out changes."""
    folder = tmp_path / "build"
    build_exam(order_of(exam_folder, bank), store, folder)
    before = contents(folder / "archives")
    result = build_exam(order_of(exam_folder, bank, roster=more_people(5)), store, folder)
    after = contents(folder / "archives")
    assert (result.drawn, result.made, result.kept) == (5, 5, 3)
    assert before.items() <= after.items()
    assert len(after) == 8
    sets = [set(entry.bugs) for entry in answers_of(folder).entries]
    assert all(len(a & b) <= 2 for i, a in enumerate(sets) for b in sets[:i])


def test_who_leaves_keeps_his_set_and_is_not_in_the_handout(exam_folder, bank, store, tmp_path):
    """He may come back."""
    folder = tmp_path / "build"
    build_exam(order_of(exam_folder, bank), store, folder)
    roster = "".join(line for line in ROSTER.splitlines(keepends=True) if "birch" not in line)
    build_exam(order_of(exam_folder, bank, roster=roster), store, folder)
    assert len(answers_of(folder).entries) == 3
    assert "birch-42" not in (folder / building.HANDOUT).read_text()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("plan", "holds another build: exam.yaml has changed since: draw.band was 1 and is 2."),
        ("key", "holds another build: it was made with another key."),
        ("stranger", "belongs to nobody in this roster"),
        ("answers", "is missing, and it knows who was given what."),
        ("lock", "holds something that no build made."),
        ("damage", "does not open: it was made with another key, or changed since."),
    ],
)
def test_files_of_another_build_are_never_mixed_in(
    exam_folder, bank, store, tmp_path, change, told
):
    """The folder stays as it is, and what is other is named."""
    folder = tmp_path / "build"
    order = order_of(exam_folder, bank)
    build_exam(order, store, folder)
    if change == "plan":
        order = order_of(exam_folder, bank, PLAN.replace("band: 1", "band: 2"))
    elif change == "stranger":
        (folder / "archives" / "aaaaaaaaaaaaaaaa.zip").write_bytes(b"")
    elif change in ("answers", "lock"):
        (folder / {"answers": ANSWERS, "lock": LOCK}[change]).unlink()
    elif change == "damage":
        (folder / ANSWERS).write_bytes((folder / ANSWERS).read_bytes()[:-1] + b"!")
    before = contents(folder)
    with pytest.raises(ExamError, match=re.escape(told)):
        build_exam(order, store, folder, KEY[::-1] if change == "key" else KEY)
    assert contents(folder) == before


def test_nothing_is_written_when_the_wishes_cannot_be_met(exam_folder, bank, store, tmp_path):
    """Ten candidates, and no two with a bug in common."""
    order = order_of(exam_folder, bank, PLAN.replace("overlap: 2", "overlap: 0"), more_people(9))
    with pytest.raises(ExamError, match="there are at most 4 sets"):
        build_exam(order, store, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_without_cryptography_nothing_is_written(order, store, tmp_path, monkeypatch):
    """The extra is named; archives without an answer key would be of no use."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    with pytest.raises(EnvironmentProblem, match=r"pip install 'bughunt\[exam\]'"):
        build_exam(order, store, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_detectors_notebook_and_hints_come_along_where_the_plan_says_so(
    exam_folder, bank, store, tmp_path
):
    """The tests of the own bugs only, and hints in clear."""
    plan = PLAN + "detectors: true\nhints: free\n"
    build_exam(order_of(exam_folder, bank, plan), store, tmp_path / "build")
    for entry in answers_of(tmp_path / "build").entries:
        files = workspaces(tmp_path / "build")[entry.candidate]
        words = [bug.split("_")[0] for bug in entry.bugs]
        tests = {f"tests/test_{word}_stands_as_planted.py" for word in words} | {
            "tests/conftest.py"
        }
        assert {path for path in files if path.startswith("tests/")} == tests
        assert "hunt.ipynb" in files
        assert decode(files[SHEET]).hint_texts[0][0] == f"First hint to {words[0]}."
        assert not any(b"_grown_too_tall" in content for content in files.values())


def test_an_unpacked_archive_is_a_clean_git_repository_and_a_workspace(built, tmp_path):
    """Git finds nothing changed, and one commit."""
    file = next((built.folder / "archives").iterdir())
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    root = tmp_path / file.stem
    git = ["git", "-C", str(root)]
    assert (
        subprocess.run([*git, "status", "--short"], capture_output=True, check=True).stdout == b""
    )
    log = subprocess.run([*git, "log", "--oneline"], capture_output=True, check=True).stdout
    assert len(log.splitlines()) == 1
    assert find_workspace(root).manifest.is_exam


def test_a_candidates_own_tests_run_on_the_code_in_the_archive(built, tmp_path):
    """From elsewhere, too, and though another package of that name comes before."""
    file = next((built.folder / "archives").iterdir())
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    root = tmp_path / file.stem
    installed = tmp_path / "installed" / "abacus"
    installed.mkdir(parents=True)
    (installed / "__init__.py").write_text("")
    (root / "tests").mkdir()
    law = f"import abacus\n\n\ndef test_place():\n    assert {str(root)!r} in abacus.__file__\n"
    (root / "tests" / "test_mine.py").write_text(law)
    environment = os.environ | {
        "PYTHONPATH": str(installed.parent),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # they take seconds
    }
    program = shutil.which("pytest", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    for cwd, words in ((root, []), (tmp_path, [str(root / "tests" / "test_mine.py")])):
        line = [program, "-q", "-p", "no:cacheprovider", *words]
        ended = subprocess.run(line, cwd=cwd, env=environment, capture_output=True, check=False)
        assert ended.returncode == 0, ended.stdout.decode()


def _worse(change):
    """Return a disguise that does one thing too many."""

    def disguise(tree, seed):
        own = disguised(tree, seed)
        texts = {path: change(text) for path, text in own.mutated.items()}
        return MutatedTree(own.clean, texts)

    return disguise


def test_a_form_that_is_another_program_is_never_given_out(order, store, tmp_path):
    """The comparison of syntax trees finds it, and nothing is written."""
    worse = _worse(lambda text: text.replace("return 10", "return 9"))
    other = msgspec.structs.replace(order, disguise=worse)
    with pytest.raises(ExamError, match=r"another program: abacus/trees\.py: in ash: .* became"):
        build_exam(other, store, tmp_path / "build")
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("clean", "told"), [(True, "rejects the clean code"), (False, "misses '.*_grown_too_tall'")]
)
def test_what_is_given_out_is_shown_to_its_detectors(
    order, store, tmp_path, monkeypatch, clean, told
):
    """Should the comparison of syntax trees be blind to a change, they are not."""
    monkeypatch.setattr(harmless, "differences", lambda *_: ())

    def disguise(tree, _):
        bad, good = tree.mutated, tree.clean
        return MutatedTree(bad, bad) if clean else MutatedTree(good, good)

    other = msgspec.structs.replace(order, disguise=disguise)
    with pytest.raises(ExamError, match=told):
        build_exam(other, store, tmp_path / "build")


def test_a_change_of_scoring_stops_nobody_who_comes_late(exam_folder, bank, store, tmp_path):
    """Marks are no part of what was given out."""
    folder = tmp_path / "build"
    build_exam(order_of(exam_folder, bank), store, folder)
    plan = PLAN + "scoring: {points: 3, regression: 1}  # talked over\n"
    order = order_of(exam_folder, bank, plan, more_people(1))
    result = build_exam(order, store, folder)
    assert (result.drawn, result.figures.points) == (1, (9.0, 9.0))
    assert audit(order.plan, ExamKey(KEY), folder) == Audit(4)


def test_what_has_to_be_given_out_again_is_named(exam_folder, bank, store, tmp_path):
    """More time for one, a wrong id of another."""
    folder = tmp_path / "build"
    build_exam(order_of(exam_folder, bank), store, folder)
    roster = ROSTER.replace(",B,10 min", ",B,20 min").replace("birch-42", "birch-43")
    result = build_exam(order_of(exam_folder, bank, roster=roster), store, folder)
    placed = {(it.entry.student_id, it.changed) for it in result.placed}
    assert placed == {("spruce-3", True), ("birch-43", False)}
    assert [it.student_id for it in result.gone] == ["birch-42"]
    said = "\n".join(it.text for it in built_report(result) if isinstance(it, Line))
    assert "changed: give this archive again: spruce-3, archives/" in said
    assert "no longer in the roster; the set is kept: birch-42, archives/" in said
    assert f"birch-42 ({result.gone[0].candidate})" in (folder / building.FAIRNESS).read_text()


def test_a_wrong_student_id_can_be_put_right_and_the_set_stays(exam_folder, bank, store, tmp_path):
    """The archive that was given out is the right one."""
    folder = tmp_path / "build"
    build_exam(order_of(exam_folder, bank), store, folder)
    before = contents(folder / "archives")
    entry = rename(folder, ExamKey(KEY), "birch-42", "birch-43")
    order = order_of(exam_folder, bank, roster=ROSTER.replace("birch-42", "birch-43"))
    result = build_exam(order, store, folder)
    assert (result.drawn, result.made, result.gone) == (0, 0, ())
    assert contents(folder / "archives") == before
    assert (
        f"birch-43,Bert Birch,bert@forest.example,A,archives/{entry.candidate}.zip"
        in (folder / building.HANDOUT).read_text()
    )
    assert audit(order.plan, ExamKey(KEY), folder) == Audit(3)
    with pytest.raises(ExamError, match="no candidate 'birch-42'"):
        rename(folder, ExamKey(KEY), "birch-42", "birch-44")


def test_a_build_that_ended_while_packing_lets_ids_be_put_right(
    exam_folder, bank, store, tmp_path, monkeypatch
):
    """The answer key knows more archives than the lock then; the next build ends it."""
    folder = tmp_path / "build"

    def no_handout(content, file):
        if file.name == building.HANDOUT:
            raise KeyboardInterrupt
        place_own(content, file)

    with monkeypatch.context() as patched:
        patched.setattr(building, "place_own", no_handout)
        with pytest.raises(KeyboardInterrupt):
            build_exam(order_of(exam_folder, bank), store, folder)
    assert read_lock(folder).archives == {}
    assert rename(folder, ExamKey(KEY), "birch-42", "birch-43").student_id == "birch-43"
    order = order_of(exam_folder, bank, roster=ROSTER.replace("birch-42", "birch-43"))
    build_exam(order, store, folder)
    assert audit(order.plan, ExamKey(KEY), folder) == Audit(3)


def test_points_that_can_be_reached_are_told(exam_folder, bank, store, tmp_path):
    """Unequal, and made equal."""
    plan = PLAN + "scoring: {points: [1, 2, 4, 4, 4]}\n"
    figures = sketch(order_of(exam_folder, bank, plan, more_people(6)), ExamKey(KEY), tmp_path)
    low, high = figures.points
    assert (figures.candidates, low < high) == (9, True)
    text = "\n".join(it.text for it in fair(figures) if isinstance(it, Line))
    assert "Not everybody can reach the same." in text
    plan = plan.replace("4]}", "4], total: 20}")
    result = build_exam(order_of(exam_folder, bank, plan), store, tmp_path / "build")
    assert result.figures.points == (20.0, 20.0)
    assert "<dd>20</dd>" in (tmp_path / "build" / building.FAIRNESS).read_text()


def test_a_sketch_is_the_draw_of_the_build_and_writes_nothing(order, built, tmp_path):
    """As long as no set fails its proof."""
    assert sketch(order, ExamKey(KEY), tmp_path / "build") == built.figures
    assert not (tmp_path / "build").exists()


def test_nobody_gets_a_bug_again_that_he_had_in_an_earlier_exam(
    built, exam_folder, bank, store, tmp_path
):
    """The plan of a resit names the build before."""
    plan = PLAN.replace("title:", f"attempt: 2\nearlier: {built.folder}\ntitle:")
    build_exam(order_of(exam_folder, bank, plan), store, tmp_path / "build")
    had = {it.student_id: set(it.bugs) for it in answers_of(built.folder).entries}
    for entry in answers_of(tmp_path / "build").entries:
        assert not had[entry.student_id] & set(entry.bugs)
    order = order_of(exam_folder, bank, plan.replace(str(built.folder), "nowhere"))
    with pytest.raises(ExamError, match=r"exam\.yaml:4: earlier: .*answers\.sealed is missing"):
        sketch(order, ExamKey(KEY), tmp_path / "other")


def test_what_is_for_the_organiser_alone_is_kept_from_others(order, store, tmp_path):
    """Whoever made the folder, and however."""
    folder = tmp_path / "build"
    folder.mkdir(mode=0o755)
    build_exam(order, store, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in (building.FAIRNESS, building.HANDOUT, ANSWERS, LOCK):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_an_archive_is_packed_alike_whatever_the_order_of_its_files():
    """Another program reads it, and what is no archive of ours is told apart."""
    files = {"b/c.txt": b"1", "a.txt": b"2"}
    content = packed(files, "top")
    assert content == packed(dict(reversed(files.items())), "top")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["top/a.txt", "top/b/c.txt"]
        assert archive.testzip() is None
    assert unpacked(content, "top") == files
    assert unpacked(content, "other") is None
    assert unpacked(content[:-30], "top") is None


def test_the_fairness_page_has_all_figures_and_no_markup_from_outside(
    exam_folder, bank, store, tmp_path
):
    """Few candidates are compared one by one."""
    plan = PLAN.replace("A walk in the forest", "A <b>walk</b>")
    result = build_exam(order_of(exam_folder, bank, plan), store, tmp_path / "build")
    page = (tmp_path / "build" / building.FAIRNESS).read_text()
    assert "<h1>A &lt;b&gt;walk&lt;/b&gt;</h1>" in page
    assert "3, with 3 bugs each, in 3 different sets" in page
    for name, count in result.figures.exposure.items():
        cell = rf'<td class="name">{name} \(\d\)</td><td class="number">{count}</td>'
        assert re.search(cell if count else rf"Nobody got .*{name}", page)
    matrix = page.split('<table class="matrix">')[1].split("</table>")[0]
    assert matrix.count("<tr>") == 3
    assert not re.search(r"(src|href)=\"http", page)
