"""A sample that has ended repeats its last token unmasked; when all have ended, it is over."""

import random

MATCHES_CLEAN = ("ends", "lengths", "tokens", "masks")


def observe(seed):
    """Let scripted samples end at different times, with either of the ending tokens."""
    from small_models import CharacterTokenizer, ScriptedModel, sampled_rows

    from nanochat.engine import Engine

    tokenizer = CharacterTokenizer()
    ends = [tokenizer.encode_special("<|assistant_end|>"), tokenizer.get_bos_token_id()]
    lengths = random.Random(seed).sample(range(1, 9), 3)
    scripts = [
        [*tokenizer.encode("abcdefgh"[:length]), ends[row % 2], *tokenizer.encode("unheard")]
        for row, length in enumerate(lengths)
    ]
    model = ScriptedModel(scripts, tokenizer.get_vocab_size())
    engine = Engine(model, tokenizer)
    tokens, masks = sampled_rows(engine, [1], num_samples=3, max_tokens=25)
    return {"ends": ends, "lengths": lengths, "tokens": tokens, "masks": masks}


def test_generation_stops_with_the_last_sample(observed):
    """The longest sample and its end set the number of columns."""
    assert [len(row) for row in observed["tokens"]] == [max(observed["lengths"]) + 1] * 3


def test_an_ended_sample_repeats_its_end(observed):
    """Nothing that the model says after the end is heard."""
    for row, (length, tokens) in enumerate(
        zip(observed["lengths"], observed["tokens"], strict=True)
    ):
        end = observed["ends"][row % 2]
        spoken = [ord(character) for character in "abcdefgh"[:length]]
        assert tokens == spoken + [end] * (len(tokens) - length)


def test_masks_count_the_end_once(observed):
    """The model chose to end, and nothing after that."""
    for length, masks in zip(observed["lengths"], observed["masks"], strict=True):
        assert masks == [1] * (length + 1) + [0] * (len(masks) - length - 1)
