"""The experiments of the level data."""


def a_download_that_starts_over_holds_the_file_once(data):
    """Every piece stands where it stood, whichever way the server goes on."""
    straight = list(range(0, data["size"], 256))
    return all(origins == straight for origins in data["origins"].values())


def a_pass_leaves_no_conversation_out(data):
    """Each conversation comes."""
    return all(data["met"])


def sums_of_the_test_are_taught_in_neither_order(data):
    """No sum of the test is taught."""
    return (data["same_order"], data["other_order"]) == (0, 0)


def resumed_loader_continues_to_the_token(data):
    """Who was interrupted meets what the other one meets."""
    return data["interrupted"] == data["not interrupted"]
