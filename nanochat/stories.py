"""Short stories out of a grammar: who, where, what goes wrong, who helps, how it ends.

A rule is a name and its alternatives. In an alternative, {name} stands for another rule, for one of
the story's own words (its hero, friend, thing ...), which stay the same all through it, or for a
list of words, of which each occurrence takes one. {a:name} puts the right article before it.
"""

import re

from nanochat import lexicon

PLACEHOLDER = re.compile(r"\{(a:)?(\w+)\}")

WORD_LISTS = {
    "quality": lexicon.QUALITIES,
    "mood": lexicon.MOODS,
    "dish": lexicon.DISHES,
    "fruit": lexicon.FRUITS,
    "weather": lexicon.WEATHERS,
}

RULES = {
    "story": (
        "{opening} {loss} {search} {found} {close}",
        "{opening} {gift} {joy} {close}",
        "{opening} {quarrel} {peace} {close}",
        "{opening} {danger} {rescue} {close}",
        "{opening} {journey} {arrival} {talk} {close}",
        "{opening} {cooking} {meal} {close}",
        "{opening} {wish} {lesson} {close}",
        "{opening} {loss} {search} {talk} {found} {meal} {close}",
        "{opening} {journey} {danger} {rescue} {joy} {close}",
    ),

    "opening": (
        "Once upon a time there was {a:animal} called {hero}. {He} lived near the {place} and "
        "had {a:quality} {thing}.",
        "{hero} was {a:mood} {animal}. One {weather} morning {he} walked to the {place}.",
        "In {a:quality} house by the {place} lived {hero} the {animal}. {His} best friend was "
        "{friend}.",
        "It was {a:weather} day. {hero} took {his} {thing} and went to the {place}.",
        "Every evening {hero} the {animal} sat in the {place} and looked at {his} {quality} "
        "{thing}.",
        "{hero} and {friend} were friends. {hero} was always {mood}, and {friend} was often "
        "{mood}.",
        "Long ago, when the {place} was still {quality}, {a:animal} named {hero} came to live "
        "there.",
    ),

    "loss": (
        "But one day the {thing} was gone. {hero} was very {mood}.",
        "Then {hero} lost the {thing}. \"Where is my {thing}?\" {he} cried.",
        "A strong wind came and took the {thing} away.",
        "Somebody had taken the {quality} {thing}! {hero} did not know what to do.",
        "On the way home {he} noticed that {his} bag was empty. No {thing} was in it.",
    ),
    "search": (
        "{He} looked under the table, behind the door and in the {other_place}.",
        "{friend} came to help. Together they searched the whole {other_place}.",
        "{hero} asked everybody in the {place}, but nobody had seen it.",
        "They walked from the {place} to the {other_place} and back again.",
        "\"Let us look in the {other_place},\" said {friend}. So they went there.",
    ),
    "found": (
        "At last they found the {thing} under {a:quality} stone.",
        "And there it was, between {a:fruit} and {a:dish}!",
        "{friend} laughed. \"It is on your head!\" And so it was.",
        "In the end {friend} saw the {thing} in the grass and gave it back.",
        "A little bird had kept the {thing} safe in its nest.",
    ),

    "gift": (
        "One day {friend} gave {hero} {a:quality} {thing}. \"It is for you,\" {friend} said.",
        "On {his} birthday {hero} got a box. In the box was {a:quality} {thing}.",
        "{friend} had made {a:thing} for {hero}. It had taken a whole week.",
    ),
    "joy": (
        "{hero} was so {mood} that {he} danced in the {place}.",
        "\"Thank you!\" said {hero}. \"I have never had such {a:quality} {thing}.\"",
        "They played with the {thing} until it was dark.",
        "{He} showed the {thing} to everybody in the {other_place}.",
    ),

    "quarrel": (
        "{friend} wanted the {thing} too. \"It is mine!\" said {hero}. \"No, mine!\" said "
        "{friend}.",
        "{hero} and {friend} could not agree where to go. {hero} wanted to see the "
        "{other_place}, and {friend} wanted to stay.",
        "By accident {friend} broke the {thing}. {hero} did not say a word.",
    ),
    "peace": (
        "After a while {hero} felt {mood}. \"I am sorry,\" {he} said. \"We can share.\"",
        "Then {friend} brought {a:fruit}. They cut it in two, and each ate one half.",
        "They thought about it for a night, and in the morning all was forgotten.",
        "\"A friend is better than {a:thing},\" said {hero}, and {friend} agreed.",
    ),

    "danger": (
        "Suddenly the ground began to shake, and {hero} fell into a deep hole.",
        "The water rose and rose, and {hero} could not leave the {place}.",
        "It grew dark, and {hero} could not find the way home from the {other_place}.",
        "{a:quality} cloud came over the {place}, and the storm began.",
    ),
    "rescue": (
        "{friend} heard {him} call. {friend} brought a rope and pulled as hard as possible.",
        "\"Do not be afraid,\" said {friend}. \"I have {a:thing}. It will help us.\"",
        "{friend} was not {mood} at all. {friend} ran to the {other_place} for help.",
        "With the {quality} {thing} {hero} made a light, and {friend} saw it from far away.",
    ),

    "journey": (
        "{hero} wanted to see the {other_place}. {He} packed {a:dish}, {a:fruit} and {his} "
        "{thing}.",
        "\"Come with me to the {other_place},\" said {friend}. It was a long way, and the day "
        "was {weather}.",
        "For three days {he} walked, past the {place} and over the hills.",
    ),
    "arrival": (
        "When {he} came to the {other_place}, {he} was {mood} and {mood}.",
        "The {other_place} was more {quality} than {hero} had thought.",
        "At the gate of the {other_place} stood {friend} with {a:quality} {thing}.",
    ),
    "talk": (
        "\"What do you have there?\" asked {friend}. \"{a:quality} {thing},\" said {hero}.",
        "\"Are you {mood}?\" asked {friend}. \"No,\" said {hero}, \"I am only {mood}.\"",
        "\"Would you like {a:dish} or {a:fruit}?\" asked {friend}. \"{a:fruit}, please,\" said "
        "{hero}.",
        "\"How is the weather in the {other_place}?\" asked {hero}. \"It is {weather},\" said "
        "{friend}.",
    ),

    "cooking": (
        "{hero} wanted to make {a:dish}. {He} needed {a:fruit}, some butter and {a:thing}.",
        "\"Today we cook,\" said {friend}. They took {a:quality} pot and put {a:fruit} in it.",
        "{friend} was hungry, so {hero} made {a:quality} {dish}.",
    ),
    "meal": (
        "Then they sat down in the {place} and ate {a:dish}.",
        "They shared {a:fruit} and {a:dish}, and it tasted good.",
        "Even the {mood} neighbour from the {other_place} came to eat with them.",
    ),

    "wish": (
        "{hero} wished to be {mood}. {friend} said, \"You only have to try.\"",
        "{hero} wanted to learn how to make {a:thing}. At first it was hard.",
        "\"I want {a:quality} {thing},\" said {hero}, \"and {a:quality} one too.\"",
    ),
    "lesson": (
        "Day after day {he} tried again, and one day it worked.",
        "{He} learned that {a:quality} {thing} does not make anybody {mood}.",
        "{friend} showed {him} how to do it, step by step, and {hero} watched.",
    ),

    "close": (
        "And they all went home.",
        "From that day on {hero} was never {mood} again.",
        "That night {hero} slept well.",
        "And if you go to the {place}, you can still see the {thing} there.",
        "\"What a day!\" said {hero}, and {friend} smiled.",
        "Since then {hero} and {friend} have met in the {place} every week.",
        "The end.",
    ),
}


