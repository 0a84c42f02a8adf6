"""A real FTP server (pyftpdlib) on loopback. Arguments: folder, bytes per second or 0, port or 0.

Prints its port when it is listening. The user `me` has the password `s3cret`; guests may read.
"""

import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler
from pyftpdlib.servers import FTPServer

folder, rate, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

authorizer = DummyAuthorizer()
authorizer.add_user("me", "s3cret", folder, perm="elr")
authorizer.add_anonymous(folder)


class Throttled(ThrottledDTPHandler):
    write_limit = rate


class Handler(FTPHandler):
    pass


Handler.authorizer = authorizer
if rate > 0:
    Handler.dtp_handler = Throttled

server = FTPServer(("127.0.0.1", port), Handler)
print(server.address[1], flush=True)
server.serve_forever()
