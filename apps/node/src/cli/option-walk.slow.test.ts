/**
 * Walks through every option of every command. For each kind of argument, an option changes the
 * command's calls to the node or the engine, or its output, or it is refused as wrong usage (exit
 * code 2). The commands come from the table: a new one fails until its kinds of arguments are
 * listed here.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SimulatedNode, VirtualClock } from '@shoal/api/testing/node'
import { formatShareLink } from '@shoal/links'
import { flagName, type Option, parseWords, UsageError } from '@shoal/options'
import { createTorrent, type Metainfo, writeMetainfo } from '@shoal/torrent'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Command, CommandContext, CommandEntry } from './command.ts'
import { COMMANDS_OF_CAPABILITIES } from './commands/of-capabilities.ts'
import { COMMANDS, type CommandName } from './commands.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { splitWords } from './shell/split.ts'

const folder = vi.hoisted(() => {
  const { mkdtempSync } = process.getBuiltinModule('node:fs')
  const made = mkdtempSync(`${process.getBuiltinModule('node:os').tmpdir()}/shoal-options-`)
  process.env.SHOAL_STATE = `${made}/state`
  return made
})

/** All calls and output of the current command, in order. */
let trace: unknown[] = []

vi.mock('./client/node-client.ts', async original => {
  const { createApi } = await import('@shoal/api/client')
  return {
    ...(await original<typeof import('./client/node-client.ts')>()),
    async openNode({ node: url, token, username, passwordFile, dataDir }: Record<string, unknown>) {
      const mine = trace
      mine.push(['openNode', url, token, username, passwordFile, dataDir])
      const node = new SimulatedNode({ clock: new VirtualClock() })
      const api = createApi(async (name, input) => {
        mine.push([name, input])
        // The simulated node has no such files.
        if (name === 'createTorrent') return { id: 'job', kind: 'create', name: 'a', state: 'running' }
        return node.api[name](input as never)
      })
      return {
        address: {
          url: 'http://127.0.0.1:9',
          dataDir: folder,
          token: null,
          password: null,
          credentials: null,
        },
        api,
        readMetainfo: async () => new Uint8Array(),
        async *events(topics: readonly string[]) {
          mine.push(['events', topics])
          yield { type: 'hello' }
        },
      }
    },
  }
})
vi.mock('./client/wait.ts', () => ({
  waitFor: async (_node: unknown, awaited: unknown, { signal }: object & { signal: AbortSignal }) =>
    void trace.push(['waitFor', awaited, signal.aborted]),
}))
vi.mock('./alone/find-in-network.ts', () => ({
  findInNetwork({ nodes, linkKey }: Record<string, unknown>) {
    trace.push(['findInNetwork', nodes, linkKey])
    return async () => {}
  },
}))
vi.mock('./alone/open-findable.ts', () => ({
  openFindable(_session: unknown, _view: unknown, options: Record<string, unknown>) {
    trace.push(['openFindable', options.findable, options.networkNode])
    return null
  },
}))
vi.mock('@shoal/torrent', async original => {
  const engine = await original<typeof import('@shoal/torrent')>()
  return { ...engine, Session: { open: async (options: object) => fakeSession(engine, options) } }
})
vi.mock('./alone/fetch-metadata.ts', () => ({
  async fetchMetadata(...asked: unknown[]) {
    trace.push(['fetchMetadata', ...asked])
    return made()
  },
}))

function shownMetainfo({ info, trackers, webSeeds, comment }: Metainfo) {
  return {
    hashes: Object.values(info.infoHashes).map(String),
    private: info.private,
    trackers,
    webSeeds,
    comment,
  }
}

/** A session that has every torrent immediately, and records its calls. */
function fakeSession(engine: typeof import('@shoal/torrent'), options: object) {
  const mine = trace
  mine.push(['Session.open', options])
  const noted =
    (name: string) =>
    (...given: unknown[]) => {
      mine.push([name, ...given])
      return Promise.resolve()
    }
  return {
    ...{ port: 1, torrents: [], close: async () => {} },
    async add(source: unknown, given: { readonly directory?: string }) {
      mine.push(['add', typeof source === 'string' ? source : shownMetainfo(source as Metainfo), given])
      const isLink = typeof source === 'string' && !source.endsWith('.torrent')
      const text = isLink ? source : `magnet:?xt=urn:btih:${'1'.repeat(40)}`
      const { infoHashes } = engine.parseMagnet(
        text.startsWith('magnet:') ? text : `magnet:?xt=urn:btih:${text}`,
      )
      const metainfo = typeof source === 'object' ? source : isLink ? null : await made()
      return {
        ...{ infoHashes, metainfo, name: 'a', directory: given.directory ?? folder, state: 'seeding' },
        ...{ magnet: text, trackers: [], webSeeds: [], isComplete: true, stats: STATS, files: FILES },
        ...{ on: () => () => {}, ownStamps: async () => FILES.map(() => null) },
        ...{ whenMetadata: noted('whenMetadata'), whenComplete: noted('whenComplete') },
        ...{ addPeer: noted('addPeer'), setPriority: noted('setPriority') },
        ...{ setSuperSeeding: noted('setSuperSeeding'), remove: noted('remove'), read: noted('read') },
      }
    },
  }
}

const STATS = {
  ...{ state: 'seeding', progress: 1, haveBytes: 2, wantedBytes: 2, downloadedBytes: 2, uploadedBytes: 0 },
  ...{ downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, etaSeconds: null, peers: 0, seeds: 0 },
}
const FILES = [0, 1].map(index => ({
  ...{ index, path: ['a', String(index)], diskPath: `/x/a/${index}`, lengthBytes: 1, priority: 4 },
}))

const MAGNET = `magnet:?xt=urn:btih:${'1'.repeat(40)}`
const page = 'https://files.example/'
const magnet = { infoHashes: { v1: new Uint8Array(20).fill(1) } }
const SHARE = formatShareLink(page, { magnet })
const BY_KEY = formatShareLink(page, { magnet, seal: { by: 'key', key: new Uint8Array(32) } })
const BY_PASSPHRASE = formatShareLink(page, { magnet, seal: { by: 'passphrase' } })
/** With whom the simulated node has no conversation. */
const STRANGER = 'did:key:z6MkpCLeoT4vWq9fHn2JxUyR8dSmKe3ZbGaL7tXhNs5oQrPc'
const HASH = '1'.repeat(40)
const TORRENT = join(folder, 'a.torrent')
const SECRET = join(folder, 'secret')
const ALBUM = join(folder, 'album')
/** A torrent of the simulated node with many files, and one that can be restored. */
const ID = 'ID'
/** A word that an action can take. */
const WORD = 'f1'
const LINKS = [MAGNET, HASH, SHARE, TORRENT, 'http://127.0.0.1:9/a.torrent', 'http://127.0.0.1:9/a.iso']
const one = (...words: string[]) => [words]
const each = (words: readonly string[]) => words.map(word => [word])

/**
 * The kinds of arguments of each command; null for those with only one kind, and for start, stop or
 * commands that need more than a node, which have their own tests.
 */
const KINDS: Record<
  Exclude<CommandName, keyof typeof COMMANDS_OF_CAPABILITIES>,
  readonly (readonly string[])[] | null
