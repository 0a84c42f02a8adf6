/**
 * The rooms of a device over two carriers at once: logs at hubs, and connections to devices of
 * contacts and of the same person. Without a hub, messages are exchanged directly; any holder
 * appends them when the hub is back, which accepts the same entry once. Changes of a group wait for
 * the hub, which orders them.
 */
import { isCurrent } from '@shoal/identity/devices'
import { type Clock, equalBytes, hex, latin1, type Random } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type {
  DeviceAddress,
  Journal,
  Journals,
  People,
  RoomCarrier,
  RoomFollower,
  Rooms,
  RoomToFollow,
} from '../device/ports.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import type { OwnDevice } from '../groups/key-packages.ts'
import { DirectLink } from './link.ts'
import { DirectRoom } from './room.ts'
import { type DirectChannel, openSession } from './session.ts'

const HANDSHAKE_MS = 20_000
/** How long to wait for hubs that may know a newer device list. */
const ASK_MS = 5000
/** Most connections, including handshakes. */
const MAX_LINKS = 128
/** Both devices may connect at once. */
const MAX_LINKS_PER_DEVICE = 2
/** Changes of rooms are announced in batches. */
const ANNOUNCE_MS = 100

export interface DirectRoomsOptions {
  /** Rooms at hubs. */
  readonly rooms: Rooms
  readonly device: OwnDevice
  readonly people: People
  readonly journals: Pick<Journals, 'open' | 'remove'>
  readonly clock: Clock
  readonly random: Random
}

export class DirectRooms implements Rooms {
  readonly #options: DirectRoomsOptions
  readonly #own: GroupDevice
  readonly #rooms = new Set<DirectRoom>()
  readonly #links = new Set<DirectLink>()
  readonly #channels = new Set<DirectChannel>()
  readonly #journals = new Map<string, Promise<Journal>>()
  readonly #linkListeners = new Set<() => void>()
  readonly #unlisten: () => void
  #isClosed = false
  #announcing: (() => void) | null = null

