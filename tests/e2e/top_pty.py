#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs a command on a terminal of its own and checks what it does to it: top_pty.py HOW COMMAND...

HOW is `keys` (frames, sort, filter, pause, resizes, a stop, then q), or the name of a signal that ends it. Says what is wrong; the exit
status is 1 then. What is on the screen is found by playing the few sequences that are allowed; any other is wrong."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ALLOWED = re.compile(rb"\x1b\[(\?1049[hl]|\?25[hl]|H|2J|K|[0-9]*m)")


class Screen:
    def __init__(self, fd, columns, lines):
        self.fd, self.raw = fd, b""
        self.resize(columns, lines)

    def resize(self, columns, lines):
        self.columns, self.lines = columns, lines
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds):
        end = time.time() + seconds
        while time.time() < end:
            if select.select([self.fd], [], [], max(0, end - time.time()))[0]:
                try:
                    got = os.read(self.fd, 65536)
                except OSError:
                    return
                if not got:
                    return
                self.raw += got

    def frame(self):
        """The last whole frame, as lines."""
        frames = self.raw.split(b"\x1b[H")
        text = ALLOWED.sub(b"", frames[-1])
        assert b"\x1b" not in ALLOWED.sub(b"", self.raw), "a sequence that is not plain"
        return [line.rstrip("\r") for line in text.decode().split("\n")]


def wait_for(screen, what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        screen.read(0.05)
        lines = screen.frame()
        if len(lines) == screen.lines and any(what in line for line in lines):
            assert all(len(line) <= screen.columns for line in lines), "a line is wider than the screen"
            return lines
    raise AssertionError(f"never showed '{what}': {screen.frame()}")


def keys(screen, pid, before):
    send = lambda text: os.write(screen.fd, text.encode())
    lines = wait_for(screen, "q quit")
    assert "by bits" in lines[0] and lines[0].startswith("fwctl top "), lines[0]
    for word in ("passed", "dropped", "flows ", "drops", "PROTO", "HOST", "RULE"):
        assert any(word in line for line in lines), f"no {word}"
    send("s")
    wait_for(screen, "by packets")
    send("fproto udp")
    wait_for(screen, "filter: proto udp")
    send("\r")
    lines = wait_for(screen, "by packets   proto udp")
    wait_for(screen, "by packets   proto udp")
    send("f\x15nonsense\r")
    wait_for(screen, "unknown match")
    send("p")
    wait_for(screen, "PAUSED")
    screen.resize(160, 50)
    lines = wait_for(screen, "STATE")
    assert "PAUSED" in lines[0]
    screen.resize(40, 8)
    wait_for(screen, "q quit")
    screen.resize(80, 24)
    # A shell that takes over while the command is stopped leaves the terminal as it likes it.
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    termios.tcsetattr(screen.fd, termios.TCSANOW, before)
    os.kill(pid, signal.SIGCONT)
    screen.raw = b""
    wait_for(screen, "q quit")
    assert not termios.tcgetattr(screen.fd)[3] & termios.ICANON, "the terminal is not taken again"
    send("\x1b[A")  # an arrow: no key of ours
    send("q")


def main():
    how, command = sys.argv[1], sys.argv[2:]
    gate, go = os.pipe()
    pid, fd = pty.fork()
    if not pid:
        os.read(gate, 1)
        os.execvp(command[0], command)
    before = termios.tcgetattr(fd)
    screen = Screen(fd, 80, 24)
    os.write(go, b"x")
    if how == "keys":
        keys(screen, pid, before)
    else:
        wait_for(screen, "q quit")
        assert not termios.tcgetattr(fd)[3] & termios.ICANON
        os.kill(pid, getattr(signal, how))
    screen.read(3)
    after = termios.tcgetattr(fd)
    status = os.waitpid(pid, 0)[1]
    assert after == before, "the terminal is not as it was"
    assert screen.raw.endswith(b"\x1b[0m\x1b[?25h\x1b[?1049l"), "the screen is not given back"
    if how in ("SIGSEGV", "SIGABRT"):
        assert os.WIFSIGNALED(status), status
    else:
        assert status == 0, f"exit status {status}"


if __name__ == "__main__":
    try:
        main()
    except AssertionError as e:
        print(e)
        sys.exit(1)
