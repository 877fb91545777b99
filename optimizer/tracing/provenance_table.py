"""The table ``Provenance``: shares of every delivery by stage, input and place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.network.calendar import members
from optimizer.network.network_data import Network
from optimizer.result import result_layouts
from optimizer.result.flow_tables import segment_of
from optimizer.result.result_layouts import Table
from optimizer.tables.sheets import NONE, STAGES, UNKNOWN
from optimizer.tracing.composition import ALL
from optimizer.tracing.origin_shares import OriginPlace, OriginShares

NOT_STATED = "not stated"
DOES_NOT_APPLY = "does not apply"
NO_STAGE = "(no stage)"
"""The stage of an event that names none."""

MOST_ROWS = 200_000
"""Rows above which places are countries alone, and then all inputs are taken together."""

_By = tuple[str, Callable[[OriginPlace], tuple[str, str]]]
_BY: tuple[_By, ...] = (
    ("country", lambda place: (place.country, place.country)),
    ("site", lambda place: (place.site, place.country)),
    ("owner", lambda place: (place.owner, place.owner_country if place.owner else "")),
)
_NO_PLACE = {NONE: (DOES_NOT_APPLY, ""), UNKNOWN: (UNKNOWN, "")}
"""Name and country of what is no place, whatever it is looked at by."""
"""Name and country of a place, by what it is looked at."""


def provenance(network: Network, traced: OriginShares) -> Table:
    """One row per delivery, input, stage, and country, site or owner with a share in it.

    At most ``MOST_ROWS``, if leaving out sites and owners, and then inputs, is enough.
    """
    parts: list[tuple[np.ndarray, ...]] = []
    names: list[tuple[str, str]] = []
    kinds = _BY if any(p.owner for own in traced.places for p in own) else _BY[:2]
    shown = _shown(network, traced)
    for number, (places, shares) in enumerate(zip(traced.places, traced.shares, strict=True)):
        for by, (_, name_of) in enumerate(kinds):
            found: dict[tuple[str, str], int] = {}
            told = [_NO_PLACE.get(place.country) or name_of(place) for place in places]
            column = [found.setdefault(name, len(found)) for name in told]
            sums = np.zeros((*shares.shape[:2], len(found)))
            for place, to in enumerate(column):
                sums[:, :, to] += shares[:, :, place]
            sums[~shown[:, number]] = 0.0
            drop, which, name = np.nonzero(sums)
            share = sums[drop, which, name]
            parts.append(
                (
                    drop,
                    which,
                    np.full(drop.size, number),
                    np.full(drop.size, by),
                    name + len(names),
                    share,
                )
            )
            names += [(name or NOT_STATED, country) for name, country in found]
    columns = [np.concatenate(own) for own in zip(*parts, strict=True)]
    return _table(network, traced, [kind for kind, _ in kinds], names, _bounded(traced, columns))


def _bounded(traced: OriginShares, columns: list[np.ndarray]) -> list[np.ndarray]:
    """The rows that are told; a sheet has an end, and so has what anybody reads."""
    countries = [kind for kind, _ in _BY].index("country")
    for column, only in ((3, countries), (1, traced.inputs.index(ALL))):
        if len(columns[0]) > MOST_ROWS:
            kept = columns[column] == only
            columns = [own[kept] for own in columns]
    return columns


def _shown(network: Network, traced: OriginShares) -> np.ndarray:
    """Stages that are shown, by delivery: up to the material's own, and any that is stated.

    Where there is none, the row of events without a stage says that nothing is stated.
    """
    stage_of = {row.material: row.stage for row in network.case.materials}
    found = np.zeros((len(traced.drops), len(traced.stages)), dtype=bool)
    for number, (stage, shares) in enumerate(zip(traced.stages, traced.shares, strict=True)):
        found[:, number] = (shares[:, :, 1:] > 0).any(axis=(1, 2))
        for i, drop in enumerate(traced.drops):
            own = stage_of[network.lines[drop.line].material]
            if own in STAGES and stage in STAGES:
                found[i, number] |= STAGES.index(stage) <= STAGES.index(own)
    found[~found.any(axis=1), traced.stages.index("")] = True
    return found


def _table(
    network: Network,
    traced: OriginShares,
    kinds: Sequence[str],
    names: Sequence[tuple[str, str]],
    columns: Sequence[np.ndarray],
) -> Table:
    """The table from its rows in numbers: delivery, input, stage, by, name, share."""
    order = np.lexsort((-columns[5], *columns[3::-1]))
    drop, which, stage, by, name, share = (column[order] for column in columns)
    tonnes = share * np.array([one.tonnes for one in traced.drops])[drop] if drop.size else share
    lines = [network.lines[one.line] for one in traced.drops]
    told = [
        (
            network.calendar.labels[one.period],
            line.name,
            line.customer,
            line.material,
            segment_of(line.segments, one.period),
            rules_of(network, one.line, one.period),
        )
        for one, line in zip(traced.drops, lines, strict=True)
    ]
    number = drop.tolist()
    texts = [[words[number_] for number_ in number] for words in zip(*told, strict=True)]
    stages = [stage_ or NO_STAGE for stage_ in traced.stages]
    return Table(
        result_layouts.PROVENANCE,
        (
            *(texts or [[] for _ in range(6)]),
            [stages[i] for i in stage.tolist()],
            [traced.inputs[i] for i in which.tolist()],
            [kinds[i] for i in by.tolist()],
            [names[i][0] for i in name.tolist()],
            [names[i][1] for i in name.tolist()],
            share.tolist(),
            tonnes.tolist(),
        ),
    )


def rules_of(network: Network, line: int, t: int) -> str:
    """Rules that bind a line in a period."""
    bound = [phase.rule for phase in network.phases if phase.lines.get(line, 0) >> t & 1]
    return "; ".join(dict.fromkeys(bound))


def windows_of(windows: Sequence[tuple[str, int]], t: int) -> tuple[str, int]:
    """Label and periods of the window that a period lies in."""
    return next(window for window in windows if t in members(window[1]))
