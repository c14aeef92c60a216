"""Metrics, their uncertainty and their significance, for rows that come in groups.

Every interval that the lines report comes from here: in every table its 95 % ends are the columns
``ci_low`` and ``ci_high`` beside the value, and it is taken over whole groups wherever rows depend on
each other.

- Intervals: `estimate.Estimate`, `bootstrap.Resamples` (draws of groups).
- Metrics: `regression`, `classification`, `calibration`.
- Association: `correlation.correlations` (also of ranks, and partial), `significance.permutation_test`,
  `significance.false_discovery`.
"""
