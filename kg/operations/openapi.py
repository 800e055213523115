"""The OpenAPI document of the operations endpoint, made from the table."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from .table import OPERATIONS, Registry

ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "fields": {"type": "object"}},
}


def openapi(version: str, registry: Registry = OPERATIONS, prefix: str = "/api/operations") -> dict[str, Any]:
    """The endpoint as an OpenAPI 3.1 document.

    Args:
        version: The product's version.
        registry: The table to describe.
        prefix: Where the endpoint is mounted.
    """
    rows = list(registry)
    models: list[tuple[Any, Any]] = []
    for row in rows:
        models += [(row.request, "validation"), (row.response, "serialization")]
    refs, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")
    paths = {}
    for row in rows:
        body = {"application/json": {"schema": refs[(row.request, "validation")]}}
        good = {"application/json": {"schema": refs[(row.response, "serialization")]}}
        bad = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        paths[f"{prefix}/{row.name}"] = {
            "post": {
                "operationId": row.name,
                "summary": row.summary,
                "x-least-role": row.least.value,
                "x-audited": row.audited,
                "requestBody": {"required": True, "content": body},
                "responses": {
                    "200": {"description": "The response.", "content": good},
                    "default": {"description": "What went wrong.", "content": bad},
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Retrobook operations", "version": version},
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Error": ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }
