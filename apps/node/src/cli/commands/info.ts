import { flag, list, value } from '@shoal/options'
import { parseDuration } from '../../base/text/size.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'

const FETCH_MS = 120_000
const { limitDown: _down, limitUp: _up, maxPeers: _max, ...FETCH_OPTIONS } = NETWORK_OPTIONS

export const info = defineCommand({
  about: [
    'For a link it asks peers for the metadata (names, sizes, hashes) and downloads nothing else. With --no-fetch it prints only what the link says: what is unknown is left out, and null in JSON.',
  ],
  positionals: [
    {
      name: 'LINK',
      help: 'a magnet link, info hash, content ID, the path or URL of a .torrent, or a share link in quotes',
    },
  ],
  options: {
    noFetch: flag('Print only what the link says'),
    timeout: value('TIME', { help: 'How long to look for peers. Default 2m', parse: parseDuration }),
    peer: list('HOST:PORT', { help: 'Ask this peer' }),
    all: flag('List all files, with their content IDs'),
    ...FETCH_OPTIONS,
  },
  examples: [
    ['info photos.torrent --json', 'Prints all that the .torrent says as one object'],
    ['info "magnet:?xt=urn:btih:…" --timeout 30s', 'Asks peers for names, sizes and hashes'],
  ],
  async run([link], options, { output, interrupt }) {
    const [
      { formatMagnet, parseMagnet, Session },
      { describeMagnet, describeTorrent, descriptionLines },
      { fetchMetadata },
      { shareOf, SEALED_TO },
    ] = await Promise.all([
      import('@shoal/torrent'),
      import('../alone/describe.ts'),
      import('../alone/fetch-metadata.ts'),
      import('../../base/sealing/share-of.ts'),
    ])
    const { signal } = interrupt
    const share = shareOf(link!)
    const source = share ? formatMagnet(share.magnet) : link!
    const by = share?.seal?.by
    const network = await sessionOptions({
      ...options,
      limitDown: undefined,
      limitUp: undefined,
      maxPeers: undefined,
    })
    // Opened without network: a .torrent needs none.
    const offline = await Session.open({ port: null, dht: false, lsd: false, pex: false, trackers: false })
    const describe = async () => {
      const known = await offline.add(source, { paused: true, memory: true })
      if (known.metainfo) return describeTorrent(known.metainfo)
      if (options.noFetch) return describeMagnet(parseMagnet(known.magnet))
      return describeTorrent(
        await fetchMetadata(source, network, {
          peers: options.peer,
          timeoutMs: options.timeout ?? FETCH_MS,
          signal,
        }),
      )
    }
    const stop = () => void offline.close()
    signal.addEventListener('abort', stop, { once: true })
    const description = await describe().finally(() => offline.close())
    if (output.json) output.object({ ...description, ...(by && { sealed: by }) })
    else {
      if (by) output.line(`Sealed:       ${SEALED_TO[by]}`)
      for (const line of descriptionLines(description, { all: options.all })) output.line(line)
    }
  },
})
