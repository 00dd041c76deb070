"""Batches of conversations, and whole runs of midtraining and tuning."""

import shutil
from dataclasses import replace

import pytest
import torch
from tiny_gpt import random_gpt

from nanochat.checkpoint import find_checkpoint, load_model
from nanochat.run_log import read_log
from nanochat.scripts import chat_sft, mid_train
from nanochat.sft import ConversationLoader, next_batches
from nanochat.tasks.curriculum import chat_tasks
from nanochat.tasks.small_talk import SmallTalk
from nanochat.tokenizer import get_tokenizer
from nanochat.training import accumulate_gradients

SHORT = {
    "sequence_len": 96, "micro_batch_size": 2, "batch_tokens": 4 * 96, "num_steps": 4,
    "conversations": 60, "eval_every": 2, "eval_batches": 1, "checkpoint_every": 2, "log_every": 1,
}  # fmt: skip
STAGES = {
    "mid": (mid_train, mid_train.Settings(**SHORT, text_rows=1)),
    "sft": (chat_sft, chat_sft.Settings(**SHORT, source="base")),
}


@pytest.mark.parametrize("run", STAGES)
def test_resumed_tuning_equals_an_uninterrupted_one(base_dir, run):
    """The same weights and metrics, to the last bit."""
    script, settings = STAGES[run]
    run_dir = base_dir / "checkpoints" / run
    metrics = script.main(settings)
    expected = load_model(find_checkpoint(run_dir))[0].state_dict()
    shutil.rmtree(run_dir / "step_000004")

    assert script.main(replace(settings, resume=True)) == metrics
    resumed = load_model(find_checkpoint(run_dir))[0].state_dict()
    assert all(torch.equal(resumed[name], value) for name, value in expected.items())


@pytest.mark.parametrize("run", STAGES)
def test_tuning_lowers_the_loss_of_new_answers(base_dir, run):
    """What is learned from some conversations helps with others."""
    script, settings = STAGES[run]
    script.main(replace(settings, num_steps=12))
    records = read_log(base_dir / "checkpoints" / run / "log.jsonl")
    losses = [record["val_loss"] for record in records if "val_loss" in record]
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.usefixtures("base_dir")
def test_a_source_that_is_not_there_is_a_clear_error():
    """It says which run is missing."""
    settings = replace(STAGES["sft"][1], source="lost")
    with pytest.raises(FileNotFoundError, match=r"lost: there is no complete checkpoint"):
        chat_sft.main(settings)


@pytest.mark.parametrize("text_rows", [0, 2], ids=["no text", "no conversations"])
def test_midtraining_needs_text_and_conversations(text_rows):
    """Both have to have a row."""
    with pytest.raises(ValueError, match=f"--text-rows is {text_rows}"):
        mid_train.Settings(**SHORT, text_rows=text_rows)


@pytest.mark.usefixtures("base_dir")
def test_loader_continues_where_it_stood():
    """In the middle of the second pass over the conversations."""
    tokenizer, task = get_tokenizer(), chat_tasks("train", 20)
    loader = ConversationLoader(task, tokenizer, 2, 96)
    for _ in range(9):
        next(loader)
    again = ConversationLoader(task, tokenizer, 2, 96, resume_from=loader.state_dict())
    for ours, theirs in zip(next(again), next(loader), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.usefixtures("base_dir")
def test_midtraining_learns_questions_that_tuning_leaves_out():
    """Of the same rows it has more targets, and those of tuning among them."""
    tokenizer, task = get_tokenizer(), SmallTalk("train", 20)
    _, answers = next(ConversationLoader(task, tokenizer, 2, 96))
    _, everything = next(ConversationLoader(task, tokenizer, 2, 96, everything=True))
    learned = answers != -1
    assert torch.equal(everything[learned], answers[learned])
    assert (everything != -1).sum() > learned.sum() + 10


@pytest.mark.usefixtures("base_dir")
def test_a_question_longer_than_the_row_teaches_nothing():
    """The loader does not get stuck on it, and its loss is zero and not NaN."""
    chat = [{"role": "user", "content": "why " * 50}, {"role": "assistant", "content": "So."}]
    loader = ConversationLoader([{"messages": chat}], get_tokenizer(), 2, 8)
    inputs, targets = next(loader)
    assert (targets == -1).all()
    assert accumulate_gradients(random_gpt(), [(inputs, targets)]) == 0


@pytest.mark.usefixtures("base_dir")
def test_uneven_answers_weigh_by_their_tokens():
    """Micro-batches of conversations give the loss of one batch with all rows."""
    loader = ConversationLoader(chat_tasks("train", 20), get_tokenizer(), 1, 64)
    rows = next_batches(loader, 5)
    assert len({int((targets != -1).sum()) for _, targets in rows}) > 1
    model = random_gpt(sequence_len=64)
    together = tuple(map(torch.cat, zip(*rows, strict=True)))
    assert accumulate_gradients(model, [together]) == pytest.approx(
        accumulate_gradients(model, rows)
    )


def test_a_rank_without_conversations_is_refused():
    """It would wait for ever."""
    with pytest.raises(ValueError, match="2 conversations for 3 ranks"):
        ConversationLoader([{}, {}], None, 1, 8, rank=2, world_size=3)
