"""Chat with a model in the terminal, as in `python -m nanochat.scripts.chat_cli`.

Each line is a turn; /reset forgets the conversation, /quit or the end of the input ends it. With
input from a pipe nothing but the answers is printed, one to a line.
"""

import sys
from dataclasses import dataclass

import torch

from nanochat.chat import Chat
from nanochat.checkpoint import find_checkpoint, get_run_dir, load_model
from nanochat.device import autodetect_device
from nanochat.engine import Engine
from nanochat.settings import check_at_least_one, run_script, setting
from nanochat.tokenizer import get_tokenizer
from nanochat.training import mixed_precision


@dataclass(frozen=True)
class Settings:
    """Chat with a model in the terminal."""

    run_name: str = setting("rl", "run whose newest checkpoint answers")
    device: str = setting("auto", "cuda, mps, cpu, or auto for the best there is")
    max_tokens: int = setting(64, "tokens that an answer may have")
    temperature: float = setting(0.6, "0 for the most likely answer, higher for more variety")
    top_k: int = setting(50, "tokens that take part in every choice; 0 for all")
    seed: int = setting(0, "another seed, other answers")

    def __post_init__(self):
        check_at_least_one(self, "max_tokens")
        if self.temperature < 0 or self.top_k < 0:
            raise ValueError("--temperature and --top-k must not be below 0.")


def read_lines(source, prompt: str):
    """Yield the lines of a text stream, asking for each of them if somebody is there to answer."""
    while True:
        if source.isatty():
            print(prompt, end="", flush=True)
        line = source.readline()
        if not line:
            return
        yield line.strip()


def answer_aloud(chat, text: str, seed: int):
    """Print the answer while it is written. Ctrl-C ends the answer, and not the conversation."""
    pieces = chat.answer(text, seed)
    try:
        for piece in pieces:
            print(piece, end="", flush=True)
    except KeyboardInterrupt:
        print(" ...", end="")
    except ValueError as error:
        print(error, end="")
    finally:
        pieces.close()
        print(flush=True)


def converse(chat, source, seed: int):
    """Answer line after line, until there are no more."""
    for number, line in enumerate(read_lines(source, "> ")):
        if line == "/quit":
            return
        if line == "/reset":
            chat.reset()
            print("(forgotten)", flush=True)
        elif line.startswith("/"):
            print(f"There is no command {line}. Say /reset or /quit.", flush=True)
        elif line:
            answer_aloud(chat, line, seed + number)


def main(settings: Settings, source=None):
    """Talk to whoever is at the other end of `source`; default: standard input."""
    source = sys.stdin if source is None else source
    name = settings.device
    device = autodetect_device() if name == "auto" else torch.device(name)
    tokenizer = get_tokenizer()
    checkpoint = find_checkpoint(get_run_dir(settings.run_name))
    model, meta = load_model(checkpoint, tokenizer, device)
    chat = Chat(Engine(model.eval(), tokenizer), max_tokens=settings.max_tokens,
                temperature=settings.temperature, top_k=settings.top_k)
    if source.isatty():
        print(f"{settings.run_name}, step {meta.step}, on {device}. "
              "/reset to start anew, /quit to end.")
    try:
        with mixed_precision(device):
            converse(chat, source, settings.seed)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    run_script(main, Settings, "chat_cli")
