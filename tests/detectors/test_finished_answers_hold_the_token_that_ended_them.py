"""An answer that has ended is kept up to and with the token that ended it, chosen by the model."""

import random

MATCHES_CLEAN = ("prompt", "answers", "results", "masks")


def observe(seed):
    """Sample whole answers of different lengths, the last of which is cut off."""
    from small_models import CharacterTokenizer, ScriptedModel

    from nanochat.engine import Engine

    tokenizer = CharacterTokenizer()
    ends = [tokenizer.encode_special("<|assistant_end|>"), tokenizer.get_bos_token_id()]
    lengths = [*random.Random(seed).sample(range(1, 9), 2), 12]
    prompt = tokenizer.encode("why")
    answers = [
        [*tokenizer.encode("abcdefghijkl"[:length]), ends[row % 2]]
        for row, length in enumerate(lengths)
    ]
    scripts = [[*answer, *tokenizer.encode("unheard")] for answer in answers]
    engine = Engine(ScriptedModel(scripts, tokenizer.get_vocab_size()), tokenizer)
    results, masks = engine.generate_batch(prompt, num_samples=3, max_tokens=12)
    return {
        "prompt": prompt,
        "answers": [answer[:12] for answer in answers],
        "results": results,
        "masks": masks,
    }


def test_each_answer_holds_its_end_and_nothing_after_it(observed):
    """It follows the prompt; an answer that was cut off has no end."""
    prompt = observed["prompt"]
    assert observed["results"] == [[*prompt, *answer] for answer in observed["answers"]]


def test_the_end_counts_as_chosen_like_every_token_of_the_answer(observed):
    """A model learns to stop only where stopping is told to be its choice."""
    before = [0] * len(observed["prompt"])
    assert observed["masks"] == [[*before, *[1] * len(answer)] for answer in observed["answers"]]
