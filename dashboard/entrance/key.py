"""The secret behind link and cookies: a file that only its owner may read, so that both survive a restart."""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

_BITS_FOR_OTHERS = 0o077
_SECRET_BYTES = 32
_SHORTEST = 32
_LONGEST = 4096


class KeyFileError(Exception):
    """The secret can be neither read nor made: one line saying what, where, and what to do."""


class Key:
    """What one secret opens; from neither of the two follows the other."""

    def __init__(self, secret: str) -> None:
        """`secret` is what the file holds."""
        self._secret = secret.encode()

    @property
    def link_token(self) -> str:
        """What the link that the terminal prints ends with."""
        return self._derived("link")

    @property
    def cookie_secret(self) -> str:
        """What cookies are signed with."""
        return self._derived("cookies")

    def _derived(self, purpose: str) -> str:
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).hexdigest()


class KeyFile:
    """The file; one that was replaced is noticed, and ends every session."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet. The folder must be there."""
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._key: Key | None = None

    def key(self) -> Key:
        """Return the secret; makes it where there is none, or where others could have read it.

        Raises:
            KeyFileError: It can be neither read nor made.
        """
        try:
            found = self._stat()
            if found is None:
                self._make()
            elif found.st_mode & _BITS_FOR_OTHERS:
                self._path.unlink()  # whoever could read it knows it
                self._make()
            return self._read()
        except OSError as error:
            raise KeyFileError(
                f"The secret of sign-in cannot be kept in {self._path} ({error.strerror or error}): "
                "make its folder writable, or name another file in [sign_in] key_file."
            ) from error

    def renew(self) -> Key:
        """Make another secret: the link and every session of before open nothing any more.

        Raises:
            KeyFileError: It cannot be made.
        """
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise KeyFileError(f"{self._path} cannot be replaced ({error.strerror or error}).") from error
        return self.key()

    def _stat(self) -> os.stat_result | None:
        try:
            found = self._path.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise KeyFileError(f"{self._path} is no file of this user's: remove it, or name another one.")
        return found

    def _make(self) -> None:
        """Write it whole beside its place, then put it there, unless another process has just done so."""
        beside = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write(f"{secrets.token_urlsafe(_SECRET_BYTES)}\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.link(beside, self._path)
        except FileExistsError:
            pass  # the other one's counts
        finally:
            beside.unlink()

    def _read(self) -> Key:
        with os.fdopen(os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW), encoding="ascii") as stream:
            now = os.fstat(stream.fileno())
            seen = (now.st_ino, now.st_mtime_ns, now.st_size)
            if self._key is not None and seen == self._seen:
                return self._key
            if now.st_mode & _BITS_FOR_OTHERS:
                raise KeyFileError(f"Others can read {self._path}: keep it where `chmod 600` has an effect.")
            try:
                secret = stream.read(_LONGEST).strip()
            except UnicodeDecodeError:
                secret = ""
        if len(secret) < _SHORTEST:
            raise KeyFileError(f"{self._path} holds no secret: remove it, and another one is made.")
        self._key, self._seen = Key(secret), seen
        return self._key
