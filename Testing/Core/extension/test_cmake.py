"""The extension configures, builds and installs with CMake, and no file is forgotten.

Slicer's own CMake package is on no registry, so `find_package(Slicer)` meets a stand-in that declares the macro and the
variables that the extension uses, with the paths of a Slicer 5.12 build on Linux.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("OPRadiomics", "OPRadiomicsTraining")
SCRIPTS_FOLDER = "lib/Slicer-5.12/qt-scripted-modules"

STAND_IN = f"""
set(Slicer_USE_FILE ${{CMAKE_CURRENT_LIST_DIR}}/UseSlicer.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${{CMAKE_CURRENT_LIST_DIR}}/empty.cmake)
set(Slicer_EXTENSION_CPACK ${{CMAKE_CURRENT_LIST_DIR}}/empty.cmake)
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR {SCRIPTS_FOLDER})
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR {SCRIPTS_FOLDER})
"""

STAND_IN_MACRO = """
include(CMakeParseArguments)
macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS;WITH_SUBDIR" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  foreach(file IN LISTS MODULE_SCRIPTS MODULE_RESOURCES)
    get_filename_component(folder ${file} DIRECTORY)
    configure_file(${file} ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${file} COPYONLY)
    install(FILES ${file} DESTINATION ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}/${folder})
  endforeach()
endmacro()
"""


@pytest.fixture(scope="module")
def installed_extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extension")
    slicer = folder / "slicer"
    slicer.mkdir()
    (slicer / "SlicerConfig.cmake").write_text(STAND_IN)
    (slicer / "UseSlicer.cmake").write_text(STAND_IN_MACRO)
    (slicer / "empty.cmake").write_text("")
    build, prefix = folder / "build", folder / "install"
    for command in (
        ["cmake", "-S", ROOT, "-B", build, f"-DSlicer_DIR={slicer}", f"-DCMAKE_INSTALL_PREFIX={prefix}"],
        ["cmake", "--build", build],
        ["cmake", "--install", build],
    ):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return prefix / SCRIPTS_FOLDER


def scripts_on_disk(module: str) -> set[str]:
    folder = ROOT / module
    return {str(path.relative_to(folder)) for path in folder.rglob("*.py") if "__pycache__" not in path.parts}


@pytest.mark.parametrize("module", MODULES)
def test_cmake_lists_every_script_of_the_module_and_no_other(module: str) -> None:
    text = (ROOT / module / "CMakeLists.txt").read_text()
    block = re.search(r"set\(MODULE_PYTHON_SCRIPTS(.*?)\)", text, re.DOTALL)
    assert block is not None
    listed = set(block.group(1).replace("${MODULE_NAME}", module).split())
    assert listed == scripts_on_disk(module)


@pytest.mark.parametrize("module", MODULES)
def test_every_script_is_installed(installed_extension: Path, module: str) -> None:
    missing = [script for script in scripts_on_disk(module) if not (installed_extension / script).is_file()]
    assert missing == []


def test_every_resource_is_installed_where_the_resolver_looks(installed_extension: Path) -> None:
    source = ROOT / "Resources"
    expected = {str(p.relative_to(source)) for p in source.rglob("*") if p.is_file()} - {"CMakeLists.txt"}
    installed = {str(p.relative_to(installed_extension / "Resources")) for p in (installed_extension / "Resources").rglob("*")}
    assert expected
    assert expected <= installed


def test_installed_core_finds_its_resources(installed_extension: Path) -> None:
    import sys

    code = "from OPRadiomicsLib.resources import params_path; print(params_path('standard'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(installed_extension)},
        cwd=installed_extension,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == installed_extension / "Resources" / "Params" / "standard.yaml"


def test_extension_depends_on_no_other_extension() -> None:
    assert 'set(EXTENSION_DEPENDS "NA")' in (ROOT / "CMakeLists.txt").read_text()
