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
    code = "pipeline_error"


class SourceError(PipelineError):
    code = "source_error"
    status = 422


class SourceUnreadable(SourceError):
    code = "source_unreadable"


class MissingColumn(SourceError):
    code = "missing_column"


class MappingError(SourceError):
    code = "mapping_error"
