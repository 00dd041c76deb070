"""A base folder in which a model too small to know anything can be tuned and talked to."""

from dataclasses import asdict

from tiny_gpt import random_gpt

from nanochat.checkpoint import Meta, get_run_dir, save_checkpoint, tokenizer_fingerprint
from nanochat.corpus import write_corpus
from nanochat.scripts import tok_train
from nanochat.tokenizer import get_tokenizer


def fill_base_dir():
    """Write a small corpus, a tokenizer, and a checkpoint of a random model as run `base`."""
    write_corpus(number=60, shards=2, group_rows=10)
    tok_train.main(tok_train.Settings(vocab_size=300, single_digits=True))
    tokenizer = get_tokenizer()
    model = random_gpt(vocab_size=tokenizer.get_vocab_size(), sequence_len=64)
    meta = Meta(
        step=1,
        model_config=asdict(model.config),
        tokenizer=tokenizer_fingerprint(tokenizer),
        world_size=1,
        settings={},
        metrics={},
    )
    save_checkpoint(get_run_dir("base"), meta, model=model)
