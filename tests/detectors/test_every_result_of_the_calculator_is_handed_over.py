"""Whatever the calculator computes is put into the sample; where it cannot compute, nothing is."""

import random

MATCHES_CLEAN = ("a", "b", "handed_over")


def observe(seed):
    """Let a scripted model call the calculator, mostly for results out of the ordinary."""
    from small_models import CharacterTokenizer, ScriptedModel, sampled_rows

    from nanochat.engine import Engine

    tokenizer = CharacterTokenizer()
    start, stop, end = (
        tokenizer.encode_special(f"<|{name}|>")
        for name in ("python_start", "python_end", "assistant_end")
    )
    a, b = random.Random(seed).sample(range(2, 99), 2)
    calls = [f"{a}+{b}", f"{a}-{a}", f"0*{b}", f"{a}-{a}.0", "'tea'.count('z')", f"{a}-{a + b}"]
    handed_over = {}
    for call in [*calls, f"{a}/0"]:
        # Whatever the model would say while the result is put in its mouth is not heard.
        script = [start, *tokenizer.encode(call), stop, *tokenizer.encode("#######"), end]
        model = ScriptedModel([script], tokenizer.get_vocab_size())
        (tokens,), (masks,) = sampled_rows(Engine(model, tokenizer), [1], max_tokens=30)
        forced = [token for token, mask in zip(tokens, masks, strict=True) if not mask]
        handed_over[call] = tokenizer.decode([token for token in forced if token < 128])
    return {"a": a, "b": b, "handed_over": handed_over}


def test_each_result_is_what_the_sample_goes_on_with(observed):
    """Zero is a result, and so is a number below it."""
    a, b = observed["a"], observed["b"]
    results = [str(a + b), "0", "0", "0.0", "0", str(-b), ""]
    expected = dict(zip(observed["handed_over"], results, strict=True))
    assert observed["handed_over"] == expected
