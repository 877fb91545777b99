"""The result of a solve, and its status in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from optimizer import explain
from optimizer.audit import Audit
from optimizer.errors import Finding, NoPlanError, StoppedError
from optimizer.explain import CHANGED_MODEL, SOLUTION, Alert, Conflict, Repair
from optimizer.network import Network
from optimizer.result import Table, by_category, table
from optimizer.result.result_table import frame_of
from optimizer.result_card import result_card, result_line, status_sentence
from optimizer.result_json import decode_result, encode_result
from optimizer.solver import WarmStart
from optimizer.tables.case import Case

if TYPE_CHECKING:
    import pandas as pd

HIGHS = "HiGHS "
"""Beginning of the name of the solver, where it is not another one."""


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """A plan, or why there is none.

    ``status`` is ``optimal``, ``infeasible``, ``unbounded``, ``time limit``,
    ``interrupted``, ``not proven`` (by another solver) or ``error: …``. Without a plan
    ``objective`` and ``audit`` are None and ``tables`` is empty. Money is the case's currency,
    quantities are tonnes.
    """

    case: Case
    status: str
    objective: float | None
    """Total discounted cost."""
    tables: Mapping[str, Table]
    """Result tables by name (see ``docs/results.md``)."""
    audit: Audit | None
    warnings: tuple[Finding, ...]
    seconds: Mapping[str, float]
    """Wall time of each step."""
    network: Network = field(repr=False)
    alerts: tuple[str, ...] = ()
    """Sentences that a reader must know: proof, shortages, supply that is not firm, horizon."""
    conflict: Conflict = explain.NO_CONFLICT
    """If no plan is feasible: which demands and limits cannot all hold."""
    repairs: tuple[Repair, ...] = ()
    """If no plan is feasible: the least changes that give one."""
    gap: float = 0.0
    """Relative gap to the bound of the best plan possible; 0 for a linear optimum."""
    log: tuple[str, ...] = field(default=(), repr=False)
    """The solver's log."""
    measured: float | None = None
    """Amount that the limit of a study adds up; None without a limit."""
    start: WarmStart | None = field(default=None, repr=False)
    """Warm start for plans of similar cases; only with ``remember``."""
    lawful: str | None = None
    """``yes``, ``as far as stated``, ``no rule binds`` or ``no rules``; None without a plan.

    ``yes`` if every rule in force binds a delivery and is kept, and nothing delivered under a
    rule rests on an unknown or unstated event; ``no`` if a changed model breaks a rule. None too
    if the plan of a changed model fails its audit.
    """
    lawful_notes: tuple[str, ...] = ()
    """Sentences that qualify the word: tonnes, rules that bind nothing, shares that are used."""
    run: str = ""
    """Id of the run, which each of its files bears; empty if no file was written."""
    changed: tuple[str, ...] = ()
    """What the caller changed in the model since ``build_model`` made it, in words.

    Empty for the model as it was built. ``status`` is then that of the changed model: nothing is
    proven of the workbook alone, and tables of prices are left out.
    """
    solver: str = ""
    """Name and version of the solver whose answer this is."""

    def __repr__(self) -> str:
        return result_line(self)

    def _repr_html_(self) -> str:
        """A card for a notebook: status, cost, shortage, lawfulness, proof and audit."""
        return result_card(self)

    def frame(self, name: str) -> pd.DataFrame:
        """A result table as a DataFrame, by its name: ``result.frame("Purchases")``.

        Raises UnknownNameError, a UsageError, if the result has no table of that name.
        """
        return frame_of(self.tables, name)

    @property
    def costs(self) -> dict[str, float]:
        """Discounted cost by category; empty without a plan."""
        return by_category(self.tables["Costs"]) if "Costs" in self.tables else {}

    @property
    def shortage(self) -> float:
        """Tonnes of demand that are not met, without outlets."""
        return float(sum(self.tables["Shortages"]["short"])) if self.tables else 0.0

    @property
    def proven(self) -> bool:
        """True if the plan is proven to be the cheapest that the workbook allows.

        Another solver than HiGHS is taken at its word.
        """
        return self.status == "optimal" and not self.changed

    @property
    def other_solver(self) -> str:
        """Name and version of another solver than HiGHS; empty where HiGHS has solved it."""
        return "" if self.solver.startswith(HIGHS) or not self.solver else self.solver

    @property
    def sentence(self) -> str:
        """The status in a sentence: what is proven of the plan, or why there is none."""
        return status_sentence(self.status, self.changed, self.other_solver)

    def to_json(self) -> str:
        """The result with its case as JSON text (``docs/result.schema.json``).

        The model and what like cases may start from are left out; numbers that are not finite
        are null.
        """
        return encode_result({own.name: getattr(self, own.name) for own in fields(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """The result of :meth:`to_json`, to show, write and compare.

        Raises FileError if the text is no such JSON, or of another version of it, UsageError for
        anything else than text.
        """
        return cls(**decode_result(text))

    def raise_for_status(self) -> Result:
        """Return the result itself if it is a proven optimum, of a changed model too.

        Raises NoPlanError if no plan is feasible or cost has no lower bound, StoppedError if the
        solver stopped earlier.
        """
        if self.status in ("infeasible", "unbounded"):
            raise NoPlanError(self.sentence)
        if self.status != "optimal":
            raise StoppedError(self.sentence)
        return self


def change_alert(changed: Sequence[str]) -> Alert:
    """The sentence that names all that a caller changed in a model."""
    return Alert(
        f"The model was changed after it was built: {'; '.join(changed)}. Nothing is proven of "
        "the workbook alone, and tables of prices are left out.",
        kind=CHANGED_MODEL,
    )


def with_run_id(result: Result, run: str) -> Result:
    """Result with the id of a run, which the table Run and the page show."""
    tables = dict(result.tables)
    if "Run" in tables:
        tables["Run"] = table(tables["Run"].layout, [("run", run), *tables["Run"].rows()])
    return replace(result, run=run, tables=tables)


def mark_interrupted(result: Result, missing: Sequence[str] = ()) -> Result:
    """Result whose plan is kept after a signal; ``missing`` names what it lacks.

    The status becomes ``interrupted`` here and in the table Run, and the first alert says so.
    """
    if result.objective is None:
        return result
    lacks = f"; missing are {' and '.join(missing)}" if missing else ""
    proof = "proven optimal" if result.proven else "not proven optimal"
    alert = Alert(
        f"Stopped by Ctrl-C or a signal after the plan was found ({proof}){lacks}.",
        kind=SOLUTION,
    )
    rows = [
        (item, "interrupted" if item == "status" else value)
        for item, value in result.tables["Run"].rows()
    ]
    run = table(result.tables["Run"].layout, [*rows, ("stopped", alert)])
    return replace(
        result,
        status="interrupted",
        tables={**result.tables, "Run": run},
        alerts=(alert, *result.alerts),
    )
