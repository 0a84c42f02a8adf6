/**
 * Classifies every text that a caller can pass to a node by its use. A new field has to be
 * classified here first.
 */
import {
  BYTE_ROUTES,
  HOST_PATHS,
  hostPathsIn,
  LOOKED_UP,
  markedPlaces,
  OPERATIONS,
  type Operation,
  OWN_TEXTS,
  Settings,
} from '@shoal/api'
import { expect, test } from 'vitest'
import type { z } from 'zod'

/**
 * Paths on the machine, according to the contracts: callers with only the password are refused
 * hidden folders (permissions.ts). That of uploadTorrent is checked like that of addTorrent, which
 * the route calls.
 */
const PATHS = [
  ...Object.entries<Pick<Operation, 'input' | 'paths'>>({ ...OPERATIONS, ...BYTE_ROUTES })
    .filter(([name]) => name !== 'changeSettings')
    .flatMap(([name, { input, paths = {} }]) =>
      [...markedPlaces(HOST_PATHS, input).map(({ field }) => field), ...Object.keys(paths)]
        .filter(field => !(paths[field] && 'unguarded' in paths[field]))
        .map(field => `${name}.${field}`),
    ),
  ...markedPlaces(HOST_PATHS, Settings).map(({ field }) => field),
]

/**
 * A path in a folder that the node chose: with `..` or a leading separator it is refused, or not
 * found among the files of a torrent.
 */
const INNER_PATHS = ['putUploadFile.path', 'readFile.path']

/** Links to shares, displayed as such. */
const LINKS = ['sendMessage.files.*']

/**
 * Becomes the name of a file or folder in the download folder: never hidden, never with separators.
 */
const FILE_NAMES = ['createUpload.name', 'follow.name', 'updateFollowed.name']

/** Run as a program: only the owner on the node's own machine can set it (programs.ts). */
const COMMANDS = ['automation.onComplete.*']

/**
 * Addresses that the node connects to. Those that strangers put into torrents and feeds are kept
 * out of the local network on use; callers can name servers of their own network.
 */
const ADDRESSES = [
  ...['addPeers.addresses.*', 'addTorrent.peers.*', 'previewTorrent.peers.*', 'openSealed.peers.*'],
  ...['createTorrent.peers.*', 'shareUpload.peers.*'],
  ...['setTrackers.tiers.*.*', 'addTorrent.trackers.*', 'createTorrent.trackers.*', 'shareUpload.trackers.*'],
  ...['setWebSeeds.urls.*', 'addTorrent.webSeeds.*', 'createTorrent.webSeeds.*', 'shareUpload.webSeeds.*'],
  ...['uploadTorrent.peers.*', 'uploadTorrent.trackers.*', 'uploadTorrent.webSeeds.*'],
  ...['joinHub.url', 'connectNetwork.address', 'openUp.address', 'openSealed.source'],
  ...[
    'network.dhtNodes.*',
    'network.iceServers.*',
    'network.proxy',
    'network.interface',
    'network.dnsServers.*',
  ],
  ...['network.publicUrl', 'network.shareTrackers.*', 'shoal.nodes.*', 'shoal.ipfsNodes.*'],
]

/**
 * Looked up, compared, displayed, or encoded: never a file name or an address. The fields of each
 * operation and setting.
 */
const TEXTS: Readonly<Record<string, string>> = {
  listTorrents: 'label tag tracker text',
  updateTorrent: 'name label tags.*',
  updateTorrents: 'label tags.* addTags.* removeTags.*',
  putLabel: 'name colour',
  removeLabel: 'name',
  addTorrent: 'torrent passphrase label tags.*',
  previewTorrent: 'torrent',
  createTorrent: 'name comment source label tags.* seal.passphrase seal.recipients.* license language',
  shareUpload: 'name comment source label tags.* seal.passphrase seal.recipients.* license language',
  openSealed: 'passphrase',
  getSealed: 'id',
  listSealedFiles: 'id',
  closeSealed: 'id',
  findProviders: 'link',
  openUp: 'username password',
  setPassword: 'username password present',
  updatePerson: 'name',
  blockPublisher: 'did note',
  unblockPublisher: 'did',
  describeDevice: 'name',
  acceptDevices: 'lists.* devices.*',
  setProfile: 'name picture',
  askContacts: 'did',
  getVerification: 'did',
  verifyContact: 'did seen',
  unverifyContact: 'did',
  dismissContactAlarms: 'did',
  joinHub: 'invitation name',
  leaveHub: 'hub',
  searchHub: 'hub text tag cursor',
  publishAtHub: 'hub link title tags.* description',
  listHubSessions: 'hub',
  endHubSession: 'hub session',
  inviteToHub: 'hub note',
  createGroup: 'hub name add.*',
  createPrivate: 'hub person',
  joinShareRoom: 'hub link',
  createShareRoom: 'hub link',
  getShareRoomLink: 'link',
  sendMessage: 'text mentions.*',
  editMessage: 'text mentions.*',
  reactToMessage: 'emoji',
  verifyReport: 'report',
  verifyHubProof: 'proof',
  setConversation: 'draft',
  changeGroup: 'add.* remove.* name admins.* allowed.*',
  searchMessages: 'text',
  giveHistory: 'hub code',
  exportHistory: 'after',
  importHistory: 'lines',
  search: 'text',
  startSearch: 'text language license',
  probeSearch: 'rows.*',
  makeFindable: 'title tags.* license language',
  setPublisher: 'identity',
  publish: 'name link version',
  findPublished: 'link',
  follow: 'link label',
  login: 'username password',
  loginWithDevice: 'nonce audience token',
  loginWithPasskey: 'answer.id answer.clientDataJSON answer.authenticatorData answer.signature',
  addPasskey: 'name passkey.id passkey.clientDataJSON passkey.attestationObject passkey.transports.*',
  removePasskey: 'id',
  limits: 'schedule.*.from schedule.*.to',
  readFile: 'key',
  readSealedFile: 'id',
  uploadTorrent: 'passphrase label tags.*',
  getEvents: 'topics',
}

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
  readonly checks?: readonly { readonly _zod: { readonly def: { readonly pattern?: RegExp } } }[]
}

