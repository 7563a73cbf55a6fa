"""`opradiomics project`: a department's cases, from the images to what `icc`, `train` and `fit` take."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OPRadiomicsLib.arguments import seed_number
from OPRadiomicsLib.outcome import Outcome, Serve, served

if TYPE_CHECKING:
    from OPRadiomicsLib.cohort import Failure
    from OPRadiomicsLib.types import Progress


def add_project_command(subparsers: Any) -> None:
    """Register `project`; called through the entry point opradiomics.commands."""
    project = subparsers.add_parser("project", help="a department's own cases: images, readings, agreement, training")
    actions = project.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_collecting(actions)
    _add_reading(actions)
    _add_handing_on(actions)


def _action(actions: Any, name: str, serve: Serve, text: str, **more: Any) -> Any:
    parser = actions.add_parser(name, help=text, **more)
    parser.add_argument("project", type=Path, help="the project's folder")
    parser.set_defaults(**served(serve))
    return parser


def at_once(serve: Callable[[argparse.Namespace], Outcome]) -> Serve:
    """A step too short to report progress."""

    def run_at_once(options: argparse.Namespace, _progress: Progress) -> Outcome:
        return serve(options)

    return run_at_once


def _add_collecting(actions: Any) -> None:
    parser = _action(actions, "create", at_once(create_empty), "an empty project in a new folder")
    parser.add_argument("--name", default="", help="default: the folder's")
    parser.add_argument("--key", type=Path, metavar="FOLDER", help="for the key to the patients (default: beside the project)")
    parser.add_argument("--interval", type=int, default=60, help="days between a reader's two readings (default: %(default)s)")
    parser = _action(actions, "add", add, "add studies under new names, without patient data")
    parser.add_argument(
        "studies",
        type=Path,
        nargs="+",
        help="study folder (DICOM, or T1WI.nii.gz, T2WI.nii.gz, FS-T2WI.nii.gz), or table with the columns case and study",
    )
    parser.add_argument("--each", action="store_true", help="every subfolder of the folder is a study")
    parser.add_argument("--centre", default="", help="where they were made")
    parser.add_argument("--simulated", action="store_true", help="the images are simulated: results will say so")
    parser = _action(actions, "status", at_once(status_of), "how many cases are in which state, and who works on what")
    parser.add_argument("--cases", action="store_true", help="also a line for each case")
    _action(actions, "presegment", presegment, "the network's proposal for every new case")


def _add_reading(actions: Any) -> None:
    parser = _action(actions, "record", at_once(record_mask), "save a mask that was drawn elsewhere as a case's next version")
    parser.add_argument("case")
    parser.add_argument("--mask", type=Path, required=True, help="on the case's T1WI")
    parser.add_argument("--reader", required=True, help="initials")
    parser.add_argument(
        "--step",
        choices=("drawn", "reviewed", "disputed", "arbitrated", "again", "alone"),
        default="drawn",
        help="default: drawn",
    )
    parser.add_argument("--tool", default="", help="what it was drawn with")
    parser = _action(actions, "draw", at_once(draw), "draw cases at random for an agreement study")
    parser.add_argument("name", help="of the study")
    parser.add_argument("-n", "--count", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--seed", type=seed_number, default=1, help="default: %(default)s")
    parser.add_argument("--reader-a", required=True, metavar="INITIALS")
    parser.add_argument("--reader-b", default="", metavar="INITIALS")
    parser.add_argument("--readings", default="A,B,A2", help="of A, B, A2, B_alone (default: %(default)s)")
    parser = _action(actions, "due", at_once(due), "who still has to read what in an agreement study")
    parser.add_argument("name")


def _add_handing_on(actions: Any) -> None:
    parser = _action(actions, "export", at_once(export), "the tables and images that icc, cohort, fit and train read")
    parser.add_argument("what", choices=("cohort", "icc", "training"))
    parser.add_argument("-o", "--out", type=Path, help="table, or folder for training (default: in the project)")
    parser.add_argument("--design", help="agreement study, of icc")
    parser.add_argument("--cases", default="", help="names, separated by commas, of training (default: all that are reviewed)")
    parser.add_argument("--one-reader", action="store_true", help="also masks that only one reader drew, for training")
    parser = _action(actions, "install", at_once(install), "a trained network or a fitted signature into this user's models")
    parser.add_argument("model", type=Path, help="bundle, or folder with signature.json")
    parser = _action(actions, "run", at_once(run), "run a job that the panel made, on this computer")
    parser.add_argument("job", help="its name, as the panel shows it")


def create_empty(options: argparse.Namespace) -> Outcome:
    """Make an empty project."""
    from .folder import create_project

    project = create_project(options.project, options.name, key_folder=options.key, interval_days=options.interval)
    lines = (f"Project '{project.name}' in {project.folder}", f"The key to the patients will lie in {project.key_folder}")
    return Outcome(lines, (project.folder,))


def add(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Add studies; those that fail are listed."""
    from .adding import Listed, add_listed, listed_in
    from .folder import open_project

    project = open_project(options.project)
    many = {path: options.each or path.is_file() for path in options.studies}
    listed = [one for path in options.studies for one in (listed_in(path) if many[path] else (Listed(path),))]
    found = add_listed(project, listed, centre=options.centre, simulated=options.simulated, progress=progress)
    failed = (_failure(one) for one in found.failures)
    return Outcome((f"{len(found.cases)} of {len(listed)} studies added", *failed), tuple(case.folder for case in found.cases))


def _failure(one: Failure) -> str:
    return f"{one.case}: {one.found.rstrip('.')}. What to do: {one.remedy.rstrip('.')}."


