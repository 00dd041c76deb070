"""What a bug costs, and how it looks: probes and experiments of the bank."""
