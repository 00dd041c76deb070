"""The score of a task is the same on however many ranks, for each conversation is judged once."""

import random

from small_ranks import on_ranks

MATCHES_CLEAN = ("right", "scores")
MAY_DIFFER = ("judged",)  # whoever judges which


class Numbers:
    """A task whose conversations are numbers; some of them are answered rightly."""

    def __init__(self, right):
        self.right = right
        self.judged = []

    def __len__(self):
        """Return the number of conversations."""
        return len(self.right)

    def __getitem__(self, index):
        """Return the conversation: its choices, and the right one of them."""
        self.judged.append(index)
        return {"choices": ["yes", "no"], "gold": 0 if self.right[index] else 1}


class FirstLetter:
    """A tokenizer of letters only."""

    def encode(self, letter):
        """Return the id of a letter."""
        return ["ABCD".index(letter)]

    def render_for_completion(self, _):
        """Return a prompt."""
        return [0, 0]


class SaysA:
    """A model that likes the first letter best."""

    def get_device(self):
        """Return where it is."""
        import torch

        return torch.device("cpu")

    def __call__(self, ids):
        """Logits (1, T, 4)."""
        import torch

        return torch.tensor([3.0, 2.0, 1.0, 0.0]).expand(1, ids.size(1), 4)


def judge(right, count):
    """Judge a task on so many ranks: what each of them returns, and which conversations it took."""
    from nanochat.chat_evaluation import score_by_letters

    tasks = [Numbers(right) for _ in range(count)]
    scores = on_ranks(count, lambda rank: score_by_letters(SaysA(), FirstLetter(), tasks[rank]))
    return [[score.right, score.total] for score in scores], [task.judged for task in tasks]


def observe(seed):
    """Judge a task that cannot be divided evenly, on one rank, on two, on three and on four."""
    draw = random.Random(seed)
    right = [draw.random() < 0.5 for _ in range(draw.choice([5, 7, 13]))] + [True] * 10
    scores, judged = zip(*(judge(right, count) for count in (1, 2, 3, 4)), strict=True)
    return {"right": right, "scores": list(scores), "judged": list(judged)}


def test_each_conversation_is_judged_by_one_rank(observed):
    """None twice, and none left over at the end."""
    everything = list(range(len(observed["right"])))
    for shares in observed["judged"]:
        found = sorted(index for share in shares for index in share)
        assert found == everything, f"{len(shares)} ranks judged {len(found)}: {found}"


def test_all_ranks_report_the_score_of_one(observed):
    """Right answers and conversations, summed over the ranks."""
    expected = [sum(observed["right"]), len(observed["right"])]
    for scores in observed["scores"]:
        assert scores == [expected] * len(scores)
