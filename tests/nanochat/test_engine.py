"""The engine: samples, tool calls, ends and limits."""

import pytest
import torch
from small_models import CharacterTokenizer, ScriptedModel, random_model, sampled_rows

from nanochat.engine import Engine, KVCache

TOKENIZER = CharacterTokenizer()
VOCAB_SIZE = TOKENIZER.get_vocab_size()
NAMES = {"[": "python_start", "]": "python_end", "{": "output_start", "}": "output_end"}
SPECIALS = NAMES | {".": "assistant_end", "^": "bos", ">": "user_start"}


def ids(text):
    """Token ids of a text in which brackets, full stop and so on stand for special tokens."""
    return [
        TOKENIZER.encode_special(f"<|{SPECIALS[c]}|>") if c in SPECIALS else ord(c) for c in text
    ]


def text(tokens):
    """The text that `ids` would make these tokens of."""
    written = TOKENIZER.decode(tokens)
    for character, name in SPECIALS.items():
        written = written.replace(f"<|{name}|>", character)
    return written


def play(*scripts, prompt=">", **settings):
    """What the engine makes of scripted samples: the text and the masks of each row."""
    model = ScriptedModel([ids(script) for script in scripts], VOCAB_SIZE)
    settings = {"num_samples": len(scripts), "max_tokens": 60} | settings
    tokens, masks = sampled_rows(Engine(model, TOKENIZER), ids(prompt), **settings)
    return [text(row) for row in tokens], ["".join(map(str, row)) for row in masks]


def random_engine(seed, **shape):
    """An engine around a small model with random weights."""
    return Engine(random_model(seed, vocab_size=VOCAB_SIZE, n_layer=2, **shape), TOKENIZER)


class TestToolCalls:
    """What stands between python_start and python_end is computed."""

    def test_the_result_is_forced_on_the_sample(self):
        """Meanwhile nothing that the model says is heard."""
        assert play("is [2+3]####!.") == (["is [2+3]{5}#!."], ["11111111000111"])

    @pytest.mark.parametrize("call", ["[2+]", "[]", "[9**9**9]", "[a b]", "[{]"])
    def test_a_call_without_a_result_is_passed_over(self, call):
        """The sample goes on as if nothing had been asked."""
        script = f"so {call} ok."
        assert play(script) == ([script], ["1" * len(script)])

    def test_a_closing_bracket_without_an_opening_one_calls_nothing(self):
        """Neither does a second one after a call."""
        assert play("2+3] 1]!.")[0] == ["2+3] 1]!."]
        assert play("[2]###1+1]!.")[0] == ["[2]{2}1+1]!."]

    def test_a_second_opening_bracket_starts_the_call_again(self):
        """What stood before it is not computed."""
        assert play("[1+[2]###.")[0] == ["[1+[2]{2}."]

    def test_several_calls_are_answered_one_after_the_other(self):
        """Each with its own result, be it zero."""
        assert play("[1-1]###[2*4]###.")[0] == ["[1-1]{0}[2*4]{8}."]

    def test_a_call_in_one_row_is_nothing_to_the_others(self):
        """They go on with what they say, and make calls of their own later."""
        rows, masks = play("a[1+1]###c.", "abcdefghi.", "ab[6*7]####.")
        assert rows == ["a[1+1]{2}c..", "abcdefghi...", "ab[6*7]{42}."]
        assert masks == ["111111000110", "111111111100", "111111100001"]

    def test_a_result_is_cut_by_the_limit(self):
        """max_tokens counts forced tokens like all others."""
        assert play("[40+2]####.", max_tokens=8) == (["[40+2]{4"], ["11111100"])

    def test_a_call_may_begin_in_the_prompt(self):
        """Its expression then stands in the prompt, in part or whole."""
        assert play("+3]###.", prompt=">[2")[0] == ["+3]{5}."]
        assert play("]###.", prompt=">[2")[0] == ["]{2}."]

    def test_a_call_that_the_prompt_closes_is_answered_first(self):
        """Every sample begins with the result."""
        rows, masks = play("###a.", "###ab.", prompt=">[1][2+3]")
        assert rows == ["{5}a..", "{5}ab."]
        assert masks == ["000110", "000111"]

    @pytest.mark.parametrize(
        "prompt",
        [
            pytest.param(">[2+3]{5}", id="answered"),
            pytest.param(">[2+3]{5}]", id="second bracket"),
            pytest.param(">2+3]", id="no opening bracket"),
            pytest.param(">[2+3].", id="turn over"),
            pytest.param(">[2+.>[1].>3]", id="broken off by the end of the turn"),
        ],
    )
    def test_a_prompt_without_an_unanswered_call_forces_nothing(self, prompt):
        """Only a call that ends the prompt is open for an answer."""
        assert play("4]!.", prompt=prompt)[0] == ["4]!."]


class TestEnds:
    """Where samples stop."""

    def test_the_token_that_ends_a_row_is_part_of_its_result(self):
        """With mask 1: the model chose it; the rest of the batch is not."""
        model = ScriptedModel([ids("ab."), ids("a^"), ids("abcdef.")], VOCAB_SIZE)
        results, masks = Engine(model, TOKENIZER).generate_batch(ids(">>"), 3, max_tokens=5)
        assert [text(row) for row in results] == [">>ab.", ">>a^", ">>abcde"]
        assert masks == [[0, 0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1, 1, 1, 1]]

    @pytest.mark.parametrize("limit", [0, 1, 4], ids="{} tokens".format)
    def test_no_more_tokens_come_than_were_asked_for(self, limit):
        """And the model is not called for tokens that nobody sees."""
        model = ScriptedModel([ids("abcdefgh.")], VOCAB_SIZE)
        columns = list(Engine(model, TOKENIZER).generate(ids(">"), max_tokens=limit))
        assert columns == [([ord(c)], [1]) for c in "abcd"[:limit]]
        assert model.calls == max(1, limit)

    def test_without_a_limit_a_sample_fills_the_positions(self):
        """The last token needs none, as it is never read."""
        engine = random_engine(seed=1, sequence_len=2)
        engine.end_tokens = ()
        tokens, _ = sampled_rows(engine, ids("abc"), num_samples=2)
        assert [len(row) for row in tokens] == [20 - 3] * 2
        limited, _ = sampled_rows(engine, ids("abc"), num_samples=2, max_tokens=99)
        assert limited == tokens


