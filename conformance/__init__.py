"""The corpus: one requirement a test, run against any endpoint of the GRPC API."""
