"""What bugs cost in what a run reads."""

from collections import Counter


def resumed_place_used_in_every_row_group(_law):
    """Texts that come in two passes after a run went on at the third of a row group, and all."""
    from small_corpora import small_corpus, small_loader, small_tokenizer

    tokenizer = small_tokenizer()
    with small_corpus(0) as (folder, documents):
        first = small_loader(folder, (1, 8))
        while first.state_dict()["document"] < 2:
            next(first)
        resumed = small_loader(folder, (1, 8), resume_from=first.state_dict())
        length = 2 * sum(len(ids) + 1 for ids in tokenizer.encode(documents))
        read = [token for _ in range(length // 8) for token in next(resumed)[0][0].tolist()]
    text = tokenizer.decode(read)
    return sum(f"#{number} " in text for number in range(len(documents))), len(documents)


def whole_file_appended_to_its_part(law):
    """Bytes of a file, and bytes that are kept of it."""
    seen = law.observe(0)
    return len(seen["content"]), len(seen["all_sent"])


def conversations_lost_between_rows(law):
    """Conversations that come in a pass, and all."""
    seen = law.observe(0)
    return len(seen["met"]), len(seen["numbers"])


def conversations_cut_to_fill_rows(law):
    """Conversations that are cut, and all."""
    seen = law.observe(0)
    read = Counter(token // 100 for row in seen["rows"] for token in row)
    numbered = enumerate(seen["lengths"], start=1)
    cut = sum(read[number] not in (0, length - 1, length) for number, length in numbered)
    return cut, len(seen["lengths"])


def held_out_pairs_depend_on_order(law):
    """Problems of the test that are taught in either order, and all."""
    pairs = law.observe(0)["pairs"]
    taught = law.unordered(pairs["train"])
    return sum(tuple(sorted(pair)) in taught for pair in pairs["test"]), len(pairs["test"])


def right_choice_always_first(law):
    """How often each letter is right."""
    return dict(Counter(law.observe(0)["answers"]))


def tool_output_is_learned(law):
    """Tokens of a conversation that are learned, and those of them that the tool gave."""
    seen = law.observe(0)
    said = law.produced_by_assistant(seen["ids"], seen["control"])
    given = sum(on and not own for on, own in zip(seen["mask"], said, strict=True))
    return sum(seen["mask"]), given
