"""Live subscribers: connect as clients of Centrifugo do and keep what arrives, in order."""
