"""Mutation operators: pure functions over Python source text.

Each file of this folder is one operator, and its stem is the word that stands in an edit;
``mutations.language`` holds what the operators share. ``libcst`` is imported by the first
``resolve``, so that code which only loads a catalogue does not pay for it.
"""

from mutations.language.errors import (
    AmbiguousMatch,
    AmbiguousTarget,
    InvalidEdit,
    MutationError,
    NoMatch,
    OverlappingEdits,
    PatternError,
    TargetNotFound,
    UnknownOperator,
)
from mutations.language.examples import broken_examples
from mutations.language.operator import Example, Operator
from mutations.language.registry import operator_names, operator_type
from mutations.language.replacement import Replacement, splice
from mutations.language.resolve import resolve

__all__ = [
    "AmbiguousMatch",
    "AmbiguousTarget",
    "Example",
    "InvalidEdit",
    "MutationError",
    "NoMatch",
    "Operator",
    "OverlappingEdits",
    "PatternError",
    "Replacement",
    "TargetNotFound",
    "UnknownOperator",
    "broken_examples",
    "operator_names",
    "operator_type",
    "resolve",
    "splice",
]
