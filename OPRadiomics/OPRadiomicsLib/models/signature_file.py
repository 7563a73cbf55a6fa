"""signature.json: written whole, and read with its checksum and every number proved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from ..errors import ModelError
from ..files import write_text
from ..json_files import no_constant
from ..resources import model_folder
from .signature import Signature, checksum

FILE_NAME: Final = "signature.json"


def save_signature(signature: Signature, folder: Path) -> Path:
    """Write ``folder``/signature.json, whole or not at all, and return its path.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    text = json.dumps({**signature.content(), "sha256": signature.sha256}, indent=1, ensure_ascii=False, allow_nan=False)
    return write_text(folder / FILE_NAME, text + "\n")


def load_signature(folder_or_name: str | Path) -> Signature:
    """Signature from a folder or a file of that schema, or the shipped or installed one of that name.

    Raises
    ------
    ModelError
        If there is none, it is not such JSON, a key is unknown, missing or no finite number, or the checksum differs.
    """
    path = _signature_path(folder_or_name)
    content = _parsed(path)
    stored = content.pop("sha256", None)
    try:
        signature = Signature.model_validate_json(json.dumps(content))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ModelError(f"Signature {path.parent.name}: {faults}", "the schema of a signature", _REPLACE) from None
    if stored != checksum(content):
        raise ModelError(
            f"Signature {path.parent.name} with checksum {checksum(content)}", f"the recorded SHA-256 {stored}", _REPLACE
        )
    return signature


_REPLACE: Final = "fetch the signature again from where it was fitted or published; a signature is never edited by hand"


def _signature_path(folder_or_name: str | Path) -> Path:
    given = Path(folder_or_name)
    try:
        named = model_folder(given.name)
        for path in (given, given / FILE_NAME, named / FILE_NAME if len(given.parts) == 1 else given):
            if path.is_file():
                return path
    except OSError as error:  # a name too long, a folder without permission
        raise ModelError(
            f"Signature cannot be read ({error.strerror})", "a folder that you may read", "check the path"
        ) from None
    names = sorted(path.parent.name for path in named.parent.glob(f"*/{FILE_NAME}"))
    raise ModelError(
        f"No signature '{given.name}'", f"one of {', '.join(names)}, or a folder that holds {FILE_NAME}", "check the name"
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique_keys, parse_constant=no_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"Signature {path.parent.name} cannot be read ({error})", "a JSON object", _REPLACE) from None
    if not isinstance(content, dict):
        raise ModelError(f"Signature {path.parent.name} holds a {type(content).__name__}", "a JSON object", _REPLACE)
    return content


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content
