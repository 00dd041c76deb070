"""Writing a bank: what an author wants to know before anything is proved."""
