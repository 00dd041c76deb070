"""Byte-level BPE training, written in Rust."""
