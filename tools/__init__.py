"""What the maintainers run: code generation and the checks behind `make test`."""
