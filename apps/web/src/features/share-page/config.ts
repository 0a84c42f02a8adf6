import type { IceServer } from '@shoal/torrent'

/** The content of `share.json`, which the operator may put next to the page. Every member is optional. */
export interface PageConfig {
  /** WebSocket trackers, `ws:` or `wss:`. */
  readonly trackers: readonly string[]
  /** STUN and TURN servers. */
  readonly iceServers: readonly IceServer[]
  /** Nodes of the Shoal network through which pages find each other without a tracker, by the names that links contain. */
  readonly nodes: readonly string[]
}

/** The configuration with what the host of the page adds. */
export interface HostedConfig extends PageConfig {
  /** Whether the host is a node, which hands out what it shares itself. */
  readonly isNode: boolean
}

/** The tracker of a Shoal node or hub. */
const DEFAULT = { trackers: ['/announce'], iceServers: [], nodes: [] }

/** Reads the configuration of the page at `page`. If it is missing or invalid, the page's own host is the tracker. */
export async function loadConfig(page: string): Promise<HostedConfig> {
  let read: unknown = DEFAULT
  let isNode = false
  try {
    const response = await fetch(new URL('share.json', page))
    isNode = response.headers.has('shoal-files')
    if (response.ok) read = await response.json()
  } catch {}
  return { ...parseConfig(read, page), isNode }
}

export function parseConfig(read: unknown, page: string): PageConfig {
  const { trackers, iceServers, nodes } = { ...DEFAULT, ...(read as Partial<PageConfig>) }
  return {
    trackers: list(trackers).flatMap(tracker => trackerUrl(tracker, page)),
    iceServers: list(iceServers).filter(
      server => typeof server === 'object' && server !== null && server.urls,
    ),
    nodes: list(nodes).map(String),
  }
}

function list<Item>(value: readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : []
}

/** Resolves paths against the page. Returns nothing for an address that is not a WebSocket's. */
function trackerUrl(tracker: unknown, page: string): string[] {
  if (typeof tracker !== 'string' || !URL.canParse(tracker, page)) return []
  const url = new URL(tracker, page)
  url.protocol = url.protocol.replace(/^http/, 'ws')
  return /^wss?:$/.test(url.protocol) ? [url.href] : []
}
