"""Examples of bodies, put together from what is known of their fields."""

import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

UUID = "6fa459ea-ee8a-3ca4-894e-db77e160355e"
FIELDS: Mapping[str, Any] = MappingProxyType(
    {
        "name": "Ada Lovelace",
        "media_name": "news.mp4",
        "person_id": UUID,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "gallery": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "fingerprint": "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
        "hash": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
        "frame_rate": "30000/1001",
        "start_timecode": "10:00:00;00",
        "duration": 61.36,
        "width": 1920,
        "height": 1080,
        "bytes": 48_211_007,
        "container": "mp4",
        "codec": "h264",
        "rotation": 0,
        "version": 1,
        "created_by": "user:ada",
        "added_by": "key:6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "who": "user:ada",
        "action": "people.add",
        "subject": "person:6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "details": {},
        "about": {"person_id": UUID},
        "crop": "/v1/crops/crops/9f/86d0-0-0.jpg",
        "frame": f"/v1/media/{UUID}/frames/120.jpg",
        "label": "person",
        "space": "facenet_vggface2",
        "score": 0.93,
        "likeness": 0.81,
        "machine_score": 0.88,
        "start": 4.0,
        "end": 6.5,
        "start_us": 4_000_000,
        "end_us": 6_500_000,
        "time_us": 4_120_000,
        "first_frame": 120,
        "last_frame": 195,
        "end_frame": 196,
        "left": 310.0,
        "top": 120.5,
        "right": 402.0,
        "bottom": 240.0,
        "models": [{"task": "faces", "name": "mtcnn", "sha256": "67d2…"}],
        "segments": {"done": 3, "waiting": 1},
        "error": None,
        "hook": None,
        "next": None,
        "merged_into": None,
        "forgotten_at": None,
        "revoked_at": None,
        "expires_at": None,
        "hidden": False,
        "first_broken": None,
        "reason": "news.mp4: the frame 2040 cannot be decoded",
        "refused": ["b.jpg: found no face, expected one"],
        "token": "pb_6fa459eaee8a3ca4894edb77e160355e_…",
        "csrf": "9f86d081884c7d65…",
        "password": "a-long-one-of-your-own",
        "old": "a-long-one-of-your-own",
        "new": "another-long-one-of-yours",
        "type": "urn:playbill:problem:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": f"media '{UUID}': there is no such medium in the archive",
        "instance": f"urn:uuid:{UUID}",
        "every": 30,
        "even_if_together": False,
        "even_if_named_alike": False,
    }
)
"""What fields of these names hold; others get something of their type."""
_TEXTS: Mapping[str, str] = MappingProxyType({"version": "0.1.0", "state": "aside"})
_TYPES: Mapping[type, str] = MappingProxyType(
    {
        str: "string",
        int: "integer",
        float: "number",
        bool: "boolean",
        dict: "object",
        list: "array",
        type(None): "null",
    }
)


class Examples:
    """Examples of the schemas of one OpenAPI document."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def of(self, schema: Mapping[str, Any], field: str = "") -> Any:
        """A value that fits; the schema's own example, if it has one."""
        match schema:
            case {"$ref": str(ref)}:
                return self.of(self._schemas[ref.rpartition("/")[2]], field)
            case {"example": found} | {"enum": [found, *_]} | {"const": found}:
                return found
            case {"properties": dict(properties)}:
                return {name: self.of(one, name) for name, one in properties.items()}
            case _ if field in FIELDS and _is_of(FIELDS[field], schema):
                return FIELDS[field]
            case {"anyOf": [one, *_]}:
                return self.of(one, field)
            case _:
                return self._of_type(schema, field)

    def _of_type(self, schema: Mapping[str, Any], field: str) -> Any:
        match schema.get("type"):
            case "array":
                return [self.of(schema.get("items", {}))]
            case "integer":
                return max(1, int(schema.get("minimum", 1)))
            case "number":
                return 1.0
            case "boolean":
                return True
            case "string":
                return _text(schema, field)
            case _:
                return {}


def _is_of(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether a value is of a type that `schema` names."""
    if schema.get("format") == "binary":
        return False
    either = [one.get("type") for one in schema.get("anyOf", [schema])]
    return _TYPES[type(value)] in either or (isinstance(value, int) and "number" in either)


def example_document() -> Any:
    """A small document `playbill/1`."""
    text = files("playbill.server").joinpath("example-document.json").read_text("utf-8")
    return json.loads(text)


def _text(schema: Mapping[str, Any], field: str) -> str:
    if schema.get("format") == "date-time":
        return "2026-11-22T12:00:00Z"
    if schema.get("format") == "binary":
        return "…"
    if field in _TEXTS:
        return _TEXTS[field]
    return UUID if "pattern" in schema or field.endswith("id") or not field else "…"
