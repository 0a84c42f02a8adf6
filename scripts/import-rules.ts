/**
 * The import rules as data. Imports go down only, and there are no cycles, type imports included.
 */

/** The folder that contains a folder for each capability. */
export const CAPABILITIES = 'capabilities'

/**
 * The parts of a capability's folder, and the places whose rules they follow: where they would be
 * if each workspace contained its own part. A screen thus cannot import the node's part, although
 * both are in one folder.
 */
const PARTS: readonly (readonly [part: RegExp, place: string])[] = [
  [/^contract\.ts$/, 'packages/api/src/contracts/NAME.ts'],
  [/^(simulated[\w-]*)\.ts$/, 'packages/api/src/testing/node/NAME-$1.ts'],
  [/^fuzz(-drivers)?\.ts$/, 'fuzz/NAME$1.ts'],
  // Schemas, and code that both the node and the console use.
  [/^([\w-]+)\.ts$/, 'packages/api/src/schemas/NAME-$1.ts'],
  [/^messages\/(\w+)\/errors\.ts$/, 'packages/api/src/reason-texts/$1/NAME.ts'],
  [/^messages\/(\w+)\/settings\.ts$/, 'packages/api/src/setting-texts/$1/NAME.ts'],
  [/^messages\/(\w+)\/cli\.ts$/, 'apps/node/src/cli/messages/$1/NAME.ts'],
  [/^messages\/(\w+)\/(menu|web)\.ts$/, 'apps/web/src/shared/messages/$1/NAME-$2.ts'],
  [/^node\/(.*)$/, 'apps/node/src/node/NAME/$1'],
  [/^cli\/(.*)$/, 'apps/node/src/cli/commands/NAME/$1'],
  [/^web\/(.*)$/, 'apps/web/src/features/NAME/$1'],
]

/**
 * Returns the place whose rules a file follows: its own path, or that of a part of a capability.
 * Null for a file of a capability that belongs to no part.
 */
export function placeOf(file: string): string | null {
  const [top, name, ...rest] = file.split('/')
  if (top !== CAPABILITIES || rest.length === 0) return file
  const path = rest.join('/')
  for (const [part, place] of PARTS)
    if (part.test(path)) return path.replace(part, place).replace('NAME', name!)
  return TEST_FILE.test(file) ? file : null
}

/** The workspaces that each workspace can import. Its package.json must also declare them. */
export const WORKSPACES: Record<string, readonly string[]> = {
  'packages/torrent': [],
  'packages/identity': [],
  'packages/links': ['packages/torrent'],
  'packages/sealed': ['packages/identity'],
  'packages/options': ['packages/messages'],
  'packages/tracker': ['packages/torrent'],
  'packages/network': ['packages/torrent'],
  'packages/hub-stores': ['packages/daemon', 'packages/identity', 'packages/network', 'packages/torrent'],
  'packages/chat': [
    'packages/api',
    'packages/hub-api',
    'packages/identity',
    'packages/links',
    'packages/network',
    'packages/sealed',
    'packages/torrent',
  ],
  'packages/api': [],
  'packages/hub-api': [
    'packages/api',
    'packages/hub-stores',
    'packages/identity',
    'packages/network',
    'packages/torrent',
  ],
  'packages/messages': [],
  'packages/markdown': [],
  'packages/daemon': ['packages/api', 'packages/torrent', 'packages/tracker'],
  'packages/testing': [],
  capabilities: ['packages/*', 'apps/*', 'interop'],
  'apps/node': ['packages/*'],
  'apps/web': ['packages/*'],
  'apps/hub': ['packages/*'],
  // These access the internals of what they test and measure.
  interop: ['packages/*', 'apps/*'],
  sim: ['packages/*', 'apps/*', 'capabilities'],
  bench: ['packages/*', 'apps/*', 'capabilities', 'interop', 'sim', 'scripts'],
  fuzz: ['packages/*', 'apps/*', 'capabilities', 'scripts'],
  scripts: [
    'interop',
    'capabilities',
    'packages/api',
    'packages/hub-api',
    'packages/options',
    'packages/testing',
    'apps/node',
    'apps/hub',
    // Compares the catalogs of errors.
    'packages/messages',
  ],
}

/**
 * The tests of all workspaces can import this one. As a development dependency of the root, like
 * Vitest, it is unavailable to everything else.
 */
export const FOR_TESTS = 'packages/testing'

/** Workspaces that can import any file of another workspace, not only its package.json exports. */
export const ACCESS_INTERNALS = ['interop', 'sim', 'bench', 'fuzz', 'scripts']

/** The order of the files and folders in a folder. */
export interface Floors {
  /**
   * Files and folders, from the bottom up; `*` means all others. Each only imports from lower
   * floors.
   */
  readonly floors: readonly (readonly string[])[]
  /**
   * Files that others on the same floor can import, as paths relative to the folder; a leading `*`
   * means any of its folders.
   */
  readonly contracts?: readonly string[]
}

/**
 * Folders with a fixed order. In every other folder, any order without cycles is allowed: a file or
 * folder must not import one that imports it, directly or indirectly.
 */
