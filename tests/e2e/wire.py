"""The wire between browser and server, read byte by byte: what was answered in any form before any asking.

The browser's own record of answers loses bodies when a page is left. This listener loses nothing: text,
headers, addresses and parts of pages all pass through it.
"""

import html
import socket
import threading
from dataclasses import dataclass, field

PIECE = 65536


def needles(texts: list[str], length: int = 4) -> list[bytes]:
    """Every run of four words of these texts, as it would travel: plain and escaped for HTML."""
    runs = set()
    for text in texts:
        words = text.split()
        runs |= {" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1))}
    return [form.encode() for run in sorted(runs) for form in {run, html.escape(run)}]


@dataclass
class Wire:
    """Forwards a loopback port to the server's, and notes each watched word that goes to the browser.

    `early` are those seen while `may_show` is False; `asked` counts those seen while it is True, which shows
    that the listener hears them.
    """

    server_port: int
    watched: list[bytes]
    may_show: bool = False
    early: list[str] = field(default_factory=list)
    asked: int = 0
    answers: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(browser,), daemon=True).start()

    def _join(self, browser: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.server_port))
        except OSError:  # the server was killed: the browser sees a closed door, as without this listener
            browser.close()
            return
        threading.Thread(target=self._pump, args=(browser, server, False), daemon=True).start()
        self._pump(server, browser, True)

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        tail = b""
        try:
            while piece := source.recv(PIECE):
                if is_answer:
                    tail = self._read(tail, piece)
                target.sendall(piece)
        except OSError:
            pass  # one side left: the other is told below
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _read(self, tail: bytes, piece: bytes) -> bytes:
        """Look across the cut between two pieces; give back what the next look needs."""
        seen = tail + piece
        self.answers += piece.count(b"HTTP/1.1 ")
        for word in self.watched:
            if word in seen and word not in tail:
                if self.may_show:
                    self.asked += 1
                else:
                    self.early.append(word.decode())
        return seen[-max(map(len, self.watched), default=1) :]
