"""A jail in which one detector observes a tree that nobody trusts, and what comes out of it."""
