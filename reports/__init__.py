"""Pages from result files. Reads files alone: imports neither the corpus nor the harness."""
