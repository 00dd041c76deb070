"""Little facts, asked for in plain words and told in a sentence."""

from nanochat.facts import RELATIONS, sentence
from nanochat.held_out import is_held_out
from nanochat.tasks.task import Task, exchange, is_said, spoken


def facts_of(split: str):
    """The facts that are asked for in a split, as a list of (Relation, subject)."""
    return [
        (relation, subject) for relation in RELATIONS for subject in relation.pairs
        if is_held_out("fact", relation.name, subject) == (split == "test")
    ]


class Recall(Task):
    """Facts that the corpus states; those of the test are asked for nowhere in training."""

    name = "recall"

    def __init__(self, split: str, size: int = 1000):
        super().__init__(split, size)
        self.facts = facts_of(split)

    def build(self, rng):
        """Ask for what is true of one of the subjects of this split."""
        relation, subject = rng.choice(self.facts)
        answer = relation.pairs[subject]
        reply = sentence(relation.statements[0].format(x=subject, y=answer))
        return exchange(relation.question.format(x=subject), reply, answer=answer)

    def evaluate(self, conversation, completion: str):
        """Whether the answer is in what is said."""
        return is_said(conversation["answer"], spoken(completion))
