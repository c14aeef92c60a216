"""Several GPUs: jobs side by side hold one each."""

import pytest
import torch

from matxai.run.device import granted_device


@pytest.fixture
def gpus(monkeypatch, tmp_path):
    monkeypatch.delenv("MATXAI_DEVICE", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))

    def have(count):
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)

    return have


def test_a_single_gpu_is_not_numbered(gpus):
    gpus(1)
    with granted_device() as first, granted_device() as second:
        assert (first, second) == ("cuda", "cuda")


def test_jobs_hold_different_gpus_and_give_them_back(gpus):
    gpus(2)
    with granted_device() as first, granted_device() as second, granted_device() as third:
        assert (first, second) == ("cuda:0", "cuda:1")
        assert third == "cuda"  # none is left: the first is shared
    with granted_device() as again:
        assert again == "cuda:0"


def test_a_gpu_is_known_by_its_name_on_the_machine(gpus, monkeypatch):
    gpus(2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    with granted_device() as first:
        assert first == "cuda:0"
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,2")
        with granted_device() as second, granted_device() as third:
            assert (second, third) == ("cuda:0", "cuda")  # its number 0 is 3, its number 1 is held


def test_a_chosen_device_is_taken_as_it_is(gpus, monkeypatch):
    gpus(2)
    monkeypatch.setenv("MATXAI_DEVICE", "cuda:1")
    with granted_device() as first, granted_device() as second:
        assert (first, second) == ("cuda:1", "cuda:1")
