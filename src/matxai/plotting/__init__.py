"""Figures that any line of analysis can draw, and the parts that they are made of.

A function that draws takes a table or arrays, returns its figure and saves nothing. What the rows are
(compounds, images) is a word that the line passes on.

- `style`: widths, colours and fonts; ``styled``, ``save``, ``empty_figure``, ``require_columns``.
- `quantities`: ``axis_label`` of the quantities that lines share; a line adds those of its own.
- Parts: `heat_map`, `intervals` (marks, bars and curves with intervals), `image_grid`, `periodic_table`,
  `point_map` (also as a page), `page` (HTML of an interactive figure, heat maps), `video`.
- Figures of a training and its evaluation: `history`, `accuracy`, `regression`, `classification`.
"""
