"""Samples of one prompt are drawn apart from the first token on, and by the seed alone."""

MATCHES_CLEAN = ("best_two",)
MAY_DIFFER = ("samples",)  # there are several ways to draw
EVENLY = 100.0  # a temperature at which all tokens are about equally likely


def observe(seed):
    """Draw many samples, nearly evenly, from all tokens and from the best two."""
    from small_models import CharacterTokenizer, random_model, sampled_rows

    from nanochat.engine import Engine

    tokenizer = CharacterTokenizer()
    model = random_model(seed, vocab_size=tokenizer.get_vocab_size(), n_layer=1)
    engine = Engine(model, tokenizer)
    settings = {"num_samples": 32, "max_tokens": 3, "temperature": EVENLY}
    prompt = tokenizer.encode("once")
    samples = [sampled_rows(engine, prompt, seed=s, **settings)[0] for s in (seed, seed, seed + 1)]
    of_the_best, _ = sampled_rows(engine, prompt, seed=seed, top_k=2, **settings)
    return {"samples": samples, "best_two": sorted({row[0] for row in of_the_best})}


def test_first_tokens_of_many_samples_are_many(observed):
    """32 draws of 137 equal tokens give 28.6 different ones on average, with deviation 1.6."""
    firsts = {row[0] for row in observed["samples"][0]}
    assert len(firsts) > 18, f"32 samples begin with {len(firsts)} different tokens"


def test_each_of_the_best_two_begins_a_sample(observed):
    """That 32 samples begin with the same one of two happens once in two thousand million times."""
    assert len(observed["best_two"]) == 2


def test_the_same_seed_gives_the_same_samples(observed):
    """Nothing else decides, neither time nor what was drawn before."""
    assert observed["samples"][1] == observed["samples"][0]


def test_another_seed_gives_other_samples(observed):
    """All of them the same again would be a wonder."""
    assert observed["samples"][2] != observed["samples"][0]
