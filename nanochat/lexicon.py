"""The words that the corpus and the tasks are made of."""

from nanochat.facts import RELATIONS

GIRLS = ("Mia", "Anna", "Lily", "Zoe", "Emma", "Nora", "Ruby", "Clara", "Ida", "Sara", "Eva",
         "Maya", "Tara", "Lena", "Rosa", "Amy")
BOYS = ("Tom", "Ben", "Max", "Leo", "Sam", "Finn", "Paul", "Noah", "Otto", "Jack", "Eli", "Omar",
        "Hugo", "Ivan", "Theo", "Luke")

ANIMALS = ("cat", "dog", "fox", "owl", "bear", "frog", "goat", "hare", "mouse", "horse", "sheep",
           "tiger", "rabbit", "turtle", "monkey", "penguin", "parrot", "donkey", "badger", "otter",
           "hedgehog", "squirrel", "elephant", "giraffe", "dolphin", "sparrow", "pigeon", "lizard")
FRUITS = ("apple", "pear", "plum", "cherry", "peach", "orange", "banana", "melon", "berry", "fig",
          "lemon", "grape", "apricot", "mango", "olive", "strawberry", "raspberry", "coconut")
DISHES = ("soup", "cake", "pie", "pancake", "sandwich", "salad", "omelette", "pudding", "biscuit",
          "waffle", "muffin", "dumpling", "stew", "pretzel", "roast")
THINGS = ("ball", "book", "key", "lamp", "kite", "drum", "coin", "hat", "ring", "rope", "boat",
          "clock", "mirror", "basket", "bottle", "candle", "ladder", "hammer", "pencil", "button",
          "blanket", "umbrella", "necklace", "lantern", "puzzle", "trumpet", "violin", "bicycle",
          "telescope", "compass", "feather", "pebble", "marble", "wagon", "whistle", "balloon")
PLACES = ("forest", "river", "garden", "market", "village", "castle", "harbour", "meadow", "bridge",
          "school", "library", "mountain", "island", "valley", "tower", "station", "kitchen",
          "orchard", "bakery", "museum", "lighthouse", "windmill", "playground", "beach")
QUALITIES = ("red", "blue", "green", "yellow", "little", "big", "old", "new", "round", "shiny",
             "heavy", "light", "soft", "strange", "wooden", "silver", "golden", "broken", "warm",
             "tiny", "wonderful", "beautiful", "crooked", "narrow", "colourful", "precious")
MOODS = ("happy", "sad", "tired", "brave", "curious", "hungry", "afraid", "proud", "quiet",
         "angry", "surprised", "lonely", "cheerful", "nervous", "patient", "grateful", "clever")
WEATHERS = ("sunny", "rainy", "windy", "snowy", "cloudy", "foggy", "stormy", "frosty", "mild")
MORE_WORDS = ("alphabet", "answer", "autumn", "between", "bread", "breakfast", "brother", "butter",
              "calendar", "chapter", "children", "circle", "country", "crystal", "daughter",
              "dinner", "dragon", "engine", "evening", "family", "father", "february", "flower",
              "friend", "giant", "hospital", "hundred", "jacket", "journey", "knight", "language",
              "letter", "mississippi", "moment", "morning", "mother", "mystery", "nature",
              "neighbour", "number", "ocean", "office", "parade", "people", "picture", "pirate",
              "planet", "princess", "question", "rainbow", "river", "rocket", "science", "season",
              "secret", "shadow", "sister", "spoon", "square", "stomach", "storm", "student",
              "sugar", "sunrise", "table", "theatre", "thunder", "together", "tomorrow", "treasure",
              "triangle", "tunnel", "vegetable", "village", "volcano", "weather", "window",
              "winner", "wizard", "yesterday", "zebra")


def _spellable_words():
    """All single words of three letters or more, each of them once, in alphabetical order."""
    words = {*ANIMALS, *FRUITS, *DISHES, *THINGS, *PLACES, *QUALITIES, *MOODS, *WEATHERS}
    words.update(MORE_WORDS)
    for relation in RELATIONS:
        words.update(word for pair in relation.pairs.items() for word in pair)
    return tuple(sorted(w for w in words if w.isalpha() and w.islower() and len(w) >= 3))


WORDS = _spellable_words()
