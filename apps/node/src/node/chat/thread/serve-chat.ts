/** Runs a device's chat in its own thread, so that encryption never blocks the node. */
import { createHash } from 'node:crypto'
import type { CallOptions } from '@shoal/api'
import { ChatDevice, type Journals } from '@shoal/chat/device'
import { DirectRooms, DirectSignals } from '@shoal/chat/direct'
import { deviceCredential, type GroupDevice } from '@shoal/chat/groups'
import { HubCarriers } from '@shoal/chat/hub'
import { ChatEvents, chatOperations, type OperationPorts } from '@shoal/chat/operations'
import { Failure } from '@shoal/daemon/failure'
import { Vault } from '@shoal/daemon/vault'
import { formatDidKey } from '@shoal/identity'
import { deviceHash } from '@shoal/identity/devices'
import { systemClock as clock, systemRandom as random } from '@shoal/torrent/base'
import { ChatJournals } from '../chat-journals.ts'
import { ThreadChannels } from './channels.ts'
import type { ChatStart, ChatSurroundings, ForNode, ForThread } from './contract.ts'
import { ThreadHubs } from './hub-access.ts'
import { MirroredPeople } from './mirrored-people.ts'
import { ThreadCalls, type ThreadPort, toSentError } from './thread-calls.ts'

interface OpenChat {
  readonly operations: Readonly<Record<string, (input: unknown, options: CallOptions) => Promise<unknown>>>
  /** Null if messages only go over hubs. */
  readonly rooms: DirectRooms | null
  readonly signals: DirectSignals | null
  close(): Promise<void>
}

/** Answers the node at the other end of the port. */
export function serveChat(port: ThreadPort): void {
  const node = () => calls.ask
  const hubs = new ThreadHubs(node)
  const channels = new ThreadChannels(node)
  const thread = new ChatThread(node, hubs, channels)
  const calls = new ThreadCalls<ForNode>(port, [thread, hubs, channels])
}

class ChatThread implements Omit<ForThread, 'received' | 'linkClosed' | 'chunk'> {
  readonly #node: () => ThreadCalls<ForNode>['ask']
  readonly #hubs: ThreadHubs
  readonly #channels: ThreadChannels
  #chat: Promise<OpenChat> = Promise.reject(new Failure('closed', 'The chat is closed'))
  #people: MirroredPeople | null = null
  #surroundings: ChatSurroundings | null = null

  constructor(node: () => ThreadCalls<ForNode>['ask'], hubs: ThreadHubs, channels: ThreadChannels) {
    this.#node = node
    this.#hubs = hubs
    this.#channels = channels
    this.#chat.catch(() => {})
  }

  async open(start: ChatStart): Promise<void> {
    const people = new MirroredPeople(start.people, person => this.#node().find(person))
    this.#people = people
    this.#surroundings = start
    this.#chat = this.#open(start, people)
    await this.#chat
  }

  async operation(...[{ name, input }, options]: Parameters<ForThread['operation']>): Promise<unknown> {
    const { operations } = await this.#chat
    return operations[name]!(input, options)
  }

  surroundings(now: ChatSurroundings): void {
    this.#surroundings = now
  }

  people(change: Parameters<ForThread['people']>[0]): void {
    this.#people?.changed(change)
  }

  async connect(given: Parameters<ForThread['connect']>[0]): Promise<void> {
    const { rooms } = await this.#chat
    if (!rooms) throw new Failure('closed', 'The chat uses hubs only')
    await this.#channels.use(given, channel => rooms.connect(channel))
  }

  signal(order: Parameters<ForThread['signal']>[0]): void {
    void this.#chat.then(
      ({ signals }) => signals?.send(order),
      () => {},
    )
  }

  async close(): Promise<void> {
    const chat = await this.#chat.catch(() => null)
    await chat?.close()
  }

  async #open(start: ChatStart, people: MirroredPeople): Promise<OpenChat> {
    const { dataDir, did, lists, description, messageKey, isDirect } = start
    const node = this.#node()
    const own = deviceHash(description)
    let signals: DirectSignals | null = null
    const disk = await ChatJournals.open(dataDir, new Vault(dataDir))
    const journals = journalsOf(disk, did, own)
    const now = () => this.#surroundings ?? start
    const ports: OperationPorts = {
      ...{ people, clock, ownDid: () => did, nameOf: person => people.nameOf(person) },
      isVerified: person => people.isVerified(person),
      ...{
        hubs: () => now().hubs.map(hub => ({ ...hub, key: formatDidKey(hub.key) })),
        settings: () => now().settings,
      },
      letsGuestsIn: home => this.#hubs.letsGuestsIn(home),
      publish(event) {
        void node.publish(event)
        if (event.type === 'chat') signals?.changed()
      },
    }
    const carriers = new HubCarriers({
      ...{ homes: start.hubs.map(({ url }) => url), journals, clock, random },
      access: home => {
        const hub = now().hubs.find(({ url }) => url === home)
        if (!hub) throw new Failure('not-found', 'join it again')
        return this.#hubs.access(hub)
      },
      onConnected: () => signals?.changed(),
      onError: ({ message }) => void node.warn(message),
    })
    const events = new ChatEvents(ports)
    const device = { credential: deviceCredential(lists, description), messageKey }
    const shared = { journals, people, clock, random }
    const { inboxes, keyPackages } = carriers
    const rooms = isDirect ? new DirectRooms({ ...shared, rooms: carriers.rooms, device }) : null
    const stun = () => carriers.stunServers
    const tell = (news: Parameters<ForNode['signaled']>[0]) => void node.signaled(news)
    signals = rooms && new DirectSignals({ ...{ rooms, device, own, stun, tell }, clock, random })
    people.listen(() => signals?.changed())
    const closeAll = () => {
      signals?.close()
      rooms?.close()
      carriers.close()
      events.close()
      return disk.close()
    }
    try {
      const chat = await ChatDevice.open({
        ports: { ...shared, inboxes, keyPackages, rooms: rooms ?? carriers.rooms },
        device,
        listener: Object.assign(events, {
          failed: (error: unknown) => void node.failed(toSentError(error)),
          signal: (from: GroupDevice, bytes: Uint8Array) => signals?.received(from, bytes),
        }),
      })
      signals?.start(chat)
      for (const { url } of start.hubs) void chat.announce(url)
      const operations: unknown = chatOperations(() => ({ chat, events }), ports)
      return {
        operations: operations as OpenChat['operations'],
        ...{ rooms, signals },
        close() {
          chat.close()
          return closeAll()
        },
      }
    } catch (error) {
      await closeAll()
      throw error
    }
  }
}

/** Each person and each key of this node has its own journals. */
function journalsOf(journals: Journals, did: string, device: Uint8Array): Journals {
  const owner = createHash('sha256').update(did).update(device).digest('hex').slice(0, 12)
  return {
    open: name => journals.open(`${owner}-${name}`),
    remove: name => journals.remove(`${owner}-${name}`),
  }
}
