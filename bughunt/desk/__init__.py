"""``bughunt watch``: saves, verdicts and keys in, screens out."""
