"""A libtorrent session driven by JSON lines: one request per line on standard input, one response per line on standard output.

Request: {"id": 1, "op": "status", ...arguments}. Response: {"id": 1, "result": ...} or {"id": 1, "error": "..."}.
Exits when standard input ends, so it never outlives the process that started it.
"""

import json
import os
import resource
import sys
import threading
import time

import libtorrent as lt

# Loopback only, without discovery and without limits for peers that share an address.
QUIET = {
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_ip_notifier": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "allow_multiple_connections_per_ip": True,
    "dht_bootstrap_nodes": "",
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_enforce_node_id": False,
    "dht_prefer_verified_node_ids": False,
    "dht_ignore_dark_internet": False,
    # All nodes of a test have one address, which libtorrent would take for a flood.
    "dht_block_ratelimit": 10_000,
    "ssrf_mitigation": False,
    "max_retry_port_bind": 0,
    "listen_system_port_fallback": False,
    "active_downloads": -1,
    "active_seeds": -1,
    "active_limit": 1 << 20,
    "min_reconnect_time": 1,
    # The wait operations need errors, status changes and storage alerts.
    "alert_mask": lt.alert.category_t.error_notification
    | lt.alert.category_t.status_notification
    | lt.alert.category_t.storage_notification
    | lt.alert.category_t.dht_notification,
    "alert_queue_size": 200000,
}

ENCRYPTION = {
    "plain": {
        "out_enc_policy": int(lt.enc_policy.disabled),
        "in_enc_policy": int(lt.enc_policy.disabled),
        "allowed_enc_level": int(lt.enc_level.plaintext),
    },
    "prefer": {
        "out_enc_policy": int(lt.enc_policy.enabled),
        "in_enc_policy": int(lt.enc_policy.enabled),
        "allowed_enc_level": int(lt.enc_level.both),
        "prefer_rc4": True,
    },
    # Encrypts the handshake but not the payload.
    "handshake": {
        "out_enc_policy": int(lt.enc_policy.forced),
        "in_enc_policy": int(lt.enc_policy.forced),
        "allowed_enc_level": int(lt.enc_level.plaintext),
    },
    "require": {
        "out_enc_policy": int(lt.enc_policy.forced),
        "in_enc_policy": int(lt.enc_policy.forced),
        "allowed_enc_level": int(lt.enc_level.rc4),
        "prefer_rc4": True,
    },
}

CREATE_FLAGS = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}


