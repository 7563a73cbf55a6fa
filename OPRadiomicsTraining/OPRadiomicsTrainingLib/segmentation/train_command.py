"""What `opradiomics train segmentation` does: prepare cases, train, export a bundle, compare it with the network in use."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from OPRadiomicsLib.errors import Cancelled, ModelError
from OPRadiomicsLib.files import held_alone
from OPRadiomicsLib.outcome import Outcome

if TYPE_CHECKING:
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus
    from OPRadiomicsLib.types import Progress

    from .backbone import Backbone
    from .learnt import Learnt
    from .parallel import Group
    from .samples import Cases
    from .settings import TrainingSettings

VERSION = "0.1.0"
"""Of every network that is trained here; its checksum tells one from another."""

SIMULATED_STUDIES, SIMULATED_EPOCHS = 40, 30
"""Studies to simulate, and epochs on simulated images alone, where the options don't say."""


def train_segmentation(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Train, export, compare with the network it started from; Cancel and Ctrl-C keep the last epoch's checkpoint."""
    import torch
    from OPRadiomicsLib.progress import part
    from OPRadiomicsLib.types import no_progress

    from .backbone import read_backbone
    from .options import make_run_folder, require_options_that_fit
    from .parallel import joined
    from .record import begin, require_same
    from .settings import TrainingSettings

    require_options_that_fit(options)
    backbone = None if options.backbone is None else read_backbone(options.backbone)
    options = argparse.Namespace(**{**vars(options), "backbone": backbone})
    record = _record(options)
    if options.resume:
        require_same(options.out, record)
    else:
        make_run_folder(options.out)
    on_gpu = torch.device(options.device).type != "cpu"
    settings = TrainingSettings(
        options.epochs, batches_per_epoch=options.batches, seed=options.seed, device=options.device, bf16=on_gpu
    )
    before = torch.get_num_threads()
    torch.set_num_threads(options.threads)
    try:
        with joined(options.device) as group, held_alone(options.out / "in-use", "Training") if group.writes else nullcontext():
            progress = progress if group.writes else no_progress
            if group.writes and not options.resume:
                begin(options.out, record)
            cases = _prepare(options, settings, group, part(progress, 0.0, 0.05))
            if options.folds is not None:
                cases = replace(cases, real=(*cases.real, *cases.validation), validation=())
            trained = _one_network if options.folds is None else _network_of_folds
            network, steps = trained(options, cases, settings, group, part(progress, 0.05, 0.93))
            return Outcome(()) if not group.writes else _finished(network, cases, options, steps, part(progress, 0.93, 1.0))
    except (KeyboardInterrupt, Cancelled):
        raise Cancelled(f"the same command with --resume goes on from {options.out}") from None
    finally:
        torch.set_num_threads(before)


def _finished(network: DeepLabV3Plus, cases: Cases, options: argparse.Namespace, steps: int, progress: Progress) -> Outcome:
    """Export, and compare with the network in use."""
    from OPRadiomicsLib.progress import part

    lines = _export(network, cases, options, steps, progress)
    if options.folds is None:
        lines += _compared(options, cases, part(progress, 0.3, 1.0))
    progress("Done", 1.0)
    return Outcome(tuple(lines), (options.out / "bundle",))


def _one_network(
    options: argparse.Namespace, cases: Cases, settings: TrainingSettings, group: Group, progress: Progress
) -> tuple[DeepLabV3Plus, int]:
    from .compare import bundle_network
    from .compare_pictures import draw_preview
    from .curves import draw_curves
    from .train import CHECKPOINT_FILE, train

    def show(network: DeepLabV3Plus) -> None:
        draw_curves(options.out)
        draw_preview(network, cases, options.out, options.device)

    start = bundle_network(options.start) if options.start is not None else _pretrained(options.backbone, cases, settings)
    trainer = train(
        cases,
        options.out,
        settings,
        resume=(options.out / CHECKPOINT_FILE).exists(),
        network=start,
        group=group,
        after_epoch=show,
        progress=progress,
    )
    return trainer.averaged(), trainer.step


def _network_of_folds(
    options: argparse.Namespace, cases: Cases, settings: TrainingSettings, group: Group, progress: Progress
) -> tuple[DeepLabV3Plus, int]:
    """The folds' average; the network of simulated images and each fold's get bundles of their own, to be measured."""
    from .curves import draw_curves
    from .export import export_bundle
    from .folds import HELD_OUT_FILE, SIMULATED_FOLDER, cross_validate, fold_folder
    from .learnt import Learnt

    found = cross_validate(
        cases,
        options.out,
        settings,
        options.folds,
        simulated_epochs=options.simulated_epochs or SIMULATED_EPOCHS,
        network=_pretrained(options.backbone, replace(cases, real=()), settings),
        earlier=None if options.start is None else Path(options.start),
        group=group,
        after_epoch=draw_curves,
        progress=progress,
    )
    if not group.writes:
        return found.average, 0
    steps = 0
    if found.simulated is not None:
        steps = settings.batches_per_epoch * (options.simulated_epochs or SIMULATED_EPOCHS)
        provenance = _provenance(options, replace(cases, real=()), steps)
        bundle = options.out / SIMULATED_FOLDER / "bundle"
        export_bundle(found.simulated, bundle, name=SIMULATED_FOLDER, version=VERSION, provenance=provenance, learnt=Learnt())
    own = settings.batches_per_epoch * settings.epochs
    for number, (network, start) in enumerate(zip(found.folds, _starts(options), strict=True), start=1):
        folder = fold_folder(options.out, number)
        held_out = (folder / HELD_OUT_FILE).read_text(encoding="utf-8").splitlines()
        own_cases = replace(cases, real=tuple(case for case in cases.real if case.name not in held_out))
        provenance = _provenance(options, own_cases, steps + own) | {
            "fold": f"{number} of {options.folds}",
            "held_out": held_out,
        }
        learnt = _learnt_before(start) | Learnt.of(own_cases.real)
        export_bundle(network, folder / "bundle", name=folder.name, version=VERSION, provenance=provenance, learnt=learnt)
    return found.average, steps + options.folds * own


def _pretrained(backbone: Backbone | None, cases: Cases, settings: TrainingSettings) -> DeepLabV3Plus | None:
    from .backbone import pretrained_network
    from .samples import draw_batch

    if backbone is None:
        return None
    drawn_by_no_step = 2**31
    return pretrained_network(backbone, draw_batch(cases, settings, drawn_by_no_step, range(32)), settings.seed)


def _record(options: argparse.Namespace) -> dict[str, object]:
    """Options that a resumed run must share: not the epochs, of which it may have more, nor where and how fast it computes."""
    from OPRadiomicsLib.segmentation import load_segmentation_model

    from .record import SIMULATE

    own: dict[str, object] = {"--seed": options.seed, "--batches": options.batches, "--set": options.set}
    if options.folds is not None:
        own |= {"--folds": options.folds, "--simulated-epochs": options.simulated_epochs or SIMULATED_EPOCHS}
    if options.simulated is not None:
        own[SIMULATE] = options.simulate or SIMULATED_STUDIES
    if options.start is not None:
        bundles = [options.start] if options.folds is None else sorted(Path(options.start).glob("fold_*/bundle"))
        own["--start"] = f"SHA-256 {', '.join(load_segmentation_model(bundle).checksum for bundle in bundles)}"
    if options.backbone is not None:
        own["--backbone"] = f"{options.backbone.name}, SHA-256 {options.backbone.sha256}"
    return own


def _prepare(options: argparse.Namespace, settings: TrainingSettings, group: Group, progress: Progress) -> Cases:
    from .cases import TRAINING_SETS, case_files, prepare_real_cases
    from .learnt import Learnt
    from .record import require_same_cases
    from .samples import gather_cases
    from .simulated import prepare_simulated_cases

    real = None if options.data is None else options.out / "cases"
    if real is not None and group.writes:
        prepare_real_cases(options.data, real, sets=options.set or TRAINING_SETS, progress=progress)
    if options.simulated is not None and group.writes:
        prepare_simulated_cases(options.simulate or SIMULATED_STUDIES, options.simulated, seed=options.seed, progress=progress)
    known = Learnt() if options.folds is not None else _learnt_before(options.start)
    if group.writes:
        require_same_cases(options.out, case_files(real, options.simulated), known)
    group.wait()
    return gather_cases(real, options.simulated, settings, known)


def _learnt_before(*bundles: str | Path | None) -> Learnt:
    """By the networks that training goes on from; by none where there is none."""
    from OPRadiomicsLib.segmentation import load_segmentation_model

    from .learnt import Learnt

    known = Learnt()
    for bundle in bundles:
        known |= Learnt() if bundle is None else Learnt.by(load_segmentation_model(bundle).folder)
    return known


def _starts(options: argparse.Namespace) -> list[str | Path | None]:
    """The networks from which the training goes on; with --folds one a fold."""
    if options.folds is None or options.start is None:
        return [options.start] * (options.folds or 1)
    from .folds import fold_folder

    return [fold_folder(Path(options.start), number) / "bundle" for number in range(1, options.folds + 1)]


def _export(network: DeepLabV3Plus, cases: Cases, options: argparse.Namespace, steps: int, progress: Progress) -> list[str]:
    from .export import export_bundle
    from .learnt import Learnt

    bundle = options.out / "bundle"
    progress("Exporting", 0.0)
    provenance = _provenance(options, cases, steps) | ({} if options.folds is None else {"average_of_folds": options.folds})
    name = options.name or options.out.resolve().name
    learnt = _learnt_before(*_starts(options)) | Learnt.of(cases.real)
    difference = export_bundle(network, bundle, name=name, version=VERSION, provenance=provenance, learnt=learnt)
    lines = [f"Bundle {bundle}: ONNX Runtime and torch differ by at most {difference:.1e} in the logits"]
    progress("Making 8-bit integers of it, which simulated studies calibrate", 0.1)
    try:
        return [*lines, make_int8(bundle)]
    except ModelError as error:
        return [*lines, f"Without 8-bit integers: {error}"]


def _provenance(options: argparse.Namespace, cases: Cases, steps: int) -> dict[str, object]:
    from .cases import set_of
    from .compare import known_as

    return {
        "trained_on": sorted({set_of(case.name) for case in cases.real + cases.simulated}),
        "cases": len(cases.real) + len(cases.simulated),
        "steps": steps,
        "seed": options.seed,
        **({} if options.start is None else {"started_from": known_as(options.start)}),
        **({} if options.backbone is None else options.backbone.provenance),
    }


def _compared(options: argparse.Namespace, cases: Cases, progress: Progress) -> list[str]:
    """Dice on each held-out case beside that of the network in use, of the one it started from, or of the one that ships."""
    from .compare import compare_networks, known_as, write_comparison

    before = options.compare or options.start or "lumbar-bodies"
    known = _learnt_before(before)
    new_to_both = tuple(case for case in cases.validation if not known.holds(case))
    if not new_to_both:
        return [f"Not compared: {_why_none(options, cases, known_as(before))}"]
    new = options.out / "bundle"
    compared = compare_networks(new, before, new_to_both, data=options.data, out=options.out, progress=progress)
    write_comparison(compared, options.out)
    lines = [
        f"Held out: {', '.join(case.name for case in cases.validation)}",
        f"Dice of their bodies, at the border that training draws: {compared.new:.3f}, with {compared.before_name} "
        f"{compared.before:.3f}; each case, and the levels as their readers drew them: {options.out / 'comparison.csv'}",
    ]
    if left_out := [case.name for case in cases.validation if known.holds(case)]:
        lines.insert(1, f"Not compared, since {compared.before_name} has learnt them: {', '.join(left_out)}")
    unrecorded = known | _learnt_before(options.start)
    if doubtful := [case.name for case in new_to_both if unrecorded.may_hold(case)]:
        lines.append(f"No record tells whether a network has learnt {', '.join(doubtful)} before: their Dice may be too good")
    return lines


def _why_none(options: argparse.Namespace, cases: Cases, before: str) -> str:
    from .compare import known_as

    if cases.validation:
        return f"{before} has learnt every held-out case"
    if options.start is not None and cases.real and all(map(_learnt_before(options.start).holds, cases.real)):
        return f"{known_as(options.start)} has learnt every case, and none is held out"
    return "no case is held out"


def make_int8(bundle: Path) -> str:
    """Give a bundle 8-bit integers, and say how well they agree with its floats; raises as `int8.add_int8`."""
    from .int8 import add_int8

    agreement = add_int8(bundle)
    return f"Bundle {bundle}: 8-bit integers and floats agree by a Dice of {agreement:.4f} in the bodies of a simulated study"
