"""What bugs cost on several ranks."""

from collections import Counter

import numpy as np


def shares_padded_by_the_remainder(law):
    """Of 25 numbers of things, those that do not come out even, by the number of ranks."""
    found = Counter(dict.fromkeys(law.RANKS, 0))
    for ranks, count, padding in law.observe(0)["padding"]:
        found[ranks] += (count + padding) % ranks != 0
    return dict(found)


def ranks_divide_by_their_own_targets(law):
    """How far the gradient of three ranks is from that of one, as a share of its length."""
    seen = law.observe(0)
    apart = np.linalg.norm(seen["together"] - seen["alone"])
    return round(float(apart / np.linalg.norm(seen["alone"])), 3)


def each_rank_clips_for_itself(law):
    """Length of the gradient of three ranks that is left of one clipped to 1."""
    return round(float(np.linalg.norm(np.mean(law.observe(0)["clipped"], axis=0))), 3)


def clipping_given_an_empty_generator(law):
    """Length of a gradient before, and after it was clipped to 1 on one, two and three ranks."""
    seen = law.observe(0)
    left = {ranks: float(np.linalg.norm(found[0])) for ranks, found in seen["left"].items()}
    told = {ranks: found[0] for ranks, found in seen["told"].items()}
    return float(np.linalg.norm(seen["gradient"])), left, told


def ranks_read_each_others_conversations(law):
    """Conversations that three ranks meet in a pass, and different ones among them."""
    met = [number for share in law.observe(0)["shares"] for number in share]
    return len(met), len(set(met))


def last_conversations_never_judged(law):
    """Conversations that are judged, by the number of ranks, and all."""
    seen = law.observe(0)
    judged = {len(shares): sum(map(len, shares)) for shares in seen["judged"]}
    return judged, len(seen["right"])


def ranks_taken_for_equally_full(law):
    """Loss and bits per byte that one process reports, and those of three ranks."""
    seen = law.observe(0)
    return np.round(seen["alone"], 3).tolist(), np.round(seen["on_ranks"], 3).tolist()


def batches_sized_for_a_single_rank(law):
    """Tokens of a step by the number of ranks, as a share of those that were asked for."""
    seen = law.observe(0)
    size = seen["micro_batch_tokens"] / seen["batch_tokens"]
    return {ranks: sum(planned) * size for ranks, planned in seen["planned"].items()}


def every_rank_resumes_as_the_first(law):
    """Ranks that go on from their own state, and all."""
    seen = law.observe(0)
    pairs = zip(seen["resumed"], seen["saved"], strict=True)
    return sum(found == [own, own] for found, own in pairs), law.RANKS
