"""Chatting: what the model gets to see, what the user sees, and how it ends."""

import io

import pytest
from small_models import CharacterTokenizer, ScriptedModel

from nanochat.chat import Chat
from nanochat.engine import Engine
from nanochat.scripts import chat_cli
from nanochat.tokenizer import RustBPETokenizer


class Template(CharacterTokenizer):
    """Characters for tokens, with just enough of the template, and of what a stream needs."""

    def __init__(self):
        self.special_ids = {name: self.encode_special(name) for name in self.specials}

    def render_for_completion(self, conversation):
        """Return a question between its tokens."""
        names = ["<|bos|>", "<|user_start|>", "<|user_end|>", "<|assistant_start|>"]
        bos, start, end, answer = map(self.encode_special, names)
        text = self.encode(conversation["messages"][0]["content"])
        return [bos, start, *text, end, answer]

    def id_to_token(self, token):
        """Return the text of a token."""
        return self.decode([token])

    def id_to_bytes(self, token):
        """Return the bytes of a token."""
        return self.decode([token]).encode()


class Listening(Engine):
    """An engine that gives a scripted answer and remembers the prompts."""

    def __init__(self, answer):
        super().__init__(None, Template())
        self.answer = answer
        self.prompts = []

    def generate(self, tokens, **settings):
        """Remember the prompt; say the answer with a model made for it."""
        self.prompts.append(self.tokenizer.decode(tokens))
        model = ScriptedModel([self.answer], self.tokenizer.get_vocab_size())
        return Engine(model, self.tokenizer).generate(tokens, **settings)


def listening(text="yes", **settings):
    """A chat with an engine that always gives the same answer."""
    tokenizer = Template()
    engine = Listening([*tokenizer.encode(text), tokenizer.encode_special("<|assistant_end|>")])
    return Chat(engine, **{"window": 100, "max_tokens": 20} | settings), engine


def say(chat, text):
    """What the chat answers, as one string."""
    return "".join(chat.answer(text))


EXCHANGE = "<|user_start|>{}<|user_end|><|assistant_start|>yes<|assistant_end|>"
QUESTION = "<|user_start|>{}<|user_end|><|assistant_start|>"


def test_the_model_sees_what_was_said_before():
    """Turn after turn, each opened and closed once, after a single BOS."""
    chat, engine = listening()
    assert [say(chat, text) for text in ("one", "two", "three")] == ["yes"] * 3
    earlier = EXCHANGE.format("one") + EXCHANGE.format("two")
    assert engine.prompts[-1] == "<|bos|>" + earlier + QUESTION.format("three")


def test_old_exchanges_are_dropped_whole():
    """As many as do not fit beside the question and an answer."""
    exchange, question = 5 + 3 + 2, 3 + 3
    chat, engine = listening(window=1 + 2 * exchange + question + 20)
    for text in ("one", "two", "red", "six"):
        say(chat, text)
    recent = EXCHANGE.format("two") + EXCHANGE.format("red")
    assert engine.prompts[-1] == "<|bos|>" + recent + QUESTION.format("six")


def test_a_question_that_cannot_fit_is_refused_and_forgotten():
    """The conversation goes on as if it had not been asked."""
    chat, engine = listening(window=40)
    with pytest.raises(ValueError, match="503 tokens long, and the model has room for 19"):
        say(chat, "w" * 500)
    assert say(chat, "one") == "yes"
    assert engine.prompts == ["<|bos|>" + QUESTION.format("one")]


def test_reset_forgets():
    """The next question is the first."""
    chat, engine = listening()
    say(chat, "one")
    chat.reset()
    say(chat, "two")
    assert engine.prompts[-1] == "<|bos|>" + QUESTION.format("two")


def test_the_calculator_is_shown_at_work():
    """With what it was asked and what it said; other control tokens are not shown."""
    tokenizer = Template()
    start, end = map(tokenizer.encode_special, ("<|python_start|>", "<|python_end|>"))
    stop = tokenizer.encode_special("<|assistant_end|>")
    call = [start, *tokenizer.encode("12+34"), end, 0, 0, 0, 0]
    chat = Chat(Listening([*call, *tokenizer.encode("46."), stop]), window=100, max_tokens=30)
    assert say(chat, "?") == "[12+34] -> 46; 46."


def test_an_answer_that_is_broken_off_is_closed():
    """The next prompt has the part that was said, as a whole turn."""
    chat, engine = listening("yes and no")
    pieces = chat.answer("one")
    assert [next(pieces) for _ in range(3)] == ["y", "e", "s"]
    pieces.close()
    say(chat, "two")
    assert engine.prompts[-1] == "<|bos|>" + EXCHANGE.format("one") + QUESTION.format("two")


@pytest.mark.usefixtures("base_dir")
def test_every_line_of_a_pipe_is_answered_in_a_line_until_quit(capsys):
    """Commands are obeyed, unknown ones refused, empty lines passed over."""
    lines = io.StringIO("Hello\n\n/reset\n/help\n/quit\nnever heard\n")
    settings = chat_cli.Settings(run_name="base", device="cpu", max_tokens=1, temperature=0)
    chat_cli.main(settings, lines)
    _, *commands = capsys.readouterr().out.splitlines()
    assert commands == ["(forgotten)", "There is no command /help. Say /reset or /quit."]
    assert lines.read() == "never heard\n"


@pytest.mark.usefixtures("base_dir")
def test_a_model_that_is_not_there_is_a_clear_error():
    """It says which, and what to do."""
    with pytest.raises(FileNotFoundError, match=r"gone: there is no complete checkpoint here\. T"):
        chat_cli.main(chat_cli.Settings(run_name="gone"), io.StringIO(""))


def test_a_character_of_several_tokens_is_shown_when_it_is_complete():
    """Nothing is shown of half a character, and nothing of it is lost."""
    tokenizer = RustBPETokenizer.train_from_iterator(iter(["a"]), 265)
    ids = [*tokenizer.encode("水!"), tokenizer.encode_special("<|assistant_end|>")]
    engine = Engine(ScriptedModel([ids], tokenizer.get_vocab_size()), tokenizer)
    assert list(Chat(engine, window=100, max_tokens=20).answer("water?")) == ["水", "!", ""]
