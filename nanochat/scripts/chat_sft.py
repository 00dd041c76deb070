"""Tune a model to answer, as in `python -m nanochat.scripts.chat_sft --preset cpu`.

It goes on with the midtrained model, on conversations of which only what the assistant says is
learned: its words, its calls of the calculator, and the end of its turns.
"""

from dataclasses import dataclass

from nanochat.fine_tuning import FineTuningSettings, fine_tune
from nanochat.settings import run_script
from nanochat.sft import ConversationLoader
from nanochat.tasks.curriculum import chat_tasks


@dataclass(frozen=True)
class Settings(FineTuningSettings):
    """Tune a midtrained model on what the assistant says in conversations."""

    run_name: str = "sft"
    source: str = "mid"
    warmdown_ratio: float = 1.0


def conversation_loader(settings, tokenizer, device, state=None):
    """What makes the batches, for `fine_tune`."""
    task = chat_tasks("train", settings.conversations)
    return ConversationLoader(task, tokenizer, settings.micro_batch_size, settings.sequence_len,
                              device=device, resume_from=state)


def main(settings: Settings):
    """Train from the first step, or from the newest checkpoint, to the last."""
    return fine_tune(settings, conversation_loader)


if __name__ == "__main__":
    run_script(main, Settings, "chat_sft")
