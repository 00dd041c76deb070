"""The compiled half of rustbpe: what is done for every byte of a corpus or of a text."""

try:
    from rustbpe_core.native import Counter, Encoder, gpt4_pattern
except ImportError as error:
    raise ImportError(
        "rustbpe: the compiled module 'rustbpe_core.native' is missing or does not fit this "
        "Python. Build it with 'pip install .' in the checkout, after installing Rust from "
        "https://rustup.rs if 'cargo' is not found."
    ) from error

__all__ = ["Counter", "Encoder", "gpt4_pattern"]
