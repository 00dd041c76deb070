"""Midtrain a model, as in `python -m nanochat.scripts.mid_train --preset cpu`.

It goes on with the base model: some rows of every batch are text as before, the others are
conversations, of which all tokens are learned. So the model meets turns, tools and answers without
forgetting what it has read.
"""

from dataclasses import dataclass

from nanochat.dataloader import tokenizing_distributed_data_loader
from nanochat.fine_tuning import FineTuningSettings, fine_tune
from nanochat.settings import run_script, setting
from nanochat.sft import ConversationLoader, JoinedLoader
from nanochat.tasks.curriculum import chat_tasks


@dataclass(frozen=True)
class Settings(FineTuningSettings):
    """Go on with a base model, on text and conversations."""

    run_name: str = "mid"
    text_rows: int = setting(8, "rows of a micro-batch that are text; the others are conversations")

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= self.text_rows < self.micro_batch_size:
            raise ValueError(f"--text-rows is {self.text_rows}. Give 1 or more, and fewer than the "
                             f"{self.micro_batch_size} of --micro-batch-size.")


def mixed_loader(settings, tokenizer, device, state=None):
    """What makes the batches, for `fine_tune`: text and conversations in every one of them."""
    T, text_rows = settings.sequence_len, settings.text_rows
    text_state, chat_state = state or (None, None)
    text = tokenizing_distributed_data_loader(
        text_rows, T, "train", device=device, tokenizer=tokenizer, resume_from=text_state
    )
    chat = ConversationLoader(chat_tasks("train", settings.conversations), tokenizer,
                              settings.micro_batch_size - text_rows, T, everything=True,
                              device=device, resume_from=chat_state)
    return JoinedLoader(text, chat)


def main(settings: Settings):
    """Train from the first step, or from the newest checkpoint, to the last."""
    return fine_tune(settings, mixed_loader)


if __name__ == "__main__":
    run_script(main, Settings, "mid_train")
