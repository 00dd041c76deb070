"""Improve a model by its own answers, as in `python -m nanochat.scripts.chat_rl --preset cpu`.

It goes on with the tuned model. In every step some sums are asked, each is answered several times,
and the answers that turn out right are made more likely than those that do not.
"""

from dataclasses import dataclass

import torch

from nanochat.chat_evaluation import score_by_generation
from nanochat.checkpoint import (
    describe_run,
    find_checkpoint,
    get_run_dir,
    save_checkpoint,
    start_or_resume,
)
from nanochat.distributed import process_group, rank, say, sum_over_ranks, world_size
from nanochat.engine import Engine
from nanochat.fine_tuning import load_source
from nanochat.rl import policy_batches, policy_loss_sum, rollout_seed, sample_group
from nanochat.run_log import RunLog
from nanochat.settings import run_script, setting
from nanochat.tasks.arithmetic import Arithmetic
from nanochat.tasks.curriculum import two_digit_sums
from nanochat.tokenizer import get_tokenizer
from nanochat.training import is_due, mixed_precision, set_schedule, training_step


@dataclass(frozen=True)
class Settings:
    """Improve a tuned model on sums, by which of its own answers are right."""

    run_name: str = setting("rl", "name of the run, and of its folder")
    source: str = setting("sft", "run whose newest checkpoint is gone on with")
    resume: bool = setting(False, "go on from the newest checkpoint of the run", free=True)
    device: str = setting("auto", "cuda, mps, cpu, or auto for the best there is", free=True)
    seed: int = setting(42, "of the samples")

    num_steps: int = setting(100, "steps to train")
    questions: int = setting(16, "questions of a step, over all ranks")
    num_samples: int = setting(16, "answers to each question")
    max_tokens: int = setting(64, "tokens of an answer")
    micro_batch_size: int = setting(32, "answers that fit on a device at a time")
    conversations: int = setting(100_000, "questions of our own to choose from")

    embedding_lr: float = setting(0.01, "learning rate of the embedding, at a width of 768")
    unembedding_lr: float = setting(0.0002, "learning rate of the unembedding, at a width of 768")
    matrix_lr: float = setting(0.001, "learning rate of the matrices of the blocks")
    max_norm: float | None = setting(1.0, "longest gradient allowed")
    warmup_ratio: float = setting(0.0, "part of the run in which learning rates rise")
    warmdown_ratio: float = setting(1.0, "part of the run in which learning rates fall")
    final_fraction: float = setting(0.0, "what is left of the learning rates at the end")
    muon_warmup_steps: int = setting(100, "steps in which the momentum of Muon rises")

    eval_every: int = setting(20, "steps between evaluations; 0: at the end only", free=True)
    eval_questions: int = setting(100, "questions of an evaluation", free=True)
    checkpoint_every: int = setting(0, "steps between checkpoints; 0: one at the end", free=True)

    def __post_init__(self):
        if self.num_samples < 2:
            raise ValueError(f"--num-samples is {self.num_samples}. Give 2 or more: an answer is "
                             "judged by the others to the same question.")
        for name in ("num_steps", "questions", "max_tokens", "micro_batch_size", "eval_questions"):
            if getattr(self, name) < 1:
                raise ValueError(f"--{name.replace('_', '-')} is {getattr(self, name)}. Give 1 or "
                                 "more.")


def questions_per_rank(questions: int):
    """How many questions each rank asks in a step. Raises ValueError if they do not come out."""
    if questions % world_size():
        raise ValueError(f"--questions is {questions}. Give a multiple of the {world_size()} "
                         "ranks.")
    return questions // world_size()


def sample_groups(engine, task, step: int, settings):
    """This rank's answers to its own questions of a step, as a list of Group."""
    count = questions_per_rank(settings.questions)
    first = step * settings.questions + rank() * count
    groups = []
    for index in range(count):
        seed = rollout_seed(settings.seed, step, rank(), index)
        with mixed_precision(engine.model.get_device()):
            groups.append(sample_group(
                engine, task, task[(first + index) % len(task)],
                num_samples=settings.num_samples, max_tokens=settings.max_tokens, seed=seed,
            ))
    return groups


def total_over_ranks(values, device):
    """The sum of some numbers of this rank and of all the others."""
    return sum_over_ranks(torch.tensor(float(sum(values)), device=device)).item()


def main(settings: Settings):
    """Trains from the first step, or from the newest checkpoint, to the last."""
    with process_group(settings.device) as device:
        return train(settings, device)


def train(settings, device):
    """Trains on this rank. Returns the metrics of the trained model."""
    tokenizer = get_tokenizer()
    run_dir = get_run_dir(settings.run_name)
    model, optimizers = load_source(settings, tokenizer, device)
    engine = Engine(model, tokenizer)
    task = Arithmetic("train", settings.conversations)
    test_task = two_digit_sums("test", settings.eval_questions)
    num_steps, num_answers = settings.num_steps, settings.questions * settings.num_samples

    first_step, _, metrics = start_or_resume(
        settings, run_dir, model=model, optimizers=optimizers, tokenizer=tokenizer
    )
    log = RunLog(run_dir, first_step)
    say(f"{settings.run_name}: {num_steps} steps of {num_answers} answers from "
        f"{settings.source} on {world_size()} x {device}, from step {first_step}")

    for step in range(first_step, num_steps):
        # Ask and judge.
        model.eval()
        groups = sample_groups(engine, task, step, settings)
        rewards = [reward for group in groups for reward in group.rewards]
        metrics["reward"] = total_over_ranks(rewards, device) / num_answers
        chosen = [sum(mask) for group in groups for mask in group.masks]
        metrics["answer_tokens"] = total_over_ranks(chosen, device) / num_answers

        # Learn, if there is anything to learn: where all answers of every group are worth the
        # same, only the memory of earlier steps would move the weights.
        model.train()
        set_schedule(optimizers, step, num_steps, settings)
        batches = policy_batches(groups, settings.micro_batch_size,
                                 filler=tokenizer.get_bos_token_id(), device=device)
        mixed = [advantages.abs().sum().item() for _, _, advantages in batches]
        if total_over_ranks(mixed, device) > 0:
            training_step(model, optimizers, batches, loss_sum=policy_loss_sum,
                          max_norm=settings.max_norm)
        done = step + 1
        log.write(done, **{name: metrics[name] for name in ("reward", "answer_tokens")})
        say(f"step {done:>{len(str(num_steps))}}/{num_steps} | {metrics['reward']:.1%} right | "
            f"{metrics['answer_tokens']:.1f} tokens chosen per answer")

        if is_due(done, settings.eval_every, num_steps):
            model.eval()
            score = score_by_generation(engine, test_task, max_tokens=settings.max_tokens)
            metrics["accuracy"] = score.accuracy
            log.write(done, accuracy=score.accuracy)
            say(f"step {done}: {score.right} of {score.total} new two-digit sums are right")

        if is_due(done, settings.checkpoint_every, num_steps):
            meta = describe_run(done, model, tokenizer=tokenizer, settings=settings,
                                metrics=metrics)
            save_checkpoint(run_dir, meta, model=model, optimizers=optimizers)

    say(f"The model is in {find_checkpoint(run_dir)}")
    return metrics


if __name__ == "__main__":
    run_script(main, Settings, "chat_rl")
