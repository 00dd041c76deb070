"""Tasks: the same conversations every time, answers that are right, and a test kept apart."""

import ast
import itertools
import re

import pytest

from nanochat.calculator import use_calculator
from nanochat.conversation import render
from nanochat.facts import RELATIONS
from nanochat.held_out import is_held_out_pair
from nanochat.tasks.arithmetic import Arithmetic
from nanochat.tasks.dialogue import Dialogue
from nanochat.tasks.letter_count import LetterCount
from nanochat.tasks.mixture import TaskMixture
from nanochat.tasks.multiple_choice import MultipleChoice
from nanochat.tasks.recall import Recall
from nanochat.tasks.small_talk import SmallTalk
from nanochat.tasks.spelling import Spelling

TASKS = (Arithmetic, LetterCount, MultipleChoice, Recall, SmallTalk, Spelling)
BRACKETS = {
    "text": "{}",
    "python": "<|python_start|>{}<|python_end|>",
    "python_output": "<|output_start|>{}<|output_end|>",
}
by_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


class Letters:
    """A tokenizer of characters, to render with."""

    def encode_special(self, name):
        """Return the name itself."""
        return name

    def get_bos_token_id(self):
        """Return the name of the first token."""
        return "<|bos|>"

    def encode(self, text):
        """Return the characters."""
        return list(text)


def completion_of(conversation):
    """What a model that is right would write: the last message, with special tokens by name."""
    content = conversation["messages"][-1]["content"]
    if isinstance(content, str):
        return content + "<|assistant_end|>"
    parts = [BRACKETS[part["type"]].format(part["text"]) for part in content]
    return "".join(parts) + "<|assistant_end|>"


@by_task
@pytest.mark.parametrize("split", ["train", "test"])
def test_conversations_are_well_formed_and_judged_right(task, split):
    """Each can be rendered, and its own last message passes."""
    conversations = task(split, 200)
    for conversation in conversations:
        render(Letters(), conversation, 2048)
        assert conversations.evaluate(conversation, completion_of(conversation))
        assert conversations.reward(conversation, completion_of(conversation)) == 1.0


@by_task
def test_conversation_is_the_same_for_the_same_index(task):
    """In a task of any size; indices and splits differ from one another."""
    assert [task("train", 9)[i] for i in (8, 3)] == [task("train", 50)[i] for i in (8, 3)]
    assert len({str(conversation) for conversation in task("train", 50)}) > 25
    assert task("train", 9)[3] != task("test", 9)[3]


@by_task
def test_questions_of_the_test_are_not_in_training(task):
    """Nor are the same questions with their choices in another order."""

    def subjects(split, size):
        lines = (c["messages"][0]["content"].splitlines() for c in task(split, size))
        return {(first, *sorted(rest)) for first, *rest in lines}

    assert not subjects("train", 3000) & subjects("test", 1000)


@by_task
def test_wrong_answers_are_not_rewarded(task):
    """Nothing, something else, and the answers to other questions."""
    conversations = task("train", 40)
    for one, other in itertools.pairwise(conversations):
        assert conversations.reward(one, "") == 0.0
        assert not conversations.evaluate(one, "I do not know.<|assistant_end|>")
        if one["answer"] not in completion_of(other):
            assert conversations.reward(one, completion_of(other)) == 0.0


@pytest.mark.parametrize("task", [Arithmetic, LetterCount], ids=lambda task: task.name)
def test_calls_of_the_calculator_give_what_is_written(task):
    """The second part is what the calculator says of the first, and the answer."""
    for conversation in task("train", 300):
        call, output, _ = conversation["messages"][1]["content"]
        assert str(use_calculator(call["text"])) == output["text"] == conversation["answer"]


def test_held_out_pairs_are_asked_for_in_the_test_only():
    """Both numbers together decide, in either order."""
    pattern = re.compile(r"(\d+) [+*-] (\d+)")
    for split in ("train", "test"):
        for conversation in Arithmetic(split, 500):
            call = conversation["messages"][1]["content"][0]["text"]
            a, b = map(int, pattern.fullmatch(call).groups())
            assert is_held_out_pair(a, b) == is_held_out_pair(b, a) == (split == "test")


def test_arithmetic_can_be_narrowed_to_two_digit_sums():
    """Only the operations and lengths that were asked for occur, and about all of them do."""
    calls = [c["messages"][1]["content"][0]["text"] for c in Arithmetic("test", 2000, digits=(2,))]
    assert {call.split()[1] for call in calls} == {"+", "-", "*"}
    sums = Arithmetic("test", 2000, operations="+", digits=(2,))
    calls = {c["messages"][1]["content"][0]["text"] for c in sums}
    assert all(re.fullmatch(r"\d\d \+ \d\d", call) for call in calls)
    assert len(calls) > 700  # a tenth of 8100 pairs is held out


@pytest.mark.parametrize(
    ("completion", "right"),
    [
        ("The answer is 42.", True),
        ("<|python_start|>40+2<|python_end|><|output_start|>42<|output_end|>It is 42", True),
        ("<|python_start|>40+2<|python_end|><|output_start|>42<|output_end|>", False),
        ("<|python_start|>41<|python_end|><|output_start|>41<|output_end|>It is 42", True),
        ("42 is what you asked, 43 is the answer.", False),
        ("The answer is -42.", False),
        ("The answer is 142.", False),
    ],
    ids=["plain", "tool", "silent", "wrong tool", "last counts", "sign", "longer"],
)
def test_arithmetic_judges_the_last_number_that_is_said(completion, right):
    """What the calculator returns has to be said, too."""
    assert Arithmetic("train").evaluate({"answer": "42"}, completion) is right


