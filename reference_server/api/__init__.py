"""The GRPC API: for each dialect, a function from a request's bytes to its answer's bytes."""
