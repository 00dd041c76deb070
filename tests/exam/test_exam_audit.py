"""``exam verify``: what somebody changed after the build is found and named."""

import json
import shutil
import zipfile

import msgspec
import pytest
from small_exam import KEY, PLAN, order_of

from bughunt.errors import ExamError
from bughunt.exam.answers import ANSWERS, read_answers
from bughunt.exam.archive import packed, unpacked
from bughunt.exam.audit import Audit, audit
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import LOCK, Lock, encode, sha256, signed
from bughunt.exam.sheet import SHEET

pytestmark = pytest.mark.slow  # the first of them builds an exam


@pytest.fixture
def folder(built, tmp_path):
    """Return a copy of what was built."""
    return shutil.copytree(built.folder, tmp_path / "build")


def flaws(order, folder, key=KEY):
    """Return what is wrong, as text."""
    return [f"{it.file}: {it.text}" for it in audit(order.plan, ExamKey(key), folder).flaws]


def repacked(file, path, change):
    """Change one file of an archive, and keep the lock in step with it."""
    files = unpacked(file.read_bytes(), file.stem)
    files[path] = change(files.get(path, b""))
    file.write_bytes(packed(files, file.stem))
    lock = file.parents[1] / LOCK
    record = json.loads(lock.read_bytes())
    record["archives"][file.stem] = sha256(file.read_bytes())
    changed = msgspec.convert(record, Lock)
    lock.write_bytes(encode(signed(changed, ExamKey(KEY))))


def test_a_build_that_nobody_touched_has_no_flaw(order, folder):
    """Three archives are looked at."""
    assert audit(order.plan, ExamKey(KEY), folder) == Audit(3)


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("abacus/trees.py", lambda text: text + b"\n", "abacus/trees.py is not what the set of"),
        ("README.md", lambda _: b"", "README.md is not what the set of"),
        ("answers.txt", lambda _: b"oak", "answers.txt does not belong to it."),
        (SHEET, lambda text: text.replace(b"12:", b"13:"), "the signature of .bughunt/exam.json"),
        (SHEET, lambda _: b"{}", "has no readable .bughunt/exam.json."),
    ],
    ids=["code", "readme", "added", "deadline", "no sheet"],
)
def test_a_changed_archive_is_found_even_when_the_lock_was_changed_with_it(
    order, folder, path, change, told
):
    """Plan, bank and answer key say what an archive must hold."""
    file = sorted((folder / "archives").iterdir())[1]
    repacked(file, path, change)
    found = flaws(order, folder)
    assert any(it.startswith(f"archives/{file.name}: {told}") for it in found)
    assert all(it.startswith(f"archives/{file.name}: ") for it in found)


def test_archives_that_were_exchanged_are_found(order, folder):
    """Each holds a signed sheet, of somebody else."""
    one, other, _ = sorted((folder / "archives").iterdir())
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    found = "\n".join(flaws(order, folder))
    assert f"archives/{one.name}: is not the file that the lock knows." in found
    assert f"archives/{other.name}: is not the file that the lock knows." in found


def test_one_candidates_files_under_the_name_of_another_are_found(order, folder):
    """The signature is good, and the candidate is not."""
    one, other, _ = sorted((folder / "archives").iterdir())
    files = unpacked(other.read_bytes(), other.stem)
    one.write_bytes(packed(files, one.stem))
    assert f"archives/{one.name}: holds the sheet of {other.stem}." in flaws(order, folder)


def test_missing_and_strange_files_are_found(order, folder):
    """Archives, and what the organiser keeps."""
    lost = min((folder / "archives").iterdir())
    lost.rename(folder / "archives" / "aaaaaaaaaaaaaaaa.zip")
    (folder / "handout.csv").write_text("mine\n")
    (folder / "fairness.html").unlink()
    found = flaws(order, folder)
    assert f"archives/{lost.name}: is missing. Build again." in found
    assert "archives/aaaaaaaaaaaaaaaa.zip: belongs to no candidate." in found
    assert "handout.csv: is not the file that the lock knows." in found
    assert "fairness.html: is missing. Build again." in found


def test_a_compressed_archive_with_the_right_files_is_told_apart(order, folder):
    """It is not what was handed out, and nothing in it is wrong."""
    file = min((folder / "archives").iterdir())
    files = unpacked(file.read_bytes(), file.stem)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(f"{file.stem}/{path}", content)
    told = f"archives/{file.name}: holds the right files, and is packed in another way."
    assert told in flaws(order, folder)


def test_a_plan_that_was_changed_since_is_named(order, exam_folder, folder):
    """Archives are held to what was built."""
    other = order_of(exam_folder, order.bank, PLAN.replace("A walk", "A run"))
    found = flaws(other, folder)
    told = "title was A walk in the forest and is A run in the forest."
    assert found == [f"{LOCK}: exam.yaml has changed since: {told}"]
    lost, damaged, _ = sorted((folder / "archives").iterdir())
    lost.unlink()
    damaged.write_bytes(b"")
    assert [it.partition(": ")[2] for it in flaws(other, folder)[1:]] == [
        "is not the file that the lock knows.",
        "is missing. Build again.",
        "is no archive of ours, or damaged.",
    ]


def test_a_lock_that_was_changed_with_a_file_is_found(order, folder):
    """Whoever moves a deadline in the handout cannot sign the lock."""
    handout = folder / "handout.csv"
    handout.write_text(handout.read_text().replace("12:00", "18:00"))
    record = json.loads((folder / LOCK).read_bytes())
    record["files"]["handout.csv"] = sha256(handout.read_bytes())
    (folder / LOCK).write_text(json.dumps(record))
    told = f"{LOCK}: is not as it was written: its signature is not ours. Restore it."
    assert flaws(order, folder) == [told]


def test_a_kept_bank_that_was_changed_is_found(order, folder):
    """It could not be graded with."""
    law = next((folder / "bank").rglob("test_ash_*.py"))
    law.write_text(law.read_text() + "# mine\n")
    told = "bank: is not the bank that the exam was built from. Build again."
    assert flaws(order, folder) == [told]


def test_a_wrong_key_is_one_clear_message(order, folder):
    """Nothing is said of what the key would have opened."""
    with pytest.raises(ExamError, match="was built with another key"):
        flaws(order, folder, KEY[::-1])
    with pytest.raises(ExamError, match="does not open: it was made with another key"):
        read_answers(folder / ANSWERS, ExamKey(KEY[::-1]))


def test_a_folder_without_a_build_is_refused(order, tmp_path):
    """The next step is named."""
    with pytest.raises(ExamError, match="Name the folder of an exam that was built"):
        flaws(order, tmp_path)