  /** Throws `bad-credential`. */
  constructor(options: DirectRoomsOptions) {
    const { credential } = options.device
    if (credential.credentialType !== 'basic')
      throw new ChatError('bad-credential', 'The credential is of another kind.')
    this.#options = options
    this.#own = readCredential(credential.identity)
    this.#unlisten = options.people.listen(() => {
      for (const link of this.#links) if (!this.admits(link.peer)) link.close()
      this.#changed()
    })
  }

  /** The connected devices, each once. */
  get connected(): readonly DeviceAddress[] {
    const devices = new Map<string, DeviceAddress>()
    for (const { peer } of this.#links) devices.set(latin1(peer.hash), { did: peer.did, device: peer.hash })
    return [...devices.values()]
  }

  /**
   * Calls `changed` after devices have connected or disconnected. Returns a function that stops
   * listening.
   */
  onLinks(changed: () => void): () => void {
    this.#linkListeners.add(changed)
    return () => this.#linkListeners.delete(changed)
  }

  idOf(name: RoomToFollow['name']): Uint8Array {
    return this.#options.rooms.idOf(name)
  }

  async forget(id: Uint8Array): Promise<void> {
    await this.#journals.get(hex(id))
    this.#journals.delete(hex(id))
    await this.#options.journals.remove(nameOf(id))
    await this.#options.rooms.forget(id)
  }

  follow(room: RoomToFollow, follower: RoomFollower): RoomCarrier {
    const { rooms, clock, random } = this.#options
    if (room.name.kind === 'transfer') return rooms.follow(room, follower)
    const carrier: DirectRoom = new DirectRoom({
      ...{ room, follower, clock, random },
      journal: this.#journal(room.id),
      follow: listener => rooms.follow(room, listener),
      links: () => this.#links,
      changed: () => this.#changed(),
      closed: () => {
        this.#rooms.delete(carrier)
        this.#changed()
      },
    })
    this.#rooms.add(carrier)
    this.#changed()
    return carrier
  }

  /**
   * Exchanges entries over a channel until it ends. Rejects with `not-allowed` if the other device
   * is neither one of a contact nor one of this person, with `bad-message` or `bad-credential` if
   * it does not prove that, or breaks the protocol, and with `closed`. The channel is then closed.
   */
  async connect(channel: DirectChannel): Promise<void> {
    const { device, clock, random } = this.#options
    let link: DirectLink | null = null
    let cancel = () => {}
    try {
      if (this.#isClosed || this.#channels.size >= MAX_LINKS)
        throw new ChatError('closed', 'This device has no room for another connection.')
      this.#channels.add(channel)
      cancel = clock.after(HANDSHAKE_MS, () => channel.close())
      const session = await openSession(channel, device, peer => this.#asksAndAdmits(peer), random)
      cancel()
      if (this.#isClosed) throw new ChatError('closed', 'The chat was closed.')
      link = new DirectLink(session, channel, { clock, random })
      this.#links.add(link)
      this.#linksChanged()
      this.#closeOldest(session.peer)
      link.announce(this.#rooms)
      await link.run()
    } finally {
      cancel()
      this.#channels.delete(channel)
      if (link && this.#links.delete(link)) this.#linksChanged()
      if (link) link.close()
      else channel.close()
    }
  }

  /**
   * Returns whether a device is in the newest list of a contact or of this person. If no list of a
   * contact is known, the one presented by the device counts, which the person signed.
   */
  admits({ did, hash, lists }: GroupDevice): boolean {
    const { people, clock } = this.#options
    const person = people.known(did)
    if (!person || person.isBlocked || equalBytes(hash, this.#own.hash)) return false
    if (!person.isContact && did !== this.#own.did) return false
    const { list } = person.list ?? lists.at(-1)!
    return isCurrent(list, clock.unixMs() / 1000) && list.devices.some(each => equalBytes(each, hash))
  }

  /** Closes all connections and rooms. Idempotent. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#unlisten()
    this.#announcing?.()
    for (const room of [...this.#rooms]) room.close()
    for (const channel of [...this.#channels]) channel.close()
  }

  /**
   * Like `admits`, but queries the rooms' hubs for a device list if none is known, or only an older
   * one. They may be unavailable.
   */
  async #asksAndAdmits(peer: GroupDevice): Promise<boolean> {
    const { people, clock } = this.#options
    const known = people.known(peer.did)
    if (!known?.isContact && peer.did !== this.#own.did) return false
    if (!known?.list || known.list.list.sequence < peer.lists.at(-1)!.list.sequence) {
      const homes = new Set([...this.#rooms].map(room => room.home))
      const asked = Promise.allSettled([...homes].map(home => people.find(peer.did, home)))
      let cancel = () => {}
      const late = new Promise<void>(resolve => {
        cancel = clock.after(ASK_MS, resolve)
      })
      await Promise.race([asked, late])
      cancel()
    }
    return this.admits(peer)
  }

  #linksChanged(): void {
    for (const listener of [...this.#linkListeners]) listener()
  }

  #closeOldest({ hash }: GroupDevice): void {
    const same = [...this.#links].filter(({ peer }) => equalBytes(peer.hash, hash))
    for (const link of same.slice(0, -MAX_LINKS_PER_DEVICE)) link.close()
  }

  #journal(room: Uint8Array): Promise<Journal> {
    const known = this.#journals.get(hex(room))
    if (known) return known
    const opening = this.#options.journals.open(nameOf(room))
    this.#journals.set(hex(room), opening)
    return opening
  }

  #changed(): void {
    if (this.#isClosed || this.#announcing || this.#links.size === 0) return
    this.#announcing = this.#options.clock.after(ANNOUNCE_MS, () => {
      this.#announcing = null
      for (const link of this.#links) link.announce(this.#rooms)
    })
  }
}

function nameOf(room: Uint8Array): string {
  return `direct-${hex(room)}`
}
