"""The experiments of the level silent."""

import pytest


def estimated_flops_are_those_of_the_matrix_products(data):
    """The estimate is three forward passes, as they are counted."""
    return data["estimated"] == pytest.approx(data["counted"])


def the_letter_is_read_where_the_answer_begins(data):
    """What is known by heart is known in both ways."""
    return all(scores[-1] == 1 for scores in data["scores"].values())


def a_resumed_run_takes_the_next_step(data):
    """The parts make the whole, one after the other."""
    return [step for part in data["taken"] for step in part] == list(range(20))


def ranks_report_the_loss_of_all_their_batches(data):
    """Every rank says what one rank says that has all batches."""
    return all(it["ranks"] == pytest.approx([it["alone"]] * 3) for it in data["told"].values())
