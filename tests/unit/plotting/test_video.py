"""Frames in, a video out that every browser plays: decoded again and compared."""

import re
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from matxai.plotting import video
from matxai.plotting.video import VideoError, write_video


def frames(count=4, height=64, width=96):
    """Blocks of colour that differ in every frame and corner."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, size=(count, height // 16, width // 16, 3), dtype=np.uint8)
    return blocks.repeat(16, axis=1).repeat(16, axis=2)


def described(path):
    done = (
        subprocess.run(  # no output asked for: ffmpeg describes the input and leaves with an error
            [get_ffmpeg_exe(), "-hide_banner", "-i", path],
            capture_output=True,
            text=True,
            check=False,
        )
    )
    return done.stderr


def test_what_is_decoded_is_what_was_written_in_its_order(tmp_path):
    given = frames()
    assert write_video(iter(given), tmp_path / "a.mp4", 5) == 4
    raw = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", tmp_path / "a.mp4", "-f", "rawvideo", "-pix_fmt",
         "rgb24", "-"], capture_output=True, check=True,
    ).stdout  # fmt: skip
    found = np.frombuffer(raw, dtype=np.uint8).reshape(given.shape).astype(int)
    inner = found[:, 8::16, 8::16]  # colours run together at the edges of blocks
    assert np.abs(inner - given[:, 8::16, 8::16]).max() <= 6


def test_a_browser_can_play_it(tmp_path):
    write_video(frames(), tmp_path / "a.mp4", Fraction(1, 2))
    text = described(tmp_path / "a.mp4")
    assert re.search(r"Video: h264 .*yuv420p\(tv, bt709, progressive\), 96x64.* 0\.50? fps", text)
    assert "Duration: 00:00:08.00" in text
    content = (tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        write_video(frames(), tmp_path / name, 15)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "at least one frame"),
        (frames(height=64, width=96)[:, :63], "even sizes, its frames have 96 x 63"),
        ([frames()[0], frames()[0, :62]], r"uint8 \(62, 96, 3\), expected uint8 \(64, 96, 3\)"),
        (frames().astype(float), "a frame is float64"),
        (frames()[..., 0], "with 3 colours last"),
    ],
)
def test_frames_that_cannot_be_encoded_are_named(tmp_path, given, message):
    with pytest.raises(ValueError, match=message):
        write_video(given, tmp_path / "a.mp4", 5)


def test_what_ffmpeg_said_is_in_the_error(tmp_path, monkeypatch):
    with pytest.raises(VideoError, match="No such file or directory"):
        write_video(frames(), tmp_path / "absent" / "a.mp4", 5)
    monkeypatch.setattr(video, "get_ffmpeg_exe", lambda: "true")  # ends well, takes nothing
    with pytest.raises(VideoError, match="it said nothing"):
        write_video(frames(400, 320, 320), tmp_path / "a.mp4", 5)


def test_an_error_between_frames_passes_and_ends_ffmpeg(tmp_path):
    def broken():
        yield frames()[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_video(broken(), tmp_path / "a.mp4", 5)
