"""What a watch asks and shows beside the symptoms: one question at a time, or a page to turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from bughunt.desk.screen import Page, turned

_ENTER = "\n\r"
_BACK = "\x7f\b"
_TURNS = {" ": 1, "b": -1}

Action = Callable[[], None]


class Question(msgspec.Struct, frozen=True):
    """What is asked at the foot of the screen; a key that fits no answer leaves it."""

    text: str
    answers: Mapping[str, Action]
    typed: str = ""


class Dialogue:
    """The question or the page that keys are for, if any."""

    def __init__(self) -> None:
        self.page: Page | None = None
        self._question: Question | None = None
        self._idle = ""  # keys that do nothing when they come next

    @property
    def is_open(self) -> bool:
        """Whether keys are for the dialogue."""
        return bool(self._question or self.page)

    @property
    def prompt(self) -> str:
        """The question with what is typed so far; empty without one."""
        return self._question.text + self._question.typed if self._question else ""

    def ask(self, text: str, answers: Mapping[str, Action]) -> None:
        """Ask what to do."""
        self._question = Question(f"{text} (any other key: back) ", answers)

    def show(self, page: Page) -> None:
        """Show a page until a key leads back."""
        self.page = page

    def take(self, character: str, size: tuple[int, int]) -> Action | None:
        """Take a key; return what is to be done because of it."""
        idle, self._idle = self._idle, ""
        if character in idle:
            return None
        if self._question:
            return self._answer(self._question, character)
        if self.page:
            turn = _TURNS.get(character)
            self.page = turned(self.page, *size, by=turn) if turn else None
        return None

    def _answer(self, question: Question, character: str) -> Action | None:
        """Type an answer; it is taken as soon as it can be no other, or with Enter."""
        if character in _BACK:
            self._question = msgspec.structs.replace(question, typed=question.typed[:-1])
            return None
        ends = character in _ENTER
        typed = question.typed if ends else question.typed + character
        fitting = [it for it in question.answers if it.startswith(typed)]
        if typed in question.answers and (ends or len(fitting) == 1):
            self._question = None
            self._idle = "" if ends else _ENTER  # by habit, behind a number that was taken already
            return question.answers[typed]
        self._question = msgspec.structs.replace(question, typed=typed) if fitting else None
        return None
