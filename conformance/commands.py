"""What requirements share on commands to connections: whom they address, how success looks."""

import secrets

from centrifugo_grpc.releases import EMPTY_RESULT
from conformance import expect
from conformance.api import Answer, Api

SHAPE_SENTENCE = (
    "Success sets an empty `result` from 4.1 on, and is a message of zero bytes before."
)
SHAPE_SOURCE = "facts v2.md 1, v3-v6.md 7"


def nobody() -> str:
    """The id of a user, client or session that is not connected."""
    return f"conformance-nobody-{secrets.token_hex(8)}"


def others_than(user: str) -> list[str]:
    """Ids of other users, which one who does not compare the whole id takes for this one."""
    parts = [user[:-1], user[:-8], user[1:], f"{user}x", f" {user}", f"{user} "]
    return [*parts, user.upper(), user.title(), f"{user}*", "*", "%", f"{user}\0"]


def harmless(method: str) -> bytes:
    """A request for `method` that concerns no connection: blank, or of a user who is nobody.

    A blank user means all connections without one.
    """
    field = {"Disconnect": 1, "Refresh": 1, "Unsubscribe": 2}.get(method)
    user = nobody().encode()
    return b"" if field is None else bytes([field << 3 | 2, len(user)]) + user


def success_has_its_shape(api: Api, answer: Answer) -> None:
    """The answer is a success as the release shapes one that has nothing to tell."""
    expect.success(answer)
    expect.equal("`result` is set", answer.result is not None, EMPTY_RESULT[api.release])
    assert answer.response is not None, "a success has a response"
    length = 2 if EMPTY_RESULT[api.release] else 0
    expect.equal("bytes of the answer", answer.response.ByteSize(), length)
