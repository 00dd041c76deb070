"""A conversation that is going on, and as much of it as the model can look back on."""

from nanochat.tokenizer import StreamingDecoder

# How the calculator is shown at work: [12 + 34] -> 46;
SHOWN = {"<|python_start|>": "[", "<|python_end|>": "] ",
         "<|output_start|>": "-> ", "<|output_end|>": "; "}


class Chat:
    """The turns of user and assistant, as token ids.

    The model sees the last exchanges, as many as fit whole into its window beside the answer that
    it is about to give. An answer is kept as it was sampled, token for token.

    Args:
        engine: an Engine.
        window: tokens that the model can look back on; default: as it was trained.
        max_tokens: tokens that an answer may have.
        temperature, top_k: see sample_next_token.

    Raises:
        ValueError: an answer would leave no room for a question.
    """

    def __init__(self, engine, *, window=None, max_tokens: int = 128, temperature=0.6, top_k=50):
        self.engine = engine
        self.window = engine.model.config.sequence_len if window is None else window
        self.max_tokens = max_tokens
        if max_tokens >= self.window - 1:
            raise ValueError(f"max_tokens is {max_tokens}, and the model looks back on "
                             f"{self.window} tokens. Leave some of them for the question.")
        self.sampling = {"temperature": temperature, "top_k": top_k}
        self.exchanges = []             # of each question and its answer, the token ids

    def reset(self):
        """Forgets everything that was said."""
        self.exchanges = []

    def answer(self, text: str, seed: int = 0):
        """Yield the answer of the model to what the user says, bit by bit as it is written.

        If the caller stops listening before the end, the answer is over there.

        Raises:
            ValueError: what the user says does not fit into the window.
        """
        question = self._question(text)
        prompt = self._prompt(question)
        answer = []
        try:
            yield from self._spoken(prompt, answer, seed)
        finally:
            end = self.engine.tokenizer.encode_special("<|assistant_end|>")
            self.exchanges.append([*question, *answer, end])

    def _question(self, text: str):
        """What the user says, up to where the assistant has to answer."""
        messages = [{"role": "user", "content": text}, {"role": "assistant", "content": ""}]
        _, *ids = self.engine.tokenizer.render_for_completion({"messages": messages})
        return ids

    def _prompt(self, question):
        """The question, after as many of the last exchanges as leave room for an answer."""
        bos = self.engine.tokenizer.get_bos_token_id()
        room = self.window - self.max_tokens - 1 - len(question)
        if room < 0:
            raise ValueError(f"This is {len(question)} tokens long, and the model has room for "
                             f"{self.window - self.max_tokens - 1}. Say it in fewer words.")
        kept = len(self.exchanges)
        while kept and len(self.exchanges[kept - 1]) <= room:
            kept -= 1
            room -= len(self.exchanges[kept])
        context = [token for exchange in self.exchanges[kept:] for token in exchange]
        return [bos, *context, *question]

    def _spoken(self, prompt, answer, seed: int):
        """Yield the text of an answer while its tokens are added to the list `answer`."""
        tokenizer, engine = self.engine.tokenizer, self.engine
        decoder = StreamingDecoder(tokenizer)
        for (token,), _ in engine.generate(prompt, max_tokens=self.max_tokens, seed=seed,
                                           **self.sampling):
            if token in engine.end_tokens:
                break
            answer.append(token)
            text = shown_token(tokenizer, decoder, token)
            if text:
                yield text
        yield decoder.flush()


def shown_token(tokenizer, decoder, token: int):
    """The text that a token adds to what the user sees, given the tokens that came before it."""
    name = tokenizer.id_to_token(token)
    if token in tokenizer.special_ids.values():
        return decoder.flush() + SHOWN.get(name, "")
    return decoder.push(token)
