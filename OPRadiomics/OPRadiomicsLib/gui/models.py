"""Model folders that can predict: those that ship, and those that were installed into the user's folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from ..json_files import read_json
from ..resources import resources_folder, user_models_folder
from .language import inWords

FILE_NAME = "signature.json"


@dataclass(frozen=True)
class ModelFolder:
    """One signature: what `--signature` takes, the name that is shown, and its content for the card."""

    argument: str
    title: str
    content: Mapping[str, Any]


def userFolder() -> Path:
    """Where signatures of this user go: a folder each with signature.json."""
    return user_models_folder()


def modelFolders() -> tuple[ModelFolder, ...]:
    """The user's own first, then those that ship; folders whose file cannot be read are left out."""
    own = tuple(_found(userFolder(), shipped=False))
    return own + tuple(_found(resources_folder() / "Models", shipped=True))


def _found(folder: Path, shipped: bool) -> Iterator[ModelFolder]:
    for path in sorted(folder.glob(f"*/{FILE_NAME}")):
        try:
            yield read_json(path, partial(_described, path.parent.name if shipped else str(path.parent)))
        except (OSError, ValueError):
            continue


def _described(name: str, content: dict[str, Any]) -> ModelFolder:
    mark = _("DEMO: ") if content.get("demo") else ""
    model = ModelFolder(name, f"{mark}{content['name']} {content['version']}", content)
    card(model)  # what cannot be described cannot be chosen
    return model


def card(model: ModelFolder) -> str:
    """What is known of a model, as rich text."""
    source = model.content["provenance"]
    rows = {
        _("Trained on"): inWords(source["trained_on"]),
        _("Patients"): _("{n} ({op} with osteoporosis)").format(n=source["n_training"], op=source["n_osteoporosis"]),
        _("Validation"): inWords(source["validation"]),
        _("Citation"): inWords(source["citation"]),
        _("Features"): ", ".join(f"{one['sequence']} {len(one['features'])}" for one in model.content.get("radscores", ())),
        _("Notes"): " ".join(map(inWords, source.get("notes", ()))),
        _("Use"): inWords(source.get("use", "")),
    }
    cells = "".join(
        f"<tr><td><b>{escape(name)}</b></td><td>{escape(str(text))}</td></tr>" for name, text in rows.items() if text
    )
    return f"<h3>{escape(model.title)}</h3><table cellpadding='3'>{cells}</table>"
