"""The bank of a build: kept as it was, and used where the one that was named has changed."""

import shutil

import msgspec
import pytest
from small_exam import KEY, PLAN, SECRET, build_exam, order_of, write_bank

from bughunt.errors import ExamError
from bughunt.exam.build import sketch
from bughunt.exam.grading.opening import opened
from bughunt.exam.kept_bank import KEPT, bank_files, keep, kept_bank
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import LOCK, bank_digest, encode, read_lock, signed
from bughunt.exam.renaming import rename
from bughunt.spec import load_bank


@pytest.fixture
def built(tmp_path, store):
    """Return the folder of an exam that was built, whose bank may be changed."""
    write_bank(tmp_path / "bank")
    order = order_of(tmp_path, load_bank(tmp_path / "bank" / "levels.yaml"))
    build_exam(order, store, tmp_path / "build")
    (tmp_path / "my.key").write_text(SECRET)
    return order


def reopened(order, folder):
    """Open the exam to be graded."""
    return opened(order.plan, folder / "my.key", folder / "build")


@pytest.mark.slow
@pytest.mark.parametrize("change", ["reworded", "broken", "gone"])
def test_what_was_built_can_be_opened_whatever_became_of_its_bank(built, tmp_path, change):
    """The build keeps all that it takes, and what is used is said."""
    digest = bank_digest(built.bank)
    assert reopened(built, tmp_path)[1] == ""
    catalogue = tmp_path / "bank" / "levels.yaml"
    if change == "gone":
        shutil.rmtree(tmp_path / "bank")
    else:
        new = ("did not believe it", "was surprised") if change == "reworded" else ("bugs:", "bug:")
        catalogue.write_text(catalogue.read_text().replace(*new))
    exam, note = reopened(built, tmp_path)
    assert bank_digest(exam.bank) == digest
    assert exam.bank.path.is_relative_to(tmp_path / "build" / KEPT)
    assert "is used" in note


@pytest.mark.slow
def test_without_either_bank_the_versions_of_the_build_are_named(built, tmp_path):
    """What is to be installed again is known then."""
    shutil.rmtree(tmp_path / "bank")
    shutil.rmtree(tmp_path / "build" / KEPT)
    with pytest.raises(
        ExamError, match=r"was built from another state of .*, with bughunt .*numpy"
    ):
        reopened(built, tmp_path)


@pytest.mark.slow
def test_an_exam_is_graded_by_the_plan_that_was_built_but_for_its_scoring(built, tmp_path):
    """The archives say what a hint costs."""
    plan = PLAN + "hints: {cost: 1}\nscoring: {points: 7}\n"
    later = msgspec.structs.replace(built, plan=order_of(tmp_path, built.bank, plan).plan)
    exam, _ = reopened(later, tmp_path)
    assert (exam.plan.hints, exam.plan.points[0]) == ("none", 7)


@pytest.mark.slow
def test_a_lock_that_was_edited_opens_nothing(built, tmp_path):
    """Neither to be graded, nor to be built again, nor for another id."""
    file = tmp_path / "build" / LOCK
    file.write_text(file.read_text().replace('"complete"', '"building"'))
    told = r"lock\.json: is not as it was written: its signature is not ours\. Restore it\."
    with pytest.raises(ExamError, match=told):
        reopened(built, tmp_path)
    with pytest.raises(ExamError, match=told):
        sketch(built, ExamKey(KEY), tmp_path / "build")
    with pytest.raises(ExamError, match=told):
        rename(tmp_path / "build", ExamKey(KEY), "birch-42", "birch-43")


@pytest.mark.slow
def test_a_lock_of_another_bank_is_not_served_by_the_kept_one(built, tmp_path):
    """Its digest is compared."""
    lock = read_lock(tmp_path / "build")
    other = msgspec.structs.replace(lock.inputs, bank="0" * 64)
    changed = signed(msgspec.structs.replace(lock, inputs=other), ExamKey(KEY))
    (tmp_path / "build" / LOCK).write_bytes(encode(changed))
    with pytest.raises(ExamError, match="was built from another state"):
        reopened(built, tmp_path)


def test_a_bank_whose_code_lies_above_its_catalogue_is_kept_whole(tmp_path):
    """The copy is laid out as the catalogue expects it, and nothing lies outside of it."""
    write_bank(tmp_path / "work")
    deep = tmp_path / "work" / "a" / "b"
    deep.mkdir(parents=True)
    text = (tmp_path / "work" / "levels.yaml").read_text()
    text = text.replace("root: .", "root: ../..").replace(
        "tests/detectors", "../../tests/detectors"
    )
    (deep / "levels.yaml").write_text(text)
    bank = load_bank(deep / "levels.yaml")
    assert "up/up/levels.yaml" in bank_files(bank)
    digest = bank_digest(bank)
    keep(bank, tmp_path / "build")
    shutil.rmtree(tmp_path / "work")
    assert bank_digest(kept_bank(tmp_path / "build")) == digest


def test_the_bank_that_comes_with_bughunt_can_be_kept(tmp_path):
    """All of it is below a megabyte and a half."""
    bank = load_bank(None)
    keep(bank, tmp_path)
    assert bank_digest(kept_bank(tmp_path)) == bank_digest(bank)
    assert sum(map(len, bank_files(bank).values())) < 1_500_000
