"""What a bug costs the tuning on conversations: a small fresh model learns to answer."""

import numpy as np
import torch
from steps import Steps

AXIS = "steps of fine-tuning"
MEASURES = {
    "answer_loss": "nats per token of what the assistant says",
    "loss": "training loss as the run itself reports it, nats per token",
}
MOST_STEPS, POINTS = 2000, 10

MINIATURE = (
    "--preset=cpu", "--micro-batch-size=4", "--batch-tokens=512", "--conversations=4000",
    "--warmdown-ratio=0.2",
)  # fmt: skip
SHAPE = {"n_layer": 2, "n_head": 4, "n_kv_head": 2, "n_embd": 64}
DOCUMENTS = 500  # that the tokenizer is trained on
TEST_ROWS = 16


def settings():
    """Return the settings of the miniature."""
    from nanochat.scripts.chat_sft import Settings
    from nanochat.settings import parse_settings

    return parse_settings(Settings, "chat_sft", MINIATURE)


def prepare(folder, seed):
    """Write the tokenizer, and new conversations as the clean code renders them.

    Args:
        folder: where to; it is empty.
        seed: of the text that the tokenizer is trained on.

    """
    from itertools import islice

    from nanochat.corpus import documents
    from nanochat.sft import ConversationLoader
    from nanochat.tasks.curriculum import chat_tasks
    from nanochat.tokenizer import RustBPETokenizer

    texts = islice(documents(seed), DOCUMENTS)
    tokenizer = RustBPETokenizer.train_from_iterator(texts, 512)
    tokenizer.save(folder)
    task = chat_tasks("test", settings().conversations)
    loader = ConversationLoader(task, tokenizer, TEST_ROWS, settings().sequence_len)
    inputs, targets = next(loader)
    np.savez(folder / "answers.npz", inputs=inputs, targets=targets)


class Probe(Steps):
    """A run as chat_sft takes it, from weights of a seed; ``prepare`` filled the folder."""

    def __init__(self, folder, seed, steps):
        from nanochat.gpt import GPTConfig
        from nanochat.scripts.base_train import build_model
        from nanochat.scripts.chat_sft import conversation_loader
        from nanochat.tokenizer import RustBPETokenizer

        tokenizer = RustBPETokenizer.from_directory(folder)
        shape = {"sequence_len": settings().sequence_len, **SHAPE}
        config = GPTConfig(vocab_size=tokenizer.get_vocab_size(), **shape)
        model = build_model(config, seed=seed, device="cpu")
        loader = conversation_loader(settings(), tokenizer, "cpu")
        optimizers = model.setup_optimizers()
        super().__init__(model, optimizers, loader=loader, settings=settings(), steps=steps)
        self.answers = np.load(folder / "answers.npz")

    def measured(self):
        """Return what is measured now."""
        return {"answer_loss": self._answer_loss(), "loss": self.upcoming_loss()}

    @torch.no_grad()
    def _answer_loss(self):
        """Return the loss on the tokens that the clean code would have a model learn."""
        inputs = torch.from_numpy(self.answers["inputs"])
        targets = torch.from_numpy(self.answers["targets"])
        counts = targets != -1
        chosen = targets.clamp(min=0)[..., None]
        nats = -self.model(inputs).log_softmax(dim=-1).gather(-1, chosen)[..., 0]
        return nats[counts].mean().item()
