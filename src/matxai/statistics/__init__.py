"""Metrics, their uncertainty and their significance, for rows that come in groups.

Every number that the lines report with an interval comes from here, so that a 95 % interval always stands in the
columns ``ci_low`` and ``ci_high`` beside its value, and is taken over whole groups wherever rows depend on each other.

- `estimate`: ``Estimate``, a value with its interval; ``normal_estimate``.
- `bootstrap`: ``Resamples``, draws of groups; ``mean_interval``, ``quantile_interval``.
- `regression`: ``mae``, ``rmse``, ``r2``, ``score``, ``r2_interval``.
- `classification`: ``class_scores``, ``class_curves``.
- `paired`: ``paired_differences`` of two models on the same rows.
- `calibration`: ``laplace_coverage``, ``reliability``, ``wilson``.
- `correlation`: ``correlations`` (a table of everything below), ``pearson``, ``correlation_draws``, ``fisher_interval``.
- `significance`: ``Permutations`` of groups within blocks, ``permutation_test``, ``false_discovery``.
"""