class Peer:
    def __init__(self):
        self.session = None
        self.torrents = {}
        self.changed = threading.Condition()
        # The last few alerts, for error messages.
        self.log = []
        # DHT items that arrived, by target or public key in hex.
        self.items = {}
        # One entry per completed flush: the torrent whose pending data was written.
        self.flushes = []

    def start(self, settings=None, encryption="prefer", dht_nodes=None):
        chosen = {**QUIET, **ENCRYPTION[encryption], **(settings or {})}
        # If another program has the UDP port of the TCP port that the system chose, libtorrent listens at neither.
        for _ in range(5):
            self.session = lt.session(chosen)
            if self.session.listen_port() != 0:
                break
        for host, port in dht_nodes or []:
            self.session.add_dht_node((host, port))
        threading.Thread(target=self._watch, daemon=True).start()
        return {
            "version": lt.version,
            "pid": os.getpid(),
            "port": self.session.listen_port(),
        }

    def _watch(self):
        # wait_for_alert returns alerts that may move in memory meanwhile, which crashes the process. Instead, a byte arrives in the pipe whenever
        # the empty alert queue receives alerts.
        readable, writable = os.pipe()
        self.session.set_alert_fd(writable)
        while os.read(readable, 64):
            alerts = self.session.pop_alerts()
            lines = [f"{a.what()}: {a.message()}" for a in alerts]
            flushes = [a.handle for a in alerts if isinstance(a, lt.cache_flushed_alert)]
            items = {key: item for key, item in map(self._item, alerts) if key}
            with self.changed:
                self.items.update(items)
                self.log = (self.log + lines)[-50:]
                self.flushes += flushes
                self.changed.notify_all()

    @staticmethod
    def _item(alert):
        # An alert without an item reports the end of a search that found none.
        if not isinstance(alert, (lt.dht_immutable_item_alert, lt.dht_mutable_item_alert)) or "<uninitialized>" in alert.message():
            return None, None
        try:
            value = lt.bencode(alert.item["value"]).hex()
        except RuntimeError:
            # The bindings return only texts.
            value = None
        if isinstance(alert, lt.dht_immutable_item_alert):
            return str(alert.target), {"value": value}
        return alert.key.hex(), {"value": value, "seq": alert.seq, "signature": alert.signature.hex()}

    def settings(self, values):
        self.session.apply_settings(values)

    def create(self, path, out, version="hybrid", piece_length=0, trackers=(), web_seeds=(), private=False, comment=None):
        storage = lt.file_storage()
        lt.add_files(storage, path)
        torrent = lt.create_torrent(storage, piece_length, CREATE_FLAGS[version])
        for tracker in trackers:
            torrent.add_tracker(tracker)
        for url in web_seeds:
            torrent.add_url_seed(url)
        torrent.set_priv(private)
        if comment is not None:
            torrent.set_comment(comment)
        lt.set_piece_hashes(torrent, os.path.dirname(os.path.abspath(path)))
        with open(out, "wb") as file:
            file.write(lt.bencode(torrent.generate()))
        return self.describe(out)

    def describe(self, torrent):
        info = lt.torrent_info(torrent)
        return {
            **self._hashes(info.info_hashes()),
            "name": info.name(),
            "length": info.total_size(),
            "piece_length": info.piece_length(),
            "pieces": info.num_pieces(),
            "magnet": lt.make_magnet_uri(info),
        }

    def add(self, save_path, torrent=None, magnet=None, seed_mode=False, paused=False, sequential=False, peers=(), trackers=(), pex=True):
        if magnet is not None:
            params = lt.parse_magnet_uri(magnet)
        else:
            params = lt.add_torrent_params()
            params.ti = lt.torrent_info(torrent)
        params.save_path = save_path
        # Start the torrent at once, without queueing.
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        if paused:
            params.flags |= lt.torrent_flags.paused
        if seed_mode:
            params.flags |= lt.torrent_flags.seed_mode
        if sequential:
            params.flags |= lt.torrent_flags.sequential_download
        if not pex:
            params.flags |= lt.torrent_flags.disable_pex
        if trackers:
            params.trackers = list(params.trackers) + list(trackers)
        handle = self.session.add_torrent(params)
        for host, port in peers:
            handle.connect_peer((host, port))
        key = str(len(self.torrents))
        self.torrents[key] = handle
        return {"key": key, **self._hashes(handle.info_hashes())}

    def add_many(self, torrents, save_path):
        """Adds complete torrents in seed mode. Returns the seconds until all were added."""
        started = time.monotonic()
        for torrent in torrents:
            params = lt.add_torrent_params()
            params.ti = lt.torrent_info(torrent)
            params.save_path = save_path
            params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
            params.flags |= lt.torrent_flags.seed_mode
            self.session.async_add_torrent(params)
        while len(self.session.get_torrents()) < len(torrents):
            time.sleep(0.01)
        return {"seconds": time.monotonic() - started}

    def status(self, key):
        status = self.torrents[key].status()
        return {
            "state": str(status.state),
            "progress": status.progress,
            "done": status.is_finished,
            "seeding": status.is_seeding,
            "hasMetadata": status.has_metadata,
            "peers": status.num_peers,
            "seeds": status.num_seeds,
            "downloadedBytes": status.total_payload_download,
            "uploadedBytes": status.total_payload_upload,
            "wastedBytes": status.total_redundant_bytes + status.total_failed_bytes,
            "haveBytes": status.total_wanted_done,
            "downloadBytesPerSecond": status.download_payload_rate,
            "uploadBytesPerSecond": status.upload_payload_rate,
            "error": status.errc.message() if status.errc.value() else None,
        }

    def wait(self, key, until, timeout_ms, amount=0):
        """Blocks until the torrent is `done`, its `metadata` has arrived, or it has `downloaded` or `uploaded` at least `amount` bytes."""
        handle = self.torrents[key]
        started = time.monotonic()
        deadline = started + timeout_ms / 1000
        first_byte = None
        while True:
            status = handle.status()
            if first_byte is None and status.total_payload_download > 0:
                first_byte = time.monotonic() - started
            if status.errc.value():
                raise RuntimeError(f"the torrent stopped: {status.errc.message()} {status.error_file}")
            if until == "done" and status.is_finished and status.has_metadata:
                break
            if until == "metadata" and status.has_metadata:
                break
            if until == "downloaded" and status.total_wanted_done >= amount:
                break
            if until == "uploaded" and status.total_payload_upload >= amount:
                break
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"not {until} within {timeout_ms} ms: {json.dumps(self.status(key))}; "
                    f"peers {json.dumps(self.peers(key))}; last alerts: {self.log[-8:]}"
                )
            # Every change causes an alert, except byte counts, which are polled.
            with self.changed:
                self.changed.wait(0.02 if first_byte else 0.005)
        return {**self.status(key), "firstByteMs": (first_byte or 0) * 1000}

    def flushed(self, key):
        """Flushes downloaded data to the system, so that other programs can read it from the files."""
        handle = self.torrents[key]
        with self.changed:
            # Ignore earlier flushes, which do not cover data written since.
            before = self.flushes.count(handle)
            handle.flush_cache()
            if not self.changed.wait_for(lambda: self.flushes.count(handle) > before, 30):
                raise RuntimeError(f"not flushed within 30 s; last alerts: {self.log[-8:]}")

    def peers(self, key):
        return [
            {
                "address": f"{peer.ip[0]}:{peer.ip[1]}",
                "client": peer.client.decode("utf-8", "replace"),
                "encrypted": bool(peer.flags & peer.rc4_encrypted),
                "encryptedHandshake": bool(peer.flags & (peer.rc4_encrypted | peer.plaintext_encrypted)),
                "outgoing": bool(peer.flags & peer.local_connection),
                "webSeed": peer.connection_type in (peer.web_seed, peer.http_seed),
                "progress": peer.progress,
                "downloadedBytes": peer.total_download,
                "uploadedBytes": peer.total_upload,
            }
            for peer in self.torrents[key].get_peer_info()
        ]

    def connect(self, key, host, port):
        self.torrents[key].connect_peer((host, port))

    def limit(self, key, download=0, upload=0):
        """Bytes per second; 0 for no limit."""
        self.torrents[key].set_download_limit(download)
        self.torrents[key].set_upload_limit(upload)

    def export(self, key, out):
        """Writes the metadata of a torrent, unchanged, to a .torrent."""
        info = self.torrents[key].torrent_file()
        if info is None:
            raise RuntimeError("the metadata has not arrived yet: wait for it first")
        with open(out, "wb") as file:
            file.write(lt.bencode(lt.create_torrent(info).generate()))

    def announce(self, key):
        self.torrents[key].force_reannounce(0, -1, lt.reannounce_flags_t.ignore_min_interval)
        if self.session.is_dht_running():
            self.torrents[key].force_dht_announce()

    def recheck(self, key):
        self.torrents[key].force_recheck()

    def remove(self, key, delete=False):
        self.session.remove_torrent(self.torrents.pop(key), 1 if delete else 0)

    def dht_add(self, host, port):
        self.session.add_dht_node((host, port))

    def dht_nodes(self):
        return self.session.status().dht_nodes

    def dht_put_immutable(self, value):
        """Puts a text. Returns its target."""
        return str(self.session.dht_put_immutable_item(value))

    def dht_put_mutable(self, secret, public, value, salt=""):
        """Puts a text. `secret` is the expanded key of 64 bytes, `public` the key, in hex."""
        self.session.dht_put_mutable_item(bytes.fromhex(secret), bytes.fromhex(public), value.encode(), salt.encode())

    def dht_get(self, target=None, public=None, salt="", timeout_ms=20000):
        """Looks for an item until it is found. Values are bencoded, in hex; None if they are not texts."""
        deadline = time.monotonic() + timeout_ms / 1000
        while time.monotonic() < deadline:
            if target:
                self.session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(target)))
            else:
                self.session.dht_get_mutable_item(bytes.fromhex(public), salt.encode())
            with self.changed:
                if self.changed.wait_for(lambda: (target or public) in self.items, 2):
                    return self.items[target or public]
        raise RuntimeError(f"no item within {timeout_ms} ms; last alerts: {self.log[-8:]}")

    def usage(self):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        # Not ru_maxrss, because on Linux a process inherits the peak of its parent.
        with open("/proc/self/status") as status:
            memory = dict(line.split(":", 1) for line in status)
        return {
            "userSeconds": usage.ru_utime,
            "systemSeconds": usage.ru_stime,
            "peakResidentBytes": int(memory["VmHWM"].split()[0]) * 1024,
            "residentBytes": int(memory["VmRSS"].split()[0]) * 1024,
        }

    @staticmethod
    def _hashes(hashes):
        return {
            "v1": str(hashes.v1) if hashes.has_v1() else None,
            "v2": str(hashes.v2) if hashes.has_v2() else None,
        }


OPERATIONS = {name for name in dir(Peer) if not name.startswith("_") and callable(getattr(Peer, name))}


def main():
    peer = Peer()
    output = threading.Lock()

    def answer(request):
        op = request.pop("op")
        reply = {"id": request.pop("id")}
        try:
            if op not in OPERATIONS:
                raise ValueError(f"no operation {op}: {sorted(OPERATIONS)}")
            reply["result"] = getattr(peer, op)(**request)
        except Exception as error:  # report every failure to the caller
            reply["error"] = f"{op}: {error}"
        with output:
            sys.stdout.write(json.dumps(reply) + "\n")
            sys.stdout.flush()

    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] in ("wait", "flushed", "dht_get"):
            threading.Thread(target=answer, args=(request,), daemon=True).start()
        else:
            answer(request)
    # The destructor of a session waits for trackers, but the caller does not wait.
    os._exit(0)


main()
