"""The port of a language model that grades passages."""

from typing import Protocol

from pgrerank.domain.judgment import ModelGrade


class PassageJudge(Protocol):
    """A language model that grades how well a passage answers a query."""

    @property
    def judged_by(self) -> str:
        """Name under which its judgments are stored; another model or prompt has another name."""
        ...

    @property
    def concurrency(self) -> int:
        """Number of passages to have graded at once, at least 1."""
        ...

    async def grade(self, query: str, passage: str) -> ModelGrade:
        """Grade one passage.

        Args:
            query: The query.
            passage: The text that models read: title, then the text of a chunk.

        Raises:
            RemoteError: The server failed.
        """
        ...
