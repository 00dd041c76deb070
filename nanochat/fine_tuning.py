"""Training that starts from a trained model: what midtraining and supervised tuning share.

The two differ in their batches only. Losses of conversations are those of what the assistant says,
whatever is trained on, so that the stages can be compared.
"""

from dataclasses import dataclass

from nanochat.checkpoint import find_checkpoint, get_run_dir, load_model
from nanochat.distributed import process_group, say
from nanochat.loss_eval import evaluate_loss
from nanochat.settings import check_at_least_one, setting
from nanochat.sft import ConversationLoader, next_batches
from nanochat.tasks.curriculum import chat_tasks
from nanochat.tokenizer import get_tokenizer
from nanochat.training_run import BatchRun, BatchSettings


@dataclass(frozen=True)
class FineTuningSettings(BatchSettings):
    """What a stage that goes on with a trained model can be told."""

    source: str = setting("base", "run whose newest checkpoint is gone on with")
    conversations: int = setting(200_000, "conversations of our own to learn from")
    eval_batches: int = setting(8, "batches of an evaluation", free=True)

    def __post_init__(self):
        super().__post_init__()
        check_at_least_one(self, "eval_batches")


def load_source(settings, tokenizer, device):
    """The model to go on with, and the optimizers for its weights. Raises as `load_model` does."""
    model, _ = load_model(find_checkpoint(get_run_dir(settings.source)), tokenizer, device)
    return model, model.setup_optimizers(**settings.learning_rates())


def fine_tune(settings, make_loader):
    """Train from the first step, or from the newest checkpoint, to the last.

    Args:
        settings: a FineTuningSettings.
        make_loader: makes the batches, as `make_loader(settings, tokenizer, device, state)`: an
            iterator over (inputs, targets) with `state_dict()`, which goes on where `state` says.

    Returns:
        The metrics of the trained model, by name.
    """
    with process_group(settings.device) as device:
        return train(settings, make_loader, device)


def train(settings, make_loader, device):
    """Train on this rank. Return the metrics of the trained model."""
    tokenizer = get_tokenizer()
    model, optimizers = load_source(settings, tokenizer, device)
    run = BatchRun(settings, settings.num_steps, model=model, optimizers=optimizers,
                   tokenizer=tokenizer)
    loader = make_loader(settings, tokenizer, device, run.loader_state)
    test_loader = ConversationLoader(chat_tasks("test", settings.conversations), tokenizer,
                                     settings.micro_batch_size, settings.sequence_len,
                                     device=device)
    test_batches = next_batches(test_loader, settings.eval_batches)

    def evaluate(done):
        run.note(done, val_loss=evaluate_loss(run.compiled, test_batches))
        say(f"step {done}: {run.metrics['val_loss']:.4f} nats per token of new answers")

    run.announce(f"{settings.batch_tokens:,} tokens from {settings.source}")
    return run.train(loader, [(settings.eval_every, evaluate)], title=settings.run_name)
