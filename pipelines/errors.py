"""Everything that `pipelines` raises.

```
KgError (kg.errors)
└── PipelineError
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
