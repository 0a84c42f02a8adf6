/** Every text that a caller can give to a node, by what the node does with it. A field that is added has to be judged here first. */
import { type FoundPath, hostPathsIn, OPERATIONS, Settings } from '@shoal/api'
import { expect, test } from 'vitest'
import type { z } from 'zod'

/** Paths of the machine: callers with only the password are refused hidden folders (guest-operations.ts). */
const PATHS = [
  ...['moveTorrent.directory', 'putLabel.directory', 'addTorrent.directory', 'createTorrent.path'],
  ...[
    'addFeed.filters.*.directory',
    'updateFeed.filters.*.directory',
    'follow.directory',
    'listFolders.path',
  ],
  ...['downloads.directory', 'downloads.completeDirectory', 'automation.watch.*.directory'],
  ...['privacy.ipFilter', 'privacy.countryDatabase'],
]

/** May be a path of the machine, which `guestOperations` looks for itself. */
const PATHS_IN_TEXTS = ['addTorrent.source', 'previewTorrent.source', 'renameFile.path']

/** Becomes the name of a file or folder in the folder for downloads: never hidden, never with separators. */
const FILE_NAMES = ['createUpload.name', 'follow.name', 'updateFollowed.name']

/** Run as a program: only the owner on the node's own machine may set it (programs.ts). */
const COMMANDS = ['automation.onComplete.*']

/**
 * Addresses that the node connects to. Those that strangers write into torrents and feeds are kept out of the local network where they are used;
 * callers may name servers of their own network.
 */
const ADDRESSES = [
  ...['addPeers.addresses.*', 'addTorrent.peers.*', 'previewTorrent.peers.*', 'openSealed.peers.*'],
  ...['setTrackers.tiers.*.*', 'addTorrent.trackers.*', 'createTorrent.trackers.*', 'shareUpload.trackers.*'],
  ...['setWebSeeds.urls.*', 'addTorrent.webSeeds.*', 'createTorrent.webSeeds.*', 'shareUpload.webSeeds.*'],
  ...['addFeed.url', 'joinHub.url', 'connectNetwork.address', 'openUp.address', 'openSealed.source'],
  ...[
    'network.dhtNodes.*',
    'network.iceServers.*',
    'network.proxy',
    'network.interface',
    'network.dnsServers.*',
  ],
  ...['network.publicUrl', 'network.shareTrackers.*', 'shoal.nodes.*', 'shoal.ipfsNodes.*'],
]

/** Looked up, compared, shown, or encoded: never a name on the disk, never an address. Last names of fields. */
const TEXTS = new Set([
  // Identifiers.
  ...[
    'id',
    'ids',
    'key',
    'did',
    'hub',
    'session',
    'conversation',
    'message',
    'before',
    'around',
    'replyTo',
    'device',
  ],
  ...[
    'torrent',
    'infoHash',
    'version',
    'cursor',
    'identity',
    'person',
    'add',
    'remove',
    'admins',
    'allowed',
    'mentions',
  ],
  ...[
    'recipients',
    'nonce',
    'audience',
    'token',
    'signature',
    'link',
    'code',
    'after',
    'lists',
    'devices',
    'report',
  ],
  // Secrets.
  ...['passphrase', 'password', 'username', 'invitation'],
  // Words of people.
  ...[
    'text',
    'tag',
    'tags',
    'addTags',
    'removeTags',
    'label',
    'tracker',
    'name',
    'comment',
    'source',
    'license',
    'language',
  ],
  ...[
    'note',
    'title',
    'description',
    'draft',
    'emoji',
    'include',
    'exclude',
    'colour',
    'seen',
    'picture',
    'from',
    'to',
  ],
  // Encoded data.
  ...['clientDataJSON', 'authenticatorData', 'attestationObject', 'transports', 'rows', 'lines', 'files'],
])

