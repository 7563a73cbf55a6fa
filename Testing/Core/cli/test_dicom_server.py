"""A real DICOM server takes the images, the SEG and the SR, files them as one study, and gives them back unchanged."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.types import Role

pynetdicom = pytest.importorskip("pynetdicom", reason="pynetdicom, which sends the images, is not installed")
pytest.importorskip("highdicom", reason="highdicom, an optional package, is not installed")

ORTHANC = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(
    ORTHANC is None, reason="no DICOM server: Orthanc is not installed (Debian: apt-get install orthanc)"
)

START_S = 60


@dataclass(frozen=True)
class Server:
    """An Orthanc of this test alone, on the loopback."""

    dicom_port: int
    rest: str

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.rest}/{path}", timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def listed(self, path: str) -> list[Any]:
        return json.loads(self.get(path))

    def send(self, paths: list[Path]) -> list[int]:
        """C-STORE each file; the statuses, 0 for success."""
        datasets = [pydicom.dcmread(path) for path in paths]
        peer = pynetdicom.AE(ae_title="OPRADIOMICS")
        for sop_class in {dataset.SOPClassUID for dataset in datasets}:
            peer.add_requested_context(sop_class)
        association = peer.associate("127.0.0.1", self.dicom_port, ae_title="ORTHANC")
        assert association.is_established
        try:
            return [association.send_c_store(dataset).Status for dataset in datasets]
        finally:
            association.release()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("orthanc")
    dicom_port, rest_port = _free_ports(2)
    settings = {
        "Name": "OPRadiomics test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [],
        "HttpPort": rest_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": "ORTHANC",
        "DicomPort": dicom_port,
        # Nobody but this test may store, and only from this machine.
        "DicomModalities": {"test": ["OPRADIOMICS", "127.0.0.1", 104]},
        "DicomAlwaysAllowStore": False,
        "DicomCheckModalityHost": True,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings), encoding="utf-8")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([str(ORTHANC), str(folder / "orthanc.json")], stdout=log, stderr=log, cwd=folder)
    found = Server(dicom_port, f"http://127.0.0.1:{rest_port}")
    try:
        _wait_for(found, process, folder / "log")
        yield found
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            server.get("system")
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"Orthanc did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def test_images_seg_and_sr_come_back_from_a_dicom_server(
    server: Server, result: Path, untouched_dicom: Path, tmp_path: Path
) -> None:
    assert main(["export", str(result), "--study", str(untouched_dicom), "--out", str(tmp_path / "out")]) == 0
    images = sorted(path for path in untouched_dicom.rglob("*") if path.is_file())
    made = sorted((tmp_path / "out").iterdir())
    assert set(server.send([*images, *made])) == {0}

    assert (len(server.listed("patients")), len(server.listed("studies"))) == (1, 1)
    modalities = sorted(series["MainDicomTags"]["Modality"] for series in server.listed("series?expand"))
    assert modalities == ["MR"] * 4 + ["SEG"] * 3 + ["SR"]

    stored = [pydicom.dcmread(BytesIO(server.get(f"instances/{one}/file"))) for one in server.listed("instances")]
    by_uid = {dataset.SOPInstanceUID: dataset for dataset in stored}
    sent = [pydicom.dcmread(path) for path in [*images, *made]]
    assert len(stored) == len(sent)
    for dataset in sent:
        assert by_uid[dataset.SOPInstanceUID] == dataset
    _require_same_masks(by_uid, result, untouched_dicom, tmp_path)


def _require_same_masks(by_uid: dict[str, pydicom.Dataset], result: Path, study: Path, tmp_path: Path) -> None:
    """Each SEG names the images of its own series, and holds the voxels that `predict` wrote."""
    series = io.select_series(io.index_dicom(study))
    role_of = {one.series_uid: role for role, one in series.items()}
    segmentations = [one for one in by_uid.values() if one.Modality == "SEG"]
    assert {role_of[one.ReferencedSeriesSequence[0].SeriesInstanceUID] for one in segmentations} == set(Role)
    for segmentation in segmentations:
        role = role_of[segmentation.ReferencedSeriesSequence[0].SeriesInstanceUID]
        volume = io.read_volume(series[role])
        segmentation.save_as(tmp_path / f"{role}.dcm")
        back = io.read_mask(tmp_path / f"{role}.dcm", volume)
        written = io.read_mask(result / "masks" / f"{role}_bodies.nii.gz", volume)
        np.testing.assert_array_equal(back.labels, written.labels)
