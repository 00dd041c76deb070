"""How often a model that chats is right: by what it writes, or by the letter that it prefers.

The ranks take turns at the conversations of a task; each conversation is judged by one of them, and
the score is that of all.
"""

from dataclasses import dataclass

import torch

from nanochat.distributed import rank, sum_over_ranks, world_size
from nanochat.tasks.multiple_choice import LETTERS
from nanochat.training import mixed_precision


@dataclass(frozen=True)
class Score:
    """How many conversations of a task were answered rightly."""

    right: int
    total: int

    @property
    def accuracy(self):
        """The part of them, from 0 to 1."""
        return self.right / self.total


def score_by_generation(engine, task, *, max_tokens: int = 64):
    """Lets the model write its most likely answer to each conversation; the task judges it.

    Args:
        engine: an Engine.
        task: a Task or TaskMixture.

    Returns:
        A Score.
    """
    def is_right(conversation):
        return task.evaluate(conversation, most_likely_answer(engine, conversation, max_tokens))

    return _score(task, is_right, engine.model.get_device())


def most_likely_answer(engine, conversation, max_tokens: int):
    """What the model writes in place of the last message, as text with special tokens by name."""
    prompt = engine.tokenizer.render_for_completion(conversation)
    with mixed_precision(engine.model.get_device()):
        (ids,), _ = engine.generate_batch(prompt, max_tokens=max_tokens, temperature=0)
    return engine.tokenizer.decode(ids[len(prompt):])


def score_by_letters(model, tokenizer, task):
    """Take the letter that the model thinks most likely to begin the answer.

    Args:
        model: a GPT.
        tokenizer: the RustBPETokenizer that it was trained with.
        task: a Task whose conversations have "choices", and in "gold" the index of the right one.

    Returns:
        A Score.
    """
    def is_right(conversation):
        return preferred_letter(model, tokenizer, conversation) == conversation["gold"]

    return _score(task, is_right, model.get_device())


@torch.inference_mode()
def preferred_letter(model, tokenizer, conversation):
    """The index of the choice whose letter is the most likely first token of the answer."""
    letters = LETTERS[:len(conversation["choices"])]
    letter_ids = [tokenizer.encode(letter)[0] for letter in letters]
    prompt = tokenizer.render_for_completion(conversation)
    ids = torch.tensor([prompt], device=model.get_device())                 # (1, T)
    with mixed_precision(model.get_device()):
        logits = model(ids)[0, -1]                                          # (V,)
    return logits[letter_ids].argmax().item()


def _score(task, is_right, device):
    """The Score of a task, to whose conversations the ranks apply `is_right` in turn."""
    mine = range(rank(), len(task), world_size())
    right = sum(bool(is_right(task[index])) for index in mine)
    right = sum_over_ranks(torch.tensor(right, device=device))
    return Score(right=right.item(), total=len(task))
