"""Videos from frames in memory: raw pixels into a pipe, H.264 out of it, no picture files between.

The ffmpeg binary is the one that imageio-ffmpeg ships. The same frames give the same bytes on one machine.
"""

import subprocess
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped]
from numpy.typing import NDArray

Frame = NDArray[np.uint8]

_LAST_LINES = 8
# One thread, no date, no version of the muxer: repeatable bytes. BT.709 is stated and used: a player that
# has to guess shifts the colours. yuv420p and the index in front are what browsers ask for.
_COLOURS = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
_CODING = (
    *("-an", "-vf", _COLOURS, "-c:v", "libx264", "-preset", "veryfast", "-crf", "18"),
    *("-pix_fmt", "yuv420p", "-threads", "1", "-movflags", "+faststart"),
    *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "mp4"),
)


class VideoError(RuntimeError):
    """ffmpeg could not encode; the message ends with its last lines."""


def write_video(frames: Iterable[Frame], path: str | Path, rate: Fraction | int) -> int:
    """Encode ``frames`` (height, width, 3; RGB, even sizes, all of one size) at ``rate`` frames a second.

    Returns the number of frames. Raises ValueError where there is no frame, or one of another size or type,
    or an odd size, and VideoError where ffmpeg failed.
    """
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise ValueError("a video needs at least one frame")
    height, width = _checked(first, first.shape)[:2]
    if height % 2 or width % 2:
        raise ValueError(f"a video needs even sizes, its frames have {width} x {height} pixels")
    command = [get_ffmpeg_exe(), "-y", "-nostdin", "-loglevel", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}"]
    command += ["-framerate", str(Fraction(rate)), "-i", "pipe:0", *_CODING, str(path)]
    with tempfile.TemporaryFile() as log:  # a pipe could fill up while frames are written
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log)
        assert process.stdin is not None
        count = 0
        try:
            for frame in chain([first], frames):
                _checked(frame, first.shape)
                process.stdin.write(np.ascontiguousarray(frame).data)
                count += 1
            process.stdin.close()
        except BrokenPipeError:
            taken = False
        except BaseException:
            process.kill()
            process.wait()
            raise
        else:
            taken = True
        if process.wait() or not taken:
            log.seek(0)
            lines = log.read().decode(errors="replace").splitlines()[-_LAST_LINES:]
            said = "\n".join(lines) or "(it said nothing)"
            raise VideoError(f"ffmpeg failed with {path}:\n{said}")
    return count


def _checked(frame: Frame, shape: tuple[int, ...]) -> tuple[int, ...]:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.shape != shape:
        raise ValueError(
            f"a frame is {frame.dtype} {frame.shape}, expected uint8 {shape} with 3 colours last"
        )
    return frame.shape
