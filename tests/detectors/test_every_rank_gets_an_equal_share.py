"""What is divided among the ranks is filled up to the next number that they divide evenly."""

MATCHES_CLEAN = ("padding",)
RANKS, COUNTS = range(1, 7), range(1, 25)


def observe(seed):
    """Ask for all small numbers of things and ranks, and for some larger ones."""
    from nanochat.optim import padding_needed

    counts = [*COUNTS, 50_257 + seed]
    return {"padding": [[r, n, padding_needed(n, r)] for r in RANKS for n in counts]}


def test_shares_come_out_even(observed):
    """Whoever gets less than the others makes the collective fail."""
    for ranks, count, padding in observed["padding"]:
        padded = count + padding
        assert padded % ranks == 0, f"{ranks} ranks share {count} things filled up to {padded}"


def test_no_more_is_added_than_is_needed(observed):
    """What is added is memory that nobody uses."""
    for ranks, count, padding in observed["padding"]:
        assert 0 <= padding < ranks, f"{ranks} ranks, {count} things: {padding} added"
