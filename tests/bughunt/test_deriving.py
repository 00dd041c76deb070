"""From an edited text back to the edits: what is derived gives that text again, to the byte."""

import random

import pytest

from bughunt.authoring.candidates import in_target
from bughunt.authoring.deriving import derive
from bughunt.mutate import clean_tree, mutate
from bughunt.spec import load_bank
from mutations import operator_names, operator_type, resolve, splice

PATH = "example.py"
SHIPPED = load_bank()


def applied(text, edits):
    """Apply edits as ``mutate`` does."""
    return splice(text, [it for edit in edits for it in resolve(text, edit)])


def examples():
    """List every example of every operator that changes something."""
    return [
        pytest.param(example, id=f"{name}-{number}")
        for name in operator_names()
        for number, example in enumerate(operator_type(name).EXAMPLES)
        if example.after is not None
    ]


@pytest.mark.parametrize("example", examples())
def test_examples_of_every_operator_are_derived_from_their_texts(example):
    """Code before and after is all that is known."""
    derived = derive(example.before, example.after, PATH)
    assert derived.problems == ()
    assert applied(example.before, derived.edits) == example.after


@pytest.mark.slow
@pytest.mark.parametrize("bug", SHIPPED.bugs)
def test_every_bug_of_the_catalogue_is_derived_from_its_texts(bug):
    """Whatever somebody has written as an edit can be found again."""
    tree = mutate(SHIPPED, [SHIPPED.bugs[bug]])
    for path in (path for path in tree.clean if tree.clean[path] != tree.mutated[path]):
        derived = derive(tree.clean[path], tree.mutated[path], path)
        assert derived.problems == ()
        assert applied(tree.clean[path], derived.edits) == tree.mutated[path]


# Edits that somebody makes in a copy, each after a bug that happened somewhere: what is replaced by
# what, and the operators by which an author would have written it down.
BY_HAND = {
    "cap multiplies itself": (
        "nanochat/gpt.py",
        [("self.logit_cap * torch.tanh(logits", "logits * torch.tanh(logits")],
        ["replace"],
    ),
    "first step wasted": (
        "nanochat/schedule.py",
        [("return (step + 1) / warmup_steps", "return step / warmup_steps")],
        ["replace"],
    ),
    "step never counted": (
        "nanochat/optim.py",
        [
            ('        state["step"] = 0\n', '        state["step"] = 1\n'),
            ('    state["step"] += 1\n', ""),
        ],
        ["change_constant", "drop_statement"],
    ),
    "decay always zero": (
        "nanochat/optim.py",
        [('group["lr"] * group["weight_decay"]', 'group["lr"] * 0.0')],
        ["replace"],
    ),
    "mean divided in place": (
        "nanochat/optim.py",
        [('exp_avg / (1 - beta1 ** state["step"])', 'exp_avg.div_(1 - beta1 ** state["step"])')],
        ["replace"],
    ),
    "mask not shifted": (
        "nanochat/sft.py",
        [("mask[:, 1:] == 0", "mask[:, :-1] == 0")],
        ["replace"],
    ),
    "exact fits left out": (
        "nanochat/sft.py",
        [("> self.T + 1:", ">= self.T + 1:")],
        ["flip_comparison"],
    ),
    "gradients cleared for each part": (
        "nanochat/training.py",
        [
            ("    model.zero_grad(set_to_none=True)\n    num", "    num"),
            (
                "in micro_batches:\n        with",
                "in micro_batches:\n        model.zero_grad(set_to_none=True)\n        with",
            ),
        ],
        ["move_statement"],
    ),
    "loss keeps its graph": (
        "nanochat/training.py",
        [("loss.detach()", "loss")],
        ["unwrap_call"],
    ),
    "mask left long": (
        "nanochat/conversation.py",
        [("ids[:max_tokens], mask[:max_tokens]", "ids[:max_tokens], mask")],
        ["replace"],
    ),
}


@pytest.mark.parametrize(("path", "edits", "operators"), BY_HAND.values(), ids=BY_HAND)
def test_edit_made_by_hand_is_derived_as_an_author_would_write_it(path, edits, operators):
    """In the code that ships: exactly, and by the operators that say what is done."""
    clean = edited = clean_tree(SHIPPED)[path]
    for old, new in edits:
        assert edited.count(old) == 1
        edited = edited.replace(old, new)
    derived = derive(clean, edited, path)
    assert applied(clean, derived.edits) == edited
    assert [edit.__struct_config__.tag for edit in derived.edits] == operators


