"""Everything that `pipelines` raises.

```
KgError (kg.errors)
└── PipelineError
    ├── RunError                 a notebook cannot be run, or its run failed
    │   ├── NotebookUnusable     not a notebook, or not one that may be run
    │   ├── UnknownParameter     no such parameter; names the nearest
    │   ├── BadParameter         a value is missing or of the wrong kind
    │   ├── SecretInTheOpen      a secret was given as a value, not by reference
    │   ├── RunFailed            a cell raised; carries cell, source, ename, evalue
    │   ├── KernelDied           the kernel ended in the middle of a cell, or never started
    │   ├── RunTimedOut          a cell took longer than it may
    │   └── PublishFailed        the finished report could not be put in place
    ├── FormatError              a retrospective format or question set is wrong; names line and field
    ├── StillOpen                a retrospective has to be closed first
    ├── PdfUnavailable           this machine cannot write PDF; says what to install
    └── SourceError            a source cannot be imported as it stands
        ├── SourceUnreadable   the file is missing, not text, or not of its kind; names the line
        ├── MissingColumn      a mapping names a column that the file lacks; names the nearest
        └── MappingError       a mapping file is wrong; names the line and the nearest name
```
"""

from __future__ import annotations

from kg.errors import KgError


class PipelineError(KgError):
    """Something that moves did not arrive."""

    code = "pipeline_error"


class FormatError(PipelineError):
    """A data file of a retrospective format or a question set is wrong."""

    code = "format_error"
    status = 422


class SourceError(PipelineError):
    """A source cannot be imported as it stands."""

    code = "source_error"
    status = 422


class SourceUnreadable(SourceError):
    """A file is missing, not text, or not of its kind."""

    code = "source_unreadable"


class MissingColumn(SourceError):
    """A mapping names a column that the file lacks."""

    code = "missing_column"


class MappingError(SourceError):
    """A mapping file is wrong."""

    code = "mapping_error"


class RunError(PipelineError):
    """A notebook cannot be run, or its run failed."""

    code = "run_error"


class NotebookUnusable(RunError):
    """Not a notebook, or not one that may be run."""

    code = "notebook_unusable"
    status = 422


class UnknownParameter(RunError):
    """The notebook has no such parameter."""

    code = "unknown_parameter"
    status = 400


class BadParameter(RunError):
    """A value is missing or of the wrong kind."""

    code = "bad_parameter"
    status = 400


class SecretInTheOpen(RunError):
    """A secret was given as a value, not by reference."""

    code = "secret_in_the_open"
    status = 400


class RunFailed(RunError):
    """A cell raised."""

    code = "run_failed"


class KernelDied(RunError):
    """The kernel ended in the middle of a cell, or never started."""

    code = "kernel_died"


class RunTimedOut(RunError):
    """A cell took longer than it may."""

    code = "run_timed_out"
    status = 504


class PublishFailed(RunError):
    """The finished report could not be put in place."""

    code = "publish_failed"
    status = 507


class StillOpen(PipelineError):
    """A retrospective is not closed yet: its report and exports are made of what it came to."""

    code = "still_open"
    status = 409


class PdfUnavailable(PipelineError):
    """This machine lacks what writing PDF needs."""

    code = "pdf_unavailable"
    status = 501
