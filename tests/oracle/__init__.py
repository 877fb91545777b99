"""An independent, deliberately naive reference of the workbook's meaning.

It shares no code with the optimizer: it enumerates every provenance class and
every customs origin for every site, material and period, and solves one plain
LP or MILP. Slow, and easy to check by eye. Scenarios are not covered.
"""
