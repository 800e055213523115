"""A file on its way into the installation: through the running server, or straight into its folder."""

from __future__ import annotations

from pathlib import Path

from kg.connect import live_server
from kg.domain.media import LOOKED_AT, media_type, safe_filename
from kg.errors import InvalidRequest, KgError, StoreUnavailable, by_code

from ..settings import Settings


def keep_file(settings: Settings, path: Path) -> tuple[str, str]:
    """Keep a file; its digest and the name it goes by.

    Raises:
        InvalidRequest: There is no such file, it is empty, too large, or not what its name says.
        StoreUnavailable: The server does not answer.
    """
    name = safe_filename(path.name)
    if not path.is_file():
        raise InvalidRequest(f"{path} is no file that can be read.", path=str(path))
    live = live_server(settings.home)
    if live is not None:
        return _send(live["url"], live["token"], path, name), name
    from kg.store.blobs import BlobStore

    if path.stat().st_size:
        with path.open("rb") as file:
            head = file.read(LOOKED_AT)
            file.seek(max(0, path.stat().st_size - LOOKED_AT))
            media_type(head, file.read(LOOKED_AT), name)
    return BlobStore(settings.blobs_dir, limit=settings.evidence_limit_mb << 20).put_file(path).sha256, name


def _send(url: str, token: str, path: Path, name: str) -> str:
    import httpx

    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(path.stat().st_size),
    }
    try:
        with path.open("rb") as file, httpx.Client(base_url=url, timeout=600.0, trust_env=False) as http:
            answer = http.post("evidence/upload", params={"filename": name}, content=file, headers=headers)
    except httpx.HTTPError as error:
        raise StoreUnavailable(
            f"The server at {url} broke off ({type(error).__name__}). The file may be larger than it takes.", url=url
        ) from error
    said = answer.json()
    if answer.status_code == 201:
        return str(said["sha256"])
    raise by_code().get(said["code"], KgError)(said["message"], **said.get("fields", {}))
