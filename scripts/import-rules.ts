/**
 * Who may import whom, as the architecture has it: data. Imports go down only; nobody reaches sideways.
 */

/** What each workspace may import of the others. Its package.json must declare it too. */
export const WORKSPACES: Record<string, readonly string[]> = {
  'packages/torrent': [],
  'packages/identity': [],
  'packages/links': ['packages/torrent'],
  'packages/sealed': ['packages/identity'],
  'packages/tracker': ['packages/torrent'],
  'packages/api': [],
  'packages/network': ['packages/torrent', 'packages/identity'],
  'packages/onion': ['packages/torrent', 'packages/identity', 'packages/network'],
  'packages/chat': ['packages/identity', 'packages/network', 'packages/onion'],
  'packages/ledger': ['packages/identity', 'packages/network'],
  // Tools over the node's API only.
  'packages/assistant': ['packages/api'],
  'apps/node': ['packages/*'],
  'apps/web': ['packages/*'],
  'apps/hub': ['packages/*'],
  // These look inside what they test and measure.
  interop: ['packages/*', 'apps/*'],
  sim: ['packages/*', 'apps/*'],
  bench: ['packages/*', 'apps/*', 'interop', 'scripts'],
  scripts: ['interop', 'packages/api'],
}

/** Workspaces that may import any file of another, not just what its package.json exports. */
export const LOOKS_INSIDE = ['interop', 'sim', 'bench', 'scripts']

/**
 * The rooms of the engine from the bottom up. A room imports rooms of lower levels; of a room on its own level only the contract,
 * `room/room.ts`, or for metainfo its two.
 */
export const ENGINE = 'packages/torrent/src'
export const ENGINE_LEVELS: readonly (readonly string[])[] = [
  ['base'],
  ['bencode', 'transport'],
  ['metainfo', 'wire'],
  ['pieces', 'storage', 'discovery', 'hash', 'platform'],
  ['api.ts'],
  ['session-api.ts'],
  ['swarm'],
  ['session', 'session.ts'],
  ['index.ts'],
]
export const ENGINE_CONTRACTS = ['metainfo/metainfo.ts', 'metainfo/layout.ts']

/** Types that mean the same from the wire to the public API; anyone may import types of this file, and nothing else of it. */
export const ENGINE_SHARED_TYPES = 'api.ts'

/** Rooms that decide or translate and touch nothing: the rooms, or single files, that they may import besides themselves. */
export const ENGINE_PURE: Record<string, readonly string[]> = {
  base: [],
  bencode: ['base'],
  wire: ['base', 'bencode', 'metainfo', 'transport/transport.ts'],
  pieces: ['base', 'metainfo'],
}

/** Tests, what only tests share, and tools of those who work on it: they may use development packages and Node. */
export const TEST_FILE =
  /(?:\.test|\.bench|[.-]suite|[.-]testing|(?:^|\/)compliance|(?:^|\/)test-[^/]+)\.tsx?$|\/testing\/|^apps\/[^/]+\/(?:scripts|e2e)\//
