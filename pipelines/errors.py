"""Everything that `pipelines` raises.

```
KgError (kg.errors)
└── PipelineError
    └── RunError                 a notebook cannot be run, or its run failed
        ├── NotebookUnusable     not a notebook, or not one that may be run
        ├── UnknownParameter     no such parameter; names the nearest
        ├── BadParameter         a value is missing or of the wrong kind
        ├── SecretInTheOpen      a secret was given as a value, not by reference
        ├── RunFailed            a cell raised; carries cell, source, ename, evalue
        ├── KernelDied           the kernel ended in the middle of a cell, or never started
        ├── RunTimedOut          a cell took longer than it may
        └── PublishFailed        the finished report could not be put in place
```
"""

from __future__ import annotations

from kg.errors import KgError


class PipelineError(KgError):
    code = "pipeline_error"


class RunError(PipelineError):
    code = "run_error"


class NotebookUnusable(RunError):
    code = "notebook_unusable"
    status = 422


class UnknownParameter(RunError):
    code = "unknown_parameter"
    status = 400


class BadParameter(RunError):
    code = "bad_parameter"
    status = 400


class SecretInTheOpen(RunError):
    code = "secret_in_the_open"
    status = 400


class RunFailed(RunError):
    code = "run_failed"


class KernelDied(RunError):
    code = "kernel_died"


class RunTimedOut(RunError):
    code = "run_timed_out"
    status = 504


class PublishFailed(RunError):
    code = "publish_failed"
    status = 507
