"""Other ways to publish over gRPC from Python, for `tools.compare` to measure."""
