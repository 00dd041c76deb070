"""The experiments of the level easy."""


def bos_prepended_to_every_document(data):
    """The token opens every row and stands nowhere else."""
    kinds = [row["kinds"] for row in data["rows"]]
    return all(row[0] == "bos" and row.count("bos") == 1 for row in kinds)


def batches_are_int32_inputs_and_int64_targets(data):
    """Inputs take 32 bits, targets 64."""
    return [it["bytes"] / it["ids"] for it in data["tensors"]] == [4, 8, 4, 8]


def targets_are_the_tokens_that_follow(data):
    """Every target is the input one place later."""
    return data["equal"][4] == 1 and data["inputs"][1:] == data["targets"][:-1]
