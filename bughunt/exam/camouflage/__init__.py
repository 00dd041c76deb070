"""The tree of each candidate in words and forms of its own, and how a copy is known again."""
