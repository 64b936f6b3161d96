# SPDX-License-Identifier: MIT
"""A drop folder for tests, and short ways to ask what comes out of it."""

from humeops.daemon import quarantine
from humeops.daemon.dropfolder import DropFolder
from tests.unit.daemon.sayings import next_id


class Folder:
    """A drop folder in a temporary folder, and a short way to ask what comes out of it."""

    def __init__(self, path):
        self.path = path
        self.reader = DropFolder(path)

    def take(self):
        return list(self.reader.read(self.reader.names()))

    def put(self, content, name=None):
        path = self.path / (name or f"{next_id()}.hume")
        path.write_bytes(content)
        return path

    def aside(self):
        return sorted(path.name for path in (self.path / quarantine.NAME).iterdir())
