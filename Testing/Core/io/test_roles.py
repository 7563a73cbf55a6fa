from __future__ import annotations

from typing import Any

import pytest
from OPRadiomicsLib.io.roles import describes, judge, unlike_the_study
from OPRadiomicsLib.types import Role, SeriesRef


def series(description: str = "", tr: float | None = None, te: float | None = None, **acquisition: Any) -> SeriesRef:
    known = {
        "kind": "image",
        "modality": "MR",
        "plane": "sagittal",
        "planes_in_series": ("sagittal",),
        "slices": 17,
        "image_type": ("ORIGINAL", "PRIMARY", "OTHER"),
        "scanning_sequence": ("SE",),
        "tr_ms": tr,
        "te_ms": te,
    }
    return SeriesRef("1.2", "1.1", "1.3", description, (), None, "", {**known, **acquisition})


T1, T2, FST2 = Role.T1WI, Role.T2WI, Role.FST2WI


@pytest.mark.parametrize(
    ("tr", "te", "options", "role"),
    [
        (726, 10, ("FAST_GEMS",), T1),
        (3614, 123, ("FAST_GEMS",), T2),
        (2682, 71, ("FAST_GEMS", "FS"), FST2),
        (583, 10, (), T1),
        (4563, 123, (), T2),
        (5184, 43, ("FS",), FST2),
    ],
)
def test_the_studys_own_times_give_its_roles_without_any_description(
    tr: float, te: float, options: tuple[str, ...], role: Role
) -> None:
    assert judge(series("", tr, te, scan_options=options)).role is role


@pytest.mark.parametrize(
    ("description", "role"),
    [
        ("OSag T1 FSE", T1),
        ("t1_tse_sag", T1),
        ("T1W_TSE", T1),
        ("sagT1", T1),
        ("矢状位T1", T1),
        ("腰椎矢状T1加权", T1),
        ("SAG T1 FLAIR", T1),
        ("T1 sag ohne KM", T1),
        ("T1 SE SAG L-SPINE WITHOUT CONTRAST", T1),
        ("OSag T2 FRFSE", T2),
        ("t2_tse_sag", T2),
        ("T2W_TSE sagital columna lumbar", T2),
        ("T2 TSE sagittal, non FS", T2),
        ("矢状位T2", T2),
        ("矢状位T2不压脂", T2),
        ("T2強調 矢状断", T2),
        ("t2_tse_dixon_sag_in", T2),
        ("SAG T2 FS", FST2),
        ("OSag fsT2", FST2),
        ("FST2WI", FST2),
        ("t2w_fs sag", FST2),
        ("T2 FatSat", FST2),
        ("t2_tse_fs_sag", FST2),
        ("SAG STIR", FST2),
        ("t2_tirm_sag STIR", FST2),
        ("t2_tirm_sag", FST2),
        ("AKa4 TIRM", FST2),
        ("t1_tirm_dark-fluid_sag", T1),
        ("T2W_SPAIR", FST2),
        ("T2 SPIR sag", FST2),
        ("矢状位T2压脂", FST2),
        ("T2抑脂 矢状位", FST2),
        ("T2 脂肪抑制", FST2),
        ("T2 脂肪饱和", FST2),
        ("脂肪抑制T2強調矢状断", FST2),
        ("T2 壓脂", FST2),
        ("T2 sag fettgesättigt", FST2),
        ("T2 Fettunterdrückung sag", FST2),
        ("T2 SAG SAT GRAISSE", FST2),
        ("T2 sag saturation de la graisse", FST2),
        ("T2 supresión grasa sag", FST2),
        ("T2 saturación de grasa", FST2),
        ("T2 soppressione del grasso", FST2),
        ("T2 supressão de gordura", FST2),
        ("T2 сагиттальная с подавлением жира", FST2),
        ("t2_tse_dixon_sag_w", FST2),
        ("WATER: SAG T2 FLEX", FST2),
        ("mDIXON T2 sag WATER", FST2),
        ("t2_fse_wfi_sag_W", FST2),
        ("T2 SAG WFS_Water", FST2),
        ("SAG T2 PASTA", FST2),
        ("Sag T2 AIR Recon DL", T2),
        ("胸腰椎 T2", T2),
    ],
)
def test_descriptions_in_many_languages_give_the_role_when_no_times_are_there(description: str, role: Role) -> None:
    verdict = judge(series(description))
    assert verdict.role is role, verdict.reason
    assert "weak evidence" in verdict.reason


