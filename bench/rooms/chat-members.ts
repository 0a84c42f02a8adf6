/**
 * Members of a closed group at a hub, each with the complete chat of a device: how long a message
 * takes from one to the screens of the others. Key packages and invitations go through memory,
 * everything else through the hub. Calls arrive as lines of JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { ChatJournals } from '../../apps/node/src/node/chat/chat-journals.ts'
import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { ChatDevice, type Conversation, type Journals } from '../../packages/chat/src/device/index.ts'
import { HubCarriers } from '../../packages/chat/src/hub/index.ts'
import { type TestDevice, TestPerson } from '../../packages/chat/src/testing/members.ts'
import { Vault } from '../../packages/daemon/src/vault.ts'
import { connectHub } from '../../packages/hub-api/src/client.ts'
import { roomToken } from '../../packages/hub-api/src/rooms/rooms.ts'
import { parseDidKey } from '../../packages/identity/src/index.ts'
import { hex, systemClock, systemRandom } from '../../packages/torrent/src/base/index.ts'
import { MemoryPorts, memoryJournals } from '../chat-ports.ts'
import { percentile } from '../statistics.ts'

/** Time limit: members are added in one commit, once their key packages have been published. */
const LIMIT_MS = 300_000

export interface Prepared {
  /** In hex. */
  readonly room: string
  /** The secret for reading it, in hex. */
  readonly token: string
}

export interface ChatDelays {
  readonly medianMs: number
  readonly p99Ms: number
  readonly messages: number
}

interface Member {
  readonly person: TestPerson
  readonly device: TestDevice
  chat?: ChatDevice
}

const shared = new MemoryPorts()
const members: Member[] = []
const folders: string[] = []
let live: Conversation[] = []
let delaysMs: number[] = []

answerJsonLines({
  /** Creates persons. Returns their DIDs. */
  persons({ count }: { count: number }): readonly string[] {
    for (let at = 0; at < count; at++) {
      const person = new TestPerson()
      const device = person.device(`Device ${at}`)
      shared.people.set(person.did, { list: person.list!, isContact: true, isBlocked: false })
      members.push({ person, device })
    }
    return members.map(({ person }) => person.did)
  },
  /** Creates a group of all of them. Only the first `live` members stay, with journals on disk. */
  async prepare(given: { port: number; sessions: readonly string[]; live: number }): Promise<Prepared> {
    const home = `http://127.0.0.1:${given.port}`
    let accessSecret = new Uint8Array()
    for (const [at, member] of members.entries()) {
      const journals = at < given.live ? await onDisk() : memoryJournals()
      const { rooms } = new HubCarriers({
        access: () => ({
          device: { session: async () => given.sessions[at]!, forget() {}, api: {} as never },
        }),
        ...{ homes: [home], journals, clock: systemClock, random: systemRandom },
      })
      const ports = {
        ...shared.portsOf(member.device, journals),
        rooms: {
          idOf: rooms.idOf,
          forget: rooms.forget,
          follow: (...[room, follower]: Parameters<typeof rooms.follow>) => {
            accessSecret = new Uint8Array(room.accessSecrets[0]!)
            return rooms.follow(room, follower)
          },
        },
      }
      const { own } = member.device
      member.chat = await ChatDevice.open({ ports, device: own, listener: { arrived: see }, oneTimeKeys: 2 })
    }
    await until('all have key packages', () => shared.published === members.length, { timeoutMs: LIMIT_MS })
    const [admin, ...rest] = members
    const group = await admin!.chat!.createGroup({ home, name: 'Everybody' })
    await group.change({ add: rest.map(({ person }) => person.did) })
    const all = () => members.map(({ chat }) => chat!.conversations[0])
    await until('all are members', () => all().every(each => each?.state === 'member'), {
      timeoutMs: LIMIT_MS,
    })
    live = all()
      .slice(0, given.live)
      .map(each => each!)
    for (const { chat } of members.slice(given.live)) chat!.close()
    const { key } = await connectHub({ url: home }).getHub({})
    const token = roomToken(accessSecret, parseDidKey(key), group.id, 'read')
    return { room: hex(group.id), token: hex(token) }
  },
  /**
   * Posts at this rate, by all remaining members in turn, and returns the delays once everything
   * has arrived.
   */
  async write({ perSecond, count }: { perSecond: number; count: number }): Promise<ChatDelays> {
    delaysMs = []
    for (let n = 0; n < count; n++) {
      const text = `${process.hrtime.bigint()} ${'x'.repeat(100)}`
      void live[n % live.length]!.send({ kind: 'text', text, replyTo: null, mentions: [], files: [] })
      await new Promise(resolve => setTimeout(resolve, 1000 / perSecond))
    }
    await until('all messages are shown', () => delaysMs.length === count * (live.length - 1))
    return { medianMs: percentile(delaysMs, 0.5), p99Ms: percentile(delaysMs, 0.99), messages: count }
  },
  async close() {
    for (const { chat } of members) chat?.close()
    for (const folder of folders) await rm(folder, { recursive: true })
  },
})

async function onDisk(): Promise<Journals> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-chat-bench-'))
  folders.push(folder)
  return ChatJournals.open(folder, new Vault(folder))
}

function see(conversation: Conversation, id: Uint8Array): void {
  const shown = conversation.messages.findLast(message => Buffer.from(message.id).equals(id))
  if (!shown || !live.includes(conversation)) return
  delaysMs.push(Number(process.hrtime.bigint() - BigInt(shown.text.split(' ', 1)[0]!)) / 1e6)
}
