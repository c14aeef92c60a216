"""Metrics, their uncertainty and their significance, for rows that come in groups.

Every interval that the lines report comes from here: in every table its 95 % ends are the columns
``ci_low`` and ``ci_high`` beside the value, and it is taken over whole groups wherever rows depend on
each other.

- `estimate`: ``Estimate``, a value with its interval; ``normal_estimate``.
- `bootstrap`: ``Resamples``, draws of groups; ``mean_interval``, ``quantile_interval``.
- `regression`: ``mae``, ``rmse``, ``r2``, ``score``, ``r2_interval``.
- `classification`: ``class_scores``, ``class_curves``.
- `paired`: ``paired_differences`` of two models on the same rows.
- `calibration`: ``laplace_coverage``, ``reliability``, ``wilson``.
- `correlation`: ``correlations`` (a table with intervals and p), ``pearson``, ``correlation_draws``,
  ``fisher_interval``.
- `significance`: ``Permutations`` of groups within blocks, ``permutation_test``, ``false_discovery``.
"""
