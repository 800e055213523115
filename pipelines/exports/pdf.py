"""Pages on paper, through WeasyPrint and Pango: nothing is fetched, every letter has a glyph."""

from __future__ import annotations

import logging
import warnings
from functools import cache
from typing import Any

from ..errors import PdfUnavailable

HAN = ("\u4e00", "\u9fff")
"""From the first to the last of the everyday Chinese characters."""


def pdf_of(page: str) -> bytes:
    """A page as PDF.

    Args:
        page: Complete HTML; what it refers to elsewhere is left out.

    Raises:
        PdfUnavailable: Pango or a font with Chinese is missing; says what to install.
    """
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    weasyprint = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = weasyprint.HTML(string=page, url_fetcher=fetcher).render()
    written: bytes = document.write_pdf()
    _check_letters(document)
    return written


@cache
def _weasyprint() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import weasyprint
    except ImportError as error:
        raise PdfUnavailable(
            "PDF needs the package weasyprint. Install it with `pip install weasyprint`, or export HTML.",
            missing="weasyprint",
        ) from error
    except OSError as error:  # the package is there, the libraries it draws text with are not
        raise PdfUnavailable(
            "PDF needs Pango, which this machine lacks. On Debian: `apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
            f"libharfbuzz-subset0`; on macOS: `brew install pango`. Or export HTML. ({str(error).splitlines()[0]})",
            missing="Pango",
        ) from error
    return weasyprint


def _check_letters(document: Any) -> None:
    """Make sure that Chinese came out as letters, not as boxes."""
    lacking = {chr(point) for font in document.fonts.values() for point in font.missing}
    if any(HAN[0] <= letter <= HAN[1] for letter in lacking):
        raise PdfUnavailable(
            "PDF of Chinese text needs a font that has it, and this machine has none. On Debian: "
            "`apt-get install fonts-noto-cjk`. Or export HTML.",
            missing="fonts-noto-cjk",
        )
