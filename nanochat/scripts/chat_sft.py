"""Tune a model to answer, as in `python -m nanochat.scripts.chat_sft --preset cpu`.

It goes on with the midtrained model, on conversations of which only what the assistant says is
learned: its words, its calls of the calculator, and the end of its turns.
"""

from dataclasses import dataclass

from nanochat.distributed import process_group
from nanochat.fine_tuning import FineTuningSettings, fine_tune
from nanochat.settings import run_script, setting
from nanochat.sft import ConversationLoader
from nanochat.tasks.curriculum import chat_tasks
from nanochat.tokenizer import get_tokenizer


@dataclass(frozen=True)
class Settings(FineTuningSettings):
    """Tune a midtrained model on what the assistant says in conversations."""

    run_name: str = setting("sft", "name of the run, and of its folder")
    source: str = setting("mid", "run whose newest checkpoint is gone on with")
    warmdown_ratio: float = setting(1.0, "part of the run in which learning rates fall")


def conversation_data(settings, tokenizer, device):
    """What makes the batches, for `fine_tune`."""
    task = chat_tasks("train", settings.conversations)

    def make(B, loader_state):
        return ConversationLoader(task, tokenizer, B, settings.sequence_len, device=device,
                                  resume_from=loader_state)

    return make


def main(settings: Settings):
    """Trains from the first step, or from the newest checkpoint, to the last."""
    with process_group(settings.device) as device:
        tokenizer = get_tokenizer()
        return fine_tune(settings, tokenizer, device,
                         training_data=conversation_data(settings, tokenizer, device),
                         test_task=chat_tasks("test", settings.conversations))


if __name__ == "__main__":
    run_script(main, Settings, "chat_sft")
