"""Files from the web, taken only if they are what they should be."""

import shutil
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from matxai.run.digests import file_digest
from matxai.run.errors import InputError

_TIMEOUT_S = 60


def download(url: str, path: str | Path, sha256: str) -> None:
    """Fetch a file from an http or https address to ``path`` and check its SHA-256 (hexadecimal).

    Raises:
        InputError: It cannot be fetched, or has another digest (`path` is then removed).
    """
    if not url.startswith(("http://", "https://")):
        raise InputError("not a web address", value=url, expected="http:// or https://")
    try:
        with urlopen(url, timeout=_TIMEOUT_S) as response, Path(path).open("wb") as file:  # noqa: S310
            shutil.copyfileobj(response, file)
    except (URLError, OSError) as error:
        raise InputError(
            f"cannot be fetched: {error}",
            file=url,
            fix="check the address and the network, or download by hand and use source: folder",
        ) from error
    digest = file_digest(path)
    if digest != sha256:
        Path(path).unlink()
        raise InputError(
            "the file at this address has another SHA-256 than the configuration states",
            file=url,
            value=digest,
            expected=sha256,
            fix="check the address; change sha256 only if you trust the new file",
        )
