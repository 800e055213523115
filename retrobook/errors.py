"""Errors of the front door.

```
KgError (kg.errors)
└── FrontDoorError
    ├── SettingsError      a setting has an unusable value; names file and key
    ├── PortTaken          another program listens on the port
    ├── ServerRunning      a second server for the same installation
    └── BatchError         a file of questions cannot be used
```
"""

from __future__ import annotations

from kg.errors import KgError


class FrontDoorError(KgError):
    """Something at the front door is wrong."""

    code = "front_door_error"


class SettingsError(FrontDoorError):
    """A setting has an unusable value."""

    code = "settings_error"
    status = 400


class PortTaken(FrontDoorError):
    """Another program listens on the port."""

    code = "port_taken"


class ServerRunning(FrontDoorError):
    """A server of this installation runs already."""

    code = "server_running"
    status = 409


class BatchError(FrontDoorError):
    """A file of questions cannot be used."""

    code = "batch_error"
    status = 400
