"""The experiments of the level hard."""

import math

import pytest


def rotary_wavelengths_span_two_pi_to_base(data):
    """The slowest of 32 pairs takes 2 pi * base^(31/32) tokens for a turn (RoFormer, 3.2.2)."""
    return data["wavelengths"][-1] == pytest.approx(2 * math.pi * 10000 ** (31 / 32), rel=1e-2)


def stepwise_logits_equal_full_forward(data):
    """With a cache and without differ by rounding."""
    return max(map(max, data["differences"].values())) < 1e-4


def grouped_query_attention_equals_repeated_heads(data):
    """No number of key/value heads is refused, and attention adds up to one."""
    sums = [sum(head) for run in data["runs"] for head in run["weights"]]
    return len(sums) == 4 * 8 and sums == pytest.approx([1] * len(sums))


def cache_memory_follows_its_contents(data):
    """At most a step of growth lies idle, and an empty cache holds nothing."""
    idle = [held - used for held, used in zip(data["held"], data["used"], strict=True)]
    return max(idle) <= 256 and all(data["held"][end] == 0 for end in data["ends"])


def tool_output_stands_between_its_brackets(data):
    """Generation goes on as training shows it, and none of it is the model's choice."""
    return all(it["taught"] == it["given"] and not any(it["chosen"]) for it in data["exchanges"])
