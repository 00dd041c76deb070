"""Mutation operators: pure functions over Python source text."""
