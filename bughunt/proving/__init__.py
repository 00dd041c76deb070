"""The proof of a bank: questions, answers, and what they mean to its author."""
