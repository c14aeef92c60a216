"""A download through the real workflow: what makes Snakemake fetch a file again."""

import hashlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from tests.project import copy_project

pytestmark = pytest.mark.e2e

CONTENT = b"formula,target\nFeO,1\n"


@pytest.fixture
def address(tmp_path):
    """A server on this machine that has the file under any name."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "table.csv").write_bytes(CONTENT)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)
    )
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/table.csv"
    server.shutdown()


def test_another_address_of_the_same_file_is_no_reason_to_fetch_it_again(address, tmp_path):
    digest = hashlib.sha256(CONTENT).hexdigest()
    parts = [
        f"      {part}: {{url: {address}, sha256: {digest}}}" for part in ("train", "val", "test")
    ]
    project = copy_project(tmp_path, "web.yaml")
    (tmp_path / "web.yaml").write_text(
        "\n".join(["composition:", "  datasets:", "    web:", "      source: download", *parts, ""])
    )
    file = f"data/downloads/{digest}.csv"
    project.snakemake(file)
    assert (tmp_path / file).read_bytes() == CONTENT
    with project.edit("web.yaml", address, "http://mirror.invalid/table.csv"):
        assert project.stale(file) == set()
    # The workflow does see what else changed.
    with project.edit(
        "workflow/scripts/composition/download_composition_table.py",
        "download(",
        "print(), download(",
    ):
        assert project.stale(file) == {"download_composition_table"}
