"""What leaves the platform as a file: one closed retrospective as a table, as text, as a page, on paper."""

from .retrospective import FORMATS, PARTS, export_retrospective, file_name

__all__ = ["FORMATS", "PARTS", "export_retrospective", "file_name"]
