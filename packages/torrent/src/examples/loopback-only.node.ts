/** Preloaded by the test of an example: restricts sessions to loopback and to free ports. */
import { Session } from '@shoal/torrent'

const { open } = Session
Session.open = (options, environment) =>
  open.call(
    Session,
    { ...options, port: 0, host: '127.0.0.1', dht: false, lsd: false, trackers: false },
    environment,
  )
