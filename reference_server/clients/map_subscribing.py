"""Subscriptions of clients to maps (6.9): the state by pages, its stream, then live changes.

Source: client_map.go of the library centrifuge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reference_server.clients import failures
from reference_server.clients.commands import Subscribe
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.results import SubscribeResult
from reference_server.clients.session import Session
from reference_server.clients.subscription import Loading, Subscription
from reference_server.clients.tag_filters import TagsFilter
from reference_server.engine.maps import MisusedMapError
from reference_server.engine.streams import Position, Publication, UnrecoverablePositionError
from reference_server.node import publication_of
from reference_server.settings import MapOptions

LIVE, STREAM, STATE = range(3)
_RESULT_TYPE = 1
_PAGE, _LARGEST_PAGE = 100, 1000
_CATCH_UP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Beginning:
    """From where a subscription goes live, and what is told of the state then."""

    since: Position
    state: Sequence[Publication] = ()
    is_recovery: bool = True


class MapSubscribing:
    """One Subscribe command of a session, to a map."""

    def __init__(self, session: Session, request: Subscribe, rules: MapOptions) -> None:
        self._session = session
        self._request = request
        self._rules = rules
        self._maps = session.node.maps
        self._channel = request.channel

    def sweep(self) -> None:
        """Forget other subscriptions that were begun and left alone for too long."""
        held = self._session.loading
        for channel, loading in list(held.items()):
            rules = self._session.node.settings.channel_options(channel)
            if channel != self._channel and rules is not None and self._is_old(loading, rules.map):
                del held[channel]

    @property
    def is_continued(self) -> bool:
        """Whether the client goes on with what it began; raises `Disconnect`, `ReplyError`."""
        request, loading = self._request, self._loading
        if not request.cursor and (request.phase == STATE or loading is None):
            return False
        if loading is None:
            raise failures.PERMISSION_DENIED
        if self._is_old(loading, self._rules):
            self._give_up()
            raise self._session.known.slow
        return True

    def require_room(self) -> None:
        """Refuse a channel that is subscribed, or one too many; raises `ReplyError`."""
        session, request = self._session, self._request
        is_next = bool(request.cursor) or request.phase != STATE
        if self._loading is not None and is_next:
            return
        if session.is_subscribed(self._channel) or self._loading is not None:
            raise failures.ALREADY_SUBSCRIBED
        if 0 < session.node.settings.clients.channel_limit <= session.channels:
            raise failures.LIMIT_EXCEEDED

    def run(self, options: SubscribeOptions | None) -> tuple[SubscribeResult, Subscription | None]:
        """What is answered, and the subscription once it is live.

        `options` are those of a subscription that begins. Raises `ReplyError`.
        """
        loading = self._loading
        if loading is not None and options is None:
            options = loading.options
        assert options is not None
        if not self._rules.is_sound:
            self._give_up()
            raise failures.INTERNAL
        phases = {STATE: self._state, STREAM: self._stream, LIVE: self._live}
        phase = phases.get(self._request.phase)
        if phase is None:
            self._give_up()
            raise failures.BAD_REQUEST
        try:
            return phase(options)
        except UnrecoverablePositionError:
            self._give_up()
            raise failures.UNRECOVERABLE_POSITION from None
        except MisusedMapError:
            self._give_up()
            raise failures.INTERNAL from None

    # ---- Phases --------------------------------------------------------------------------------

    def _state(self, options: SubscribeOptions) -> tuple[SubscribeResult, Subscription | None]:
        request = self._request
        if not request.cursor:
            self._begin(options)
        loading = self._loading
        assert loading is not None
        asked = request.recovery
        revision = Position(asked.offset, asked.epoch) if asked.offset or asked.epoch else None
        entries, top, cursor = self._maps.state(
            self._channel,
            self._rules,
            limit=self._page_size,
            cursor=request.cursor,
            key="",
            revision=revision,
        )
        if not request.cursor:
            loading.position, loading.epoch = top, top.epoch
        # What changed after the first page comes with the stream.
        told = [each for each in entries if revision is None or each.offset <= revision.offset]
        state = [publication_of(each) for each in told]
        state = _passing(state, loading.tags_filter)
        first = loading.position if request.cursor and loading.position is not None else top
        is_near = first.offset + self._page_size >= top.offset
        if not cursor and (is_near or not self._rules.has_stream):
            return self._go_live(loading.options, _Beginning(first, state, is_recovery=False))
        return self._page(
            replace(
                SubscribeResult(epoch=top.epoch, offset=first.offset),
                phase=STATE,
                cursor=cursor,
                state=state,
            ),
            loading.options,
        )

    def _stream(self, options: SubscribeOptions) -> tuple[SubscribeResult, Subscription | None]:
        if not self._rules.has_stream:
            self._give_up()
            raise failures.BAD_REQUEST
        asked = self._request.recovery
        if self._loading is None:
            if not asked.recover:
                raise failures.PERMISSION_DENIED
            self._begin(options, epoch=asked.epoch)
        loading = self._loading
        assert loading is not None
        self._require_epoch(loading)
        if loading.stream_top is None:
            loading.stream_top = self._read(None, 0)[1].offset
        since = Position(asked.offset, asked.epoch)
        if asked.offset + self._page_size >= loading.stream_top:
            return self._go_live(loading.options, _Beginning(since))
        publications, top = self._read(since, self._page_size)
        offset = publications[-1].offset if publications else asked.offset
        publications = _passing(publications, loading.tags_filter)
        return self._page(
            SubscribeResult(
                phase=STREAM, epoch=top.epoch, offset=offset, publications=publications
            ),
            loading.options,
        )

    def _live(self, options: SubscribeOptions) -> tuple[SubscribeResult, Subscription | None]:
        if self._loading is not None:
            self._require_epoch(self._loading)
        asked = self._request.recovery
        return self._go_live(options, _Beginning(Position(asked.offset, asked.epoch)))

    def _go_live(
        self, options: SubscribeOptions, beginning: _Beginning
    ) -> tuple[SubscribeResult, Subscription | None]:
        request, since = self._request, beginning.since
        tags_filter = self._filter(options)
        publications: Sequence[Publication] = ()
        top = Position(0, since.epoch)
        if self._rules.has_stream:
            most = self._rules.live_transition_max_publication_limit
            most = most or self._rules.max_page_size or _LARGEST_PAGE
            publications, top = self._read(since, most + 1)
            is_other = since.epoch != top.epoch and (beginning.is_recovery or since.epoch)
            if is_other or len(publications) > most:
                raise UnrecoverablePositionError
        delta = bool(request.delta) and request.delta in options.delta_types
        result = SubscribeResult(
            type=_RESULT_TYPE,
            phase=LIVE,
            epoch=top.epoch,
            offset=top.offset,
            delta=delta,
            state=beginning.state,
            publications=_passing(publications, tags_filter),
            recoverable=self._rules.has_stream,
            was_recovering=beginning.is_recovery and request.recovery.recover,
            recovered=beginning.is_recovery and request.recovery.recover,
        )
        options = replace(options, positioned=self._rules.has_stream, recovered=False)
        subscription = Subscription(
            options,
            is_server_side=False,
            position=top,
            checked=self._session.node.wall(),
            chan_info=options.chan_info,
            expire_at=options.expire_at,
            compresses=delta,
            has_base=delta,
            tags_filter=tags_filter,
            is_map=True,
        )
        self._give_up()
        return result, subscription

    # ---- Parts of them -------------------------------------------------------------------------

    @property
    def _loading(self) -> Loading | None:
        return self._session.loading.get(self._channel)

    def _begin(self, options: SubscribeOptions, epoch: str = "") -> None:
        now = self._session.node.wall()
        loading = Loading(options, now, self._asked_filter(options), epoch=epoch)
        self._session.loading[self._channel] = loading

    def _give_up(self) -> None:
        self._session.loading.pop(self._channel, None)

    def _is_old(self, loading: Loading, rules: MapOptions) -> bool:
        seconds = rules.subscribe_catch_up_timeout or _CATCH_UP_SECONDS
        return seconds > 0 and self._session.node.wall() - loading.started > seconds

    def _require_epoch(self, loading: Loading) -> None:
        epoch = self._request.recovery.epoch
        if epoch and loading.epoch and epoch != loading.epoch:
            raise UnrecoverablePositionError

    def _asked_filter(self, options: SubscribeOptions) -> TagsFilter | None:
        asked = self._request.tags_filter
        if asked is not None and not (options.may_filter and asked.is_valid):
            self._give_up()
            raise failures.BAD_REQUEST
        return asked

    def _filter(self, options: SubscribeOptions) -> TagsFilter | None:
        asked, loading = self._asked_filter(options), self._loading
        return loading.tags_filter if asked is None and loading is not None else asked

    def _read(self, since: Position | None, limit: int) -> tuple[list[Publication], Position]:
        entries, top = self._maps.stream(
            self._channel, self._rules, since=since, limit=limit, reverse=False
        )
        return list(map(publication_of, entries)), top

    def _page(
        self, result: SubscribeResult, options: SubscribeOptions
    ) -> tuple[SubscribeResult, None]:
        delta = self._request.delta
        return replace(result, type=_RESULT_TYPE, quotes=delta in options.delta_types), None

    @property
    def _page_size(self) -> int:
        rules = self._rules
        size = self._request.limit if self._request.limit > 0 else rules.default_page_size or _PAGE
        size = max(size, rules.min_page_size or _PAGE)
        return min(size, rules.max_page_size or _LARGEST_PAGE)


def _passing(
    publications: Sequence[Publication], tags_filter: TagsFilter | None
) -> list[Publication]:
    if tags_filter is None:
        return list(publications)
    return [each for each in publications if tags_filter.matches(each.tags)]
