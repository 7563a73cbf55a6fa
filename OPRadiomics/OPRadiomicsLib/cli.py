"""The command line: arguments in, workflow called, exit status out.

Exit status: 0 done (warnings are listed), 2 input that the user can mend, 130 stopped by the user, 141 where the reader of
the output has gone. Whatever else goes wrong is a fault of the software and shows its traceback, with status 1.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .errors import Cancelled, MissingDependencyError, OPRadiomicsError, refusal_of
from .outcome import Outcome, served

BAD_INPUT = 2
STOPPED = 130
READER_GONE = 141

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from .types import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    command = "opradiomics"
    try:
        parser = build_parser()
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a path or a name may not fit the terminal's encoding
        options = parser.parse_args(arguments)
        if options.command is None:
            parser.print_help()
            return 0
        command = f"opradiomics {options.command}"
        keep_libraries_single_threaded()
        status = options.run(options) or 0
        sys.stdout.flush()
        return status
    except (KeyboardInterrupt, Cancelled) as stop:
        print(f"{command}: stopped; {str(stop) or 'nothing was written'}", file=sys.stderr)
        return STOPPED
    except (OPRadiomicsError, ModuleNotFoundError, OSError) as error:
        if _reader_gone(error):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered is flushed on exit
            return READER_GONE
        print(f"{command}: {_mendable(error)}", file=sys.stderr)
        return BAD_INPUT


def _reader_gone(error: Exception) -> bool:
    """Whether nobody reads the output any more, which Windows' C library calls an invalid argument (cpython issue 79935)."""
    invalid = isinstance(error, OSError) and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or (invalid and sys.platform == "win32")


def _mendable(error: OPRadiomicsError | ModuleNotFoundError | OSError) -> OPRadiomicsError:
    """What to tell the user; a fault of the software is raised again."""
    refusal = refusal_of(error)
    if refusal is not None:
        return refusal
    if not isinstance(error, ModuleNotFoundError):
        raise error
    package = (error.name or "").partition(".")[0]
    if package.startswith("OPRadiomics") or not package:
        raise error
    return _missing(package)


def _missing(package: str) -> MissingDependencyError:
    return MissingDependencyError(
        f"The Python package {package} is not installed",
        "the extra 'training' for the training library's commands, 'cohort' for many cases at once",
        'pip install "opradiomics[training]"',
    )


def build_parser() -> argparse.ArgumentParser:
    """All commands. Those of the training library register themselves under the entry point opradiomics.commands."""
    from importlib.metadata import entry_points  # half of this module's time to import, in which Ctrl-C shows a traceback

    parser = argparse.ArgumentParser(
        prog="opradiomics",
        description="Osteoporosis from lumbar MRI: segment, propagate, extract features, predict. Research use only.",
    )
    parser.add_argument("--version", action="version", version=f"opradiomics {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    add_predict(commands)
    add_segment(commands)
    add_propagate(commands)
    add_marrow(commands)
    add_features(commands)
    add_cohort(commands)
    add_export(commands)
    further = {**_further, **{entry.name: entry for entry in entry_points(group=GROUP)}}
    for _, entry in sorted(further.items()):
        entry.load()(commands)
    return parser


GROUP = "opradiomics.commands"
_further: dict[str, EntryPoint] = {}


def register_commands(places: Mapping[str, str]) -> None:
    """Offer further commands where their package has no entry points, as in a Slicer: name to "module:function"."""
    from importlib.metadata import EntryPoint

    _further.update({name: EntryPoint(name, place, GROUP) for name, place in places.items()})


def add_predict(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`predict`: a study to an explained probability and a report."""
    parser = commands.add_parser("predict", help="a lumbar study to an explained probability of osteoporosis")
    _add_study(parser)
    _add_clinical(parser)
    _add_segmentation(parser)
    _add_feature_settings(parser)
    parser.add_argument(
        "--signature", default="demo-signature", help="shipped or installed name, or folder (default: %(default)s)"
    )
    _add_language(parser, "of report.html, the pictures and the warnings here")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for report.html, prediction.json, masks, features, pictures"
    )
    parser.set_defaults(**_of_commands("predict"))


def add_segment(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`segment`: vertebral bodies on one image."""
    parser = commands.add_parser("segment", help="vertebral bodies of L1-L3 on a T1WI")
    parser.add_argument("image", type=Path, help="DICOM folder (the T1WI is chosen) or NIfTI/NRRD/MHA file")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="label map to write (.nii.gz, .nrrd); a .json goes beside it"
    )
    parser.add_argument(
        "--all-levels", action="store_true", help="every level, VerSe codes (T12=19, L1=20 ... L5=24), not the sacrum"
    )
    parser.add_argument("--picture", action="store_true", help="outlines and levels on slices of the image, a .png beside OUT")
    parser.add_argument("--t1-series", metavar="UID|NUMBER", help="which series is T1WI, where the choice is not clear")
    _add_study_uid(parser)
    _add_network(parser)
    parser.set_defaults(**_of_commands("segment"))


def add_propagate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`propagate`: a mask from one sequence onto another's grid."""
    parser = commands.add_parser("propagate", help="carry a mask from one sequence to another of the same examination")
    parser.add_argument("mask", type=Path, help="label map on the image given by --from")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        required=True,
        help="image that the mask was drawn on: file, or DICOM folder of one series",
    )
    parser.add_argument("--onto", type=Path, required=True, help="image that the mask goes to, likewise")
    parser.add_argument(
        "--register", action="store_true", help="bounded rigid registration, kept where it improves the alignment"
    )
    parser.add_argument("--all-levels", action="store_true", help="keep every level, VerSe codes")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="label map to write; a .json with the alignment goes beside it"
    )
    parser.set_defaults(**_of_commands("propagate"))


