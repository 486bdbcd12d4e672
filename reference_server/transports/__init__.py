"""How subscribers connect: the one-way GRPC stream and WebSocket."""
