"""Models of this user: signatures and networks that were installed beside those that ship, and the network in use.

A folder each, below the user's own data. Installing never overwrites: an older one of the same name keeps its folder.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from .errors import ModelError, OutputError
from .files import is_reserved, patiently, scratch_folder, write_text
from .json_files import read_json
from .resources import FOLDER_VARIABLE, user_models_folder

ACTIVE: Final = "active.json"


def install_signature(source: str | Path) -> Path:
    """Copy a fitted signature, those of single centres, their record and report into the user's models.

    Returns
    -------
    Path
        Its new folder; `--signature` takes it, or its name.

    Raises
    ------
    ModelError
        If there is no sound signature, or its name can't be a folder's.
    OutputError
        If it can't be written.
    """
    from .models.signature_file import FILE_NAME, load_signature

    folder = Path(source)
    signature = load_signature(folder)
    home = folder.parent if folder.is_file() else folder
    files = {name: home / name for name in ("report.html", "fit.json") if (home / name).is_file()}
    centres = {str(path.relative_to(home)): path for path in sorted(home.glob(f"centres/*/{FILE_NAME}"))}
    return _install(f"{signature.name}-{signature.version}", {FILE_NAME: home / FILE_NAME, **files, **centres}, load_signature)


def install_network(source: str | Path) -> Path:
    """Copy a trained network's bundle into the user's models and use it from now on.

    In use means in the panels and for a project's proposals; commands take it by its folder's name: `--model`.

    Raises
    ------
    ModelError
        If it is no sound bundle, or its name can't be a folder's.
    OutputError
        If it can't be written.
    """
    from .segmentation.bundle import load_segmentation_model

    folder = Path(source)
    model = load_segmentation_model(folder)
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    made = _install(f"{model.name}-{model.version}", files, load_segmentation_model)
    activate_network(made.name)
    return made


def require_model_name(name: str) -> None:
    """Prove that a model's name stays one folder among the user's models; raises `ModelError` if not."""
    if not name or name.startswith(".") or name.endswith((".", " ")) or set(name) & set('/\\:*?"<>|') or is_reserved(name):
        raise ModelError(
            f"A model named '{name[:60]}'",
            "a name that can be a folder's on every system: no / or \\, no dot in front or at the end, no device such as CON",
            "choose another name",
        )


def installed_networks() -> tuple[Path, ...]:
    """Folders of networks that the user has installed."""
    from .segmentation.bundle import CHECKSUMS

    return tuple(path.parent for path in sorted(user_models_folder().glob(f"*/{CHECKSUMS}")))


def activate_network(name: str | None) -> None:
    """Use an installed network from now on, by its folder's name; None goes back to the one that ships.

    The one in use until now is remembered: `network_before`.

    Raises
    ------
    ModelError
        If none of that name is installed.
    """
    if name is not None and name not in [path.name for path in installed_networks()]:
        raise ModelError(f"No installed network '{name[:60]}'", "one that was installed", "install it first")
    active = active_network()
    in_use = None if active is None else active.name
    before = _noted("before") if in_use == name else in_use
    write_text(user_models_folder() / ACTIVE, json.dumps({"network": name, "before": before}) + "\n")


def active_network() -> Path | None:
    """The installed network in use; None for the one that ships, also where the chosen one was removed since."""
    return _installed(_noted("network"))


def network_option() -> list[str]:
    """The option that makes a panel's command use the network in use; empty where that is the one that ships."""
    network = active_network()
    return [] if network is None else ["--model", str(network)]


def network_before() -> Path | None:
    """The installed network that was in use before the last change; None for the one that ships."""
    return _installed(_noted("before"))


def _noted(key: str) -> str | None:
    try:
        name: object = read_json(user_models_folder() / ACTIVE, lambda noted: noted[key])
    except (OSError, ValueError):
        return None
    return name if isinstance(name, str) else None


def _installed(name: str | None) -> Path | None:
    return next((path for path in installed_networks() if path.name == name), None)


def _install(name: str, files: dict[str, Path], check: Callable[[Path], object]) -> Path:
    """Copy into a hidden folder, check, and give it the first free name: all or nothing."""
    require_model_name(name)
    home = user_models_folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with scratch_folder(home / f".installing-{uuid.uuid4().hex[:8]}") as scratch:
            copy = scratch / "model"
            for relative, path in files.items():
                (copy / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy / relative)
            check(copy)
            free = (home / (name if number == 1 else f"{name}_{number}") for number in count(1))
            target = next(target for target in free if not target.exists())
            return patiently(partial(copy.rename, target))
    except OSError as error:
        raise OutputError(
            f"The model cannot be installed ({error.strerror})",
            f"a folder for models that you may write ({home.name})",
            f"free some space, or name another folder in the environment variable {FOLDER_VARIABLE}",
        ) from None
