"""A real FTP server (pyftpdlib) on loopback. Arguments: folder, bytes per second of all connections together or 0, port or 0.

Prints its port when it is listening. The user `me` has the password `s3cret`; guests may read.
"""

import sys
import time

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler
from pyftpdlib.servers import FTPServer

folder, rate, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

authorizer = DummyAuthorizer()
authorizer.add_user("me", "s3cret", folder, perm="elr")
authorizer.add_anonymous(folder)


class Throttled(ThrottledDTPHandler):
    write_limit = rate
    free_at = 0.0

    def _throttle_bandwidth(self, sent, limit):
        """Shares the limit among all connections. pyftpdlib's own applies to each of them."""
        now = time.monotonic()
        Throttled.free_at = max(Throttled.free_at, now - 0.05) + sent / limit
        wait = Throttled.free_at - now
        if wait <= 0:
            return

        def resume():
            self.sleeping = False
            self.add_channel(events=self.ioloop.WRITE)

        self.del_channel()
        self.sleeping = True
        self._cancel_throttler()
        self._throttler = self.ioloop.call_later(wait, resume, _errback=self.handle_error)


class Handler(FTPHandler):
    pass


Handler.authorizer = authorizer
if rate > 0:
    Handler.dtp_handler = Throttled

server = FTPServer(("127.0.0.1", port), Handler)
print(server.address[1], flush=True)
server.serve_forever()
