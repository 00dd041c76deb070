"""The policy loss is that of the tokens the model chose, its end among them, and of no others."""

import random

import numpy as np

MATCHES_CLEAN = (
    "ids",
    "masks",
    "chosen",
    "rewards",
    "supervised",
    "log_probabilities",
    "loss",
    "tool_changed",
    "choice_changed",
)
PROMPT = [5, 6]


class Judge:
    """A task that is satisfied with what ends in an exclamation mark."""

    def reward(self, _, completion):
        """Return 1 or 0."""
        return float("!" in completion)


def sampled_answers(seed):
    """Two scripted answers to a question: one calculates, one just talks, in other lengths."""
    from small_models import CharacterTokenizer, ScriptedModel

    from nanochat.engine import Engine
    from nanochat.rl import sample_group

    class Tokenizer(CharacterTokenizer):
        def render_for_completion(self, _):
            return list(PROMPT)

    tokenizer = Tokenizer()
    special = tokenizer.encode_special
    call = [special("<|python_start|>"), *tokenizer.encode("3+4"), special("<|python_end|>")]
    call = [*tokenizer.encode("="), *call]
    talk = tokenizer.encode("=abcdefgh"[: random.Random(seed).randint(2, 9)])
    end = special("<|assistant_end|>")
    # While the result of the call is put in, what the model says is not heard.
    scripts = [[*call, 1, 1, 1, *tokenizer.encode("7!"), end, 9, 9], [*talk, end, 9, 9, 9]]
    engine = Engine(ScriptedModel(scripts, tokenizer.get_vocab_size()), tokenizer)
    group = sample_group(engine, Judge(), None, num_samples=2, max_tokens=20, seed=seed)
    chosen = [[*call, *tokenizer.encode("7!"), end], [*talk, end]]
    return group, chosen


def loss_of(group, seed):
    """The policy loss of a model that goes by positions only, and how it was supervised."""
    import torch

    from nanochat.gpt import cross_entropy
    from nanochat.rl import policy_batches, policy_loss_sum

    table = torch.randn(1, 64, 137, generator=torch.Generator().manual_seed(seed))

    def model(inputs, targets, loss_reduction):
        B, T = inputs.shape
        return cross_entropy(table[:, :T].expand(B, -1, -1), targets, loss_reduction)

    ((inputs, targets, advantages),) = policy_batches([group], 8, filler=0, device="cpu")
    loss = policy_loss_sum(model, inputs, targets, advantages)
    return loss.item(), targets.tolist(), table[0].log_softmax(-1).numpy()


def with_changed_token(group, mask):
    """The group with another token in one place that has such a mask, behind the question."""
    ids = [list(row) for row in group.ids]
    place = len(PROMPT) + group.masks[0][len(PROMPT) :].index(mask)
    ids[0][place] += 1
    return type(group)(ids=ids, masks=group.masks, rewards=group.rewards)


def observe(seed):
    """Take the loss as sampled, with another tool output, and with another choice."""
    group, chosen = sampled_answers(seed)
    loss, targets, log_probabilities = loss_of(group, seed)
    return {
        "ids": group.ids,
        "masks": group.masks,
        "chosen": chosen,
        "rewards": group.rewards,
        "supervised": [[token for token in row if token != -1] for row in targets],
        "log_probabilities": log_probabilities,
        "loss": loss,
        "tool_changed": loss_of(with_changed_token(group, 0), seed)[0],
        "choice_changed": loss_of(with_changed_token(group, 1), seed)[0],
    }


def test_the_chosen_tokens_are_learned_as_they_were_sampled(observed):
    """With the end of the answer, and without question, tool output, and what follows the end."""
    assert observed["supervised"] == observed["chosen"]


def test_tool_output_does_not_change_the_loss(observed):
    """The tool chose these tokens; a token that the model chose does count."""
    assert observed["tool_changed"] == observed["loss"]
    assert observed["choice_changed"] != observed["loss"]


def test_loss_weighs_each_chosen_token_by_the_advantage_of_its_answer(observed):
    """Tokens of the better answer are made likelier, those of the other one less likely."""
    assert observed["rewards"] == [1.0, 0.0]
    expected = 0.0
    for ids, masks, advantage in zip(observed["ids"], observed["masks"], (0.5, -0.5), strict=True):
        for place, (token, mask) in enumerate(zip(ids, masks, strict=True)):
            if mask:
                expected -= advantage * observed["log_probabilities"][place - 1][token]
    np.testing.assert_allclose(observed["loss"], expected, rtol=1e-4)
