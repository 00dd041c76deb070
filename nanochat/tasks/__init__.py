"""Tasks with exact answers: what a model is tuned on, rewarded for, and tested with."""
