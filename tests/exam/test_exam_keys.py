"""What is derived from the key of an exam, and that the key itself stays where it is."""

import hashlib
import hmac
import pickle
import stat

import pytest
from small_exam import KEY, SECRET

from bughunt.errors import ExamError
from bughunt.exam.keys import ExamKey, read_key, write_key


def by_hand(*parts):
    """Return the HMAC of parts with their lengths in front, as the documentation says it."""
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(KEY, message, hashlib.sha256).digest()


def test_a_seed_is_the_hmac_of_purpose_exam_attempt_and_candidate():
    """Another program with the key computes the same."""
    seed = ExamKey(KEY).seed("forest", 2, "birch-42")
    assert seed == by_hand(b"bughunt exam 1", b"seed", b"forest", b"2", b"birch-42")


@pytest.mark.parametrize(
    "other",
    [("forests", 2, "oak"), ("forest", 21, "oak"), ("forest", 2, "oak "), ("forest", 1, "oak")],
    ids=["exam", "attempt", "candidate", "another attempt"],
)
def test_nobody_else_has_the_same_seed(other):
    """What goes into it cannot be moved from one part to the next."""
    assert ExamKey(KEY).seed(*other) != ExamKey(KEY).seed("forest", 2, "oak")


def test_letters_cannot_wander_from_the_exam_to_the_attempt():
    """Joined without lengths, both would be forest12birch."""
    assert ExamKey(KEY).seed("forest1", 2, "birch") != ExamKey(KEY).seed("forest", 12, "birch")


def test_each_purpose_has_values_of_its_own():
    """Who knows an opaque id knows nothing of seeds."""
    key, who = ExamKey(KEY), ("forest", 1, "birch")
    values = {key.seed(*who).hex(), key.camouflage_seed(*who).hex(), key.fingerprint()}
    assert len({value[:16] for value in values}) == 3
    assert len(key.opaque_id(*who)) == 16
    assert key.opaque_id(*who) != ExamKey(KEY[::-1]).opaque_id(*who)


def test_a_sealed_text_is_the_same_each_time_and_opens_with_its_key_only():
    """Every changed byte is noticed, and so is another purpose."""
    key = ExamKey(KEY)
    sealed = key.seal(b"oak and pine", b"about")
    assert sealed == key.seal(b"oak and pine", b"about")
    assert b"oak" not in sealed
    assert key.unseal(sealed, b"about") == b"oak and pine"
    assert ExamKey(KEY[::-1]).unseal(sealed, b"about") is None
    assert key.unseal(sealed, b"other") is None
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert key.unseal(changed, b"about") is None


def test_a_key_shows_itself_to_nobody():
    """Neither in text nor in a pickle."""
    key = ExamKey(KEY)
    assert SECRET not in f"{key} {key!r}"
    assert not hasattr(key, "__dict__")
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)


def test_a_key_file_is_its_owners_and_is_never_overwritten(tmp_path):
    """A lost key cannot be made again."""
    file = tmp_path / "exam.key"
    write_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    assert len(bytes.fromhex(before.decode().strip())) == 32
    with pytest.raises(ExamError, match=r"exam\.key: already exists.*Choose another name\."):
        write_key(file)
    assert file.read_bytes() == before
    write_key(tmp_path / "other.key")
    assert (tmp_path / "other.key").read_bytes() != before


@pytest.mark.parametrize("content", [SECRET[:-2], SECRET + "zz", "", "\x80"], ids=repr)
def test_a_file_that_is_no_key_is_not_quoted(tmp_path, content):
    """It may be a key with one digit too few."""
    file = tmp_path / "exam.key"
    file.write_text(content)
    with pytest.raises(ExamError, match="is no key: 64 hexadecimal digits") as caught:
        read_key(file)
    assert SECRET[:8] not in str(caught.value)


def test_a_missing_key_file_says_how_to_make_one(tmp_path):
    """The next step is a command."""
    with pytest.raises(ExamError, match="keygen"):
        read_key(tmp_path / "exam.key")
