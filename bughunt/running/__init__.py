"""Detectors in processes that may be lost, and what comes back from them."""