/** Patterns that only match a fixed number of hex digits: ids. */
const HEXADECIMAL = /^\^(?:[()|]|\[0-9a-f(?:A-F)?\]|\{\d+\})+\$$/

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

/**
 * Returns the fields of a schema that accept any text, except ids, cursors, and the user's own
 * texts, which are only stored and displayed (OWN_TEXTS).
 */
function textFields(schema: z.ZodType, field: string): string[] {
  const parts = schema._zod.def as unknown as Parts
  if (parts.type === 'string') {
    const patterns = (parts.checks ?? []).flatMap(({ _zod }) => _zod.def.pattern ?? [])
    const isJudged =
      OWN_TEXTS.has(schema) ||
      LOOKED_UP.has(schema) ||
      patterns.some(({ source }) => HEXADECIMAL.test(source))
    return isJudged ? [] : [field]
  }
  if (NO_TEXT.includes(parts.type)) return []
  const members = Object.entries(parts.shape ?? {}).flatMap(([name, each]) =>
    textFields(each, field === '' ? name : `${field}.${name}`),
  )
  const many = [parts.element, parts.valueType, ...(parts.items ?? [])]
  const same = [parts.innerType, parts.left, parts.right, ...(parts.options ?? []), parts.getter?.()]
  // A number that is parsed from text has a transformation first.
  if (parts.type === 'pipe')
    same.push((parts.in!._zod.def as unknown as Parts).type === 'transform' ? parts.out : parts.in)
  if (parts.type === 'transform' || parts.type === 'any' || parts.type === 'unknown') return [field]
  return [
    ...members,
    ...many.flatMap(each => (each ? textFields(each, `${field}.*`) : [])),
    ...same.flatMap(each => (each ? textFields(each, field) : [])),
  ]
}

/** Fields whose meaning is declared in the contract of the operation. */
const SAID = Object.entries<Operation>(OPERATIONS).flatMap(([name, { texts = {} }]) =>
  Object.entries(texts).map(([field, what]) => ({ field: `${name}.${field}`, what })),
)

const FIELDS = [
  ...new Set([
    ...Object.entries(OPERATIONS)
      .filter(([name]) => name !== 'changeSettings')
      .flatMap(([name, { input }]) => textFields(input, name)),
    ...Object.entries(BYTE_ROUTES).flatMap(([name, { input }]) => textFields(input, name)),
    ...textFields(Settings, ''),
  ]),
]

const TEXT_FIELDS = [
  ...Object.entries(TEXTS).flatMap(([name, fields]) => fields.split(' ').map(field => `${name}.${field}`)),
  ...SAID.filter(({ what }) => what === 'text').map(({ field }) => field),
]

const JUDGED = [
  ...[...PATHS, ...INNER_PATHS, ...LINKS, ...FILE_NAMES, ...COMMANDS, ...ADDRESSES],
  ...SAID.filter(({ what }) => what === 'address').map(({ field }) => field),
  ...TEXT_FIELDS,
]

test('every text in the input of an operation or a route of bytes, and in the settings, is judged', () => {
  expect(FIELDS.filter(field => !JUDGED.includes(field))).toEqual([])
  // No stale and no duplicate entries.
  expect(JUDGED.filter((field, at) => !FIELDS.includes(field) || JUDGED.indexOf(field) !== at)).toEqual([])
  // No field named like a path, a file, an address or a program is classified as plain text.
  const isTelling = /(path|directory|folder|file|url|address|program|command)s?(\.\*)*$/i
  expect(TEXT_FIELDS.filter(field => isTelling.test(field))).toEqual([])
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
