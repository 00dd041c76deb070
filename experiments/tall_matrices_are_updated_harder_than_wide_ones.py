"""How hard a matrix is updated.

Muon makes the singular values of an update about one, and then scales it by the shape of the
matrix: by the root of rows over columns where that is more than one. Matrices of several shapes get
a random gradient and take a step at a learning rate of one. The bars are the typical singular value
of the step; the black lines are the scale, and the grey bands what the iteration leaves of it.

Look up in a model which of its matrices are tall, and which are wide.
"""

import torch

SHAPES = ((128, 16), (64, 16), (32, 16), (16, 16), (16, 32), (16, 64), (16, 128))


def experiment(seed, shapes=SHAPES):
    """Return for each shape the root mean square of the singular values of a step."""
    from nanochat.optim import Muon

    torch.manual_seed(seed)
    strengths = []
    for shape in shapes:
        matrix = torch.nn.Parameter(torch.zeros(shape))
        matrix.grad = torch.randn(shape)
        Muon([matrix], lr=1.0).step()
        strengths.append(matrix.norm().item() / min(shape) ** 0.5)
    return {"shapes": [list(shape) for shape in shapes], "strengths": strengths}


def picture(data):
    """Draw a bar and its expectation for each shape."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 2.8), layout="constrained")
    axes = figure.subplots()
    names = [f"{rows} x {columns}" for rows, columns in data["shapes"]]
    axes.bar(names, data["strengths"], color="#0072B2", width=0.6)
    for place, (rows, columns) in enumerate(data["shapes"]):
        scale = max(1, rows / columns) ** 0.5
        edges = [place - 0.4, place + 0.4]
        axes.fill_between(edges, 0.75 * scale, 1.2 * scale, color="#999999", alpha=0.45)
        axes.plot(edges, [scale, scale], color="black", linewidth=1.5)
    axes.set(xlabel="rows x columns", ylabel="size of the update", ylim=(0, 3.6))
    return figure