MODULE = '''"""Doc."""

import math


@cached
def area(r, scale=1.0):
    """Area of a circle."""
    # Square it.
    x = r * r  # (B, T)
    if x:
        y = x * math.pi
    else:
        y = 0
    for i in range(3):
        y += i
    return y * scale


class Box:
    size: int = 3

    @property
    def width(self):
        return 1

    @width.setter
    def width(self, value):
        self.value = value
        try:
            self.go()
        except ValueError as error:
            self.stop(error)
'''
SMALL = {
    "decorator": [("@cached\n", "")],
    "import that is needed": [("import math\n", "import math\nimport os\n"), ("r * r", "os.r * r")],
    "comment at the end of the line": [("r * r  # (B, T)", "r + r  # (T, B)")],
    "default": [("scale=1.0", "scale=2.0")],
    "parameters": [("r, scale=1.0", "scale=1.0, r=0")],
    "name everywhere": [("for i in", "for j in"), ("+= i", "+= j")],
    "else gone": [("    else:\n        y = 0\n", "")],
    "elif come": [("    else:\n", "    elif r:\n        y = 1\n    else:\n")],
    "loop made conditional": [
        (
            "    for i in range(3):\n        y",
            "    if r:\n        for i in range(3):\n            y",
        )
    ],
    "condition": [("if x:", "if x > 2:")],
    "field of a class": [("size: int = 3", "size: int = 4")],
    "second definition": [("self.value = value", "self.value = -value")],
    "exception": [("except ValueError", "except TypeError")],
    "without try": [
        (
            "        try:\n            self.go()\n        except ValueError as error:\n"
            "            self.stop(error)\n",
            "        self.go()\n",
        )
    ],
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["", "windows"])
@pytest.mark.parametrize("changes", SMALL.values(), ids=SMALL)
def test_change_of_any_part_of_a_module_is_derived(changes, end):
    """Heads, blocks, names, decorators: whatever somebody touches, with any line ends."""
    edited = MODULE
    for old, new in changes:
        assert old in edited
        edited = edited.replace(old, new)
    clean, edited = (text.replace("\n", end) for text in (MODULE, edited))
    derived = derive(clean, edited, PATH)
    assert derived.problems == ()
    assert applied(clean, derived.edits) == edited


INEXPRESSIBLE = {
    "comment": ("# Square it.", "# Cube it.", "example.py:9: only a comment changes here"),
    "blank line": ("    return y", "\n    return y", "example.py:17: only the layout changes here"),
    "function": (
        "class Box:",
        "def half(x):\n    return x / 2\n\n\nclass Box:",
        "writes other blank lines or comments than stand here",
    ),
    "no Python": ("return 1", "return (1", "is no Python"),
}


@pytest.mark.parametrize(("old", "new", "said"), INEXPRESSIBLE.values(), ids=INEXPRESSIBLE)
def test_what_no_edit_can_express_is_said_with_its_line(old, new, said):
    """Precisely, with what to do, and with no edit that does something else."""
    derived = derive(MODULE, MODULE.replace(old, new), PATH)
    (problem,) = derived.problems
    assert said in problem
    assert derived.edits == ()


def test_comment_that_an_edit_keeps_in_its_column_is_noted():
    """The one in a row of comments that sticks out would point at the bug."""
    clean = "a = f(1)     # one\nb = f(22)    # two\n"
    edited = "a = f(1111)     # one\nb = f(22)    # two\n"
    derived = derive(clean, edited, PATH)
    assert applied(clean, derived.edits) == "a = f(1111)  # one\nb = f(22)    # two\n"
    assert derived.notes == ("example.py:1: the comment at the line's end stays in its column.",)


def test_files_that_are_alike_give_neither_edits_nor_problems():
    """Nothing to do is no mistake."""
    derived = derive(MODULE, MODULE, PATH)
    assert (derived.edits, derived.problems, derived.notes) == ((), (), ())


@pytest.mark.slow
@pytest.mark.parametrize("path", ["gpt", "engine", "optim", "sft", "training", "tokenizer"])
def test_small_changes_that_a_program_makes_are_derived(path):
    """A sample of all: exactly, or but for the column of a comment, of which there is a note."""
    text = clean_tree(SHIPPED)[f"nanochat/{path}.py"]
    found = [it for it in in_target(SHIPPED, f"nanochat/{path}.py") if it.operator != "decorator"]
    for mutant in random.Random(0).sample(found, 25):
        edited = mutant.apply(text)
        derived = derive(text, edited, mutant.path)
        assert derived.problems == (), mutant
        assert (applied(text, derived.edits) == edited) == (derived.notes == ()), mutant
