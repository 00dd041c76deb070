"""Scores: what is counted as right, by whom, and out of how many."""

import pytest
import torch
from small_models import CharacterTokenizer, ScriptedModel
from tiny_gpt import random_gpt

from nanochat import chat_evaluation
from nanochat.chat_evaluation import (
    Score,
    preferred_letter,
    score_by_generation,
    score_by_letters,
)
from nanochat.engine import Engine
from nanochat.tasks.arithmetic import Arithmetic
from nanochat.tasks.multiple_choice import MultipleChoice
from nanochat.tokenizer import RustBPETokenizer

VOCAB_SIZE = 300


@pytest.fixture(scope="module")
def tokenizer():
    """A tokenizer of bytes and a few merges."""
    texts = ["What is the largest number? Answer with a letter."] * 3
    return RustBPETokenizer.train_from_iterator(iter(texts), VOCAB_SIZE)


class Oracle:
    """A model that finds one letter likely wherever the assistant has to begin."""

    def __init__(self, tokenizer, letter_of):
        self.tokenizer = tokenizer
        self.letter_of = letter_of

    def get_device(self):
        """Return the device on which it pretends to live."""
        return torch.device("cpu")

    def __call__(self, ids):
        """Give logits (1, T, V) of the letter at the last position, of another one elsewhere."""
        text = self.tokenizer.decode(ids[0].tolist())
        logits = torch.zeros(1, ids.size(1), VOCAB_SIZE)
        logits[0, :-1, self.tokenizer.encode("B")[0]] = 9.0
        logits[0, -1, self.tokenizer.encode(self.letter_of(text))[0]] = 1.0
        logits[0, -1, self.tokenizer.encode("x")[0]] = 5.0
        return logits


def largest(text):
    """The letter before the largest of four numbers."""
    choices = [line.split(". ") for line in text.split("\n")[1:5]]
    return max(choices, key=lambda choice: int(choice[1]))[0]


def question(numbers):
    """A conversation about the largest of some numbers."""
    lines = [f"{letter}. {number}" for letter, number in zip("ABCD", numbers, strict=False)]
    messages = [
        {"role": "user", "content": "\n".join(["Which number is the largest?", *lines, "Say."])},
        {"role": "assistant", "content": "?"},
    ]
    gold = numbers.index(max(numbers))
    return {"messages": messages, "choices": numbers, "gold": gold}


@pytest.mark.parametrize("place", range(4))
def test_an_oracle_is_right_wherever_the_answer_stands(tokenizer, place):
    """Every letter can be the right one, and no other token takes part."""
    numbers = [3, 8, 5]
    numbers.insert(place, 77)
    assert preferred_letter(Oracle(tokenizer, largest), tokenizer, question(numbers)) == place


def test_a_letter_without_a_choice_is_not_taken(tokenizer):
    """Of two choices the best is taken, though the model would like D better."""
    oracle = Oracle(tokenizer, lambda _: "D")
    assert preferred_letter(oracle, tokenizer, question([3, 8])) in (0, 1)


def test_always_the_same_letter_is_right_as_often_as_it_is_gold(tokenizer):
    """The gold index of each conversation counts."""
    task = MultipleChoice("test", 40)
    score = score_by_letters(Oracle(tokenizer, lambda _: "C"), tokenizer, task)
    gold = [task[index]["gold"] for index in range(40)]
    assert score == Score(right=gold.count(2), total=40)
    assert 0 < score.right < 40


class Reciting(CharacterTokenizer):
    """A tokenizer whose prompts are all alike."""

    def render_for_completion(self, _):
        """Return the opening of an answer."""
        return [1]


class Poem:
    """A task that wants one answer to all its questions, the length of which varies."""

    def __init__(self, wanted):
        self.wanted = wanted

    def __len__(self):
        return len(self.wanted)

    def __getitem__(self, index):
        return self.wanted[index]

    def evaluate(self, conversation, completion):
        """Whether the completion is what the conversation wants."""
        return completion == conversation


def test_only_the_completion_is_judged():
    """Neither the prompt nor what the model would say after its end."""
    tokenizer = Reciting()
    end = tokenizer.encode_special("<|assistant_end|>")
    model = ScriptedModel([[*tokenizer.encode("rose"), end, 70]], tokenizer.get_vocab_size())
    model.get_device = lambda: torch.device("cpu")
    score = score_by_generation(Engine(model, tokenizer), Poem(["rose<|assistant_end|>"]))
    assert score == Score(right=1, total=1)


def test_ranks_share_the_questions(monkeypatch):
    """Five questions on two ranks: each is asked once, and the score is of all of them."""
    asked, totals = [], []
    monkeypatch.setattr(chat_evaluation, "world_size", lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(chat_evaluation, "rank", lambda rank=rank: rank)
        score = chat_evaluation._score(list("abcde"), lambda c: asked.append(c) or True, "cpu")
        totals.append(score)
    assert sorted(asked) == list("abcde")
    assert totals == [Score(right=3, total=5), Score(right=2, total=5)]


def test_a_model_that_knows_nothing_is_not_right(tokenizer):
    """And the answers that it gives end after the tokens that they may have."""
    engine = Engine(random_gpt(vocab_size=VOCAB_SIZE, sequence_len=64), tokenizer)
    score = score_by_generation(engine, Arithmetic("test", 3), max_tokens=3)
    assert score.accuracy == 0