> = {
  ...{ start: null, shell: null, 'restore-catalogue': null },
  ...{ stop: null, restart: null, open: null },
  'open-up': [[], ['--off'], ['--test']],
  password: [['--new-password-file', SECRET], ['--remove']],
  add: [...each(LINKS), [BY_KEY], [BY_PASSPHRASE, '--passphrase-file', SECRET], [ALBUM], [join(ALBUM, '0')]],
  download: [...each(LINKS), [ALBUM]],
  list: [[]],
  ...{ show: one(ID), pause: one(ID), resume: one(ID), remove: one(ID), restore: one(ID), recheck: one(ID) },
  ...{ reannounce: one(ID), queue: one('first', ID), move: one(ID, '--to', '/x'), rename: one(ID, 'b') },
  ...{
    export: one(ID, '--out', join(folder, 'x.torrent')),
    files: one(ID),
    peers: [[ID]],
    trackers: one(ID),
    limit: [[], [ID]],
  },
  label: [
    [],
    ['set', 'films', ID],
    ['create', 'films'],
    ['remove', 'linux'],
    ['tag', 'x', ID],
    ['clear', ID],
  ],
  search: [['harbour'], ['harbour', '--local']],
  jobs: [[], ['cancel', 'x']],
  publish: [[], ['films', ID], ['films', '--remove']],
  follow: [[], [`magnet:?xs=urn:btpk:${'8'.repeat(64)}`], ['films', '--check'], ['films', '--remove']],
  'ip-filter': [[], ['reload']],
  settings: [[], ['set', 'network.dht=false']],
  log: [[]],
  network: [[]],
  connect: one('/ip4/127.0.0.1/tcp/1'),
  announce: [[], [ID]],
  people: [[]],
  profile: [[], ['show'], ['clear']],
  devices: [[], ['list'], ['describe', 'attic'], ['dismiss'], ['forget']],
  hub: [[], ['join', 'https://hub.example'], ['publish', 'hub', ID]],
  chat: [[], ['read'], ['send', STRANGER, 'x'], ['group', 'a']],
  ...{ passkeys: [[]], sessions: [[]], findable: [[], [ID], [ID, '--off']], health: [[]], debug: [[]] },
  api: one('getStats'),
  share: [['--dir', ALBUM]],
  get: [
    ...each(LINKS.slice(0, 5)),
    [BY_KEY],
    [BY_PASSPHRASE, '--passphrase-file', SECRET],
    ...each(LINKS).map(words => [...words, '--node', 'local']),
  ],
  seed: [
    [ALBUM],
    [join(ALBUM, '0')],
    [ALBUM, '--seal'],
    [ALBUM, '--node', 'local'],
    [ALBUM, '--seal', '--node', 'local'],
  ],
  unseal: null,
  passphrase: [[]],
  key: [['export', BY_KEY]],
  create: [[ALBUM, '--out', '-']],
  info: each(LINKS.slice(0, 5)),
  check: one(TORRENT, folder),
  ...{ completion: one('bash'), man: [[]], complete: [[]] },
}

/** Options whose effect is not visible in this test, and where it is tested. */
const SEEN_ELSEWHERE: Readonly<Record<string, string>> = {
  'remove --yes': 'on a terminal, nobody is asked: interop/node-cli.test.ts',
  'publish --passphrase-file': 'opens the key file: publish.long.test.ts',
  'info --no-fetch': 'a .torrent is not fetched from peers in any case',
  'get --timeout': 'ends a download in time: interop/command-line.test.ts',
  'export --replace': 'replaces a file of that name: interop/node-cli.long.test.ts',
  'create --keep-links': 'for folders with links: interop/command-line.test.ts',
  'seed --keep-links': 'the same',
  'share --keep-links': 'the same',
  'seed --data-dir': 'leaves out what that node holds: folder-holds.test.ts',
  'share --data-dir': 'the same',
}

/**
 * Nothing decrypts the fake share, so `get` does not finish. A passphrase does not find peers in
 * the network in any case.
 */
function isUnsealed([link]: readonly string[], option: string): boolean {
  if (option === '--seed') return link === BY_KEY || link === BY_PASSPHRASE
  return option === '--no-network' && link === BY_PASSPHRASE
}

const VALUES: Readonly<Record<string, string>> = {
  ...{
    RATE: '3MB',
    RATIO: '3',
    TIME: '7m',
    N: '7',
    DIR: join(folder, 'x'),
    URL: 'http://127.0.0.1:9/a',
    FILE: SECRET,
  },
  ...{
    'HOST:PORT': '127.0.0.1:9',
    NUMBERS: '1',
    'NUMBERS=LEVEL': '1=high',
    'NUMBER=PATH': '1=z',
    SIZE: '2MB',
  },
  ...{ LANGUAGE: 'de', MINUTES: '20', '#RRGGBB': '#112233', STATE: 'seeding', ADDRESS: '127.0.0.1' },
}

function given(key: string, { kind, choices, value = '' }: Option<unknown>): readonly string[] {
  if (kind === 'flag') return [flagName(key)]
  const special =
    key === 'iceServer'
      ? 'stun:127.0.0.1:9'
      : key === 'proxy'
        ? 'socks5://127.0.0.1:9'
        : key === 'interface'
          ? 'lo'
          : undefined
  return [flagName(key), special ?? choices?.at(-1) ?? VALUES[value] ?? 'word']
}