def status_of(options: argparse.Namespace) -> Outcome:
    """States and claims; nothing changes."""
    from .folder import open_project
    from .worklist import count_states, list_work

    items = list_work(open_project(options.project))
    counts = ", ".join(f"{count} {state}" for state, count in count_states(items).items() if count)
    claims = [
        f"{one.name} in work by {one.claim.reader} since {one.claim.since}{' (forgotten?)' if one.claim.is_stale() else ''}"
        for one in items
        if one.claim is not None
    ]
    each = [f"{one.name}\t{one.state}\t{', '.join(one.readers)}" for one in items] if options.cases else []
    return Outcome((f"{len(items)} cases: {counts or 'none'}", *claims, *each))


def presegment(options: argparse.Namespace, progress: Progress) -> Outcome:
    """The network draws every new case; what was drawn stays when it is cancelled."""
    from .folder import open_project
    from .presegmenting import presegment_new

    done = presegment_new(open_project(options.project), progress=progress)
    failed = (_failure(one) for one in done.failures)
    return Outcome((f"{len(done.versions)} cases pre-segmented", *failed), tuple(one.path for one in done.versions))


def record_mask(options: argparse.Namespace) -> Outcome:
    """Save a mask as the next version, under the rules that hold in the panel."""
    from OPRadiomicsLib.io import read_mask, read_volume

    from .cases import case_named
    from .folder import open_project
    from .session import begin
    from .versions import Step

    project = open_project(options.project)
    case = case_named(project, options.case)
    mask = read_mask(options.mask, read_volume(case.reference))
    with begin(project, case.name, Step(options.step), options.reader) as session:
        version = session.save(mask, tool=options.tool or f"file, {options.mask.suffix}")
    return Outcome((f"{version.path.name}",), (version.path,))


def draw(options: argparse.Namespace) -> Outcome:
    """Draw cases and keep the study's design."""
    from .cases import list_cases
    from .designs import create_design, draw_cases, readable
    from .folder import open_project

    project = open_project(options.project)
    cases = draw_cases(readable(list_cases(project).values()), options.count, options.seed)
    readers = {"A": options.reader_a, "B": options.reader_b}
    readings = tuple(one.strip() for one in options.readings.split(","))
    design = create_design(project, options.name, cases, readers, readings, seed=options.seed)
    return Outcome(
        (f"{design.name}: {', '.join(design.cases)}", f"Next: opradiomics project due {options.project} {design.name}")
    )


def due(options: argparse.Namespace) -> Outcome:
    """Every reading that is not done."""
    from .designs import Progress as Reading
    from .designs import read_design, readings_of
    from .folder import open_project

    project = open_project(options.project)
    readings = readings_of(project, read_design(project, options.name))
    left = [one for one in readings if one.progress is not Reading.DONE]
    each = (f"{one.case}\t{one.reading}\t{one.reader}\t{one.progress} {one.waits_for}".rstrip() for one in left)
    return Outcome((f"{len(readings) - len(left)} of {len(readings)} readings done", *each))


def export(options: argparse.Namespace) -> Outcome:
    """Write what another command reads, and name that command."""
    from .folder import open_project

    exports: dict[str, Callable[..., Outcome]] = {"cohort": _export_cohort, "icc": _export_icc, "training": _export_training}
    return exports[options.what](open_project(options.project), options)


def _export_cohort(project: Any, options: argparse.Namespace) -> Outcome:
    from .exports import write_cohort_table

    path = write_cohort_table(project, options.out)
    return Outcome((str(path), f"Next: opradiomics cohort {path} --out {project.folder / 'features'}"), (path,))


def _export_icc(project: Any, options: argparse.Namespace) -> Outcome:
    from .designs import export_design, read_design
    from .folder import ProjectError

    if not options.design:
        raise ProjectError("No design named", "--design NAME", "draw one with opradiomics project draw")
    design = read_design(project, options.design)
    path = export_design(project, design, options.out or project.designs / design.name / "readings.csv")
    return Outcome((str(path), f"Next: opradiomics icc {path} -o {path.parent / 'result'}"), (path,))


def _export_training(project: Any, options: argparse.Namespace) -> Outcome:
    from .exports import DRAWN_STATES, TRAINING_SET, export_training
    from .flow import FINAL_STATES

    out = options.out or project.models / "training-data"
    named = [one.strip() for one in options.cases.split(",") if one.strip()]
    cases = export_training(project, out, named, states=DRAWN_STATES if options.one_reader else FINAL_STATES)
    following = f"opradiomics train segmentation --data {out} --set {TRAINING_SET} --start lumbar-bodies --out FOLDER"
    return Outcome((f"{out}: {len(cases)} cases", f"Next: {following}"), (out,))


def install(options: argparse.Namespace) -> Outcome:
    """Install a model; an older one keeps its folder."""
    from OPRadiomicsLib.installed import install_network, install_signature
    from OPRadiomicsLib.segmentation.bundle import CHECKSUMS

    if (options.model / CHECKSUMS).is_file():
        made = install_network(options.model)
        use = f"In use now in the panels and by opradiomics project presegment; other commands: --model {made.name}"
        return Outcome((f"Network {made.name} is installed: {made}", use), (made,))
    made = install_signature(options.model)
    return Outcome((f"Signature {made.name} is in OPRadiomics' list now: {made}",), (made,))


def run(options: argparse.Namespace) -> Outcome:
    """Run a job of the project to its end."""
    from OPRadiomicsLib.errors import Cancelled

    from .folder import ProjectError, open_project
    from .jobs import JobState, run_job

    job = run_job(open_project(options.project), options.job)
    if job.state is JobState.CANCELLED:
        raise Cancelled
    if job.state is not JobState.DONE:
        raise ProjectError(job.found, "a job that runs to its end", job.remedy)
    return Outcome(job.lines)
