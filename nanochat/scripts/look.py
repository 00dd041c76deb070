"""Look at a trained model at work, as in `python -m nanochat.scripts.look attention "Hello there"`.

    tokens TEXT      the text as a question, token by token; what a model learns from it is green
    attention TEXT   what each token attends to: a map for each head of a layer
    cache TEXT       where the cache keeps each token, and what it weighs
    optimizers       who trains which parameter, and how fast
    schedule         the learning rates of a whole run

Pictures need matplotlib, which comes with the extra `plot`.
"""

import argparse
import sys
from pathlib import Path

import torch

from nanochat import looking
from nanochat.checkpoint import find_checkpoint, get_run_dir, load_model
from nanochat.scripts import base_train, tok_train
from nanochat.settings import DEFAULT_PRESET, PRESETS, parse_settings
from nanochat.tokenizer import get_tokenizer

MEANINGS = {
    "tokens": "a text as tokens, with what is learned of them",
    "attention": "what each token of a text attends to",
    "cache": "what the cache keeps of a text",
    "optimizers": "who trains which parameter",
    "schedule": "the learning rates of a run",
}


def parse_arguments(argv=None):
    """What to look at."""
    parser = argparse.ArgumentParser(prog="python -m nanochat.scripts.look",
                                     description="Look at a model at work.")
    tools = parser.add_subparsers(dest="tool", required=True, metavar="TOOL")
    tool = {name: tools.add_parser(name, help=what, description=f"Show {what}.")
            for name, what in MEANINGS.items()}
    for name in ("tokens", "attention", "cache"):
        tool[name].add_argument("text")
    for name in ("attention", "cache"):
        tool[name].add_argument("--run-name", default="rl", metavar="NAME",
                                help="its newest checkpoint is looked at (default: %(default)s)")
    tool["attention"].add_argument("--layer", type=int, default=0, metavar="N",
                                   help="from 0 (default: %(default)s)")
    for name in ("optimizers", "schedule"):
        tool[name].add_argument("--preset", default=DEFAULT_PRESET, choices=PRESETS,
                                help="of pretraining (default: %(default)s)")
    tool["schedule"].add_argument("--num-steps", type=int, default=150, metavar="N",
                                  help="length of the run (default: %(default)s)")
    for name in ("attention", "cache", "schedule"):
        tool[name].add_argument("--out", type=Path, default=Path(f"{name}.png"), metavar="FILE",
                                help="where the picture goes (default: %(default)s)")
    return parser.parse_args(argv)


def model_and_tokens(arguments):
    """The model of a run, its tokenizer, and the text as ids."""
    tokenizer = get_tokenizer()
    checkpoint = find_checkpoint(get_run_dir(arguments.run_name))
    model, _ = load_model(checkpoint, tokenizer, torch.device("cpu"))
    return model.eval(), tokenizer, tokenizer.encode(arguments.text, prepend="<|bos|>")


def base_run(arguments):
    """The settings of pretraining, the model that it would begin with, and its optimizers."""
    preset = [f"--preset={arguments.preset}"]
    settings = parse_settings(base_train.Settings, "base_train", preset)
    vocab_size = parse_settings(tok_train.Settings, "tok_train", preset).vocab_size
    with torch.device("meta"):          # shapes without memory: nothing is computed with it
        return settings, *base_train.fresh_model(settings, vocab_size, "meta")


def figure_of(width: float, height: float):
    """An empty figure of so many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


# -----------------------------------------------------------------------------
# The tools; each returns what to print, and a figure or None

def tokens(arguments):
    """The text as a user's question, in colour."""
    tokenizer = get_tokenizer()
    messages = [{"role": "user", "content": arguments.text},
                {"role": "assistant", "content": "..."}]
    ids, mask = tokenizer.render_conversation({"messages": messages})
    return tokenizer.visualize_tokenization(ids, mask), None


def attention(arguments):
    """A map for each head of a layer."""
    model, tokenizer, ids = model_and_tokens(arguments)
    weights = looking.attention_weights(model, ids)
    if not 0 <= arguments.layer < len(weights):
        raise ValueError(f"--layer is {arguments.layer}. Choose one of 0 to {len(weights) - 1}.")
    heads = weights[arguments.layer]
    texts = looking.token_texts(tokenizer, ids)
    size = 1.5 + 0.16 * len(ids)
    figure = figure_of(size * len(heads), size)
    for head, axes in enumerate(figure.subplots(1, len(heads), squeeze=False)[0]):
        looking.draw_attention(axes, heads[head], texts, f"layer {arguments.layer}, head {head}")
    return f"{len(ids)} tokens, {len(heads)} heads", figure


def cache(arguments):
    """Where each token is kept, and what the cache weighs in the end."""
    model, _, ids = model_and_tokens(arguments)
    watched = looking.watch_cache(model, ids)
    figure = figure_of(6, 4)
    looking.draw_cache(figure.subplots(), watched.slots, arguments.text)
    positions, size = watched.held[-1]
    return f"{positions} positions, {size:,} bytes", figure


def optimizers(arguments):
    """A line for each parameter."""
    _, model, held = base_run(arguments)
    return looking.parameter_table(looking.parameter_groups(model, held)), None


def schedule(arguments):
    """A curve for each parameter group."""
    settings, _, held = base_run(arguments)
    rates = looking.learning_rates(held, arguments.num_steps, settings)
    figure = figure_of(8, 3.5)
    looking.draw_learning_rates(figure.subplots(), rates, f"preset {arguments.preset}")
    highest = (f"{name}: at most {max(values):.2g}" for name, values in rates.items())
    return "\n".join(highest), figure


TOOLS = {"tokens": tokens, "attention": attention, "cache": cache, "optimizers": optimizers,
         "schedule": schedule}


def main(argv=None):
    """Show what was asked for; return the exit code."""
    arguments = parse_arguments(argv)
    try:
        text, figure = TOOLS[arguments.tool](arguments)
        print(text)
        if figure is not None:
            figure.savefig(arguments.out, dpi=100)
            print(f"Drawn to {arguments.out}.")
    except ImportError as error:
        print(f"{error}. Pictures need it: pip install matplotlib", file=sys.stderr)
        return 3
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