class TestSamples:
    """What is drawn."""

    @pytest.mark.parametrize("n_kv_head", [1, 2, 4], ids="kv{}".format)
    @pytest.mark.parametrize("how", [{"temperature": 0.0}, {"top_k": 5}], ids=["greedy", "top 5"])
    def test_one_sample_is_what_the_model_generates_without_a_cache(self, n_kv_head, how):
        """The same tokens from the same seed, past the window that the cache was planned for."""
        engine = random_engine(seed=2, n_kv_head=n_kv_head, sequence_len=8)
        engine.end_tokens = ()
        tokens, masks = sampled_rows(engine, ids("once"), max_tokens=12, **how)
        assert tokens == [list(engine.model.generate(ids("once"), max_tokens=12, **how))]
        assert masks == [[1] * 12]

    def test_each_row_is_what_its_own_tokens_lead_to(self):
        """Read again from the start, every drawn token was the best of its row."""
        engine = random_engine(seed=3, n_kv_head=2)
        results, _ = engine.generate_batch(ids("ab"), 5, max_tokens=8, top_k=2, seed=1)
        assert len({tuple(row) for row in results}) > 1
        for row in results:
            best = engine.model(torch.tensor([row]))[0].topk(2, dim=-1).indices
            assert all(row[i + 1] in best[i] for i in range(1, len(row) - 1))

    def test_a_prompt_of_any_length_is_read_as_a_whole(self):
        """Also one that is longer than what is read at a time."""
        engine = random_engine(seed=4)
        prompt = [i % 100 for i in range(50)]
        whole = sampled_rows(engine, prompt, max_tokens=5)
        for chunk in (1, 7, 49, 50):
            engine.prompt_chunk = chunk
            assert sampled_rows(engine, prompt, max_tokens=5) == whole

    def test_an_abandoned_generation_leaves_the_engine_as_it_was(self):
        """Each call has a cache and a random state of its own."""
        engine = random_engine(seed=5)
        expected = sampled_rows(engine, ids("ab"), max_tokens=6)
        started = engine.generate(ids("zz"), max_tokens=6)
        next(started)
        assert sampled_rows(engine, ids("ab"), max_tokens=6) == expected


class TestRefusals:
    """What cannot be generated is refused when it is asked for, not at the first token."""

    @pytest.mark.parametrize(
        ("prompt", "settings", "message"),
        [
            pytest.param([], {}, "prompt has 0 tokens", id="empty"),
            pytest.param([1] * 20, {}, "20 tokens, and the model 20 positions", id="full"),
            pytest.param([1] * 99, {}, "99 tokens, and the model 20 positions", id="too long"),
            pytest.param([1, 999], {}, "token 999, and the model 137", id="unknown token"),
            pytest.param([1, 137], {}, "token 137, and the model 137", id="first unknown token"),
            pytest.param([-1], {}, "token -1, and the model 137", id="negative token"),
            pytest.param([1], {"num_samples": 0}, "num_samples is 0", id="no sample"),
            pytest.param([1], {"max_tokens": -3}, "max_tokens is -3", id="negative limit"),
        ],
    )
    def test_an_impossible_generation_is_refused_at_once(self, prompt, settings, message):
        """The message has the value."""
        engine = random_engine(seed=6, sequence_len=2)
        with pytest.raises(ValueError, match=message):
            engine.generate(prompt, **settings)


class TestMemory:
    """What a generation holds is bounded by what it may need."""

    def test_a_long_prompt_is_read_in_chunks_and_goes_on_as_if_it_were_not(self, monkeypatch):
        """The logits of a chunk are all that is held at a time."""
        engine = random_engine(seed=7, sequence_len=64)
        prompt = torch.randint(VOCAB_SIZE, (50,), generator=torch.Generator().manual_seed(7))
        whole = engine.generate_batch(prompt.tolist(), max_tokens=8, temperature=0)
        lengths = []
        forward = engine.model.forward
        monkeypatch.setattr(
            engine.model,
            "forward",
            lambda ids, **more: lengths.append(ids.size(1)) or forward(ids, **more),
        )
        monkeypatch.setattr(engine, "prompt_chunk", 16)

        assert engine.generate_batch(prompt.tolist(), max_tokens=8, temperature=0) == whole
        assert lengths[:4] == [16, 16, 16, 2]
        assert set(lengths[4:]) == {1}

    @pytest.mark.parametrize(("max_tokens", "positions"), [(6, 9), (500, 64)])
    def test_the_cache_has_room_for_what_was_asked_for(self, monkeypatch, max_tokens, positions):
        """Up to the length that the model was trained for; beyond, it grows when it must."""
        planned = []

        def cache(**shape):
            planned.append(shape["seq_len"])
            return KVCache(**shape)

        monkeypatch.setattr("nanochat.engine.KVCache", cache)
        next(random_engine(seed=8, sequence_len=64).generate([1, 2, 3], max_tokens=max_tokens))
        assert planned == [3, positions]
