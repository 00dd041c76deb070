"""What no detector and no test of a bank notices: its surviving mutants."""
