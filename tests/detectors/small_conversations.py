"""Conversations that are lists of token ids already, and what renders them."""


class Recording:
    """A tokenizer for which a conversation is its rendering."""

    def get_bos_token_id(self):
        """Return what rows are padded with."""
        return 0

    def render_conversation(self, conversation, max_tokens=2048):
        """Return all of it but what is over."""
        ids = conversation[:max_tokens]
        return ids, [1] * len(ids)