def add_marrow(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`marrow`: the region that the features describe."""
    parser = commands.add_parser("marrow", help="the profile's marrow region inside the vertebral bodies")
    parser.add_argument("mask", type=Path, help="label map of L1-L3 on the image")
    parser.add_argument(
        "--on",
        dest="image",
        type=Path,
        required=True,
        help="image that the mask was drawn on: file, or DICOM folder of one series",
    )
    parser.add_argument("--profile", default="standard", help="shipped name or YAML file (default: %(default)s)")
    parser.add_argument("-o", "--out", type=Path, required=True, help="label map to write")
    parser.set_defaults(**_of_commands("marrow"))


def add_features(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`features`: 386 features a sequence."""
    parser = commands.add_parser("features", help="386 radiomic features a sequence, as CSV")
    _add_study(parser)
    _add_segmentation(parser)
    _add_feature_settings(parser)
    parser.add_argument("--profile", default="standard", help="shipped name or YAML file (default: %(default)s)")
    parser.add_argument("--per-level", action="store_true", help="also L1, L2 and L3 each on its own")
    parser.add_argument("-o", "--out", type=Path, required=True, help="CSV to write")
    parser.set_defaults(**_of_commands("features"))


def add_cohort(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`cohort`: many studies to one table of features, and with a signature to predictions and reports."""
    parser = commands.add_parser(
        "cohort",
        help="many studies to one table, several at once; goes on where it stopped",
        description="Segment, extract and, with --signature, predict every case. Finished cases are kept, failures are "
        "recorded and stop no other case. Needs the extra 'cohort' (Dask) unless --workers 0.",
    )
    parser.add_argument(
        "cases",
        type=Path,
        help="folder of study folders; .txt, a folder a line; or table (.csv, .xlsx, .parquet) with columns case and study",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for cases/, features.csv, predictions.csv, failures.csv"
    )
    parser.add_argument(
        "--signature", help="also predict and report: shipped or installed name, or folder (default: features alone)"
    )
    parser.add_argument("--profile", help="shipped name or YAML file (default: the signature's, else standard)")
    parser.add_argument("--model", help="network: shipped or installed name, or folder (default: lumbar-bodies)")
    parser.add_argument("--register", action="store_true", help="bounded rigid registration before propagating")
    parser.add_argument("--allow-missing", action="store_true", help="go on where a case lacks a sequence")
    parser.add_argument("--per-level", action="store_true", help="also L1, L2 and L3 each on its own")
    parser.add_argument("--workers", type=int, help="processes; 0: one case after another, no Dask (default: one a core)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running Dask scheduler, whose workers see the same files")
    _add_feature_settings(parser)
    _add_language(parser, "of the reports; tables and this output stay English")
    parser.set_defaults(**_of_commands("cohort"))


def add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`export`: a result as DICOM SEG and SR."""
    parser = commands.add_parser(
        "export",
        help="a result as DICOM: a SEG for each sequence and an SR",
        description="Writes SEG_<sequence>.dcm (L1-L3, SNOMED CT) and SR.dcm (TID 1500) from the folder that `predict` wrote. "
        "Both belong to the examination's record, so THEY NAME THE PATIENT: patient and study attributes are copied from the "
        "images. Nothing of them is printed or goes into file names. Every object is new, with UIDs of its own, in every run. "
        "Needs the extra 'dicom-seg' (highdicom).",
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="folder that `predict` wrote")
    parser.add_argument("--study", type=Path, help="the examination's DICOM folder; series are chosen as by `predict`")
    for option, role in (("t1", "T1WI"), ("t2", "T2WI"), ("fst2", "FS-T2WI")):
        parser.add_argument(
            f"--{option}-dicom",
            type=Path,
            metavar="PLACE",
            help=f"{role}'s DICOM images, instead of --study: a folder, a file, or a text file that lists files, one a line",
        )
        parser.add_argument(f"--{option}-series", metavar="UID|NUMBER", help=f"which series of --study is {role}")
    _add_study_uid(parser)
    parser.add_argument(
        "--allow-missing", action="store_true", help="leave out sequences whose --...-dicom images are not given"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for SEG_<sequence>.dcm and SR.dcm")
    parser.set_defaults(**_of_commands("export"))


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", type=Path, nargs="?", help="DICOM folder, any nesting, other series among it")
    for option, role in (("t1", "T1WI"), ("t2", "T2WI"), ("fst2", "FS-T2WI")):
        parser.add_argument(f"--{option}", type=Path, metavar="FILE", help=f"{role} as NIfTI, NRRD or MHA, instead of a study")
        parser.add_argument(f"--{option}-series", metavar="UID|NUMBER", help=f"which series is {role}")
    _add_study_uid(parser)
    parser.add_argument(
        "--scanner",
        help="manufacturer, model, field strength, where files don't tell: 'GE MEDICAL SYSTEMS, SIGNA Architect, 3 T'",
    )
    parser.add_argument(
        "--kind",
        action="append",
        metavar="SEQUENCE: KIND",
        help="where files don't tell; repeat for each sequence: 'FS-T2WI: fat suppressed by inversion (STIR)'",
    )
    parser.add_argument("--allow-missing", action="store_true", help="go on without a sequence: no radiomics model then")


def _add_language(parser: argparse.ArgumentParser, of_what: str) -> None:
    parser.add_argument("--language", choices=("en", "zh"), default="en", help=f"{of_what} (default: en)")


def _add_study_uid(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study-uid", metavar="UID", help="which study, where the folder holds several (its ending will do)")


def _add_clinical(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--age", help="years (default: from DICOM)")
    parser.add_argument("--sex", help="F or M (default: from DICOM)")
    parser.add_argument("--bmi", help="kg/m2")
    for habit in ("diabetes", "smoking", "drinking"):
        parser.add_argument(f"--{habit}", choices=("yes", "no"))
    parser.add_argument(
        "--exclusion",
        action="append",
        default=[],
        metavar="NAME",
        help="a reason for which the study left patients out, repeatable: fracture, hardware, treatment, malignancy, "
        "haematological, rheumatoid-arthritis, ankylosing-spondylitis, poor-images",
    )


def _add_segmentation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mask", type=Path, help="reviewed mask on T1WI, instead of the network's")
    parser.add_argument("--review", type=Path, metavar="JSON", help="who accepted each level of --mask, and its quality flags")
    parser.add_argument("--mask-t2", type=Path, help="reviewed mask on T2WI, instead of the propagated one")
    parser.add_argument("--mask-fst2", type=Path, help="reviewed mask on FS-T2WI, instead of the propagated one")
    parser.add_argument("--register", action="store_true", help="bounded rigid registration before propagating")
    _add_network(parser)


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", help="network: shipped or installed name, or folder (default: lumbar-bodies)")
    parser.add_argument(
        "--backend",
        choices=("auto", "int8", "onnxruntime", "torch"),
        default="auto",
        help="how the network runs: 8-bit integers, floats, torch (default: the first that is there)",
    )
    parser.add_argument(
        "--single-scale", action="store_true", help="the network sees the image at 1 mm alone, not at three scales"
    )
    parser.add_argument("--shift", type=int, choices=(-1, 0, 1), default=0, help="renumber all levels by one: +1 is caudal")


def _add_feature_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", choices=("auto", "native", "pyradiomics"), default="auto", help="feature engine")


def _of_commands(name: str) -> dict[str, Callable[..., object]]:
    """As `served`, of a function of `commands`, which is imported when it runs: `--help` and the first line shall not wait."""

    def serve(options: argparse.Namespace, progress: Progress) -> Outcome:
        from . import commands

        outcome: Outcome = getattr(commands, name)(options, progress)
        return outcome

    defaults = served(serve)

    def run(options: argparse.Namespace) -> None:
        print(f"opradiomics {__version__} {name}", flush=True)
        defaults["run"](options)

    return {**defaults, "run": run}


def keep_libraries_single_threaded() -> None:
    """Sequences run side by side, so the libraries below them must not each start a thread per core."""
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


if __name__ == "__main__":
    sys.exit(main())
