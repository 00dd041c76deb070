"""After a tool call come output_start, the result and output_end, and none of it is sampled."""

import random

MATCHES_CLEAN = ("sums", "tokens", "masks", "texts")


def observe(seed):
    """Let two scripted samples call the calculator at different times, each with its own sum."""
    from small_models import CharacterTokenizer, ScriptedModel

    from nanochat.engine import Engine

    random_numbers = random.Random(seed)
    sums = [[random_numbers.randint(1, 99) for _ in range(2)] for _ in range(2)]
    tokenizer = CharacterTokenizer()
    start, stop, end = (
        tokenizer.encode_special(f"<|{name}|>")
        for name in ("python_start", "python_end", "assistant_end")
    )
    scripts = []
    for said, (a, b) in zip(("so ", "see: "), sums, strict=True):
        script = [*tokenizer.encode(said), start, *tokenizer.encode(f"{a}+{b}"), stop]
        # Whatever the model would say while the result is put in its mouth is not heard.
        scripts.append(script + [ord("#")] * (len(str(a + b)) + 2) + [end])

    model = ScriptedModel(scripts, tokenizer.get_vocab_size())
    columns = list(Engine(model, tokenizer).generate([1], num_samples=2, max_tokens=40))
    tokens = [list(row) for row in zip(*(column for column, _ in columns), strict=True)]
    masks = [list(row) for row in zip(*(mask for _, mask in columns), strict=True)]
    return {
        "sums": sums,
        "tokens": tokens,
        "masks": masks,
        "texts": [tokenizer.decode(row) for row in tokens],
    }


def test_the_result_stands_between_output_start_and_output_end(observed):
    """Each sample reads its own call, then its own result in brackets."""
    for (a, b), text in zip(observed["sums"], observed["texts"], strict=True):
        expected = f"{a}+{b}<|python_end|><|output_start|>{a + b}<|output_end|><|assistant_end|>"
        assert expected in text, f"expected ...{expected} in {text!r}"


def test_what_the_tool_says_is_not_marked_as_sampled(observed):
    """Masks are 0 for the brackets and the result, and 1 for all that the model chose."""
    for (a, b), masks in zip(observed["sums"], observed["masks"], strict=True):
        forced = len(str(a + b)) + 2
        assert masks.count(0) >= forced, f"{masks.count(0)} tokens are marked as forced"
        first = masks.index(0)
        assert masks[first : first + forced] == [0] * forced, f"masks are {masks}"
