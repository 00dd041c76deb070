"""What is counted in a text is counted in all of it, commas between its digits included."""

import random

MATCHES_CLEAN = ("text", "counts")


def observe(seed):
    """Ask for characters of texts with numbers in them, in single and in double quotes."""
    from nanochat.calculator import use_calculator

    rng = random.Random(seed)
    text = " or ".join(f"{rng.randint(1_000, 9_999_999):,}" for _ in range(3))
    wanted = [",", "o", str(rng.randint(0, 9))]
    counts = [
        [quote, part, text.count(part), use_calculator(f"{quote}{text}{quote}.count({other})")]
        for quote in ("'", '"')
        for part in wanted
        for other in (f"'{part}'" if quote == "'" else f'"{part}"',)
    ]
    return {"text": text, "counts": counts}


def test_no_character_of_a_text_is_lost(observed):
    """Whatever its quotes, and whatever is counted."""
    for quote, part, expected, counted in observed["counts"]:
        asked = f"{quote}{observed['text']}{quote}.count({part!r})"
        assert counted == expected, f"{asked} is {expected}, and not {counted}"
