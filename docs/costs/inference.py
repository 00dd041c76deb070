"""What bugs cost in attention and inference."""

import numpy as np


def rotary_wavelengths_compressed(law):
    """The longest wavelength of a head of 64 channels, in positions."""
    return round(float(law.wavelengths(law.observe(2))[-1]))


def positions_counted_in_half_precision(law):
    """Steps from one position to the next that are told wrongly, all steps, and the first one."""
    seen = law.observe(0)
    turned = seen["cos"].astype(np.float64) + 1j * seen["sin"]
    wrong = np.flatnonzero(np.abs(np.angle(turned[1:] / turned[:-1]) - 1.0) > 1e-2)
    return len(wrong), len(turned) - 1, wrong[:1].tolist()


def tables_left_as_memory_was(_law):
    """Largest change of the last logits when the tokens before are read in another order."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    with torch.device("meta"):
        shape = {"n_layer": 1, "n_head": 4, "n_kv_head": 4, "n_embd": 32}
        model = GPT(GPTConfig(sequence_len=8, vocab_size=50, **shape))
    model.to_empty(device="cpu")
    for buffer in model.buffers():  # as fresh memory mostly is
        buffer.zero_()
    model.init_weights()
    torch.manual_seed(0)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=weight.size(-1) ** -0.5)
    with torch.inference_mode():
        logits = model(torch.tensor([[1, 2, 3, 4], [3, 2, 1, 4]]))[:, -1]
    return round(float((logits[0] - logits[1]).abs().max()), 3)


def more_candidates_than_tokens(law):
    """Tokens that are drawn from a small vocabulary, by the limit."""
    return {limit: len(tokens) for limit, tokens in law.observe(0)["drawn"].items()}


def temperature_applied_twice(law):
    """Share of the likeliest token, by temperature and limit."""
    seen = law.observe(0)
    best = int(seen["scores"].argmax())
    pairs = zip(law.CASES, seen["counts"], strict=True)
    return {case: round(int(counts[best]) / law.DRAWS, 2) for case, counts in pairs}


def first_token_drawn_for_all_samples(law):
    """Different first tokens of 32 samples."""
    return len({row[0] for row in law.observe(0)["samples"][0]})


def end_token_left_out_of_answers(law):
    """Answers that hold the token that ended them, and answers that ended."""
    seen = law.observe(0)
    pairs = zip(seen["results"], seen["answers"], strict=True)
    return sum(found[-1] == answer[-1] for found, answer in list(pairs)[:2]), 2


def zero_counts_as_no_result(law):
    """Results that are handed over, of six that the calculator has."""
    return sum(bool(text) for text in law.observe(0)["handed_over"].values())


def commas_taken_out_of_quotes(law):
    """Commas of a text: as they are, and as they are counted in single and double quotes."""
    rows = [row for row in law.observe(0)["counts"] if row[1] == ","]
    return rows[0][2], [counted for _, _, _, counted in rows]


def every_question_opens_a_document(law):
    """Tokens that open a document in the prompt of the third question."""
    seen = law.observe(0)
    return seen["prompts"][2].count(seen["bos"])
