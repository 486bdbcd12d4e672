"""The engine: what a node keeps and does, in pure Python.

No gRPC, no asyncio, no clock of its own.
"""
