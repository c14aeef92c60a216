"""A change of the training code re-runs the trainings; analyses use their networks without it."""

from tests.project import REPOSITORY

from matxai.run.provenance.imports import reached_modules


def test_only_trainings_reach_the_training_loop():
    reaching = {
        script.stem
        for script in (REPOSITORY / "workflow/scripts").glob("*/*.py")
        if "matxai.learning.loop" in reached_modules(script, [REPOSITORY / "src"])
    }
    assert reaching == {"train_crabnet", "train_surrogate", "train_recurrent"}
