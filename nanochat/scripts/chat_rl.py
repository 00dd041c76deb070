"""Improve a model by its own answers, as in `python -m nanochat.scripts.chat_rl --preset cpu`.

It goes on with the tuned model. In every step some sums are asked, each is answered several times,
and the answers that turn out right are made more likely than those that do not.
"""

from dataclasses import dataclass

import torch

from nanochat.chat_evaluation import score_by_generation
from nanochat.distributed import process_group, rank, say, sum_over_ranks, world_size
from nanochat.engine import Engine
from nanochat.fine_tuning import load_source
from nanochat.rl import policy_batches, policy_loss_sum, rollout_seed, sample_group
from nanochat.settings import check_at_least_one, run_script, setting
from nanochat.tasks.arithmetic import Arithmetic
from nanochat.tasks.curriculum import two_digit_sums
from nanochat.tokenizer import get_tokenizer
from nanochat.training import mixed_precision, set_schedule, training_step
from nanochat.training_run import Run, RunSettings


@dataclass(frozen=True)
class Settings(RunSettings):
    """Improve a tuned model on sums, by which of its own answers are right."""

    run_name: str = "rl"
    source: str = setting("sft", "run whose newest checkpoint is gone on with")
    seed: int = setting(42, "of the samples")

    num_steps: int = 100
    questions: int = setting(16, "questions of a step, over all ranks")
    num_samples: int = setting(16, "answers to each question")
    max_tokens: int = setting(64, "tokens of an answer")
    conversations: int = setting(100_000, "questions of our own to choose from")

    embedding_lr: float = 0.01
    unembedding_lr: float = 0.0002
    matrix_lr: float = 0.001
    warmdown_ratio: float = 1.0

    eval_every: int = 20
    eval_questions: int = setting(100, "questions of an evaluation", free=True)

    def __post_init__(self):
        super().__post_init__()
        check_at_least_one(self, "questions", "max_tokens", "eval_questions")
        if self.num_samples < 2:
            raise ValueError(f"--num-samples is {self.num_samples}. Give 2 or more: an answer is "
                             "judged by the others to the same question.")


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


def learn(run, step: int, groups, device):
    """Make better answers more likely, at the learning rates of this step.

    Where all answers of every group are worth the same there is nothing to learn: only the memory
    of earlier steps would move the weights.
    """
    settings = run.settings
    set_schedule(run.optimizers, step, run.num_steps, settings)
    batches = policy_batches(groups, settings.micro_batch_size,
                             filler=run.tokenizer.get_bos_token_id(), device=device)
    mixed = [advantages.abs().sum().item() for _, _, advantages in batches]
    if total_over_ranks(mixed, device) > 0:
        run.model.train()
        training_step(run.model, run.optimizers, batches, loss_sum=policy_loss_sum,
                      max_norm=settings.max_norm)
        run.model.eval()


def note_answers(run, done: int, groups, device):
    """Log and say what the answers of a step were worth, and how long they were."""
    num_answers = run.settings.questions * run.settings.num_samples
    rewards = [reward for group in groups for reward in group.rewards]
    chosen = [sum(mask) for group in groups for mask in group.masks]
    reward = total_over_ranks(rewards, device) / num_answers
    answer_tokens = total_over_ranks(chosen, device) / num_answers
    run.note(done, reward=reward, answer_tokens=answer_tokens)
    say(f"step {done:>{len(str(run.num_steps))}}/{run.num_steps} | {reward:.1%} right | "
        f"{answer_tokens:.1f} tokens chosen per answer")


def main(settings: Settings):
    """Train from the first step, or from the newest checkpoint, to the last."""
    with process_group(settings.device) as device:
        return train(settings, device)


def train(settings, device):
    """Train on this rank. Return the metrics of the trained model."""
    tokenizer = get_tokenizer()
    model, optimizers = load_source(settings, tokenizer, device)
    run = Run(settings, settings.num_steps, model=model, optimizers=optimizers,
              tokenizer=tokenizer)
    engine = Engine(model.eval(), tokenizer)
    task = Arithmetic("train", settings.conversations)
    test_task = two_digit_sums("test", settings.eval_questions)
    run.announce(f"{settings.questions * settings.num_samples} answers from {settings.source}")

    for step in range(run.first_step, run.num_steps):
        groups = sample_groups(engine, task, step, settings)
        learn(run, step, groups, device)
        done = step + 1
        note_answers(run, done, groups, device)

        if run.is_due(done, settings.eval_every):
            score = score_by_generation(engine, test_task, max_tokens=settings.max_tokens)
            run.note(done, accuracy=score.accuracy)
            say(f"step {done}: {score.right} of {score.total} new two-digit sums are right")
        run.save_if_due(done)

    return run.finish()


if __name__ == "__main__":
    run_script(main, Settings, "chat_rl")
