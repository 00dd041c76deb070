"""The choice of the next token."""

import torch


@torch.inference_mode()
def sample_next_token(logits, rng, temperature=1.0, top_k=None):
    """Draw one token for each row.

    Args:
        logits: (B, V) scores.
        rng: torch.Generator on the device of the logits.
        temperature: 0 takes the best token; higher is more even.
        top_k: how many of the best tokens take part; None or 0 for all of them.

    Returns:
        (B, 1) int64 token ids.

    Raises:
        ValueError: temperature or top_k is negative.
    """
    if temperature < 0 or (top_k or 0) < 0:
        raise ValueError(
            f"sample_next_token: temperature={temperature}, top_k={top_k}. Neither may be negative."
        )
    if temperature == 0:
        return logits.argmax(dim=-1, keepdim=True)

    # Among the best k, ties at the edge included only as far as k goes.
    if top_k:
        k = min(top_k, logits.size(-1))
        scores, candidates = logits.topk(k, dim=-1)                         # (B, k)
        choice = torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=rng)
        return candidates.gather(-1, choice)
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1, generator=rng)
