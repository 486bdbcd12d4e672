"""What Centrifugo's GRPC API is and how to speak to it.

`releases` says what differs between releases, `errors` which API errors exist, `endpoint` where a
server is, `client` calls it, `discovery` asks it which dialects and which release it speaks.
"""
