"""What docs/measure_costs.py prints: a function for each bug, which has its name.

Each takes the module of the bug's law and returns, for a fixed seed, what a user loses or keeps.
"""

from costs import data, inference, measures, ranks, rollouts, steps, text

QUANTITIES = {
    name: function
    for module in (text, data, steps, ranks, rollouts, measures, inference)
    for name, function in vars(module).items()
    if getattr(function, "__module__", None) == module.__name__
}