interface Parts {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly options?: readonly z.ZodType[]
  readonly items?: readonly z.ZodType[]
  readonly element?: z.ZodType
  readonly innerType?: z.ZodType
  readonly valueType?: z.ZodType
  readonly left?: z.ZodType
  readonly right?: z.ZodType
  readonly in?: z.ZodType
  readonly out?: z.ZodType
  readonly getter?: () => z.ZodType
}

const NO_TEXT = [
  'number',
  'int',
  'bigint',
  'boolean',
  'enum',
  'literal',
  'null',
  'undefined',
  'date',
  'never',
]

/** The fields of a schema that hold any text. */
function textFields(schema: z.ZodType, field: string): string[] {
  const parts = schema._zod.def as unknown as Parts
  if (parts.type === 'string') return [field]
  if (NO_TEXT.includes(parts.type)) return []
  const members = Object.entries(parts.shape ?? {}).flatMap(([name, each]) =>
    textFields(each, field === '' ? name : `${field}.${name}`),
  )
  const many = [parts.element, parts.valueType, ...(parts.items ?? [])]
  const same = [parts.innerType, parts.left, parts.right, ...(parts.options ?? []), parts.getter?.()]
  // A number that is read in some way first has a transformation in front.
  if (parts.type === 'pipe')
    same.push((parts.in!._zod.def as unknown as Parts).type === 'transform' ? parts.out : parts.in)
  if (parts.type === 'transform' || parts.type === 'any' || parts.type === 'unknown') return [field]
  return [
    ...members,
    ...many.flatMap(each => (each ? textFields(each, `${field}.*`) : [])),
    ...same.flatMap(each => (each ? textFields(each, field) : [])),
  ]
}

const FIELDS = [
  ...new Set([
    ...Object.entries(OPERATIONS)
      .filter(([name]) => name !== 'changeSettings')
      .flatMap(([name, { input }]) => textFields(input, name)),
    ...textFields(Settings, ''),
  ]),
]

const JUDGED = [...PATHS, ...PATHS_IN_TEXTS, ...FILE_NAMES, ...COMMANDS, ...ADDRESSES]

test('every text in the input of an operation, and in the settings, is judged', () => {
  const lastName = (field: string) => field.split('.').findLast(name => name !== '*')!
  expect(FIELDS.filter(field => !JUDGED.includes(field) && !TEXTS.has(lastName(field)))).toEqual([])
  // None that is gone, and no field whose name says that it is a path, a file, an address or a program.
  expect(JUDGED.filter(field => !FIELDS.includes(field))).toEqual([])
  const isTelling = /(path|directory|folder|file|url|address|program|command)s?$/i
  const named = FIELDS.filter(field => isTelling.test(lastName(field)) && lastName(field) !== 'files')
  expect(named.filter(field => !JUDGED.includes(field))).toEqual([])
})

/** A value for a field, such as `filters.*.directory`. */
function sampleFor(names: readonly string[]): unknown {
  const [name, ...rest] = names
  if (name === undefined) return '/a'
  return name === '*' ? [sampleFor(rest)] : { [name]: sampleFor(rest) }
}

test.each(PATHS)('%s is a path by its schema', field => {
  const [first, ...rest] = field.split('.')
  const operation = OPERATIONS[first as keyof typeof OPERATIONS] as { input: z.ZodType } | undefined
  const [schema, names] = operation ? [operation.input, rest] : [Settings, field.split('.')]
  const found: Partial<FoundPath>[] = hostPathsIn(schema, sampleFor(names))
  expect(found).toMatchObject([{ field: names.join('.').replaceAll('*', '0'), path: '/a' }])
})

test('the settings in a change of them are the same as those that are judged', () => {
  const { shape } = OPERATIONS.changeSettings.input
  const changed = textFields(OPERATIONS.changeSettings.input, '')
  expect(Object.keys(shape)).toEqual(Object.keys(Settings.shape))
  expect(new Set(changed)).toEqual(new Set(textFields(Settings, '')))
  expect(hostPathsIn(OPERATIONS.changeSettings.input, { downloads: { directory: '/a' } })).toMatchObject([
    { field: 'downloads.directory', path: '/a', isWhole: true },
  ])
})
