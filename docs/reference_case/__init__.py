"""``docs/reference-case.md``, made from solves: ``python -m docs.reference_case``.

``runs`` says what is solved, ``solving`` solves it, ``base_plan`` adds up the plan itself,
``origins`` where its inputs are from and ``run_figures`` each run, ``reasons`` says why a system
does not move the plan, ``page`` fills ``template.md``. The outcomes are kept in ``figures.json``,
so that a test can compare them with a fresh solve.
"""
