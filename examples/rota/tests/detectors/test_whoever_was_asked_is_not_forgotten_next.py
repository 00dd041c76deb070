"""To be asked counts as much as to have helped: whoever did neither for longest is forgotten."""

import random

MATCHES_CLEAN = ("deeds", "known")


def observe(seed):
    """Lets people help and be asked, and looks at who is known."""
    from rota.tasks import Helpers

    chance = random.Random(seed)
    helpers, deeds, known = Helpers(4), [], []
    people = ["Ada", "Bo", "Cy", "Di", "Eva", "Flo", "Gus"]
    for _ in range(80):
        person, asks = chance.choice(people), chance.random() < 0.6
        if asks:
            helpers.ask(person)
        else:
            helpers.helped(person, "task")
        deeds.append((person, asks))
        known.append([it for it in people if it in helpers])
    return {"deeds": deeds, "known": known}


def test_whoever_was_asked_is_not_forgotten_next(observed):
    """A list in order of the last deed says who is known."""
    order = []
    for (person, asks), known in zip(observed["deeds"], observed["known"], strict=True):
        if person in order or not asks:
            order = [*(it for it in order if it != person), person][-4:]
        assert sorted(known) == sorted(order)
