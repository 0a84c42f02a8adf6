/** Every error text of engine and node that screens show is in the catalogs of all languages. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import german from '../packages/api/src/reason-texts/de/index.ts'
import english from '../packages/api/src/reason-texts/en/index.ts'
import { findReason, type ReasonName, translateMessage } from '../packages/api/src/reasons.ts'
import { findMismatches } from '../packages/messages/src/testing/index.ts'
import { errorTexts, sourcesUnder, textsOfErrors } from './error-texts.ts'

/** The sources of failures that screens and commands show. */
const SHOWN = [
  'apps/hub/src',
  'apps/node/src/base',
  'apps/node/src/node',
  'capabilities',
  'packages/api/src/contracts',
  'packages/api/src/schemas',
  'packages/chat/src',
  'packages/daemon/src',
  'packages/hub-api/src',
  'packages/hub-stores/src',
  'packages/identity/src',
  'packages/links/src',
  'packages/network/src',
  'packages/sealed/src',
  'packages/torrent/src/base',
  'packages/torrent/src/discovery',
  'packages/torrent/src/hash',
  'packages/torrent/src/metainfo',
  'packages/torrent/src/platform',
  'packages/torrent/src/port-mapping',
  'packages/torrent/src/session',
  'packages/torrent/src/storage',
  'packages/torrent/src/swarm/web-seed',
  'packages/torrent/src/transport/ftp',
  'packages/torrent/src/transport/http',
  'packages/torrent/src/transport/interface',
  'packages/torrent/src/transport/proxy',
  'packages/torrent/src/transport/tcp-transport.node.ts',
  'packages/torrent/src/transport/datagram.node.ts',
]
const EVERYWHERE = ['capabilities', 'packages', 'apps/node/src', 'apps/hub/src']
/**
 * Errors that occur only in pages without a node, in tests, or for programs that embed the engine;
 * texts of other clients, which use English with the node; commands for hub administrators; and
 * messages between nodes, whose errors only end a conversation between programs.
 */
const ELSEWHERE = new RegExp(
  [
    'torrent/.*browser|session/check-options|memory|resume-keys|slots|opfs',
    'capabilities/(?:transmission|qbittorrent)/',
    'capabilities/.*/(?:cli|web|messages)/|simulated',
    'hub/src/commands/|hub-stores/src/database/(?:archive|migrate|postgres|presence)',
    'network/src/(?:kad|indexing/messages|entries/entry)',
  ].join('|'),
)
/** Bugs in a program, and names before another text: `{0}: {1}`. */
const INTERNAL = /^setWanted needs|^The limit of a handle pool|^\{\d+\}(?:[.\w{}]*: \{\d+\})?$/
const sources = SHOWN.flatMap(sourcesUnder).filter(file => !ELSEWHERE.test(file))
/** The texts of all errors in these sources. */
const told = textsOfErrors(sources)

test('the scan sees the texts of errors', () => {
  const source = `
    throw new ShoalError('io', \`\${path} is full: \${isBig ? 'a' : 'b'}\`)
    throw new Failure('bad', 'one ' + 'two', { field: 'x' })
    const why = 'three'
    throw new TrackerError('bad', why)
    throw new TrackerError('bad', messageOf(error))
    function wrong(what: string, why?: unknown) { return new ChatError('bad', \`It \${what}: \${why}\`) }
    throw wrong('is lost', error)
    const refused = (text: string) => new IdentityError('bad', text)
    if (x) throw refused(\`no \${name}\`)
    z.string().regex(/x/, 'write x').refine(isRight, { error: () => 'write y' })`
  expect(errorTexts(source, 'x.ts').sort()).toEqual(
    [
      '{0} is full: a',
      '{0} is full: b',
      'It is lost: {1}',
      'no {0}',
      'one two',
      'three',
      'write x',
      'write y',
    ].sort(),
  )
})

test('every error that a screen may show has a reason', () => {
  const missing = told
    .filter(({ text }) => !INTERNAL.test(text) && !isSaid(fill(text)))
    .map(({ file, text }) => `${file}: ${text}`)
  expect(sources.length).toBeGreaterThan(100)
  expect(missing).toEqual([])
})

test('a message is said in another language, with the words of others as they are', () => {
  const say = (message: string) => translateMessage(message, german)
  expect(say('Cannot reach 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1')).toBe(
    '127.0.0.1:1 ist nicht erreichbar: 127.0.0.1:1 nimmt keine Verbindung an',
  )
  expect(say('The tracker refused: not registered')).toBe('Der Tracker lehnt ab: not registered')
  expect(say('example.org: the server did not send the file (HTTP 404): check the link')).toBe(
    'example.org: Der Server hat die Datei nicht gesendet (HTTP 404): Prüfen Sie den Link',
  )
  expect(say('No space left on /data. Free some space to resume the download.')).toMatch(
    /^Kein Platz mehr auf/,
  )
  expect(say('Something that nobody says')).toBeNull()
  expect(findReason('No DHT node stored the item: try again later')).toEqual({
    reason: 'dht-not-stored',
    values: {},
  })
  // This node does not know a reason sent by a newer one.
  expect(translateMessage('new', german, { reason: 'unheard-of', values: {} })).toBeNull()
})

test('German has all of them, with their values', () => {
  expect(findMismatches(english, german, 'de')).toEqual([])
})

test('no reason is left of a text that nobody says any more', () => {
  const said = new Set(told.flatMap(({ text }) => reasonsIn(fill(text))))
  // Some are composed elsewhere in the code: their words are in a source.
  const words = EVERYWHERE.flatMap(sourcesUnder)
    .filter(file => !/\/reason-texts\/|\/messages\//.test(file))
    .map(file => readFileSync(file, 'utf8'))
    .join('\n')
  const isWritten = (text: string) =>
    text.split(/\{\w+\}/).every(part => words.includes(part.trim()) || words.includes(quoted(part)))
  const system = /^(?:connect|name|reset|hang|tls|certificate|disk-full|.*-code)/
  const stale = Object.entries(english).filter(
    ([reason, text]) => !system.test(reason) && !said.has(reason as ReasonName) && !isWritten(text),
  )
  expect(stale).toEqual([])
})

const quoted = (part: string) => part.trim().replaceAll("'", "\\'")

/** Placeholder values must not match a reason themselves. */
function fill(text: string): string {
  return text.replace(/\{(\d+)\}/g, 'value$1')
}

/** Returns the reason of a text, and those within it. */
function reasonsIn(text: string): ReasonName[] {
  const found = findReason(text)
  const inner = found ? found.values.why : /^\S+: (.+)$/s.exec(text)?.[1]
  return [...(found ? [found.reason] : []), ...(inner === undefined ? [] : reasonsIn(inner))]
}

/** Returns whether German has a text for all of it, without English words in a value. */
function isSaid(text: string): boolean {
  const found = findReason(text)
  // Names of members are the same in every language.
  if (found?.reason.startsWith('must-be-')) return true
  if (found)
    return Object.entries(found.values).every(
      ([name, value]) => isValue(value) || (name === 'why' && isSaid(value)),
    )
  const [, what, why] = /^(\S+): (.+)$/s.exec(text) ?? []
  return why !== undefined && isValue(what!) && isSaid(why)
}

/**
 * Returns whether a text is one or several values, possibly quoted, or the same in every language:
 * numbers, options, paths and URLs.
 */
const isValue = (text: string) =>
  /^(?:[^a-z]*(?:value\d+|--?[a-z-]+|[a-z]+:\/\/\S*|[\w./]*\.[a-z]+))*[^a-z]*$/.test(text)
