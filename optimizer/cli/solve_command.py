"""``solve``: the least-cost plan of a workbook."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from optimizer import interrupts
from optimizer.cli.arguments import (
    finding_lines,
    output_folder,
    print_message,
    print_record,
    print_result,
    print_written,
)
from optimizer.cli.follow_previous import follows_previous, replan_case
from optimizer.cli.plan_files import PlanFiles
from optimizer.cli.plan_messages import plan_summary
from optimizer.cli.progress_line import ProgressLine
from optimizer.cli.run_id import input_paths
from optimizer.errors import AuditError, OptimizerError

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.solver import Progress
    from optimizer.studies import RuleCosts
    from optimizer.tables import Case


def solve(options: argparse.Namespace) -> int:
    """Solve a workbook, write and print the plan; returns the exit code.

    From the search on, Ctrl-C and similar signals end the current step, and the best plan so far
    is written.
    """
    from optimizer.tables import read

    progress, step = _observers(options)
    begin = time.perf_counter()
    step("read")
    case = read(options.workbook)
    seconds = {"read": time.perf_counter() - begin}
    folder = output_folder(options)
    files = PlanFiles(folder, input_paths(options), parquet=options.parquet)
    study = None
    with ExitStack() as signals:
        result = _solve_case(case, options, progress, step, signals)
        signals.enter_context(interrupts.signals_deferred())
        seconds |= result.seconds
        if options.cost_of_rules:
            step("rules")
            result, study = _cost_of_rules(case, result, options, progress)
            seconds |= {"cost of rules": study.seconds} if study else {}
        else:
            begin = time.perf_counter()
            result = _compliance_cost(result, options)
            seconds |= {"cost of compliance": time.perf_counter() - begin}
        step("write")
        rule_costs = {"rule_costs": study.records} if study else {}
        result, record = files.write(result, seconds, rule_costs)
    if not options.quiet:
        for line in finding_lines(result.warnings):
            print_message(line)
    summary = plan_summary(result, result.sentence)
    if options.quiet and result.status != "optimal":
        print_message(summary)
    print_result(options, "\n".join((summary, *(study.sentences if study else ()))))
    print_written(options, record["files"])
    if options.json:
        print_record(record)
    return _exit_code(result)


def _solve_case(
    case: Case,
    options: argparse.Namespace,
    progress: Progress | None,
    step: Callable[[str], None],
    signals: ExitStack,
) -> Result:
    """The plan; ``signals`` takes the context that defers signals from the search on."""
    from optimizer.plan import solve as solve_plan

    def on_step(name: str) -> None:
        if name == "solve":
            signals.enter_context(interrupts.signals_deferred())
        elif name == "diagnose":  # there is no plan to lose
            signals.close()
        step(name)

    if follows_previous(options):
        signals.enter_context(interrupts.signals_deferred())
        step("solve")
        return replan_case(case, options, progress)
    return solve_plan(
        case,
        time_limit=options.time_limit,
        gap=options.gap,
        progress=progress,
        explain=options.explain,
        remember=options.cost_of_rules,
        step=on_step,
    )


def _cost_of_rules(
    case: Case, result: Result, options: argparse.Namespace, progress: Progress | None
) -> tuple[Result, RuleCosts | None]:
    """The plan with the cost of each rule; a signal leaves the plan as it is and marks it."""
    from optimizer.plan import mark_interrupted
    from optimizer.studies import cost_of_rules

    study, before = None, interrupts.signal_count()
    if not interrupts.must_finish_soon():
        with interrupts.signals_raise_again(), suppress(KeyboardInterrupt):
            study = cost_of_rules(
                case,
                plan=result,
                time_limit=options.time_limit,
                gap=options.gap,
                progress=progress,
            )
    result = study.result if study else result
    if study is None or interrupts.signal_count() > before:
        result = mark_interrupted(result, ["costs of rules"])
    return result, study


def _compliance_cost(result: Result, options: argparse.Namespace) -> Result:
    """The plan with the cost of all rules together, if that takes a few seconds at most.

    A signal leaves the plan as it is: it is complete without this figure.
    """
    from optimizer.studies.rule_costs import cost_of_all_rules

    with interrupts.signals_raise_again(), suppress(KeyboardInterrupt):
        if not interrupts.must_finish_soon():
            return cost_of_all_rules(result, gap=options.gap)
    return result


def _observers(options: argparse.Namespace) -> tuple[Progress | None, Callable[[str], None]]:
    """Callbacks for the solver's progress and for each step that begins."""
    if options.supervised:
        from optimizer.web_app.supervised_command import SupervisedCommand

        supervised = SupervisedCommand(print_message)
        return supervised, supervised.step
    return None if options.quiet else ProgressLine(), lambda name: None


def _exit_code(result: Result) -> int:
    if result.audit is not None and not result.audit.passed:
        print_message(f"error: {result.audit.verdict}")
        return AuditError.exit_code
    try:
        result.raise_for_status()
    except OptimizerError as error:
        return error.exit_code
    return 0