let made: () => Promise<Awaited<ReturnType<typeof createTorrent>>>
let id = ''
beforeAll(async () => {
  mkdirSync(ALBUM)
  // More files than are shown for a torrent.
  for (const name of [...Array(60).keys(), '.hidden'].map(String)) writeFileSync(join(ALBUM, name), name)
  writeFileSync(SECRET, 'six random words of a passphrase')
  const metainfo = await createTorrent(ALBUM, {})
  writeFileSync(TORRENT, writeMetainfo(metainfo))
  made = async () => metainfo
  const { torrents } = new SimulatedNode({ clock: new VirtualClock() }).state
  id = [...torrents].find(([, torrent]) => torrent.files.length > 3 && torrent.peers().length > 8)![0]
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a command line, and returns what it did; `refused: …` for wrong usage. */
async function run(command: Command, words: readonly string[], idleMs = 60): Promise<string> {
  const mine: unknown[] = []
  trace = mine
  rmSync(join(folder, 'state'), { recursive: true, force: true })
  const args = words.map(word => (word === ID ? id : word))
  const note = (text: unknown) => void mine.push(text)
  const output = {
    ...{ json: args.includes('--json'), verbose: false, terminal: null, flush: async () => {} },
    ...{ line: note, object: note, error: note, bytes: note },
  }
  const stop = new AbortController()
  // Ctrl-C once nothing happens any more, after any hashing.
  let [seen, turns] = [-1, 0]
  const timer = setInterval(() => {
    const hasBegun = mine.some(each => Array.isArray(each) && each[0] === 'add')
    if (seen === mine.length && (hasBegun || ++turns > 40)) stop.abort(new Error('stopped'))
    seen = mine.length
  }, idleMs)
  const context = {
    ...{ output, interrupt: { signal: stop.signal, close() {} } },
    commandLine: { commands: COMMANDS, run: async () => 0 },
  } as CommandContext
  try {
    const parsed = parseWords(args, { ...command.options, ...COMMON_OPTIONS }, command.positionals)
    note(await command.run(parsed.words, parsed.options, context))
  } catch (error) {
    if (error instanceof UsageError) return `refused: ${error.message}`
    note(String(error))
  } finally {
    clearInterval(timer)
  }
  return JSON.stringify(mine, (_key, value) => (typeof value === 'bigint' ? String(value) : value))
}

/**
 * Commands of capabilities: the kinds are the examples of their help, with a torrent that the node
 * has. Actions without an example get one, with a word if they take one.
 */
const OF_CAPABILITIES = await Promise.all(
  Object.entries<CommandEntry>(COMMANDS_OF_CAPABILITIES).map(async ([name, entry]) => {
    const { examples, positionals } = await entry.load()
    const kinds = examples.map(([line]) => splitWords(line).slice(1))
    const [first] = positionals
    const actions = (first?.choices ?? []).filter(action => !kinds.some(words => words[0] === action))
    const walked = [...(first?.optional ? [[]] : []), ...actions.map(action => [action, WORD]), ...kinds]
    return [name, walked.map(words => words.map(word => (/^[0-9a-f]{8}$/.test(word) ? ID : word)))] as const
  }),
)

const ALL_KINDS: Readonly<Record<string, readonly (readonly string[])[] | null>> = {
  ...KINDS,
  ...Object.fromEntries(OF_CAPABILITIES),
}

const WALKED = Object.entries<CommandEntry>(COMMANDS).flatMap(([name, entry]) => {
  const kinds = ALL_KINDS[name] ?? null
  return kinds === null ? [] : [[name, entry, kinds] as const]
})

describe.each(WALKED)('%s', (name, entry, kinds) => {
  test.each(kinds.map(words => [words.join(' ').slice(0, 70), words] as const))(
    'with %j',
    async (_, kind) => {
      const command = await entry.load()
      // Load its modules first.
      const isTaken = !/^refused/.test(await run(command, kind, 500))
      const words = isTaken ? kind : kind.filter(word => word !== WORD)
      const plain = await run(command, words)
      expect(plain).not.toMatch(/^refused/)
      const ignored: string[] = []
      for (const [key, option] of Object.entries(command.options)) {
        const flags = given(key, option)
        const known = `${name} ${flags[0]}` in SEEN_ELSEWHERE || isUnsealed(words, flags[0]!)
        if (words.includes(flags[0]!) || known) continue
        if ((await run(command, [...words, ...flags])) === plain) ignored.push(flags.join(' '))
      }
      expect(ignored).toEqual([])
    },
  )
})
