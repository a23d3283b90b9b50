"""Objects in a store (S3, what speaks like it, a folder): put, got back, deleted. The only module that knows obstore.

An object is named by the sha256 of its bytes and never overwritten. What a store asks for besides its URL is taken from
the environment, as its other clients do: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_REGION.
"""

import asyncio
import contextlib
import importlib
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection

from storage.errors import ArchiveError

AT_HAND_BYTES = 8 * 1024 * 1024  # of objects that were read last; chains are read again and again
_TRIES: dict[str, Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_TIMES = {"timeout": "90s", "connect_timeout": "5s"}  # all of a batch go up at once, on a slow line too


class StoreError(ArchiveError):
    """The store does not do what it is asked. The message names it and says what to do; it holds no secret."""


class ObjectLostError(ArchiveError):
    """An object is not in its store, or is not what its name says."""


class ObjectStore:
    """One store, by its URL: `s3://bucket/prefix`, or `file:///folder` for a disk of another kind.

    Raises StoreError if it cannot be one; nothing is asked of it yet.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None
        if self._folder is not None and not self._folder.is_dir():
            raise StoreError(f"{url}: no such folder: make it, or mount what belongs there")
        try:
            self._obstore = importlib.import_module("obstore")
            faults = importlib.import_module("obstore.exceptions")
            self._refusals = faults.PermissionDeniedError, faults.UnauthenticatedError
            self._is_there: type[Exception] = faults.AlreadyExistsError
            self._store = importlib.import_module("obstore.store").from_url(self.url, **self._manner())
        except ModuleNotFoundError as error:
            raise StoreError(f"{error.name} is not installed: pip install 'chronik[objects]'") from error
        except Exception as error:
            raise StoreError(f"{url} is no store: write s3://bucket/prefix or file:///folder") from error

    def _manner(self) -> dict[str, Any]:
        if self._folder is not None:
            return {}
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        return {"retry_config": _TRIES, "client_options": {**_TIMES, "allow_http": plain}}

    def put(self, objects: Sequence[bytes]) -> list[str]:
        """Keep these, all at the same time; returns their names. They survive a power cut then. Raises ArchiveError."""
        return asyncio.run(self._put_all(objects))  # threads of a pool would keep a process from ending

    async def _put_all(self, objects: Sequence[bytes]) -> list[str]:
        return await asyncio.gather(*map(self._put, objects))

    async def _put(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        try:
            with self._faults_told():
                await self._obstore.put_async(self._store, _path(name), data, mode="create")
        except FileExistsError:
            self.get(name)
        except FileNotFoundError as error:
            raise StoreError(f"{self.url} is not there: make it") from error
        if self._folder is not None:
            _make_last(self._folder / _path(name))
        return name

    def get(self, name: str) -> bytes:
        """The bytes of that name. Raises StoreError, ObjectLostError."""
        try:
            with self._faults_told():
                data = bytes(self._obstore.get(self._store, _path(name)).bytes())
        except FileNotFoundError as error:
            raise ObjectLostError(f"{self.url} has no object {name} (any more): restore it there") from error
        if sha256(data).hexdigest() != name:
            raise ObjectLostError(f"object {name} in {self.url} is not what its name says: restore it there")
        return data

    def delete(self, name: str) -> None:
        """Forget the bytes of that name, if they are there. Raises StoreError."""
        with contextlib.suppress(FileNotFoundError), self._faults_told():
            self._obstore.delete(self._store, _path(name))

    def names(self) -> Iterator[tuple[str, int]]:
        """The names of all objects there, whoever put them, and how many bytes each has. Raises StoreError."""
        with contextlib.suppress(FileNotFoundError), self._faults_told():
            for batch in self._obstore.list(self._store):
                yield from ((each["path"].replace("/", ""), int(each["size"])) for each in batch)

    @contextlib.contextmanager
    def _faults_told(self) -> Iterator[None]:
        """What the store itself answers is not shown: it may quote the request, and who asked."""
        try:
            yield
        except self._is_there as error:
            raise FileExistsError from error
        except FileNotFoundError:
            raise
        except self._refusals as error:
            raise StoreError(f"{self.url} {_REFUSED}") from error
        except OSError as error:
            raise StoreError(f"{self.url}: {error.strerror or 'the disk fails'}: mend that") from error
        except Exception as error:
            raise StoreError(f"{self.url} {_told(str(error))}") from error


_REFUSED = "does not let us in: look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what that key may do"


def _told(fault: str) -> str:
    if "169.254.169.254" in fault or "metadata" in fault:  # where obstore asks when it finds no key
        return "asks for a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    if " 403 " in fault or " 401 " in fault:  # a refused list is not told from other faults
        return _REFUSED
    return "cannot be reached: look at the network, AWS_ENDPOINT_URL and AWS_REGION"


def _path(name: str) -> str:
    """Two levels: a folder of a million files is slow."""
    return f"{name[:2]}/{name[2:]}"


def _make_last(file: Path) -> None:
    for path in (file, file.parent, file.parent.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Shelf:
    """Stores that are open, and the objects that were read last. For one thread."""

    def __init__(self) -> None:
        self._stores: dict[str, ObjectStore] = {}
        self._at_hand: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    @classmethod
    def of(cls, connection: Connection) -> "Shelf":
        """The one that belongs to a connection, and lasts as long as it is open."""
        shelf: Shelf = connection.info.setdefault("shelf", cls())
        return shelf

    def store(self, url: str) -> ObjectStore:
        """The store of that URL. Raises StoreError."""
        if url not in self._stores:
            self._stores[url] = ObjectStore(url)
        return self._stores[url]

    def object(self, url: str, name: str) -> bytes:
        """An object, read unless it is at hand. Raises StoreError, ObjectLostError."""
        if (data := self._at_hand.pop(name, None)) is None:
            data = self.store(url).get(name)
            self._size += len(data)
        self._at_hand[name] = data
        while self._size > AT_HAND_BYTES and len(self._at_hand) > 1:
            _, forgotten = self._at_hand.popitem(last=False)
            self._size -= len(forgotten)
        return data
