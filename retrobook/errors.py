"""Errors of the front door.

```
KgError (kg.errors)
└── FrontDoorError
    ├── SettingsError      a setting has an unusable value; names file and key
    ├── PortTaken          another program listens on the port
    └── ServerRunning      a second server for the same installation
```
"""

from __future__ import annotations

from kg.errors import KgError


class FrontDoorError(KgError):
    code = "front_door_error"


class SettingsError(FrontDoorError):
    code = "settings_error"
    status = 400


class PortTaken(FrontDoorError):
    code = "port_taken"


class ServerRunning(FrontDoorError):
    code = "server_running"
    status = 409
