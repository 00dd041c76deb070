"""A small, complete language model: from text to a model that chats."""
