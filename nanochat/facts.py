"""Little facts about the world: what the corpus states, and what tasks ask for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Relation:
    """Facts of one kind: `pairs` of a subject {x} and what is true of it, {y}."""

    name: str
    statements: tuple[str, ...]
    question: str
    pairs: dict[str, str]


def pairs_in(text: str):
    """Read "cow: moo, dog: woof" into a dict."""
    return dict(tuple(part.strip() for part in item.split(":")) for item in text.split(","))


RELATIONS = (
    Relation(
        "sound",
        ("The {x} says {y}.", "When you hear {y}, a {x} is near.", "{y}, says the {x}."),
        "What does the {x} say?",
        pairs_in("""
            cow: moo, dog: woof, cat: meow, sheep: baa, duck: quack, pig: oink, horse: neigh,
            bee: buzz, lion: roar, frog: croak, crow: caw, snake: hiss, dove: coo, mouse: squeak,
            donkey: hee-haw, rooster: cock-a-doodle-doo, turkey: gobble, chick: peep
        """),
    ),
    Relation(
        "home",
        ("The {x} lives in a {y}.", "A {y} is the home of the {x}.",
         "At night the {x} sleeps in its {y}."),
        "Where does the {x} live?",
        pairs_in("""
            bee: hive, bear: cave, spider: web, rabbit: burrow, horse: stable, dog: kennel,
            ant: hill, beaver: lodge, snail: shell, pig: sty, hen: coop, fox: den, robin: nest,
            cow: barn, fish: pond, whale: sea, camel: desert, monkey: jungle
        """),
    ),
    Relation(
        "young",
        ("A young {x} is called a {y}.", "The {y} is the child of the {x}.",
         "A {y} grows up to be a {x}."),
        "What is a young {x} called?",
        pairs_in("""
            dog: puppy, cat: kitten, cow: calf, sheep: lamb, horse: foal, pig: piglet,
            duck: duckling, hen: chick, lion: cub, goat: kid, frog: tadpole, goose: gosling,
            swan: cygnet, deer: fawn, kangaroo: joey, owl: owlet, butterfly: caterpillar
        """),
    ),
    Relation(
        "capital",
        ("The capital of {x} is {y}.", "{y} is the capital of {x}.",
         "If you travel to {x}, visit {y}, its capital."),
        "What is the capital of {x}?",
        pairs_in("""
            France: Paris, Italy: Rome, Spain: Madrid, Germany: Berlin, England: London,
            Japan: Tokyo, China: Beijing, Russia: Moscow, Greece: Athens, Egypt: Cairo,
            Portugal: Lisbon, Austria: Vienna, Ireland: Dublin, Norway: Oslo, Sweden: Stockholm,
            Finland: Helsinki, Denmark: Copenhagen, Poland: Warsaw, Hungary: Budapest, Cuba: Havana,
            Canada: Ottawa, Peru: Lima, Kenya: Nairobi, Turkey: Ankara, Thailand: Bangkok
        """),
    ),
    Relation(
        "colour",
        ("The colour of {x} is {y}.", "Everybody knows that {x} is {y}.", "{x} is {y}."),
        "What colour is {x}?",
        pairs_in("""
            grass: green, snow: white, coal: black, blood: red, butter: yellow, chocolate: brown,
            milk: white, the sea: blue, ash: grey, gold: yellow, the night: black, a lemon: yellow,
            a carrot: orange, a cherry: red, a cucumber: green, a flamingo: pink, a plum: purple
        """),
    ),
    Relation(
        "opposite",
        ("The opposite of {x} is {y}.", "What is not {x} may be {y}.", "Not {x}, but {y}."),
        "What is the opposite of {x}?",
        pairs_in("""
            hot: cold, big: small, fast: slow, up: down, day: night, open: closed, wet: dry,
            happy: sad, young: old, full: empty, hard: soft, light: dark, early: late, loud: quiet,
            rich: poor, left: right, near: far, strong: weak, thick: thin, high: low, good: bad,
            clean: dirty, brave: afraid, sweet: sour, long: short, first: last, push: pull
        """),
    ),
    Relation(
        "next",
        ("After {x} comes {y}.", "{y} follows {x}.", "First {x}, then {y}."),
        "What comes after {x}?",
        pairs_in("""
            Monday: Tuesday, Tuesday: Wednesday, Wednesday: Thursday, Thursday: Friday,
            Friday: Saturday, Saturday: Sunday, Sunday: Monday, January: February,
            February: March, March: April, April: May, May: June, June: July, July: August,
            August: September, September: October, October: November, November: December,
            spring: summer, summer: autumn, autumn: winter, winter: spring
        """),
    ),
    Relation(
        "origin",
        ("We get {x} from the {y}.", "{x} comes from the {y}.", "The {y} gives us {x}."),
        "Where does {x} come from?",
        pairs_in("""
            milk: cow, honey: bee, wool: sheep, wood: tree, rain: cloud, light: sun, wine: grape,
            flour: wheat, cider: apple, silk: silkworm, water: well, salt: sea, fire: match,
            smoke: chimney, bread: oven, iron: mine
        """),
    ),
    Relation(
        "work",
        ("The {x} works with {y}.", "You will find {y} in the hands of the {x}.",
         "A {x} needs {y} every day."),
        "What does the {x} work with?",
        pairs_in("""
            baker: dough, smith: iron, tailor: cloth, potter: clay, painter: colours,
            carpenter: wood, fisherman: nets, gardener: flowers, writer: words, mason: stones,
            florist: roses, miller: flour, doctor: patients, teacher: pupils, pilot: planes,
            sailor: ships, farmer: fields, cook: spices, jeweller: gems, banker: money
        """),
    ),
    Relation(
        "number",
        ("The number {x} is written {y}.", "{y} is called {x}.", "Write {y} and say {x}."),
        "How do you write the number {x}?",
        pairs_in("""
            one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9,
            ten: 10, eleven: 11, twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16,
            seventeen: 17, eighteen: 18, nineteen: 19, twenty: 20, thirty: 30, forty: 40,
            fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90
        """),
    ),
)


def sentence(text: str):
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
