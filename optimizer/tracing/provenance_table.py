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
from optimizer.tracing.composition import ALL_INPUTS
from optimizer.tracing.origin_shares import OriginPlace, OriginShares

PLACE_NOT_STATED = "not stated"
STAGE_DOES_NOT_APPLY = "does not apply"
NO_STAGE_NAME = "(no stage)"
"""Name shown for a blank stage."""

MAX_PROVENANCE_ROWS = 200_000
"""Rows above which sites and owners are left out, and then the single inputs.

A sheet of Excel has 1,048,576 rows; far fewer are readable.
"""

_PlaceName = tuple[str, Callable[[OriginPlace], tuple[str, str]]]
_PLACE_NAMES: tuple[_PlaceName, ...] = (
    ("country", lambda place: (place.country, place.country)),
    ("site", lambda place: (place.site, place.country)),
    ("owner", lambda place: (place.owner, place.owner_country if place.owner else "")),
)
_NO_PLACE = {NONE: (STAGE_DOES_NOT_APPLY, ""), UNKNOWN: (UNKNOWN, "")}
"""Name and country of the values of ``country`` that are not places."""


def provenance(network: Network, traced: OriginShares) -> Table:
    """One row per delivery, input, stage, and country, site or owner with a share.

    Above ``MAX_PROVENANCE_ROWS`` sites and owners are left out, and then the single inputs.
    """
    parts: list[tuple[np.ndarray, ...]] = []
    names: list[tuple[str, str]] = []
    kinds = (
        _PLACE_NAMES
        if any(place.owner for values in traced.places for place in values)
        else _PLACE_NAMES[:2]
    )
    shown = _shown_stages(network, traced)
    for number, (places, shares) in enumerate(zip(traced.places, traced.shares, strict=True)):
        for by, (_, name_of) in enumerate(kinds):
            columns_of_name: dict[tuple[str, str], int] = {}
            named = [_NO_PLACE.get(place.country) or name_of(place) for place in places]
            column = [columns_of_name.setdefault(name, len(columns_of_name)) for name in named]
            sums = np.zeros((*shares.shape[:2], len(columns_of_name)))
            for place, to in enumerate(column):
                sums[:, :, to] += shares[:, :, place]
            sums[~shown[:, number]] = 0.0
            delivery, which, name = np.nonzero(sums)
            share = sums[delivery, which, name]
            parts.append(
                (
                    delivery,
                    which,
                    np.full(delivery.size, number),
                    np.full(delivery.size, by),
                    name + len(names),
                    share,
                )
            )
            names += [(name or PLACE_NOT_STATED, country) for name, country in columns_of_name]
    columns = [np.concatenate(values) for values in zip(*parts, strict=True)]
    return _table(
        network, traced, [kind for kind, _ in kinds], names, _limited_rows(traced, columns)
    )


def _limited_rows(traced: OriginShares, columns: list[np.ndarray]) -> list[np.ndarray]:
    """The rows within the limit, if leaving out details is enough."""
    countries = [kind for kind, _ in _PLACE_NAMES].index("country")
    for column, only in ((3, countries), (1, traced.inputs.index(ALL_INPUTS))):
        if len(columns[0]) > MAX_PROVENANCE_ROWS:
            retained = columns[column] == only
            columns = [values[retained] for values in columns]
    return columns


def _shown_stages(network: Network, traced: OriginShares) -> np.ndarray:
    """Stages shown, by delivery: all up to the material's own, and any other that is stated.

    If there is none, the blank stage is shown: it says that nothing is stated.
    """
    stage_of = {row.material: row.stage for row in network.case.materials}
    shown = np.zeros((len(traced.deliveries), len(traced.stages)), dtype=bool)
    for number, (stage, shares) in enumerate(zip(traced.stages, traced.shares, strict=True)):
        shown[:, number] = (shares[:, :, 1:] > 0).any(axis=(1, 2))
        for i, delivery in enumerate(traced.deliveries):
            material_stage = stage_of[network.lines[delivery.line].material]
            if material_stage in STAGES and stage in STAGES:
                shown[i, number] |= STAGES.index(stage) <= STAGES.index(material_stage)
    shown[~shown.any(axis=1), traced.stages.index("")] = True
    return shown


def _table(
    network: Network,
    traced: OriginShares,
    kinds: Sequence[str],
    names: Sequence[tuple[str, str]],
    columns: Sequence[np.ndarray],
) -> Table:
    """The table from columns of indices: delivery, input, stage, by, name, and share."""
    order = np.lexsort((-columns[5], *columns[3::-1]))
    delivery, which, stage, by, name, share = (column[order] for column in columns)
    tonnes = share * np.array([one.tonnes for one in traced.deliveries] or [0.0])[delivery]
    lines = [network.lines[one.line] for one in traced.deliveries]
    named = [
        (
            network.calendar.labels[one.period],
            line.name,
            line.customer,
            line.material,
            segment_of(line.segments, one.period),
            rules_of(network, one.line, one.period),
        )
        for one, line in zip(traced.deliveries, lines, strict=True)
    ]
    indices = delivery.tolist()
    texts = [[words[i] for i in indices] for words in zip(*named, strict=True)]
    stages = [name_ or NO_STAGE_NAME for name_ in traced.stages]
    return Table(
        result_layouts.PROVENANCE_LAYOUT,
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
