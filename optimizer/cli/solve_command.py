"""``solve``: the least-cost plan of a workbook."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer import interrupts
from optimizer.cli.arguments import print_record, tell, tell_findings
from optimizer.cli.follow_previous import follows, replanned
from optimizer.cli.plan_files import PlanFiles
from optimizer.cli.plan_messages import story
from optimizer.cli.progress_line import ProgressLine as Shown
from optimizer.cli.run_id import inputs_of
from optimizer.errors import AuditError, OptimizerError

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.solver import Progress
    from optimizer.studies import RuleCosts
    from optimizer.tables import Case


def solve(options: argparse.Namespace) -> int:
    """Find, write and tell a plan; gives the exit code.

    From the search on nothing that was found is lost: Ctrl-C and the like end what goes on,
    and what there is is written.
    """
    from optimizer.plan import status_sentence
    from optimizer.tables import read

    progress, step = _watchers(options)
    begin = time.perf_counter()
    step("read")
    case = read(options.workbook)
    seconds = {"read": time.perf_counter() - begin}
    folder = options.output or Path("outputs") / options.workbook.stem
    files = PlanFiles(folder, inputs_of(options))
    study = None
    with ExitStack() as kept:
        result = _found(case, options, progress, step, kept)
        kept.enter_context(interrupts.keeping())
        seconds |= result.seconds
        if options.cost_of_rules:
            result, study = _cost_of_rules(case, result, options, progress)
            seconds |= {"cost of rules": study.seconds} if study else {}
        step("write")
        more = {"rule_costs": study.records} if study else {}
        result, record = files.write(result, seconds, more)
    if not options.quiet:
        tell_findings("warning", result.warnings)
    if not options.quiet or result.status != "optimal":
        tell(story(result, record["files"], status_sentence(result.status)))
    if study and study.sentences and not options.quiet:
        tell("\n".join(study.sentences))
    if options.json:
        print_record(record)
    return _code(result)


def _found(
    case: Case,
    options: argparse.Namespace,
    progress: Progress | None,
    step: Callable[[str], None],
    kept: ExitStack,
) -> Result:
    """The plan; ``kept`` takes what holds signals back from the search on."""
    from optimizer.plan import solve as solved

    def told(name: str) -> None:
        if name == "solve":
            kept.enter_context(interrupts.keeping())
        elif name == "diagnose":  # there is no plan that could be lost
            kept.close()
        step(name)

    if follows(options):
        kept.enter_context(interrupts.keeping())
        return replanned(case, options, progress)
    return solved(
        case,
        time_limit=options.time_limit,
        gap=options.gap,
        progress=progress,
        explain=options.explain,
        remember=options.cost_of_rules,
        step=told,
    )


def _cost_of_rules(
    case: Case, result: Result, options: argparse.Namespace, progress: Progress | None
) -> tuple[Result, RuleCosts | None]:
    """The plan with what each rule costs; a signal leaves the plan as it is, and says so."""
    from optimizer.plan import stopped
    from optimizer.studies import cost_of_rules

    study, before = None, interrupts.count()
    if not interrupts.pending():
        with interrupts.raising(), suppress(KeyboardInterrupt):
            study = cost_of_rules(
                case,
                plan=result,
                time_limit=options.time_limit,
                gap=options.gap,
                progress=progress,
            )
    found = study.result if study else result
    if study is None or interrupts.count() > before:
        found = stopped(found, ["costs of rules"])
    return found, study


def _watchers(options: argparse.Namespace) -> tuple[Progress | None, Callable[[str], None]]:
    """Who is told of the solver's progress, and of each step that begins."""
    if options.attended:
        from optimizer.web_app.supervised_solve import SupervisedSolve

        attended = SupervisedSolve(tell)
        return attended, attended.step
    return None if options.quiet else Shown(), lambda name: None


def _code(result: Result) -> int:
    if result.audit is not None and not result.audit.passed:
        tell(f"error: {result.audit.verdict}")
        return AuditError.exit_code
    try:
        result.raise_for_status()
    except OptimizerError as error:
        return error.exit_code
    return 0
