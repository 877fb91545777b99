"""How fast the product is, beside the least that any program would need.

``python -m tests.benchmarks`` measures, ``docs/performance.md`` shows what came out.
"""
