"""The client protocols on the wire: v1 and v2, JSON and protobuf, several commands a frame.

Pure functions of bytes: no sockets. `codecs` writes what a `Session` says, `decoding` reads what a
client sends.
"""
