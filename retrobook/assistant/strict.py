"""Tools that refuse what they do not know, and say so in our words.

A limit that is misspelt must not be passed over: the answer would look as if it held.
"""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import ValidationError

from kg.errors import nearest


class StrictTool(Tool):
    """A tool with a closed list of arguments; its errors carry no prefix of the protocol's."""

    def model_post_init(self, context: Any, /) -> None:
        """State in the published schema that further arguments are refused."""
        super().model_post_init(context)
        self.parameters = {**self.parameters, "additionalProperties": False}

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """The tool's result.

        Raises:
            ToolError: An argument is unknown or unusable, or the tool says what is wrong.
        """
        known = self.parameters.get("properties", {})
        for name in arguments:
            if name not in known:
                near = nearest(name, known)
                hint = f"Did you mean {near!r}?" if near else f"Known: {', '.join(known)}."
                raise ToolError(f"{self.name}: there is no argument {name!r}. {hint}")
        try:
            return await super().run(arguments, context, convert_result)
        except UnexpectedToolError:
            raise
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                first = cause.errors(include_url=False)[0]
                field = ".".join(str(part) for part in first["loc"])
                raise ToolError(f"{self.name}: {field}: {first['msg']}.") from cause
            raise ToolError(str(cause or error)) from cause
