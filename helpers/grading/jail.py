"""A jail for a process: files, network, processes and limits of its own, made by Linux.

It is what `bubblewrap` does for a program, done by a process for itself. So a process that has
imported TensorFlow already can be forked first and jailed then.

Inside there is a small file system in memory, in which Python, the installed packages and the
system's libraries can be read, and one folder be written. Nothing else of this machine's files is
there: no notebook, no gradebook, no other process, no network. What a process has not got it
cannot get: no privileges, no namespaces of its own, none of the system calls that programs like
these do not need.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import resource
import signal
import struct
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HOME", "JailError", "Limits", "enter", "why_not"]

#: The folder that can be written, inside.
HOME = Path("/student")
MIB = 2**20
_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_NOSUID, _NODEV, _NOEXEC, _REC, _BIND, _PRIVATE = 2, 4, 8, 16384, 4096, 1 << 18
_DETACH = 2
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_PDEATHSIG, _NO_NEW_PRIVS, _SECCOMP = 1, 38, 22
_FIRST_USER, _USERS = 200_000, 50_000  # ids that no system gives to somebody
#: What programs read of the system, where it is there.
_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/fonts",
    "/etc/group", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime",
    "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/sys/devices/system/cpu",
)  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom")


class JailError(OSError):
    """The jail cannot be made, or not be made safe."""


@dataclass(frozen=True)
class Limits:
    """What a jailed process, with all that it starts, may use.

    Attributes
    ----------
    memory : int
        Bytes of data for each process, beyond those that it has when it is jailed.
    disk : int
        Bytes of all files together. They lie in memory.
    files : int
        Number of files, and of open files in a process.
    processes : int
        Number of processes and threads.
    seconds : int
        Processor time of each process.
    """

    memory: int = 2048 * MIB
    disk: int = 256 * MIB
    files: int = 2000
    processes: int = 256
    seconds: int = 600


@functools.cache
def why_not() -> str | None:
    """Return why no jail can be made here, or None if it can: one is made to find out."""
    if sys.platform != "linux":
        return f"only Linux can make it, and this is {platform.system()}"
    if platform.machine() not in _CALLS:
        return f"it does not know the system calls of {platform.machine()}"
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            enter(Limits())
            os.write(writing, b"jailed")
        except OSError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return None if told == "jailed" else told or "the process that tried it died"


def enter(limits: Limits, hide: Iterable[Path] = (), tell: int | None = None) -> None:
    """Jail this process, or rather a child of it, in which this function returns.

    The process itself stays outside, waits for its child, and ends with it; it never returns. It
    must have one thread only.

    Parameters
    ----------
    limits : Limits
        What the process inside may use.
    hide : iterable of Path
        Folders that must not be seen, even where a folder that can be read contains them.
    tell : int, optional
        A file descriptor to which the process outside writes the id of the one inside, as text.

    Raises
    ------
    JailError
        With what could not be done. The process is not to be used then.
    """
    root = os.geteuid() == 0
    user, group = os.geteuid(), os.getegid()
    _die_with_parent()
    flags = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET | (0 if root else _NEWUSER)
    _do("unshare", flags)
    if not root:
        maps = {"uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, text in {"setgroups": "deny", **maps}.items():
            Path("/proc/self", name).write_text(text)
    number = os.getpid()
    child = os.fork()
    if child:
        _wait_outside(child, tell)
    _die_with_parent()
    os.setsid()
    # Each jail is a user of its own, so that the system counts its processes for itself.
    user, group = (_FIRST_USER + number % _USERS,) * 2 if root else (user, group)
    _limit(limits)
    _build(limits, list(hide), user, group)
    if root:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        _die_with_parent()  # the system forgets it when the user changes
    _drop_capabilities()
    _do("prctl", _NO_NEW_PRIVS, 1, 0, 0, 0)
    _filter_calls()
    os.umask(0o077)
    os.chdir(HOME)


def _do(name: str, *arguments: object) -> None:
    """Call a function of the C library, or a system call by its number, or raise JailError."""
    library = ctypes.CDLL(None, use_errno=True)
    if name == "unshare" or name in ("mount", "umount2", "prctl"):
        result = getattr(library, name)(*arguments)
    else:
        result = library.syscall(_NUMBERS[platform.machine()][name], *arguments)
    if result != 0:
        code = ctypes.get_errno()
        shown = " ".join(a.decode() for a in arguments if isinstance(a, bytes))
        raise JailError(code, f"{name} {shown}".strip() + f": {os.strerror(code)}")


def _die_with_parent() -> None:
    _do("prctl", _PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _wait_outside(child: int, tell: int | None) -> None:
    """Wait for the process inside, and end as it did."""
    if tell is not None:
        os.write(tell, str(child).encode())
    os.closerange(0, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


# -- files ---------------------------------------------------------------------------------------


def _build(limits: Limits, hide: list[Path], user: int, group: int) -> None:
    """Make the files that are seen inside, and forget all others."""
    new = _mount_point()
    _mount("none", Path("/"), flags=_REC | _PRIVATE)
    _mount("tmpfs", new, "tmpfs", _NOSUID | _NODEV, "mode=755,size=4m")
    _show(new, hide)
    _mount("proc", _folder(new / "proc"), "proc", _NOSUID | _NODEV | _NOEXEC)
    home = _folder(new / HOME.relative_to("/"))
    _mount("tmpfs", home, "tmpfs", _NOSUID | _NODEV, f"size={limits.disk},nr_inodes={limits.files}")
    for path in (home, home / ".tmp", home / ".shm"):
        path.mkdir(mode=0o700, exist_ok=True)
        os.chown(path, user, group)
        path.chmod(0o700)
    _mount(str(home / ".tmp"), _folder(new / "tmp"), flags=_BIND)
    for name in _DEVICES:
        place = _folder(new / "dev") / name
        place.touch()
        _mount(f"/dev/{name}", place, flags=_BIND)
    _mount(str(home / ".shm"), _folder(new / "dev/shm"), flags=_BIND)
    os.symlink("/proc/self/fd", new / "dev/fd")
    os.chdir(new)
    _do("pivot_root", b".", b".")
    _do("umount2", b".", _DETACH)
    _set_attributes(Path("/"), _ATTR_RDONLY | _ATTR_NOSUID)


def _mount_point() -> Path:
    """Return an empty folder for all jails; each covers it for itself alone."""
    place = Path(tempfile.gettempdir(), f"jail-{os.geteuid()}")
    place.mkdir(mode=0o700, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise JailError(errno.EPERM, f"{place} belongs to somebody else: remove it")
    return place


def _show(new: Path, hide: list[Path]) -> None:
    """Let folders and files be read, but for what is to be hidden."""
    hidden = {path.resolve() for path in hide}
    shown = {Path(path) for path in (*_SYSTEM, sys.base_prefix, sys.prefix, *_packages())}
    covered: list[Path] = []
    for path in sorted(shown | hidden, key=lambda path: len(path.parts)):
        place = new / path.relative_to("/")
        above = [other for other in covered if path.is_relative_to(other)]
        seen = bool(above) and above[-1] not in hidden
        if path in hidden:
            if seen and path.is_dir():
                _mount("tmpfs", place, "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m")
                covered.append(path)
        elif path.is_symlink() and not seen:
            _folder(place.parent)
            os.symlink(os.readlink(path), place)
        elif path.exists() and not seen:
            if path.is_dir():
                _folder(place)
            else:
                _folder(place.parent)
                place.touch()
            _mount(str(path), place, flags=_BIND | _REC)
            _set_attributes(place, _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, _AT_RECURSIVE)
            covered.append(path)
    for path in hidden & set(covered):
        _set_attributes(new / path.relative_to("/"), _ATTR_RDONLY)


def _packages() -> list[Path]:
    """Return the folders of modules, and of this package where it lies outside of them."""
    import helpers

    places = [Path(place) for place in sys.path if place.endswith("-packages")]
    return [*places, Path(helpers.__file__).resolve().parent]


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return path


def _mount(what: str, place: Path, kind: str = "none", flags: int = 0, options: str = "") -> None:
    _do(
        "mount", what.encode(), bytes(place), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )


def _set_attributes(place: Path, attributes: int, how: int = 0) -> None:
    packed = struct.pack("QQQQ", attributes, 0, 0, 0)
    _do("mount_setattr", _AT_FDCWD, bytes(place), how, packed, len(packed))


# -- limits --------------------------------------------------------------------------------------


def _limit(limits: Limits) -> None:
    status = Path("/proc/self/status").read_text()
    data = int(status.split("VmData:")[1].split()[0]) * 1024
    for what, most in (
        (resource.RLIMIT_DATA, data + limits.memory),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    Path("/proc/self/oom_score_adj").write_text("1000")  # if memory runs out, this one goes first


def _drop_capabilities() -> None:
    _do("capset", struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *(0,) * 6))


#: System calls that we make by number.
_NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126, "mount_setattr": 442},
    "aarch64": {"pivot_root": 41, "capset": 91, "mount_setattr": 442},
}
#: System calls that are refused inside: the system's identification of the machine, and numbers.
_CALLS = {
    # mount, umount2, pivot_root, chroot, ptrace, process_vm_readv and writev, unshare, setns,
    # keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, kexec_load, init_module,
    # finit_module, delete_module, open_by_handle_at, swapon, reboot, settimeofday, clock_settime
    "x86_64": (
        0xC000003E, 56,
        (165, 166, 155, 161, 101, 310, 311, 272, 308, 250, 248, 249, 321, 298, 323, 246, 175,
         313, 176, 304, 167, 169, 164, 227),
    ),
    "aarch64": (
        0xC00000B7, 220,
        (40, 39, 41, 51, 117, 270, 271, 97, 268, 219, 217, 218, 280, 241, 282, 104, 105,
         273, 106, 265, 224, 142, 170, 112),
    ),
}  # fmt: skip
#: The same number everywhere: io_uring (3), open_tree, move_mount, fsopen, fsconfig, fsmount,
#: fspick, mount_setattr.
_NEWER_CALLS = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)
_CLONE3 = 435


def _filter_calls() -> None:
    """Let the system refuse calls that break out of jails, and new namespaces."""
    machine, clone, numbers = _CALLS[platform.machine()]
    load, equal, greater, some, end = 0x20, 0x15, 0x35, 0x45, 0x06  # of its little language
    allow, kill, refuse = 0x7FFF0000, 0x80000000, 0x00050000
    spaces = _NEWNS | _NEWCGROUP | _NEWUTS | _NEWIPC | _NEWUSER | _NEWPID | _NEWNET
    program = [
        (load, 0, 0, 4), (equal, 1, 0, machine), (end, 0, 0, kill),
        (load, 0, 0, 0),
        (greater, 0, 1, 0x40000000), (end, 0, 0, refuse | errno.ENOSYS),  # another set of numbers
        # The C library uses clone where there is no clone3, whose flags cannot be seen.
        (equal, 0, 1, _CLONE3), (end, 0, 0, refuse | errno.ENOSYS),
    ]  # fmt: skip
    for number in (*numbers, *_NEWER_CALLS):
        program += [(equal, 0, 1, number), (end, 0, 0, refuse | errno.EPERM)]
    program += [
        (equal, 0, 3, clone),
        (load, 0, 0, 16), (some, 0, 1, spaces), (end, 0, 0, refuse | errno.EPERM),
        (end, 0, 0, allow),
    ]  # fmt: skip
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))
    _do("prctl", _SECCOMP, 2, header, 0, 0)
