"""What somebody should be told, and what became of it; each method is one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Unpack

from ledger import notice_reading, sending
from ledger.database import Database
from ledger.rows import ChannelRow, NoticeRow, SentRow
from ledger.sending import Claimed


class Board(Database):
    """The part of the ledger that notices are read from and sent by."""

    def notices(
        self, now: datetime, **wanted: Unpack[notice_reading.NoticeFilter]
    ) -> list[NoticeRow]:
        """The latest notices that fit, the oldest first, each with whom it reaches now."""
        with self._read() as connection:
            return notice_reading.latest(connection, now, **wanted)

    def notices_after(
        self, cursor: datetime, now: datetime, limit: int = notice_reading.MOST
    ) -> list[NoticeRow]:
        """The feed: the notices behind the cursor in the order in which they were written, about so
        many. Whoever goes on behind the `cursor` of the last misses none, whoever writes."""
        with self._read() as connection:
            return notice_reading.after(connection, cursor, now, limit)

    def notices_named(self, ids: Sequence[str], now: datetime) -> dict[str, NoticeRow]:
        """Those of these notices that stand, by id."""
        with self._read() as connection:
            return notice_reading.named(connection, ids, now)

    def last_notice(self) -> datetime | None:
        """Where the feed ends, if it has begun."""
        with self._read() as connection:
            return notice_reading.last(connection)

    def begin_channels(self, names: Iterable[str], now: datetime) -> None:
        """Make channels known; those that are new send what is written from then on."""
        with self._write() as connection:
            sending.begin(connection, names, now)

    def has_notices_for(self, name: str, holder: str, now: datetime) -> bool:
        """Whether there is anything that this holder could send over a channel."""
        with self._read() as connection:
            return sending.waiting(connection, name, holder, now)

    def claim_notices(self, name: str, holder: str, now: datetime) -> Claimed | None:
        """Hold a channel for a while, and what is to be sent over it; nothing while it is
        another's."""
        with self._write() as connection:
            return sending.claim(connection, name, holder, now)

    def settle_notices(
        self, name: str, holder: str, answers: Sequence[SentRow], through: datetime
    ) -> None:
        """Write down what became of what was claimed, and let go of the channel."""
        with self._write() as connection:
            sending.settle(connection, name, holder, answers, through)

    def channels(self, now: datetime) -> list[ChannelRow]:
        """How far every channel is that notices ever went out over."""
        with self._read() as connection:
            return sending.channels(connection, now)

    def failed_notices(self) -> list[SentRow]:
        """What was given up after so many tries."""
        with self._read() as connection:
            return sending.failed(connection)

    def sendings(self, ids: Sequence[str]) -> list[SentRow]:
        """What became of these notices on every channel."""
        with self._read() as connection:
            return sending.of(connection, ids)

    def retry_notices(self, now: datetime, name: str | None = None) -> int:
        """Try again what was given up, on one channel or on all; how much that is."""
        with self._write() as connection:
            return sending.retry(connection, now, name)
