"""A Centrifugo in Python: the GRPC API as release 2.8, 3.2, 4.1, 5.4 or 6.9 answers it."""
