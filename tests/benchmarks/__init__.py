"""How fast the product is, compared with the least that any program needs.

``python -m tests.benchmarks`` measures, ``docs/performance.md`` shows the results.
"""
