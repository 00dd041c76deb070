"""From a catalogue of mutations to a workspace with bugs, and back to a verdict."""
