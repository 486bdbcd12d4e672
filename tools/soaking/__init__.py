"""The parts of `python -m tools.soak`."""
