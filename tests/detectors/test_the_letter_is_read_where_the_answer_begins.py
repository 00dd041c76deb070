"""The letter that counts is the one that the model expects behind the last token of the prompt."""

import random

MATCHES_CLEAN = ("gold", "preferred", "right")
PROMPT = [7, 8, 9, 5]


class Letters:
    """A tokenizer of letters, with the same prompt for every conversation."""

    def encode(self, letter):
        """Return the id of a letter."""
        return ["ABCD".index(letter)]

    def render_for_completion(self, _):
        """Return the prompt."""
        return list(PROMPT)


class Expecting:
    """A model that expects one letter behind each token of the prompt, given as {token: letter}."""

    def __init__(self, letters):
        self.letters = letters

    def get_device(self):
        """Return where it is."""
        import torch

        return torch.device("cpu")

    def __call__(self, ids):
        """Logits (1, T, V)."""
        import torch

        expected = torch.tensor([[self.letters[token] for token in ids[0].tolist()]])
        return torch.nn.functional.one_hot(expected, 10).float()


def observe(seed):
    """Score models that expect a letter at the end of the prompt and others before it."""
    from nanochat.chat_evaluation import preferred_letter, score_by_letters

    rng = random.Random(seed)
    task = [{"choices": ["w", "x", "y", "z"], "gold": rng.randrange(4)} for _ in range(6)]
    preferred, right = [], []
    for conversation in task:
        gold = conversation["gold"]
        letters = dict.fromkeys(PROMPT, (gold + rng.randint(1, 3)) % 4) | {PROMPT[-1]: gold}
        model = Expecting(letters)
        preferred.append(preferred_letter(model, Letters(), conversation))
        right.append(score_by_letters(model, Letters(), [conversation]).right)
    return {"gold": [it["gold"] for it in task], "preferred": preferred, "right": right}


def test_the_letter_behind_the_prompt_is_preferred(observed):
    """Not one that was expected earlier."""
    assert observed["preferred"] == observed["gold"]


def test_a_model_that_knows_every_letter_is_always_right(observed):
    """One of one, for each of them."""
    assert observed["right"] == [1] * len(observed["right"])
