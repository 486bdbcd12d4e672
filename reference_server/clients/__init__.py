"""The subscribers of a node: connections, their subscriptions and what is pushed to them.

Pure Python like the engine: no gRPC, no asyncio, no clock of its own. A transport gives a
`Session` commands and carries away the frames of its outbox.
"""
