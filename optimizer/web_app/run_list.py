"""The runs of a session: plans, studies and comparisons, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from optimizer.errors import FileError, UsageError
from optimizer.web_app.input_copy import copy_input
from optimizer.web_app.opened_plan import OpenedPlan
from optimizer.web_app.plan_process import PlanProcess
from optimizer.web_app.request_options import page_studies, previous_arguments, study_arguments
from optimizer.web_app.study_process import ComparisonProcess, StudyProcess
from optimizer.web_app.workbook_view import WorkbookView

SOLVE_STOP_TIMEOUT = 5.0
"""Seconds that a solve has to stop when the session is closed, before it is killed; chosen so that
it can write the best plan so far."""

SessionRun = PlanProcess | OpenedPlan | StudyProcess | ComparisonProcess
AnyRun = TypeVar("AnyRun", PlanProcess, OpenedPlan, StudyProcess, ComparisonProcess)


class RunList:
    """Runs by number from 1; each has a folder of its own in ``output``, which stays.

    ``folder`` takes what is temporary. All methods may be called from any thread.
    """

    def __init__(self, output: Path, folder: Path) -> None:
        self._output, self._folder = output, folder
        self._runs: list[SessionRun] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[SessionRun]:
        return iter(tuple(self._runs))

    def __getitem__(self, place: int) -> SessionRun:
        return self._runs[place]

    def solve(self, workbook: WorkbookView | None, given: Mapping[str, Any]) -> PlanProcess:
        """Start to solve a workbook, in a new folder.

        ``given`` may ask for the cost of each rule (``cost_of_rules``), or name by ``previous`` a
        plan to follow. Raises UsageError if there is no workbook, it has errors, a command is
        running, or what is asked for is wrong.
        """
        with self._lock:
            solvable = self._free(workbook)
            options, note = list[str](), ""
            if given.get("cost_of_rules"):
                options, note = ["--cost-of-rules"], "with the cost of each rule"
            if given.get("previous"):
                plan = self._plan(given["previous"])
                kept, words = previous_arguments(given)
                options, note = [*kept, f"--previous={plan.plan}"], f"after {plan.label}: {words}"
            folder = self._new_output_folder(solvable.path.stem)
            run = PlanProcess(len(self) + 1, folder, self._answer(), note)
            run.follows = bool(given.get("previous"))
            run.prices_rules = "--cost-of-rules" in options
            run.begin(solvable, options)
            return self._add(run)

    def study(
        self, workbook: WorkbookView | None, command: str, given: Mapping[str, Any]
    ) -> StudyProcess:
        """Start a study of a workbook; raises UsageError as ``solve`` does."""
        study = {each.command: each for each in page_studies()}.get(command)
        if study is None:
            raise UsageError(f"there is no study {command!r}")
        with self._lock:
            solvable = self._free(workbook)
            options, note = study_arguments(study, given)
            folder = self._new_output_folder(solvable.path.stem)
            run = StudyProcess(len(self) + 1, folder, self._answer(), study, options, note)
            run.begin(copy_input(solvable, folder, run.file_names.values()), solvable.name)
            return self._add(run)

    def go_on(self, number: int) -> StudyProcess:
        """Start a stopped study again in its folder: finished runs are not solved again."""
        with self._lock:
            self._check_free()
            before = self._run(number)
            if not isinstance(before, StudyProcess) or not before.can_go_on:
                raise UsageError("this study cannot go on")
            run = StudyProcess(
                len(self) + 1,
                before.folder,
                self._answer(),
                before.study,
                before.options,
                before.note,
            )
            run.begin(before.input, before.name)
            before.went_on = True
            return self._add(run)

    def compare(self, first: int, second: int) -> ComparisonProcess:
        """Start to compare two plans; raises UsageError if one of them has none."""
        with self._lock:
            self._check_free()
            plans = self._plan(first), self._plan(second)
            if first == second:
                raise UsageError("choose two different plans")
            folder = self._new_output_folder("comparison")
            known = [each.input for each in plans if each.input is not None]
            run = ComparisonProcess(len(self) + 1, folder, self._answer(), (first, second))
            run.name = " and ".join(each.label for each in plans)
            run.begin(
                [each.plan for each in plans if each.plan is not None],
                known if len(known) == len(plans) else (),
            )
            return self._add(run)

    def open_plan(self, workbook: WorkbookView) -> OpenedPlan:
        """Add the plan of a results workbook."""
        with self._lock:
            inputs = [path for run in self if (path := getattr(run, "input", None))]
            return self._add(OpenedPlan(len(self) + 1, workbook, self._output, inputs))

    def file(self, number: int, word: str) -> Path | None:
        """A file of a run by its word, None if there is none. Links are not followed."""
        return self[number - 1].file(word) if 1 <= number <= len(self) else None

    def cells(self, number: int, sheet: int, first: int) -> dict[str, Any]:
        """JSON of rows of an opened plan; IndexError if there are none."""
        run = self[number - 1]
        if number < 1 or not isinstance(run, OpenedPlan):
            raise IndexError(number)
        return run.workbook.cells(sheet, first)

    def stop(self) -> None:
        """Stop what is running, and at the second call at once."""
        for run in self:
            run.stop()

    def close(self) -> None:
        """Stop what is running, and wait until it has ended."""
        self.stop()
        for run in self:
            if not run.ended.wait(SOLVE_STOP_TIMEOUT):
                run.stop()
                run.ended.wait(SOLVE_STOP_TIMEOUT)

    def _add(self, run: AnyRun) -> AnyRun:
        """Add a run under the next name of its kind."""
        count = sum(each.kind == run.kind for each in self)
        run.label = f"{run.kind.capitalize()} {count + 1}"
        self._runs.append(run)
        return run

    def _answer(self) -> Path:
        """File for the standard output of the next command."""
        return self._folder / f"answer {len(self) + 1}.json"

    def _check_free(self) -> None:
        if any(not run.ended.is_set() for run in self):
            raise UsageError("another run is in progress: wait for it, or stop it")

    def _free(self, workbook: WorkbookView | None) -> WorkbookView:
        """The workbook, if a command may be started with it."""
        if workbook is None or not workbook.solvable:
            raise UsageError("there is no workbook without errors to solve")
        self._check_free()
        return workbook

    def _run(self, number: Any) -> SessionRun:
        if not isinstance(number, int) or not 1 <= number <= len(self):
            raise UsageError("there is no such run")
        return self[number - 1]

    def _plan(self, number: Any) -> PlanProcess | OpenedPlan:
        """A run that has a plan."""
        run = self._run(number)
        if not isinstance(run, (PlanProcess, OpenedPlan)) or run.plan is None:
            raise UsageError("this run has no plan")
        return run

    def _new_output_folder(self, stem: str) -> Path:
        """A folder that did not exist: ``outputs/NAME``, ``outputs/NAME-2`` and so on."""
        number = 1
        while True:
            folder = self._output / (stem if number == 1 else f"{stem}-{number}")
            try:
                self._output.mkdir(parents=True, exist_ok=True)
                folder.mkdir()
                return folder
            except FileExistsError:
                number += 1
                if not self._output.is_dir():
                    raise FileError(f"{self._output} is not a folder") from None
            except OSError as error:
                raise FileError(f"{folder} cannot be made ({error.strerror})") from error
