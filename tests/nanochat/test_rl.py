"""Reinforcement learning: answers as they were sampled, and whole runs."""

import shutil
from dataclasses import replace

import pytest
import torch
from tiny_gpt import random_gpt

from nanochat.checkpoint import find_checkpoint, get_run_dir, load_model
from nanochat.engine import Engine
from nanochat.rl import Group, group_advantages, policy_batches, policy_loss_sum, sample_group
from nanochat.scripts import chat_rl
from nanochat.tasks.arithmetic import Arithmetic
from nanochat.tokenizer import get_tokenizer
from nanochat.training import accumulate_gradients

SHORT = chat_rl.Settings(
    source="base", num_steps=2, questions=2, num_samples=2, max_tokens=5, micro_batch_size=3,
    conversations=20, eval_every=0, eval_questions=2, checkpoint_every=1,
)  # fmt: skip


def weights(run):
    """The weights of the newest checkpoint of a run, one after the other."""
    model, _ = load_model(find_checkpoint(get_run_dir(run)))
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


def reward_longer_answers(monkeypatch):
    """Let answers be worth their length, which a model that knows nothing can improve on."""
    monkeypatch.setattr(Arithmetic, "reward", lambda _self, _chat, answer: float(len(answer)))


def test_resumed_reinforcement_equals_an_uninterrupted_one(base_dir, monkeypatch):
    """The same answers are sampled, and the same weights come out."""
    reward_longer_answers(monkeypatch)
    metrics = chat_rl.main(SHORT)
    expected = weights("rl")
    assert not torch.equal(expected, weights("base"))
    shutil.rmtree(base_dir / "checkpoints" / "rl" / "step_000002")
    assert chat_rl.main(replace(SHORT, resume=True)) == metrics
    assert torch.equal(weights("rl"), expected)


@pytest.mark.usefixtures("base_dir")
def test_answers_that_are_all_wrong_teach_nothing():
    """A model that never is right stays as it is."""
    assert chat_rl.main(SHORT)["reward"] == 0
    assert torch.equal(weights("rl"), weights("base"))


@pytest.mark.usefixtures("base_dir")
def test_answers_are_fed_as_they_were_sampled():
    """A model that knows nothing splits text as no tokenizer would; its own ids are kept."""
    tokenizer, task = get_tokenizer(), Arithmetic("train", 5)
    model = random_gpt(vocab_size=tokenizer.get_vocab_size(), sequence_len=64)
    settings = {"num_samples": 3, "max_tokens": 12, "seed": 3}
    group = sample_group(Engine(model, tokenizer), task, task[0], **settings)
    prompt = tokenizer.render_for_completion(task[0])
    sampled, _ = Engine(model, tokenizer).generate_batch(prompt, 3, max_tokens=12, seed=3)
    assert group.ids == sampled
    assert group.ids[0] != tokenizer.encode(tokenizer.decode(group.ids[0]))


def test_policy_gradient_is_that_of_the_log_probabilities():
    """Written down as it stands in the textbook, token by token."""
    groups = [Group([[1, 2, 3, 4], [1, 5, 6]], [[0, 1, 0, 1], [0, 1, 1]], [1.0, 0.0])]
    model = random_gpt()
    batches = policy_batches(groups, 1, filler=9, device="cpu")
    accumulate_gradients(model, batches, policy_loss_sum)
    ours = [parameter.grad.clone() for parameter in model.parameters()]

    first = model(torch.tensor([[1, 2, 3]])).log_softmax(-1)[0]
    second = model(torch.tensor([[1, 5]])).log_softmax(-1)[0]
    gain = 0.5 * (first[0, 2] + first[2, 4]) - 0.5 * (second[0, 5] + second[1, 6])
    model.zero_grad()
    (-gain / 4).backward()
    for parameter, grad in zip(model.parameters(), ours, strict=True):
        torch.testing.assert_close(grad, parameter.grad, atol=1e-5, rtol=1e-4)


def test_a_single_answer_has_nothing_to_be_compared_with():
    """Its advantage would be zero for ever."""
    with pytest.raises(ValueError, match="the groups have 1 answers"):
        group_advantages(torch.ones(3, 1))
    with pytest.raises(ValueError, match="--num-samples is 1"):
        replace(SHORT, num_samples=1)
