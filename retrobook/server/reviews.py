"""`/reviews`: what waits for somebody who did not write it."""

from __future__ import annotations

from .lesson_acts import ActingPage


class Reviews(ActingPage):
    """The queue, for those who may review."""

    async def get(self) -> None:
        """Drafts, reports, possible conflicts and overdue reviews."""
        queue = await self.ask("review_queue")
        self.show("reviews.html", queue=queue, said=self.said())


ROUTES = [(r"/reviews", Reviews)]
