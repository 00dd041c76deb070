"""The commands of ``bughunt``, by those who use them."""
