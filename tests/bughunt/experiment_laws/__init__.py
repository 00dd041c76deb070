"""What the data of experiments say on the clean code, and with the bug do not.

A module for each level; in it, by the name of the law, a function for each experiment that no
earlier level has.
"""
