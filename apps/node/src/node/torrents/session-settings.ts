/** Settings that the engine's session goes by. */
import type { Settings } from '@shoal/api'
import { parseIceServer, type SessionOptions } from '@shoal/torrent'
import type { NodeCore } from '../legacy/node-core.ts'

/** What a session is opened with, and what `Session.configure` is told later. */
export function sessionOptions({ downloads, network }: Settings) {
  const { port, encryption, dht, lsd, pex, trackers, maxConnections, maxConnectionsPerTorrent, uploadSlots } =
    network
  const webrtc = network.webrtc && { iceServers: network.iceServers.map(parseIceServer) }
  return {
    directory: downloads.directory,
    port,
    encryption,
    dht,
    lsd,
    pex,
    trackers,
    webrtc,
    maxConnections,
    maxConnectionsPerTorrent,
    uploadSlots,
  } satisfies SessionOptions
}

/** Lets the session follow the settings from now on. A change that it refuses (a port that is taken) is refused as a whole. */
export function applyToSession(core: NodeCore): void {
  const { keeper, session, countries } = core
  keeper.onCheck((settings, before) => checkFolders(core, settings, before))
  keeper.onApply(settings => countries.open(settings.privacy.countryDatabase))
  keeper.onApply(async (settings, before) => {
    const [options, last] = [sessionOptions(settings), sessionOptions(before)]
    const changed = Object.entries(options).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(last[name as keyof typeof last]),
    )
    if (changed.length > 0) await session.configure(Object.fromEntries(changed))
  })
  keeper.onChanged(() => void core.queue.apply())
}

async function checkFolders({ folders }: NodeCore, settings: Settings, before: Settings): Promise<void> {
  const { directory, completeDirectory } = settings.downloads
  if (directory !== before.downloads.directory) await folders.allow(directory, 'downloads.directory')
  if (completeDirectory !== null && completeDirectory !== before.downloads.completeDirectory)
    await folders.allow(completeDirectory, 'downloads.completeDirectory')
  const watched = new Set(before.automation.watch.map(each => each.directory))
  for (const [at, { directory: path }] of settings.automation.watch.entries())
    if (!watched.has(path)) await folders.allow(path, `automation.watch.${at}.directory`)
}
