"""Greetings and introductions, in which the assistant has to remember a name."""

from nanochat.held_out import is_held_out
from nanochat.lexicon import BOYS, GIRLS
from nanochat.tasks.task import Task, exchange, is_said, spoken

GREETINGS = ("Hello!", "Hi!", "Good morning!", "Good evening!", "Hey there!")
INTRODUCTIONS = ("I am {name}.", "My name is {name}.", "This is {name}.", "{name} here.")
REPLIES = ("Hello {name}! How can I help you?", "Hello {name}! What can I do for you?")


class SmallTalk(Task):
    """Somebody says hello and who they are, and is greeted by name.

    A greeting with a certain introduction of a certain name belongs to one split only.
    """

    name = "small_talk"

    def build(self, rng):
        """Draw greetings until one belongs to this split."""
        drawn = self._draw(rng)
        while is_held_out("small talk", *drawn) != (self.split == "test"):
            drawn = self._draw(rng)
        greeting, introduction, name = drawn
        said = f"{greeting} {introduction.format(name=name)}"
        return exchange(said, rng.choice(REPLIES).format(name=name), answer=name)

    def _draw(self, rng):
        """A greeting, an introduction, and a name."""
        return rng.choice(GREETINGS), rng.choice(INTRODUCTIONS), rng.choice(GIRLS + BOYS)

    def evaluate(self, conversation, completion: str):
        """Whether the name is in the reply."""
        return is_said(conversation["answer"], spoken(completion))
