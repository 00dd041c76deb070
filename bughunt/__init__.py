"""From a catalogue of mutations to a workspace with bugs, and back to a verdict."""

__version__ = "0.1.0"  # as in pyproject.toml; importlib.metadata takes 20 ms to import
