"""The last words of a run."""

import time

from matxai.run.closing import KEY_NUMBER_COLUMNS, closing_lines

ROWS = """\
MAE of CrabNet on power_factor,0.26834,0.25,0.28119,log10
accuracy,0.9,,,
compounds,47737,,,
"""


def test_three_lines_without_a_list_of_files(tmp_path):
    for name in ("composition", "constitutive"):
        (tmp_path / name).mkdir()
    table = tmp_path / "composition" / "key_numbers.csv"
    table.write_text(",".join(KEY_NUMBER_COLUMNS) + "\n" + ROWS, encoding="utf-8")
    done, first, numbers = closing_lines(time.time() - 192, tmp_path, "report.zip")
    assert (done, first) == ("Done in 3 min 12 s.", "Look first at report.zip")
    assert numbers == (
        "Key numbers of composition: MAE of CrabNet on power_factor 0.268 [0.25, 0.281] log10; "
        "accuracy 0.9; compounds 47,737"
    )