export const FLOORS: Record<string, Floors> = {
  'packages/torrent/src': {
    floors: [
      ['base'],
      ['bencode', 'transport'],
      ['metainfo', 'wire'],
      ['pieces', 'storage', 'discovery', 'hash', 'platform', 'port-mapping', 'stun'],
      ['api.ts'],
      ['session-api.ts'],
      ['swarm'],
      ['session', 'session.ts'],
      ['index.ts', 'omitted.browser.ts'],
    ],
    contracts: [
      'storage/storage.ts',
      'discovery/discovery.ts',
      'port-mapping/port-mapping.ts',
      'metainfo/metainfo.ts',
      'metainfo/layout.ts',
    ],
  },
  'packages/daemon/src': {
    floors: [
      ['failure.ts', 'metrics', 'printable.ts', 'redact.ts'],
      ['files', 'log'],
      ['database', 'vault.ts'],
      ['capability'],
      ['http'],
      ['login'],
      ['passkeys'],
    ],
  },
  'apps/node/src': { floors: [['base'], ['node'], ['cli'], ['shoal.ts']] },
  // A capability imports the floors below, and of other capabilities only the service.
  'apps/node/src/node': {
    floors: [
      ['kernel'],
      ['server'],
      ['*'],
      ['of-capabilities.ts'],
      ['capabilities.ts', 'system'],
      ['run-node.ts'],
      ['command-node.ts', 'start.ts', 'table-owners.ts'],
    ],
    contracts: ['*/service.ts'],
  },
  'apps/web/src': {
    floors: [['modules.d.ts'], ['shared'], ['features', 'hub'], ['app', 'chat-app'], ['main.tsx']],
  },
  'apps/web/src/hub': { floors: [['state'], ['identity'], ['parts'], ['screens'], ['app'], ['main.tsx']] },
  'apps/web/src/chat-app': {
    floors: [['loader'], ['install', 'device'], ['worker', 'files'], ['screens'], ['main.tsx']],
  },
  // Features never import each other: code that two of them need belongs in shared.
  'apps/web/src/features': { floors: [['*']] },
}

/** The engine also runs in browsers, so only files named `*.node.ts` import Node modules. */
export const ENGINE = 'packages/torrent/src'

/** The parts of the engine that pages omit, for all its floors. Only `#` imports resolve to it. */
export const OMITTED = `${ENGINE}/omitted.browser.ts`

/**
 * Folders of the engine without input or output, with the folders and files that they can import.
 */
export const ENGINE_PURE: Record<string, readonly string[]> = {
  base: [],
  bencode: ['base'],
  wire: ['base', 'bencode', 'metainfo', 'transport/transport.ts'],
  pieces: ['base', 'metainfo'],
}

/**
 * Tests, test helpers and development tools. They can use development packages and Node, and import
 * any file of their workspace.
 */
export const TEST_FILE =
  /(?:\.test|\.bench|[.-]suite|[.-]testing|(?:^|\/)compliance|(?:^|\/)test-[^/]+)\.tsx?$|\/testing\/|^apps\/[^/]+\/(?:scripts|e2e)\//

/** Returns whether a file is a test or a test helper. */
export function isForTests(file: string): boolean {
  return /^(?:interop|sim)\//.test(file) || TEST_FILE.test(file)
}

/** Modules and globals with direct network access, which bypasses a proxy. */
export const NETWORK_MODULES =
  /^(?:node:(?:net|dgram|dns|dns\/promises|tls|http|https|http2)|undici|ws|node-datachannel|koffi|@libp2p\/(?:tcp|websockets|webrtc))$/
export const NETWORK_GLOBALS = /(?<![.\w#])(?:fetch|new WebSocket|new EventSource)\(/

/**
 * The files of the engine, the network and the node that reach other machines, with the reason why
 * none of them bypasses a strict proxy. Everything else receives the functions of a route. Files
 * that import only types or `isIP` need no line.
 */
export const NETWORK_ACCESS: Record<string, string> = {
  'apps/node/src/node/network/dns-addresses.ts': 'used by the Shoal network only, which is off on a route',
  'apps/node/src/node/network/network.ts': 'off on a route',
  'packages/daemon/src/http/guard/guard.ts': 'guards servers, and opens no connections',
  'packages/network/src/host/direct-transport.node.ts': 'not opened on a route',
  'packages/network/src/host/host.node.ts': 'not opened on a route',
  'packages/network/src/page/page-host.ts': 'runs in pages, which have no routes',
  'packages/torrent/src/discovery/tracker/ws/web-socket.ts': 'replaced by routed-socket.node.ts on a route',
  'packages/torrent/src/discovery/tracker/ws/routed-socket.node.ts': 'gets its connections from the route',
  'packages/torrent/src/transport/adopt.node.ts': 'moves sockets that others opened',
  'packages/torrent/src/transport/connect-directly.node.ts':
    'used to routers and FTP servers without a route only, and to the proxy',
  'packages/torrent/src/transport/datagram.node.ts':
    'replaced by the relay on a strict route, and bound on an interface',
  'packages/torrent/src/transport/interface/device-sockets.node.ts':
    'opens sockets that are bound to the interface',
  'packages/torrent/src/transport/http/http-client.node.ts': 'gets its connections from the route',
  'packages/torrent/src/transport/http/http-connection.node.ts': 'gets its connections from the route',
  'packages/torrent/src/transport/ftp/ftp-connection.node.ts':
    'speaks TLS over connections that its user makes',
  'packages/torrent/src/transport/resolve.node.ts': 'replaced by the names of the route',
  'packages/torrent/src/transport/tcp-transport.node.ts':
    'gets its connections from the route; listens only if that may',
  'packages/torrent/src/transport/webrtc/rtc.node.ts': 'not opened on a strict route',
  'apps/node/src/node/kernel/http/route-agent.ts': 'gets its connections from the route',
  'apps/node/src/node/kernel/http/outside-lookup.ts': 'used only without a route',
  'apps/node/src/node/kernel/leave-network.ts': 'closes what others opened',
  'apps/node/src/node/reach/calls.ts':
    'gets its connections from the route; connects directly only without one',
  'apps/node/src/node/server/door.ts': 'accepts connections of the console and API, and opens none',
  'apps/node/src/node/server/front.ts': 'accepts connections of the console and API, and opens none',
}
