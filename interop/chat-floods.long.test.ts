/**
 * A member and strangers whose programs flood a real hub: it refuses, and the other nodes are
 * unaffected.
 */

import { randomBytes } from 'node:crypto'
import type { NodeApi } from '@shoal/api'
import { readDeviceText } from '@shoal/identity/devices'
import { parseShareLink, roomSecretOf } from '@shoal/links'
import { limitMs, until } from '@shoal/testing'
import { expect, onTestFinished, test } from 'vitest'
import { encodeEnvelope } from '../packages/chat/src/envelope/index.ts'
import { text } from '../packages/chat/src/testing/chat-world.ts'
import { forgedCommit } from '../packages/chat/src/testing/forged-commit.ts'
import type { Link } from '../packages/hub-api/src/rooms/rooms.ts'
import { TAKINGS_PER_DAY } from '../packages/hub-stores/src/key-packages/key-packages.ts'
import { type ChatPeer, memoryJournals, startChatPeer } from './support/chat-peer.ts'
import { tempDir } from './support/files.ts'
import { HubProcess } from './support/hub.ts'
import { NodeProcess } from './support/node.ts'
import { Person } from './support/person.ts'
import { usageOf } from './support/usage.ts'

const SCRIPT = '<img src=x onerror=alert(1)><script>alert(2)</script>'
const JUNK_ENTRIES = 3000
const JUNK_AT_ONCE = 200
/** Fewer than a hub handles at once for a connection: none of them gets `busy` for that. */
const FEW_AT_ONCE = 8
const MAX_GROWTH_BYTES = 192 << 20
/** Burst of appends per account (`appends` of the hub's limits); the rate is 20 a second. */
const BURST = 200
const PER_SECOND = 20

interface Member {
  readonly node: NodeProcess
  readonly did: string
  readonly api: NodeApi
}

async function joined(folder: string, url: string, name: string): Promise<Member> {
  const node = await NodeProcess.start({ folder })
  onTestFinished(() => node[Symbol.asyncDispose]())
  const person = new Person()
  const { device } = await node.api.describeDevice({ name })
  await person.sign([readDeviceText(device)])
  await person.send({ operations: node.api })
  await node.api.joinHub({ url, name })
  return { node, did: person.did, api: node.api }
}

const rssOf = ({ node }: Member) => usageOf(node.process.pid).residentBytes

