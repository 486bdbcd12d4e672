"""The wire contract: what a client of Centrifugo's GRPC API and its server say to each other.

`v2/api.proto` is the API of Centrifugo 2, `v3/api.proto` that of 3 to 6, `v3/unistream.proto` the
unidirectional GRPC transport of 3 to 6, `client/v1.proto` and `client/v2.proto` what clients speak
over WebSocket. The `*_pb2` modules beside them are generated from them
by `make protos` and hold their messages in a private descriptor pool, so that a program may load
them next to stubs of its own made from the official files, which declare the same names.
"""
