"""The server: one process, one port, one sign-in."""

import sys
from typing import Any

# Jupyter imports jsonschema, which builds a grammar of IRIs when it can: a third of the time a server
# takes to start, for a format that no schema here uses. Without the module it leaves that check out.
_modules: dict[str, Any] = sys.modules
_modules.setdefault("rfc3987_syntax", None)
