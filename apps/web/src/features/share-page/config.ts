import type { IceServer } from '@shoal/torrent'

/**
 * The content of `share.json`, which the operator may place next to the page. All members are
 * optional.
 */
export interface PageConfig {
  /** WebSocket trackers, `ws:` or `wss:`. */
  readonly trackers: readonly string[]
  /** STUN and TURN servers. */
  readonly iceServers: readonly IceServer[]
  /**
   * Nodes of the Shoal network through which pages find each other without a tracker, with the
   * names that links use.
   */
  readonly nodes: readonly string[]
}

/** The configuration, completed with data about the host of the page. */
export interface HostedConfig extends PageConfig {
  /** Whether the host is a node, which serves the files that it shares. */
  readonly isNode: boolean
}

/** The tracker of a Shoal node or hub. */
const DEFAULT = { trackers: ['/announce'], iceServers: [], nodes: [] }

/**
 * Loads the configuration of the page at `page`. If it is missing or invalid, the page's own host
 * is the tracker.
 */
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

/** Resolves paths against the page. Returns nothing if the address is not a WebSocket address. */
function trackerUrl(tracker: unknown, page: string): string[] {
  if (typeof tracker !== 'string' || !URL.canParse(tracker, page)) return []
  const url = new URL(tracker, page)
  url.protocol = url.protocol.replace(/^http/, 'ws')
  return /^wss?:$/.test(url.protocol) ? [url.href] : []
}
