"""The looking tools from the command line: what they print, what they draw, what can go wrong."""

import pytest

from nanochat.scripts import look


@pytest.fixture
def looked(base_dir, monkeypatch, capsys):
    """Return a function that runs the script in the base folder; it gives code, output, errors."""
    monkeypatch.chdir(base_dir)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments):
        code = look.main(arguments)
        return code, *capsys.readouterr()

    return run


def test_tokens_of_a_question_are_shown_with_what_is_learned(looked):
    """The question is read, the answer learned."""
    code, text, _ = looked("tokens", "7 cats")
    assert code == 0
    assert text.startswith("<|bos|>|<|user_start|>|7|")
    assert text.endswith("|<|assistant_start|>|[.]|[.]|[.]|[<|assistant_end|>]\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["attention", "a b c", "--run-name=base", "--layer=1"], "tokens, 2 heads"),
        (["cache", "a b c", "--run-name=base"], " positions, "),
        (["schedule", "--preset=smoke"], "Muon 0: at most 0.02"),
    ],
    ids=["attention", "cache", "schedule"],
)
def test_a_picture_is_drawn_where_it_was_asked_for(looked, base_dir, arguments, said):
    """And the main facts are printed."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    code, text, _ = looked(*arguments, "--out=picture.png")
    assert code == 0
    assert said in text
    assert text.endswith("Drawn to picture.png.\n")
    assert (base_dir / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_every_parameter_of_the_largest_preset_is_listed_without_its_memory(looked):
    """Embedding, unembedding, and six matrices in each of twenty layers."""
    code, text, _ = looked("optimizers", "--preset=d20")
    assert code == 0
    assert len(text.splitlines()) == 2 + 6 * 20


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["attention", "a", "--run-name=base", "--layer=2"], "--layer is 2. Choose one of 0 to 1."),
        (["cache", "a", "--run-name=none"], "no complete checkpoint here"),
    ],
    ids=["layer", "run"],
)
def test_what_is_not_there_is_told_in_a_line(looked, arguments, text):
    """With exit code 3, and nothing drawn."""
    code, out, errors = looked(*arguments)
    assert (code, out) == (3, "")
    assert text in errors
