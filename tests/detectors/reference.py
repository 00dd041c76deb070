"""The model once more: numpy, float64, one position and one head at a time, as the papers write it.

Slow and plain on purpose. It shares no code with the model that it is compared with.
"""

import numpy as np


def naive_forward(weights, config, tokens):
    """Logits of one sequence.

    Args:
        weights: the model's parameters by name, as arrays.
        config: dict with n_layer, n_head, n_kv_head, n_embd.
        tokens: list of T token ids.

    Returns:
        (T, V) float64.
    """
    weights = {name: np.asarray(value, dtype=np.float64) for name, value in weights.items()}
    stream = [rms_normalised(weights["transformer.wte.weight"][token]) for token in tokens]
    for layer in range(config["n_layer"]):
        block = {
            name.split(".", 3)[3]: value
            for name, value in weights.items()
            if name.startswith(f"transformer.h.{layer}.")
        }
        mixed = attention(block, config, [rms_normalised(x) for x in stream])
        stream = [x + y for x, y in zip(stream, mixed, strict=True)]
        stream = [x + mlp(block, rms_normalised(x)) for x in stream]
    logits = np.stack([weights["lm_head.weight"] @ rms_normalised(x) for x in stream])
    return 15.0 * np.tanh(logits / 15.0)


def rms_normalised(x):
    """Divide a vector by its root mean square."""
    return x / np.sqrt(np.mean(x**2) + np.finfo(np.float32).eps)


def rotated(x, position, base=10000.0):
    """Turn channel i together with channel i + D/2 by position * base**(-2i/D)."""
    width = len(x)
    turned = np.empty(width)
    for i in range(width // 2):
        angle = position * base ** (-2.0 * i / width)
        a, b = x[i], x[i + width // 2]
        turned[i] = a * np.cos(angle) + b * np.sin(angle)
        turned[i + width // 2] = b * np.cos(angle) - a * np.sin(angle)
    return turned


def attention(block, config, xs):
    """Causal softmax attention; consecutive query heads share a key/value head."""
    width = config["n_embd"] // config["n_head"]
    group = config["n_head"] // config["n_kv_head"]

    def heads(name, x, position=None):
        rows = (block[f"attn.{name}.weight"] @ x).reshape(-1, width)
        if position is None:
            return rows
        return np.stack([rms_normalised(rotated(row, position)) for row in rows])

    keys = [heads("c_k", x, position) for position, x in enumerate(xs)]
    values = [heads("c_v", x) for x in xs]
    mixed = []
    for position, x in enumerate(xs):
        parts = []
        for head, query in enumerate(heads("c_q", x, position)):
            seen = range(position + 1)
            scores = np.array([query @ keys[s][head // group] for s in seen]) / np.sqrt(width)
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            parts.append(sum(shares[s] * values[s][head // group] for s in seen))
        mixed.append(block["attn.c_proj.weight"] @ np.concatenate(parts))
    return mixed


def mlp(block, x):
    """Widen, square what is positive, narrow."""
    hidden = np.maximum(block["mlp.c_fc.weight"] @ x, 0.0) ** 2
    return block["mlp.c_proj.weight"] @ hidden
