"""The engine generates what the model generates without a cache, however long the text gets."""

MATCHES_CLEAN = ("cached", "uncached")


def observe(seed):
    """Generate with and without a cache, past the window that the cache was planned for."""
    from small_models import CharacterTokenizer, random_model, sampled_rows

    from nanochat.engine import Engine

    tokenizer = CharacterTokenizer()
    shape = {"n_layer": 2, "n_head": 2, "n_kv_head": 1, "n_embd": 16}
    vocab_size = tokenizer.get_vocab_size()
    model = random_model(seed, vocab_size=vocab_size, sequence_len=12, **shape)
    engine = Engine(model, tokenizer)
    prompt = tokenizer.encode("once upon"[: 1 + seed % 9])
    cached, uncached = {}, {}
    for temperature in (0.0, 0.8):
        settings = {"max_tokens": 20, "temperature": temperature, "seed": seed}
        cached[str(temperature)] = sampled_rows(engine, prompt, **settings)[0][0]
        uncached[str(temperature)] = list(model.generate(prompt, **settings))
    ends = [tokenizer.encode_special("<|assistant_end|>"), tokenizer.get_bos_token_id()]
    return {"ends": ends, "cached": cached, "uncached": uncached}


def until_end(tokens, ends):
    """The tokens up to and with the first one that ends a sample."""
    stop = next((i for i, token in enumerate(tokens) if token in ends), len(tokens))
    return tokens[: stop + 1]


def test_greedy_text_is_the_same(observed):
    """The best token is the same at each step."""
    uncached = until_end(observed["uncached"]["0.0"], observed["ends"])
    assert observed["cached"]["0.0"] == uncached


def test_sampled_text_of_the_same_seed_is_the_same(observed):
    """So is what is drawn, as the random state is."""
    uncached = until_end(observed["uncached"]["0.8"], observed["ends"])
    assert observed["cached"]["0.8"] == uncached