@pytest.mark.parametrize(
    ("description", "tr", "te", "more", "reason"),
    [
        ("Sag T1", 3600, 120, {}, "contradiction: described as T1, but TR 3600 / TE 120"),
        ("Sag T2", 600, 10, {}, "contradiction: described as T2"),
        ("Sag T1", 583, 160, {}, "TR 583 / TE 160 ms fits no sequence of the study, though described as T1"),
        ("Sag T2 non FS", 3600, 120, {"scan_options": ("FS",)}, "contradiction: ScanOptions FS"),
        ("Sag", None, None, {}, "neither TR and TE nor a weighting"),
        ("Sag T1 FS", 600, 10, {}, "T1 with fat suppression"),
        ("Sag T1", 600, 10, {"scan_options": ("FS",)}, "T1 with fat suppression"),
        ("Sag PD", 3000, 30, {}, "proton-density"),
        ("PD FS sag", 3000, 40, {"scan_options": ("FS",)}, "proton-density"),
        ("Sag T1 +C", 600, 10, {}, "after contrast agent"),
        ("Sag T1 C+", 600, 10, {}, "after contrast agent"),
        ("T1 sag KM", 600, 10, {}, "after contrast agent"),
        ("T1 sag post Gd", 600, 10, {}, "after contrast agent"),
        ("SAG T1 POST", 600, 10, {}, "after contrast agent"),
        ("t1_tse_sag_post_gad", 600, 10, {}, "after contrast agent"),
        ("矢状位T1增强", 600, 10, {}, "after contrast agent"),
        ("T1 sag", 600, 10, {"contrast": "Gadovist"}, "after contrast agent"),
        ("3-pl Loc", 5, 2, {}, "localiser"),
        ("定位像", 5, 2, {}, "localiser"),
        ("x", 5, 2, {"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}, "localiser"),
        ("x", 5, 2, {"planes_in_series": ("axial", "coronal", "sagittal"), "slices": 5}, "localiser"),
        ("T2 MPR sag", 3600, 120, {}, "reformat"),
        ("T2", 3600, 120, {"image_type": ("DERIVED", "PRIMARY", "MPR")}, "reformat"),
        ("T2", 3600, 120, {"image_type": ("DERIVED", "SECONDARY", "OTHER")}, "derived"),
        ("T2 compose", 3600, 120, {"image_type": ("DERIVED", "PRIMARY", "COMPOSED")}, "composed"),
        ("t2_tse_dixon_sag_f", 3600, 100, {}, "fat image"),
        ("t2_tse_dixon_sag_opp", 3600, 100, {}, "opposed-phase"),
        ("t2_fse_wfi_sag_F", 3600, 100, {}, "fat image"),
        ("t2_fse_wfi_sag_fat", 3600, 100, {}, "fat image"),
        ("t2_fse_wfi_sag_OP", 3600, 100, {}, "opposed-phase"),
        ("T2 SAG WFS_Fat", 3600, 100, {}, "fat image"),
        ("T2", 3600, 100, {"image_type": ("ORIGINAL", "PRIMARY", "R", "ND")}, "real part"),
        ("T2", 3600, 100, {"image_type": ("ORIGINAL", "PRIMARY", "I_SE", "I", "SE")}, "imaginary part"),
        ("SyMRI T1W sag", 600, 10, {}, "synthetic"),
        ("T1", 600, 10, {"image_type": ("DERIVED", "PRIMARY", "SYNTHETIC")}, "synthetic"),
        ("T2 MobiView", 3600, 100, {}, "reformat"),
        ("Sag T2 Recon", 3600, 100, {}, "reformat"),
        ("颈 t2 sag", 3600, 100, {}, "another region"),
        ("whole spine T2 sag", 3600, 100, {}, "the whole spine"),
        ("全脊柱 T2", 3600, 100, {}, "the whole spine"),
        ("T2", 3600, 100, {"image_type": ("DERIVED", "PRIMARY", "DIXON", "FAT")}, "fat image"),
        ("Sag T2", 3600, 120, {"modality": "CT"}, "modality CT"),
        ("Ax T2", 3600, 120, {"plane": "axial"}, "axial plane"),
        ("Sag T2", 3600, 120, {"plane": "axial"}, "axial plane"),
        ("T2", 3600, 120, {"slices": 3}, "3 slices"),
        ("sag medic", 600, 18, {"scanning_sequence": ("GR",)}, "gradient echo"),
        ("DWI sag", 4000, 80, {"scanning_sequence": ("EP", "SE")}, "diffusion"),
        ("myelo", 8000, 900, {}, "myelography"),
        ("T2 map sag", 2000, 80, {}, "mapping"),
        ("C-SPINE SAG T2", 3600, 120, {}, "another region"),
        ("颈椎 矢状位 T2", 3600, 120, {}, "another region"),
        ("Sag T2", 3600, 120, {"body_part": "CSPINE"}, "another region, by BodyPartExamined CSPINE"),
        ("screen", None, None, {"kind": "secondary capture (screenshot)"}, "screenshot"),
    ],
)
def test_what_is_not_taken_says_why(
    description: str, tr: float | None, te: float | None, more: dict[str, Any], reason: str
) -> None:
    verdict = judge(series(description, tr, te, **more))
    assert verdict.role is None
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("given", "role", "reason"),
    [
        (series("", 4000, 60, ti_ms=160.0, scanning_sequence=("SE", "IR")), FST2, "an inversion time that nulls fat"),
        (series("T1 FLAIR", 2200, 24, ti_ms=860.0, scanning_sequence=("SE", "IR")), T1, "T1 FLAIR"),
        (series("Sag T2", 3000, 90, image_type=("DERIVED", "PRIMARY", "DIXON", "WATER")), FST2, "water image"),
        (series("Sag T2", 3000, 90, fat_selective="FAT"), FST2, "SpectrallySelectedSuppression"),
        (series("Sag T2 FS", 5184, 43), FST2, "TR 5184 / TE 43 ms (proton-density or intermediate"),
        (series("Sag FS", 5184, 43), FST2, "weak evidence: short TE"),
        (series("Sag T2", 4000, 45), T2, "weak evidence: short TE"),
        (series("Sag", 3000, 90, protocol="T2W_SPAIR"), FST2, "by its description"),
        (series("Sag T1", 650, 9, protocol="L-SPINE W/WO CONTRAST, T2"), T1, "described as T1"),
        (series("Sag T1 TSE ohne KM", 650, 9), T1, "described as T1"),
        (series("thoracolumbar T2 sag", 3600, 120), T2, "T2 spin echo"),
        (series("L-spine T2 sag", 3600, 120, body_part="TSPINE"), T2, "T2 spin echo"),
        (series("SAG T2 repeat1", 3600, 120), T2, "described as T2"),
        (series("T2 sag T12-S1", 3600, 120), T2, "described as T2"),
        (series("Sag T1", 650, 9, contrast="NONE"), T1, "TR 650 / TE 9 ms"),
        (series("Sag T1", 650, 9, contrast="No contrast"), T1, "TR 650 / TE 9 ms"),
        (series("Sag T1", 650, 9, contrast="N/A"), T1, "TR 650 / TE 9 ms"),
        (series("Sag T1", 650, 9, contrast="无"), T1, "TR 650 / TE 9 ms"),
        (series("Sag T1", 0.0, 0.0), T1, "weak evidence"),
        (series("T1", 700, 10, planes_in_series=("coronal", "sagittal"), slices=17), T1, "T1 spin echo"),
    ],
)
def test_header_and_description_together(given: SeriesRef, role: Role, reason: str) -> None:
    verdict = judge(given)
    assert verdict.role is role, verdict.reason
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("text", "meaning", "said"),
    [
        ("t2 fse", "fat suppression", None),
        ("frfse-xl", "fat suppression", None),
        ("spiral", "fat suppression", None),
        ("t2 fs", "fat suppression", True),
        ("t2 w/o fs", "fat suppression", False),
        ("sans sat graisse", "fat suppression", False),
        ("不压脂", "fat suppression", False),
        ("t1 sag post-op", "contrast agent", None),
        ("t1 sag pre gad", "contrast agent", False),
        ("t12-l3", "T1", None),
        ("t2*", "T2", None),
    ],
)
def test_what_a_text_says(text: str, meaning: str, said: bool | None) -> None:
    assert describes(text, meaning) is said


