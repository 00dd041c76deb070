"""Rendering: from a conversation to token ids, and to the mask of what a model learns from it.

A conversation is {"messages": [{"role": ..., "content": ...}, ...]}: an optional system message,
then user and assistant in turn. What a user says is a string. What an assistant says is a string,
or a list of parts {"type": ..., "text": ...}, where the type is

    text            words of the assistant
    python          an expression that the assistant hands to the calculator
    python_output   what the calculator gave back

Every turn, call and reply stands between special tokens of its own:

    <|bos|> <|user_start|> ... <|user_end|> <|assistant_start|> ... <|assistant_end|> ...

Only the template writes special tokens. Text is ordinary text, whatever it spells.
"""

PART_TYPES = ("text", "python", "python_output")


def render(tokenizer, conversation, max_tokens: int):
    """Render a whole conversation, cut off after `max_tokens`.

    Returns (ids, mask), two lists of the same length: the token ids, and a flag for each of them
    that says whether a model is to learn to produce it. These are the tokens by which an assistant
    acts: what it says, the calls it makes, and the end of its turn.
    Raises ValueError, with the index of the message, for a conversation that is not well formed.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}. Leave room for at least one token.")

    ids, mask = [], []
    for span, learned in _spans(tokenizer, _turns(conversation)):
        ids.extend(span)
        mask.extend([learned] * len(span))
    return ids[:max_tokens], mask[:max_tokens]


def completion_prompt(tokenizer, conversation):
    """Render all but the last answer, up to the point where an assistant has to start it.

    Returns token ids: a prefix of the rendering of the whole conversation.
    Raises ValueError if the last message is not from an assistant, or as `render` does.
    """
    *context, last = _turns(conversation)
    if last["role"] != "assistant":
        place = _place(len(conversation["messages"]) - 1)
        raise ValueError(f"{place}: the last message has role {last['role']!r}. "
                         "End with the assistant message that is to be completed anew.")

    ids = [token for span, _ in _spans(tokenizer, context) for token in span]
    return [*ids, tokenizer.encode_special("<|assistant_start|>")]


def _spans(tokenizer, turns):
    """Yield the rendering in pieces: (token ids, 1 where a model is to produce them, else 0)."""
    special = tokenizer.encode_special

    yield [tokenizer.get_bos_token_id()], 0
    for turn in turns:
        if turn["role"] == "user":
            text = tokenizer.encode(turn["content"])
            yield [special("<|user_start|>"), *text, special("<|user_end|>")], 0
        else:
            yield [special("<|assistant_start|>")], 0
            for part in _parts(turn["content"]):
                yield _part_span(tokenizer, part)
            yield [special("<|assistant_end|>")], 1


def _part_span(tokenizer, part):
    """One part of an assistant's turn, as one piece of `_spans`."""
    special = tokenizer.encode_special

    text = tokenizer.encode(part["text"])
    if part["type"] == "text":
        return text, 1
    if part["type"] == "python":
        return [special("<|python_start|>"), *text, special("<|python_end|>")], 1
    return [special("<|output_start|>"), *text, special("<|output_end|>")], 0


def _parts(content):
    """What an assistant says, as a list of parts."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


# -----------------------------------------------------------------------------
# Reading a conversation: nothing here changes what the caller handed in

def _turns(conversation):
    """The messages as user and assistant turns; a system message opens the first user turn."""
    messages = conversation.get("messages") if isinstance(conversation, dict) else None
    if not isinstance(messages, (list, tuple)) or not messages:
        raise ValueError('A conversation is {"messages": [...]} with at least one message; '
                         f"found {_brief(conversation)}.")
    _check_roles(messages)
    _check_contents(messages)

    if messages[0]["role"] != "system":
        return list(messages)
    system, first, *rest = messages
    return [{"role": "user", "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def _check_roles(messages):
    """Raise ValueError unless user and assistant alternate, after at most one system message."""
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not {"role", "content"} <= message.keys():
            raise ValueError(f"{_place(index)}: found {_brief(message)}. "
                             'Write {"role": ..., "content": ...}.')

    first = 1 if messages[0]["role"] == "system" else 0
    if len(messages) == first:
        raise ValueError(f"{_place(0)}: nothing follows the system message. "
                         "Add the user message that it opens.")
    for index, message in enumerate(messages[first:], start=first):
        expected = ("user", "assistant")[(index - first) % 2]
        if message["role"] != expected:
            raise ValueError(f"{_place(index)}: expected role {expected!r}, found "
                             f"{message['role']!r}. Let user and assistant alternate.")


def _check_contents(messages):
    """Raise ValueError unless each message holds text, or parts where parts may stand."""
    for index, message in enumerate(messages):
        content = message["content"]
        if isinstance(content, str):
            continue
        if message["role"] != "assistant" or not isinstance(content, (list, tuple)):
            raise ValueError(f"{_place(index)}: the content is {_brief(content)}. Write a string; "
                             "only an assistant message may hold a list of parts.")
        for number, part in enumerate(content):
            _check_part(part, f"{_place(index)}.content[{number}]")


def _check_part(part, place: str):
    """Raise ValueError unless `part` is a dict with a known type and a text."""
    if not isinstance(part, dict) or not isinstance(part.get("text"), str):
        raise ValueError(f'{place}: found {_brief(part)}. Write {{"type": ..., "text": "..."}}.')
    if part.get("type") not in PART_TYPES:
        raise ValueError(f"{place}: unknown type {part.get('type')!r}. "
                         f"Choose from {', '.join(PART_TYPES)}.")


def _place(index: int):
    """How an error names a message."""
    return f"messages[{index}]"


def _brief(value):
    """A value as an error shows it: its type and, as far as one line goes, itself."""
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 80 else shown[:77] + '...'}"
