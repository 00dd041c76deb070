"""What can be wrong with an edit.

::

    MutationError
    |-- UnknownOperator      no operator has this name
    |-- PatternError         a pattern is not code, or uses a metavariable where none can stand
    |-- TargetNotFound       the target's symbol is not in the file
    |   `-- AmbiguousTarget  ... or is there several times
    |-- NoMatch              the pattern is nowhere in the target
    |-- AmbiguousMatch       the pattern is there more or less often than the edit says
    |-- OverlappingEdits     two edits change the same text
    `-- InvalidEdit          the edit changes nothing, or not to what it says

Messages name the target, the value and the next step; whoever knows which catalogue, line and
bug the edit comes from puts that in front.
"""


class MutationError(Exception):
    """An edit that cannot be made as written."""


class UnknownOperator(MutationError):
    """No operator has this name."""


class PatternError(MutationError):
    """A pattern that is not code, or with a metavariable where none can stand."""


class TargetNotFound(MutationError):
    """A target whose symbol is not in the file."""


class AmbiguousTarget(TargetNotFound):
    """A target whose symbol is defined several times."""


class NoMatch(MutationError):
    """A pattern that is nowhere in its target."""


class AmbiguousMatch(MutationError):
    """A pattern that is in its target more or less often than the edit says."""


class OverlappingEdits(MutationError):
    """Two edits that change the same text."""


class InvalidEdit(MutationError):
    """An edit that changes nothing, breaks the code, or makes other code than it says."""
