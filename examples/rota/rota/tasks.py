"""Tasks, the most urgent first, and the people who did one last."""

from __future__ import annotations

from collections import OrderedDict
from heapq import heappop, heappush
from itertools import count


class TaskQueue:
    """Tasks by urgency: the lowest number is served first, among equals whoever came first.

    A task that is added again gets the new urgency. Its old entry stays in the heap and is passed
    over when it comes up, which is cheaper than looking for it.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str]] = []
        self._ticket_of: dict[str, int] = {}
        self._tickets = count()

    def __len__(self) -> int:
        return len(self._ticket_of)

    def add(self, task: str, urgency: int) -> None:
        """Put a task in, or change how urgent it is."""
        ticket = next(self._tickets)
        self._ticket_of[task] = ticket
        heappush(self._heap, (urgency, ticket, task))

    def drop(self, task: str) -> None:
        """Take a task out; raises KeyError when it does not wait."""
        del self._ticket_of[task]

    def serve(self) -> str:
        """Take the task that comes next; raises IndexError when none waits."""
        while self._heap:
            _, ticket, task = heappop(self._heap)
            if self._ticket_of.get(task) == ticket:
                del self._ticket_of[task]
                return task
        raise IndexError("no task waits")


class Helpers:
    """The people whom one may ask again: those who helped last, up to a number."""

    def __init__(self, most: int) -> None:
        if most < 1:
            raise ValueError(f"at least one has to be remembered, not {most}")
        self.most = most
        self._known: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, person: str) -> bool:
        return person in self._known

    def helped(self, person: str, task: str) -> None:
        """Remember who did what; whoever helped longest ago is forgotten."""
        self._known[person] = task
        self._known.move_to_end(person)
        while len(self._known) > self.most:
            self._known.popitem(last=False)

    def ask(self, person: str) -> str | None:
        """Return what somebody did last, who then counts as the latest; None when forgotten."""
        if person not in self._known:
            return None
        self._known.move_to_end(person)
        return self._known[person]
