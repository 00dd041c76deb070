"""What the probes of training share: steps as a run takes them, on batches known one step ahead."""

from itertools import islice


class Steps:
    """A run of so many steps.

    Args:
        model, optimizers: what is trained.
        loader: an iterator over batches.
        settings: those of the stage.
        steps: length of the run.

    """

    def __init__(self, model, optimizers, *, loader, settings, steps):
        self.model, self.optimizers = model, optimizers
        self.loader, self.settings = loader, settings
        self.steps, self.done = steps, 0
        self._look_ahead()

    def _look_ahead(self):
        """Fetch the batches of the next step."""
        from nanochat.training_run import num_micro_batches

        self.upcoming = list(islice(self.loader, num_micro_batches(self.settings)))

    def step(self):
        """Update the weights once."""
        from nanochat.training_run import take_step

        place = {"step": self.done, "num_steps": self.steps, "settings": self.settings}
        take_step(self.model, self.optimizers, self.upcoming, **place)
        self.done += 1
        self._look_ahead()

    def upcoming_loss(self):
        """Return the loss on the batches of the next step, which are looked at, not learned."""
        from nanochat.training import accumulate_gradients

        return accumulate_gradients(self.model, self.upcoming).item()
