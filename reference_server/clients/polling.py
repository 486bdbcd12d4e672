"""What clients ask of shared polls (6.9): to subscribe, and to be told of some keys.

Whatever the application would be asked for is not served: no proxy is called. What is published
by the API reaches those who track its key. Source: client_shared_poll.go, client_keyed.go of the
library centrifuge, track_signature.go.
"""

import hashlib
import hmac
from dataclasses import replace

from reference_server.clients import failures
from reference_server.clients.commands import SHARED_POLL, SubRefresh, Subscribe, TrackBatch
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.poll_subscription import PollSubscription, Tracked
from reference_server.clients.results import SubRefreshResult, SubscribeResult
from reference_server.clients.session import Session
from reference_server.clients.subscription import Subscription
from reference_server.engine.streams import Position
from reference_server.settings import ChannelOptions

TRACK, UNTRACK = 1, 2
_MOST_KEYS = 5000
_GRACE_SECONDS = 5
_NOWHERE = Position(0, "")
_INT64 = 1 << 63


def subscribing(
    session: Session, request: Subscribe, rules: ChannelOptions, options: SubscribeOptions
) -> tuple[SubscribeResult, Subscription]:
    """A subscription that tracks nothing yet; raises `ReplyError`."""
    now = int(session.node.wall())
    ttl = options.expire_at - now
    if options.expire_at > 0 and ttl <= 0:
        raise failures.EXPIRED
    result = SubscribeResult(
        type=SHARED_POLL,
        expires=options.expire_at > 0,
        ttl=ttl if options.expire_at > 0 else 0,
        epoch=session.node.polls.epoch(request.channel, is_versioned=rules.poll.versioned),
        delta=bool(request.delta) and request.delta in options.delta_types,
    )
    poll = PollSubscription(session, request.channel, rules.poll, compresses=result.delta)
    subscription = Subscription(
        replace(options, positioned=False, recovered=False),
        is_server_side=False,
        position=_NOWHERE,
        checked=now,
        chan_info=options.chan_info,
        expire_at=options.expire_at,
        poll=poll,
    )
    return result, subscription


class Tracking:
    """A command about the keys of a subscription."""

    def __init__(self, session: Session, channel: str, poll: PollSubscription) -> None:
        self._session = session
        self._channel = channel
        self._poll = poll

    def track(self, request: SubRefresh) -> SubRefreshResult:
        """Track keys, and no longer those that the client has given up since they were signed.

        Of a key that is there twice the last batch counts. Raises `ReplyError`.
        """
        asked = {key: (version, batch) for batch in request.track for key, version in batch.items}
        if not asked:
            raise failures.BAD_REQUEST
        rules = self._session.node.settings.channel_options(self._channel)
        most = (rules.poll.max_keys if rules else 0) or _MOST_KEYS
        if len((self._poll.keys.keys() | asked.keys()) - set(request.untrack)) > most:
            raise failures.LIMIT_EXCEEDED
        if rules is None:
            raise failures.UNKNOWN_CHANNEL
        if rules.subscription_type != "shared_poll":
            raise failures.PERMISSION_DENIED
        ends = {batch: self._require_signed(batch) for batch in request.track}
        self._poll.track(
            {key: Tracked(version, ends[batch]) for key, (version, batch) in asked.items()}
        )
        self._poll.untrack(request.untrack)
        end = min((ends[batch] for _, batch in asked.values() if ends[batch] > 0), default=0)
        left = end - int(self._session.node.wall())
        return SubRefreshResult(expires=end > 0, ttl=max(left, 0) if end > 0 else 0)

    def untrack(self, request: SubRefresh) -> SubRefreshResult:
        """Track keys no longer; raises `ReplyError`."""
        if not request.untrack:
            raise failures.BAD_REQUEST
        self._poll.untrack(request.untrack)
        return SubRefreshResult(expires=False, ttl=0)

    def _require_signed(self, batch: TrackBatch) -> int:
        """Until when a batch is allowed (Unix seconds, 0 is for ever); raises `ReplyError`."""
        node, keys = self._session.node, self._session.node.settings.track_keys
        issued, end = _times(batch.signature)
        if not self._is_signed(batch, keys.hmac_secret):
            if not keys.previous_hmac_secret or 0 < keys.previous_valid_until < issued:
                raise failures.PERMISSION_DENIED
            if not self._is_signed(batch, keys.previous_hmac_secret):
                raise failures.PERMISSION_DENIED
        if end > 0 and end + _GRACE_SECONDS < int(node.wall()):
            raise failures.TOKEN_EXPIRED
        return end

    def _is_signed(self, batch: TrackBatch, secret: str) -> bool:
        issued, _, rest = batch.signature.partition(":")
        end, colon, told = rest.partition(":")
        if not colon:
            return False
        names = b"\0".join(_raw(key) for key, _ in batch.items)
        parts = [issued, end, self._session.user, self._channel, hashlib.sha256(names).hexdigest()]
        signed = hmac.new(secret.encode(), b"\0".join(map(_raw, parts)), hashlib.sha256)
        return hmac.compare_digest(_raw(told), signed.hexdigest().encode())


def _times(signature: str) -> tuple[int, int]:
    """When a signature was made and ends; 0 where it does not say."""
    issued, _, rest = signature.partition(":")
    end, colon, _ = rest.partition(":")
    made_at, ends_at = _int64(issued), _int64(end)
    if not colon or made_at is None or ends_at is None:
        return 0, 0
    return made_at, ends_at


def _int64(text: str) -> int | None:
    digits = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    number = int(text)
    return number if -_INT64 <= number < _INT64 else None


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
