"""The engine generates what the model generates without a cache, however long the text gets."""

MATCHES_CLEAN = ("cached", "uncached")


def observe(seed):
    """Generate with and without a cache, past the window that the cache was planned for."""
    from small_models import CharacterTokenizer, random_model, sampled_rows

    from nanochat.engine import Engine

    tokenizer = CharacterTokenizer()
    shape = {"n_layer": 1, "n_head": 2, "n_kv_head": 1, "n_embd": 16}
    vocab_size = tokenizer.get_vocab_size()
    model = random_model(seed, vocab_size=vocab_size, sequence_len=8, **shape)
    engine = Engine(model, tokenizer)
    engine.end_tokens = ()  # generate() has none either
    prompt = tokenizer.encode("once upon"[: 1 + seed % 9])
    cached, uncached = {}, {}
    for temperature in (0.0, 0.8):
        settings = {"max_tokens": 16, "temperature": temperature, "seed": seed}
        cached[str(temperature)] = sampled_rows(engine, prompt, **settings)[0][0]
        uncached[str(temperature)] = list(model.generate(prompt, **settings))
    return {"cached": cached, "uncached": uncached}


def test_greedy_text_is_the_same(observed):
    """The best token is the same at each step."""
    assert observed["cached"]["0.0"] == observed["uncached"]["0.0"]


def test_sampled_text_of_the_same_seed_is_the_same(observed):
    """So is what is drawn, as the random state is."""
    assert observed["cached"]["0.8"] == observed["uncached"]["0.8"]
