"""No letter is a better guess than another: the right choice stands in each place equally often."""

from collections import Counter

MATCHES_CLEAN = ("right", "choices")
MAY_DIFFER = ("gold", "answers")  # choices may be shuffled in several ways
LETTERS, SIZE = "ABCD", 400


def observe(seed):
    """Look where the right one of the choices stands, in one of the splits."""
    from nanochat.tasks.multiple_choice import MultipleChoice

    task = MultipleChoice(("train", "test")[seed % 2], SIZE)
    conversations = [task[index] for index in range(SIZE)]
    return {
        "right": [conversation["choices"][conversation["gold"]] for conversation in conversations],
        "choices": [sorted(conversation["choices"]) for conversation in conversations],
        "gold": [conversation["gold"] for conversation in conversations],
        "answers": [conversation["messages"][-1]["content"] for conversation in conversations],
    }


def test_each_letter_is_right_for_a_quarter_of_the_questions(observed):
    """A hundred of four hundred on average, with deviation 9."""
    counts = Counter(observed["answers"])
    shares = ", ".join(f"{letter} {counts[letter]}" for letter in LETTERS)
    assert all(50 < counts[letter] < 150 for letter in LETTERS), f"right answers: {shares}"


def test_the_answer_is_the_letter_of_the_right_choice(observed):
    """What is taught is what is scored."""
    assert observed["answers"] == [LETTERS[index] for index in observed["gold"]]