@pytest.mark.parametrize(("plane", "slices", "unusable"), [("axial", 17, True), ("coronal", 3, True), ("sagittal", 17, False)])
def test_a_localiser_serves_by_choice_only_where_its_plane_and_slices_allow(plane: str, slices: int, unusable: bool) -> None:
    verdict = judge(series("3-pl Loc", 5, 2, plane=plane, slices=slices))
    assert (verdict.reason, verdict.unusable) == ("localiser", unusable)


STIR = "fat suppressed by inversion (STIR)"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (series("Sag T2 FS", 3600, 80, scan_options=("FS",), acquisition_type="2D"), ""),
        (series("Sag T1", 650, 9, acquisition_type="2D"), ""),
        (series("T2W_SPAIR", 3600, 80, scan_options=("FS",), ti_ms=120.0, scanning_sequence=("SE", "IR")), ""),
        (series("t2_spc_sag", 1500, 120, acquisition_type="3D"), "a 3-D acquisition"),
        (series("", 4000, 60, ti_ms=160.0, scanning_sequence=("SE", "IR")), STIR),
        (series("t2_tirm_sag"), STIR),
        (series("SAG STIR CUBE", 3000, 60, acquisition_type="3D"), f"a 3-D acquisition, {STIR}"),
        (series("T1 FLAIR", 2200, 24, ti_ms=860.0, scanning_sequence=("SE", "IR")), "T1 FLAIR"),
        (series("WATER: SAG T2 FLEX", 3600, 80), "the water image of a water-fat separation"),
    ],
)
def test_a_kind_that_the_study_did_not_use_is_named(given: SeriesRef, kind: str) -> None:
    assert unlike_the_study(given) == kind
