"""The scripts that train, evaluate and talk to a model."""