def test_arithmetic_reads_commas_and_signs():
    """As people write them."""
    assert Arithmetic("train").evaluate({"answer": "1234"}, "That makes 1,234.")
    assert Arithmetic("train").evaluate({"answer": "-7"}, "5 - 12 is -7.")


def test_choices_are_four_and_the_right_one_wanders():
    """Gold, letter and text agree; each letter is right about equally often."""
    conversations = list(MultipleChoice("train", 800))
    for conversation in conversations:
        lines = conversation["messages"][0]["content"].splitlines()[1:5]
        assert [line[3:] for line in lines] == conversation["choices"]
        assert len(set(conversation["choices"])) == 4
        assert "ABCD"[conversation["gold"]] == conversation["answer"]
    counts = [sum(c["gold"] == gold for c in conversations) for gold in range(4)]
    assert min(counts) > 150


def test_chosen_facts_and_comparisons_are_true():
    """Looked up in the facts, or compared anew."""
    truths = {r.question.format(x=x): y for r in RELATIONS for x, y in r.pairs.items()}
    for conversation in MultipleChoice("train", 500):
        question = conversation["messages"][0]["content"].splitlines()[0]
        right, choices = conversation["choices"][conversation["gold"]], conversation["choices"]
        if question in truths:
            assert right == truths[question]
        elif "number" in question:
            ordered = sorted(choices, key=ast.literal_eval)
            assert right == ordered[-1 if "largest" in question else 0]
        elif "alphabet" in question:
            assert right == sorted(choices)[0]
        else:
            assert all(len(right) > len(choice) for choice in choices if choice != right)


def test_part_of_a_longer_word_is_no_answer():
    """14 does not contain 1, nor Annabel Anna."""
    recall, small_talk = Recall("train"), SmallTalk("train")
    assert recall.evaluate({"answer": "1"}, "The number one is written 1.")
    assert not recall.evaluate({"answer": "1"}, "The number one is written 14.")
    assert not small_talk.evaluate({"answer": "Anna"}, "Hello Annabel!")


def test_mixture_has_every_conversation_once_in_mixed_order():
    """The same order each time, and another one for another seed."""
    tasks = [Spelling("train", 30), Arithmetic("train", 60)]
    mixture = list(TaskMixture(tasks))
    assert mixture == list(TaskMixture(tasks))
    assert mixture != list(TaskMixture(tasks, seed=1))
    assert sorted(map(str, mixture)) == sorted(str(c) for task in tasks for c in task)
    assert 5 < sum(c["task"] == "spelling" for c in mixture[:45]) < 25


def test_mixture_judges_as_the_task_of_the_conversation():
    """A number is right for arithmetic, letters for spelling."""
    mixture = TaskMixture([Spelling("train", 20), Arithmetic("train", 20)])
    for conversation in mixture:
        assert mixture.evaluate(conversation, completion_of(conversation))
        assert mixture.reward(conversation, "no") == 0.0


def test_dialogue_puts_questions_in_a_row_and_judges_the_last():
    """Two to four of them, and the whole can be rendered."""
    dialogue = Dialogue([SmallTalk("train"), Arithmetic("train"), Recall("train")], 100)
    lengths = set()
    for conversation in dialogue:
        render(Letters(), conversation, 2048)
        lengths.add(len(conversation["messages"]))
        assert conversation["task"] == "dialogue"
        assert dialogue.evaluate(conversation, completion_of(conversation))
        assert not dialogue.evaluate(conversation, "no")
    assert lengths == {4, 6, 8}


@by_task
def test_index_beyond_the_end_is_refused(task):
    """Which also is what ends a loop over a task."""
    with pytest.raises(IndexError, match=rf"{task.name}: there is no conversation 5, only 0 to 4"):
        task("test", 5)[5]


@by_task
@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("val", 5), r"split is 'val'"), (("train", 0), r"size is 0")],
    ids=["split", "size"],
)
def test_impossible_tasks_are_refused(task, arguments, message):
    """With the name of the task, and what was asked for."""
    with pytest.raises(ValueError, match=f"{task.name}: {message}"):
        task(*arguments)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"operations": "+/"}, r"operations are '\+/'"), ({"digits": (1,)}, r"digits are \(1,\)")],
    ids=["division", "digits"],
)
def test_arithmetic_refuses_what_it_cannot_ask(settings, message):
    """Division leaves remainders; of single digits, too few pairs are held out."""
    with pytest.raises(ValueError, match=rf"arithmetic: {message}"):
        Arithmetic("train", **settings)


def test_mixtures_of_nothing_and_of_both_splits_are_refused():
    """There would be nothing to learn, or nothing to test."""
    with pytest.raises(ValueError, match=r"TaskMixture: there are no tasks"):
        TaskMixture([])
    with pytest.raises(ValueError, match=r"splits \['test', 'train'\]"):
        Dialogue([Recall("train"), Recall("test")])
