"""`/outcomes/reviewing`: the rules of reviews in words, and how far reviewers agree."""

from __future__ import annotations

from kg.domain import Role

from .outcome_pages import OutcomePages


class Reviewing(OutcomePages):
    """Who reviews in which order, on which evidence, by which scale; for the PMO also how far scores agree."""

    async def get(self) -> None:
        """The page; whoever may not see the agreement sees the rules."""
        found = await self.ask("review_rules")
        agreement = await self.ask("review_agreement") if self.known.visitor.has(Role.PMO) else None
        self.show(
            "outcome_reviewing.html",
            rules=found.rules,
            agreement=agreement,
            axes={axis.axis: axis for axis in agreement.axes} if agreement else {},
            largest_mb=found.largest_file // (1 << 20),
        )


ROUTES = [(r"/outcomes/reviewing", Reviewing)]
"""Before the page of one outcome, whose address it resembles."""
