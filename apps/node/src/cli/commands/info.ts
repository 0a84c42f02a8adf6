import { flag, flagName, isGiven, list, UsageError, value } from '@shoal/options'
import { refuseIpfsCid } from '../../base/ipfs-cid.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { texts } from '../texts.ts'
import { parseDuration } from '../values/size.ts'

const FETCH_MS = 120_000
const { limitDown: _down, limitUp: _up, maxPeers: _max, ...FETCH_OPTIONS } = NETWORK_OPTIONS

export const info = defineCommand({
  about: texts.info.about,
  positionals: [
    {
      name: 'LINK',
      help: texts.argument.link,
    },
  ],
  options: {
    noFetch: flag(texts.info.options.noFetch),
    timeout: value('TIME', { help: texts.info.options.timeout, parse: parseDuration }),
    peer: list('HOST:PORT', { help: texts.info.options.peer }),
    all: flag(texts.info.options.all),
    ...FETCH_OPTIONS,
  },
  examples: [
    ['info photos.torrent --json', texts.info.examples.json],
    ['info "magnet:?xt=urn:btih:…" --timeout 30s', texts.info.examples.timeout],
  ],
  async run([link], options, { output, interrupt }) {
    const [
      { formatMagnet, parseMagnet, Session },
      { describeMagnet, describeTorrent, descriptionLines },
      { fetchMetadata },
      { toShareLink },
    ] = await Promise.all([
      import('@shoal/torrent'),
      import('../alone/describe.ts'),
      import('../alone/fetch-metadata.ts'),
      import('../../base/sealing/to-share-link.ts'),
    ])
    const { signal } = interrupt
    refuseIpfsCid(link!)
    const share = toShareLink(link!)
    const source = share ? formatMagnet(share.magnet) : link!
    const by = share?.seal?.by
    const network = await sessionOptions({
      ...options,
      limitDown: undefined,
      limitUp: undefined,
      maxPeers: undefined,
    })
    // No network is needed to read a .torrent.
    const { proxy, interface: way } = network
    const offline = await Session.open({
      ...{ port: null, dht: false, lsd: false, pex: false, trackers: false },
      // The URL of a .torrent is only fetched through the given proxy or interface.
      ...(proxy && { proxy }),
      ...(way && { interface: way }),
    })
    const describe = async () => {
      const known = await offline.add(source, { paused: true, memory: true })
      if (known.metainfo) {
        refuseOfTorrent(options, isUrl(source))
        return describeTorrent(known.metainfo)
      }
      if (options.noFetch) return describeMagnet(parseMagnet(known.magnet))
      const fetched = await fetchMetadata(source, network, {
        peers: options.peer,
        timeoutMs: options.timeout ?? FETCH_MS,
        signal,
      })
      // With any link, the v2 hashes come from peers.
      const { withoutHashes: _left, ...description } = describeTorrent(fetched)
      return description
    }
    const stop = () => void offline.close()
    signal.addEventListener('abort', stop, { once: true })
    const description = await describe().finally(() => offline.close())
    if (output.json) output.object({ ...description, ...(by && { sealed: by }) })
    else {
      const sealed = by && texts.info.sealedTo[by]
      for (const line of descriptionLines(description, { all: options.all, sealed })) output.line(line)
    }
  },
})

/**
 * Throws UsageError for an option of links: a .torrent contains everything that is shown. Its URL
 * is fetched through the proxy or interface.
 */
function refuseOfTorrent(options: Readonly<Record<string, unknown>>, isFetched: boolean): void {
  const ways = ['proxy', 'proxyMode', 'interface', 'dnsServer']
  const useless = ['timeout', 'peer', ...Object.keys(FETCH_OPTIONS)].filter(
    key => !(isFetched && ways.includes(key)),
  )
  const given = useless.find(key => isGiven(options[key]))
  if (given !== undefined) throw new UsageError(texts.info.ofLinks({ option: flagName(given) }))
}

function isUrl(source: string): boolean {
  return /^https?:/i.test(source.trim())
}
