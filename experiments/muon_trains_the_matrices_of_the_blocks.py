"""Who trains what.

Two optimizers share the parameters of a model between them: AdamW, and Muon, which orthogonalises
the update of a matrix. Every line is a parameter, its bar as long as it has numbers; the colour
says which optimizer holds it, the figure at the end is its learning rate.

Read the names. What is each optimizer made for?
"""


def experiment(seed):
    """Return name, size, optimizer and learning rate of every parameter."""
    from nanochat.looking import parameter_groups
    from nanochat.scripts.base_train import Settings, fresh_model
    from nanochat.settings import parse_settings

    options = ["--preset=cpu", "--depth=2", f"--seed={seed}"]
    settings = parse_settings(Settings, "base_train", options)
    parameters = parameter_groups(*fresh_model(settings, 512, "cpu"))
    return {
        "parameters": [
            {
                "name": it.name,
                "shape": list(it.shape),
                "optimizer": it.optimizer,
                "learning_rate": it.learning_rate,
            }
            for it in parameters
        ]
    }


def picture(data):
    """Draw a bar for each parameter."""
    from matplotlib.figure import Figure

    from nanochat.looking import draw_parameters

    figure = Figure(figsize=(8, 3.6), layout="constrained")
    draw_parameters(figure.subplots(), data["parameters"])
    return figure
