"""Names of files in headers."""


def attachment(name: str) -> str:
    """`Content-Disposition` for a file of any name (RFC 6266)."""
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "._-" else "_" for c in name)
    quoted = "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"._-" else f"%{byte:02X}"
        for byte in name.encode("utf-8", "replace")
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted}"
