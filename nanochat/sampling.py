"""The choice of the next token."""

import math

import torch


@torch.inference_mode()
def sample_next_token(logits, rng, temperature: float = 1.0, top_k: int | None = None):
    """Draw one token for each row.

    Args:
        logits: (B, V) scores.
        rng: torch.Generator on the device of the logits.
        temperature: 0 takes the best token; higher is more even.
        top_k: how many of the best tokens take part; None or 0 for all of them.

    Returns:
        (B, 1) int64 token ids.

    Raises:
        ValueError: temperature or top_k is negative, or temperature is not a finite number.
    """
    if not 0 <= temperature < math.inf or (top_k or 0) < 0:
        raise ValueError(
            f"sample_next_token: temperature is {temperature}, top_k is {top_k}. Give a "
            "finite temperature of 0 or more, and a top_k of 0 or more, or None."
        )
    if temperature == 0:
        return logits.argmax(dim=-1, keepdim=True)

    # A draw among the best: where scores are equal at the edge, some of them stay out.
    if top_k:
        k = min(top_k, logits.size(-1))
        scores, candidates = logits.topk(k, dim=-1)                         # (B, k)
        choice = torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=rng)
        return candidates.gather(-1, choice)
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1, generator=rng)
