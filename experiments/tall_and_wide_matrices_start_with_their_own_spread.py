"""What comes out of a fresh matrix.

In a fresh model, every matrix starts with a spread by its shape: what goes in at a size of one
should come out at a size of one, and smaller where outputs are fewer than inputs, by the root of
their share (Yang et al., 2023). Random vectors go through one matrix of each kind. The histograms
are the numbers that come out, the black curves those that should.

What are the shapes of these matrices, and how do they lie in memory?
"""

import math

import torch

EDGE, BINS = 3.2, 48
NAMES = ("attn.c_q", "attn.c_k", "attn.c_v", "mlp.c_fc")


def experiment(seed):
    """Return for some matrices of a fresh model how the numbers are spread that come out."""
    from nanochat.gpt import GPT, GPTConfig

    torch.manual_seed(seed)
    shape = {"n_layer": 1, "n_head": 8, "n_kv_head": 2, "n_embd": 128}
    model = GPT(GPTConfig(sequence_len=8, vocab_size=50, **shape))
    model.init_weights()
    matrices = []
    for name in NAMES:
        weight = model.transformer.h[0].get_submodule(name).weight.detach()
        outputs, inputs = weight.shape
        values = torch.randn(256, inputs) @ weight.T
        counts = torch.histc(values, BINS, -EDGE, EDGE) * BINS / (2 * EDGE * values.numel())
        matrices.append(
            {
                "name": name,
                "outputs": outputs,
                "inputs": inputs,
                "spread": values.std().item(),
                "density": counts.tolist(),
            }
        )
    return {"matrices": matrices}


def picture(data):
    """Draw a histogram for each matrix."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 2.4), layout="constrained")
    width = 2 * EDGE / BINS
    edges = [-EDGE + place * width for place in range(BINS + 1)]
    for axes, it in zip(figure.subplots(1, 4), data["matrices"], strict=True):
        spread = min(1, it["outputs"] / it["inputs"]) ** 0.5
        peak = 1 / (spread * math.sqrt(2 * math.pi))
        normal = [peak * math.exp(-0.5 * (x / spread) ** 2) for x in edges]
        axes.stairs(it["density"], edges, fill=True, color="#0072B2")
        axes.plot(edges, normal, color="black", linewidth=1.2)
        axes.set_title(f"{it['name']}: size {it['spread']:.2f}", fontsize=9)
        axes.set(xlim=(-EDGE, EDGE), yticks=(), ylim=(0, 1.7 * peak))
        axes.set_xlabel(f"{it['inputs']} in, {it['outputs']} out", fontsize=9)
    return figure