/** Returns the slowest response time of the nodes while `run` runs. */
async function slowestAnswer(members: readonly Member[], run: () => Promise<void>): Promise<number> {
  let [slowestMs, isRunning] = [0, true]
  const asking = members.map(async ({ api }) => {
    while (isRunning) {
      const started = performance.now()
      await api.listConversations({})
      slowestMs = Math.max(slowestMs, performance.now() - started)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  })
  try {
    await run()
  } finally {
    isRunning = false
  }
  await Promise.all(asking)
  return slowestMs
}

/** Appends invalid entries to rooms. Returns how often the hub accepted and refused them. */
async function flood(link: () => Link, rooms: readonly Uint8Array[]) {
  const answers = new Map<string, number>()
  const count = (name: string) => answers.set(name, (answers.get(name) ?? 0) + 1)
  let left = JUNK_ENTRIES
  let isOver = () => false
  const post = async () => {
    for (; left > 0 && !isOver(); left--) {
      const kind = left % 5 === 0 ? 'handshake' : 'message'
      const ciphertext = new Uint8Array(randomBytes(left % 50 === 0 ? 60_000 : 400))
      const commitment = kind === 'message' ? new Uint8Array(randomBytes(32)) : null
      const bytes = encodeEnvelope({ kind, commitment, ciphertext })
      const append = { room: rooms[left % rooms.length]!, clientId: new Uint8Array(randomBytes(16)), bytes }
      const answer = await appended(link(), append)
      count(answer?.error?.code ?? (answer ? 'ok' : 'lost'))
    }
  }
  await Promise.all(Array.from({ length: JUNK_AT_ONCE }, post))
  // On a slow machine, all refused entries may have been too many at once: a few at a time exceed
  // the rate.
  left = JUNK_ENTRIES
  isOver = () => answers.has('too-many-requests')
  await Promise.all(Array.from({ length: FEW_AT_ONCE }, post))
  return answers
}

/** Resolves to the response of a hub; null if there is none because the connection has ended. */
async function appended(
  link: Link,
  input: Parameters<typeof link.request<'append'>>[1],
): Promise<{ error?: { code: string } } | null> {
  const lost = new Promise<null>(resolve => setTimeout(() => resolve(null), 10_000))
  return Promise.race([link.request('append', input) as Promise<{ error?: { code: string } }>, lost])
}

/** Creates groups with a person until that is refused. Returns the number of groups. */
async function sendRequests(peer: ChatPeer, url: string, did: string, count: number): Promise<number> {
  for (let at = 0; at < count; at++) {
    const made = await peer.chat.createGroup({ home: url, name: `${SCRIPT} ${at}` }).catch(() => null)
    if (!made) return at
    // This does not wait for the delivery by the hub, which may refuse it and is retried later.
    void made.change({ add: [did] }).catch(() => {})
  }
  return count
}

test('a member floods a hub with entries, megabytes, commits, script and requests, and the others talk on', {
  timeout: limitMs(500),
}, async ({ annotate }) => {
  await using folder = await tempDir('chat-floods')
  await using hub = await HubProcess.start([
    ...['--data', folder.join('hub'), '--no-udp', '--registration', 'open', '--name', 'Harbour'],
  ])
  const { url } = hub
  const [ann, ben] = await Promise.all([
    joined(folder.join('ann'), url, 'Ann'),
    joined(folder.join('ben'), url, 'Ben'),
  ])
  const journals = memoryJournals()
  let link: Link | null = null
  let links = 0
  await using mallory = await startChatPeer(url, SCRIPT.slice(0, 40), {
    ...{ journals, oneTimeKeys: 4 },
    linked(next) {
      link = next
      links++
    },
  })
  const { id } = await until('the others can be added', () =>
    ann.api.createGroup({ name: 'Harbour', add: [ben.did, mallory.did] }).catch(error => {
      if (error.code !== 'no-devices') throw error
      return null
    }),
  )
  const magnet = `magnet:?xt=urn:btih:${'a'.repeat(40)}&dn=Charts`
  const room = await ann.api.createShareRoom({ link: magnet })
  await ben.api.joinShareRoom({ link: room.link })
  const groups = async ({ api }: Member) => (await api.listConversations({})).items
  await until('Ben is invited', async () => (await groups(ben)).some(each => each.id === id))
  await ben.api.acceptConversation({ conversation: id })
  const group = await until('the flooder is invited', () =>
    mallory.chat.conversations.find(each => Buffer.from(each.id).toString('hex') === id),
  )
  // The link has the secret of the room.
  const share = await mallory.chat.joinShareRoom(url, roomSecretOf(parseShareLink(room.link))!)
  const rooms = [group.id, share.id]
  expect(Buffer.from(share.id).toString('hex')).toBe(room.conversation.id)
  await until('the flooder follows both', () => link)
  await group.send(text('before'))
  await share.send(text('before'))
  const texts = async ({ api }: Member, conversation: string) =>
    (await api.listMessages({ conversation, limit: 500 })).items.map(each => each.text)
  const conversations = [id, room.conversation.id]
  for (const member of [ann, ben])
    for (const each of conversations)
      await until('all read', async () => (await texts(member, each)).includes('before'))
  const before = [ann, ben].map(rssOf)

  const honest: string[] = []
  let answers = new Map<string, number>()
  const started = performance.now()
  const slowestMs = await slowestAnswer([ann, ben], async () => {
    const talking = (async () => {
      for (let at = 0; at < 20; at++) {
        const words = `honest ${at}`
        honest.push(words)
        for (const conversation of conversations)
          await [ann, ben][at % 2]!.api.sendMessage({ conversation, text: words })
      }
    })()
    answers = await flood(() => link!, rooms)
    // Ten megabytes as an entry and as a volatile message: the hub ends the connection, and another
    // one is made.
    for (const send of [
      () => void link!.request('append', { ...entry(rooms[0]!), bytes: new Uint8Array(10 << 20) }),
      () => link!.volatile(rooms[0]!, new Uint8Array(10 << 20)),
    ]) {
      const known = links
      send()
      await until('the hub has ended the connection', () => links > known)
    }
    // Slightly more than the limit of volatile messages, repeatedly.
    for (let at = 0; at < 500; at++) link!.volatile(rooms[at % 2]!, new Uint8Array(2049))
    await talking
  })
  const seconds = (performance.now() - started) / 1000
  const taken = answers.get('ok') ?? 0
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThanOrEqual(BURST + PER_SECOND * seconds)
  // Entries that arrive faster than they can be processed get `busy`, from any sender: how many
  // depends on this machine.
  const [floods, busy] = [answers.get('too-many-requests') ?? 0, answers.get('busy') ?? 0]
  expect(floods).toBeGreaterThan(0)
  expect(floods + busy).toBeGreaterThan(JUNK_ENTRIES / 2)
  expect(['ok', 'busy', 'too-many-requests', 'lost']).toEqual(expect.arrayContaining([...answers.keys()]))

  // A commit against the rules, and texts with scripts, as soon as the hub accepts entries of this
  // account again.
  const removal = { proposalType: 'remove' as const, remove: { removed: 0 } }
  const records = journals.recordsOf(`keys-${id}`)
  const random = (length: number) => new Uint8Array(randomBytes(length))
  const commit = await forgedCommit({ records, device: mallory.device, id: group.id, randomBytes: random }, [
    removal,
  ])
  await until('the hub takes the commit', async () => {
    const answer = await appended(link!, { ...entry(group.id), bytes: commit })
    return answer !== null && !answer.error
  })
  await group.send(text(SCRIPT))
  await share.send(text(SCRIPT))

  // Requests from strangers with several accounts, each of which also takes key packages.
  const strangers: ChatPeer[] = []
  for (let at = 1; at <= 3; at++) {
    const stranger = await until('the hub takes another account from this address', () =>
      startChatPeer(url, `Stranger ${at}`, { oneTimeKeys: 2 }),
    )
    onTestFinished(() => stranger[Symbol.asyncDispose]())
    strangers.push(stranger)
  }
  const oneTime: number[] = []
  for (const { account } of [mallory, ...strangers]) {
    let count = 0
    for (let at = 0; at < 20; at++)
      for (const each of (await account.api.takeKeyPackages({ did: ben.did })).items)
        if (!each.isLastResort) count++
    oneTime.push(count)
  }
  expect(Math.max(...oneTime)).toBe(TAKINGS_PER_DAY)
  const sent = await Promise.all(strangers.map(peer => sendRequests(peer, url, ann.did, 25)))
  const requests = async () => (await groups(ann)).filter(each => each.isRequest).length
  await until('Ann is asked as often as she can be', async () => (await requests()) === 64, {
    timeoutMs: limitMs(120),
  })

  // Every honest entry is stored once, the commit has changed nothing, and its author is reported.
  for (const member of [ann, ben])
    for (const conversation of conversations) {
      const all = [...honest, 'before', SCRIPT].sort()
      await until(
        'all is read',
        async () => (await texts(member, conversation)).sort().join() === all.join(),
        { timeoutMs: limitMs(120) },
      )
    }
  for (const member of [ann, ben]) {
    const about = (await groups(member)).find(each => each.id === id)!
    expect(about.members).toHaveLength(3)
    expect(about.problems.map(({ code }) => code)).toContain('not-allowed')
  }
  // A person whose key packages were taken can still be added.
  const { id: next } = await ann.api.createGroup({ name: 'Next', add: [ben.did] })
  await until('Ben is invited again', async () => (await groups(ben)).some(each => each.id === next))
  const growth = [ann, ben].map((member, at) => rssOf(member) - before[at]!)
  for (const bytes of growth) expect(bytes).toBeLessThan(MAX_GROWTH_BYTES)
  await annotate(
    JSON.stringify({
      ...{ seconds, slowestMs, growth, sent, answers: [...answers], oneTime },
      hub: usageOf(hub.process.pid),
    }),
  )
})

function entry(room: Uint8Array) {
  return { room, clientId: new Uint8Array(randomBytes(16)) }
}
