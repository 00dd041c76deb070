"""Grading what was handed in: taken in with suspicion, observed in a jail, judged outside."""
