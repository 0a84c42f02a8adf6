import { topicOf } from '@shoal/api/event-topics'
import { receiveFile, SimulatedNode, type SimulationOptions, sampleContent } from '@shoal/api/testing/node'
import type { EventChannel, EventSink, NodeLink, PutOptions } from './link.ts'

export interface SimulatedLinkOptions extends SimulationOptions {
  /** Seconds until the node becomes unreachable for ten seconds. Default: never. */
  readonly dropAfterSeconds?: number
  /** Whether time advances by itself; tests call `node.tick` instead. Default: true. */
  readonly isAnimated?: boolean
}

const MOST_TORRENTS = 20_000
const AWAY_MS = 10_000
const SEND_BYTES_PER_SECOND = 40e6

/** Parses the options in an address: `?mock=busy&torrents=5000&locked&drop=5&lacks=4000000`. */
export function simulationOptions(query: URLSearchParams): SimulatedLinkOptions {
  const asked = query.get('mock')
  const traffic = asked === 'busy' || asked === 'fresh' ? asked : 'calm'
  const usual = { calm: 24, busy: 5000, fresh: 0 }[traffic]
  const torrents = Number(query.get('torrents') ?? usual)
  const drop = query.get('drop')
  const lacks = query.get('lacks')
  return {
    traffic,
    torrents: Number.isFinite(torrents) ? Math.max(0, Math.min(MOST_TORRENTS, torrents)) : usual,
    locked: query.get('locked') === 'token' ? 'token' : query.has('locked'),
    ...(lacks === null ? {} : { lacksBytes: Number(lacks) }),
    ...(drop === null ? {} : { dropAfterSeconds: Number(drop) }),
  }
}

/** Returns a link to a node that is simulated in this page. */
export function simulatedLink({
  dropAfterSeconds,
  isAnimated = true,
  ...options
}: SimulatedLinkOptions): NodeLink & { readonly node: SimulatedNode; close(): void } {
  const node = new SimulatedNode(options)
  const closing = new AbortController()
  const channels = new Set<() => void>()
  if (isAnimated) void node.animate(closing.signal)
  if (dropAfterSeconds !== undefined)
    setTimeout(() => {
      node.isAway = true
      for (const lose of [...channels]) lose()
      setTimeout(() => {
        node.isAway = false
      }, AWAY_MS)
    }, dropAfterSeconds * 1000)
  return {
    node,
    simulated: true,
    api: node.api,
    openEvents: (topics, sink) => openEvents(node, channels, topics, sink),
    putFile: (upload, path, body, how) => putFile(node, upload, path, body, how),
    urlOf: contentUrls(),
    close: () => closing.abort(),
  }
}

function openEvents(
  node: SimulatedNode,
  channels: Set<() => void>,
  topics: readonly string[],
  sink: EventSink,
): EventChannel {
  const wanted = new Set<string>(topics)
  const stop = node.on(event => {
    const topic = topicOf(event)
    if (topic === null || wanted.has(topic))
      // Events of torrents are copies already, and large.
      sink.received(event.type === 'torrents' ? event : structuredClone(event))
    if (event.type !== 'stats') return
    for (const topic of wanted) {
      const torrentEvent = topic.startsWith('torrent:') ? node.torrentEvent(topic.slice(8)) : null
      if (torrentEvent) sink.received(torrentEvent)
    }
  })
  const lose = () => {
    end()
    sink.lost()
  }
  const end = () => {
    stop()
    channels.delete(lose)
  }
  channels.add(lose)
  setTimeout(() => {
    if (!channels.has(lose)) return
    const { revision, startedMs } = node.state
    if (node.isAway) lose()
    else sink.received({ type: 'hello', revision, startedMs })
  }, 10)
  return {
    send({ subscribe = [], unsubscribe = [] }) {
      for (const topic of subscribe) wanted.add(topic)
      for (const topic of unsubscribe) wanted.delete(topic)
    },
    close: end,
  }
}

async function putFile(
  { state }: SimulatedNode,
  upload: string,
  path: string,
  body: Blob,
  { signal, onProgress }: PutOptions,
) {
  const steps = Math.max(2, Math.min(40, Math.ceil(body.size / SEND_BYTES_PER_SECOND / 0.1)))
  for (let step = 1; step <= steps; step++) {
    await state.clock.wait(60, signal)
    onProgress?.(Math.round((body.size * step) / steps))
  }
  return receiveFile(state, upload, path, body.size)
}

function contentUrls(): (href: string) => string {
  const urls = new Map<string, string>()
  return href => {
    const path = decodeURIComponent(href)
    const known = urls.get(path)
    if (known) return known
    const content = sampleContent(path)
    if (!content) return href
    const url = URL.createObjectURL(content)
    urls.set(path, url)
    return url
  }
}
