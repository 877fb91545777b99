"""A linear programme written row by row, with named variables."""

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix


class Programme:
    """Minimise offset + cost * x over lower <= rows * x <= upper.

    A variable is any hashable name; it is made when it is first asked for.
    """

    def __init__(self):
        self.index, self.cost, self.lower, self.upper, self.whole = {}, [], [], [], []
        self.rows, self.offset = [], 0.0
        self.values = None

    def variable(self, *name, cost=0.0, lower=0.0, upper=math.inf, whole=False):
        """A new variable; its column number."""
        assert name not in self.index, name
        self.index[name] = len(self.cost)
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return self.index[name]

    def row(self, terms, lower=-math.inf, upper=math.inf):
        """lower <= sum of coefficient * variable <= upper; terms are pairs or a dict."""
        if lower == -math.inf and upper == math.inf:
            return
        total = {}
        for column, coefficient in terms.items() if isinstance(terms, dict) else terms:
            total[column] = total.get(column, 0.0) + coefficient
        self.rows.append((total, lower, upper))

    def solve(self):
        """The least value, None if no point meets all rows; `values` holds the point by name."""
        rows = [(terms, low, high) for terms, low, high in self.rows if terms]
        slack = 1e-9
        if any(low > slack or high < -slack for terms, low, high in self.rows if not terms):
            return None
        if not self.cost:
            return self.offset
        entries = [(i, j, a) for i, (terms, _, _) in enumerate(rows) for j, a in terms.items()]
        constraints = []
        if rows:
            i, j, a = zip(*entries, strict=False)
            matrix = csr_matrix((a, (i, j)), shape=(len(rows), len(self.cost)))
            constraints = [
                LinearConstraint(matrix, [row[1] for row in rows], [row[2] for row in rows])
            ]
        found = milp(
            np.array(self.cost),
            constraints=constraints,
            integrality=np.array(self.whole),
            bounds=Bounds(self.lower, self.upper),
            # With presolve the HiGHS in SciPy 1.17.1 calls a plan optimal that is not: test_oracle
            # has the workbook.
            options={"mip_rel_gap": 0.0, "presolve": not any(self.whole)},
        )
        if found.status == 2:
            return None
        if found.status != 0:
            raise ArithmeticError(f"no optimum: {found.message}")
        self.values = dict(zip(self.index, found.x, strict=False))
        return float(found.fun) + self.offset
