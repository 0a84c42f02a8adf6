/**
 * The import rules as data. Imports go down only, and there are no cycles, type imports included.
 */

/** The workspaces that each one may import. Its package.json must declare it too. */
export const WORKSPACES: Record<string, readonly string[]> = {
  'packages/torrent': [],
  'packages/identity': [],
  'packages/links': ['packages/torrent'],
  'packages/sealed': ['packages/identity'],
  'packages/options': ['packages/messages'],
  'packages/tracker': ['packages/torrent'],
  'packages/api': [],
  'packages/messages': [],
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

/** The order of what lies in a folder. */
export interface Floors {
  /**
   * Files and folders of the folder, from the bottom up; `*` means all that are not named. Each imports only from lower floors.
   */
  readonly floors: readonly (readonly string[])[]
  /** Files that others on the same floor may import, as paths from the folder; a leading `*` means any of its folders. */
  readonly contracts?: readonly string[]
}

/**
 * Folders with an order of their own. In every other folder any order will do that has no cycle: a file or folder that another one
 * imports, directly or not, must not import that one.
 */
export const FLOORS: Record<string, Floors> = {
  'packages/torrent/src': {
    floors: [
      ['base'],
      ['bencode', 'transport'],
      ['metainfo', 'wire'],
      ['pieces', 'storage', 'discovery', 'hash', 'platform'],
      ['api.ts'],
      ['session-api.ts'],
      ['swarm'],
      ['session', 'session.ts'],
      ['index.ts'],
    ],
    contracts: ['storage/storage.ts', 'discovery/discovery.ts', 'metainfo/metainfo.ts', 'metainfo/layout.ts'],
  },
  'apps/node/src': { floors: [['base'], ['node'], ['cli'], ['shoal.ts']] },
  // A capability imports what is below, and of another capability only its service.
  'apps/node/src/node': {
    floors: [['kernel'], ['server'], ['*'], ['capabilities.ts', 'system'], ['run-node.ts'], ['start.ts']],
    contracts: ['*/service.ts'],
  },
  'apps/web/src': { floors: [['modules.d.ts'], ['shared'], ['features'], ['app'], ['main.tsx']] },
  // Features never import each other: what two of them need belongs in shared.
  'apps/web/src/features': { floors: [['*']] },
}

/** The engine: it runs in browsers too, so only files named `*.node.ts` import Node's modules. */
export const ENGINE = 'packages/torrent/src'

/** Folders of the engine that decide or translate and do no input or output, with the folders and files that they may import. */
export const ENGINE_PURE: Record<string, readonly string[]> = {
  base: [],
  bencode: ['base'],
  wire: ['base', 'bencode', 'metainfo', 'transport/transport.ts'],
  pieces: ['base', 'metainfo'],
}

/** Tests, helpers of tests and development tools: they may use development packages and Node, and import any file of their workspace. */
export const TEST_FILE =
  /(?:\.test|\.bench|[.-]suite|[.-]testing|(?:^|\/)compliance|(?:^|\/)test-[^/]+)\.tsx?$|\/testing\/|^apps\/[^/]+\/(?:scripts|e2e)\//
