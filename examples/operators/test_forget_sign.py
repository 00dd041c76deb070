"""The operator keeps its own examples: the same check as that of the operators of bughunt."""

from forget_sign import ForgetSign

from mutations import broken_examples


def test_the_operator_does_what_its_examples_show():
    """Each example is applied, parsed and compared; near misses stay as they are."""
    assert broken_examples(ForgetSign) == []
