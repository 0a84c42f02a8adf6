"""A TCP flow with the congestion control "cubic", whatever the system's default is; Node cannot choose it.

cubic.py receive HOST    prints the port, then the number of bytes received so far for each line on standard input.
cubic.py send HOST PORT  sends without end.
"""

import socket
import sys
import threading

CHUNK = bytes(1 << 16)


def receive(host):
    server = socket.create_server((host, 0))
    total = 0

    def read():
        nonlocal total
        flow, _ = server.accept()
        while count := len(flow.recv(1 << 18)):
            total += count

    print(server.getsockname()[1], flush=True)
    threading.Thread(target=read, daemon=True).start()
    for _ in sys.stdin:
        print(total, flush=True)


def send(host, port):
    flow = socket.socket()
    flow.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
    flow.connect((host, int(port)))
    while True:
        flow.sendall(CHUNK)


{"receive": receive, "send": send}[sys.argv[1]](*sys.argv[2:])