def story(rng):
    """One story, of some hundred characters, as a string. `rng` is a random.Random."""
    return expand("{story}", rng, cast(rng))


def cast(rng):
    """The words that stay the same through a story, by the names that the rules use."""
    is_girl = rng.random() < 0.5
    hero = rng.choice(lexicon.GIRLS if is_girl else lexicon.BOYS)
    place, other_place = rng.sample(lexicon.PLACES, 2)
    others = [name for name in lexicon.GIRLS + lexicon.BOYS if name != hero]
    return {
        "hero": hero,
        "friend": rng.choice(others),
        "animal": rng.choice(lexicon.ANIMALS),
        "thing": rng.choice(lexicon.THINGS),
        "place": place,
        "other_place": other_place,
        "he": "she" if is_girl else "he",
        "He": "She" if is_girl else "He",
        "him": "her" if is_girl else "him",
        "his": "her" if is_girl else "his",
        "His": "Her" if is_girl else "His",
    }


def expand(template: str, rng, words):
    """Fill a template in, and what comes out of that, until no placeholder is left."""
    def fill(match):
        article, name = match.groups()
        text = words.get(name) or _choose(name, rng, words)
        if not article:
            return text
        opens_sentence = re.search(r'(^|[.!?"] ?)$', template[:match.start()])
        return ("A" if opens_sentence else "a") + ("n " if text[0] in "aeiou" else " ") + text

    return PLACEHOLDER.sub(fill, template)


def _choose(name, rng, words):
    """One of the words of a list, or one alternative of a rule, filled in."""
    if name in WORD_LISTS:
        return rng.choice(WORD_LISTS[name])
    return expand(rng.choice(RULES[name]), rng, words)
