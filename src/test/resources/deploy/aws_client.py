"""The aws command, by the server at $AWS_SERVER: see aws_server.py.

It imports only what is built into Python: to load more takes longer than the call.
"""

import _socket
import posix
import sys

arguments = [word.encode("utf-8", "surrogateescape") for word in sys.argv[1:]]
variables = [name + b"=" + value for name, value in posix.environ.items()]
request = b"\0".join([posix.getcwdb(), b"%d" % len(arguments), *arguments, *variables])
server = _socket.socket(_socket.AF_UNIX)
server.connect(posix.environ[b"AWS_SERVER"])
# The server writes to the outputs of this process.
outputs = b"".join(number.to_bytes(4, sys.byteorder) for number in (1, 2))
server.sendmsg([len(request).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, outputs)])
server.sendall(request)
code = server.recv(1)
# Without an answer the copy ended by an error, which it printed to the server's log or to the caller.
posix._exit(code[0] if code else 70)
