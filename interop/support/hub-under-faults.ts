/** Members who post to a room of a hub while it fails. */
import { FaultyHub, type HubFault } from './faulty-hub.ts'
import { createRoom, membersOf, roomFaults, settle } from './room-check.ts'
import { more, RoomMember } from './room-member.ts'

const MEMBERS = 3
/** Entries of each member before, during and after a fault. */
const SOME = 10

export class HubUnderFaults implements AsyncDisposable {
  readonly #hub: FaultyHub
  readonly #room: Uint8Array
  readonly #members: RoomMember[] = []

  private constructor(hub: FaultyHub, room: Uint8Array) {
    this.#hub = hub
    this.#room = room
  }

  static async start(): Promise<HubUnderFaults> {
    const hub = await FaultyHub.start()
    const room = await createRoom(hub.stores)
    const world = new HubUnderFaults(hub, room)
    for (const given of await membersOf(hub.stores, room, MEMBERS))
      world.#members.push(new RoomMember({ ...given, url: (await hub.gate()).url }))
    return world
  }

  /** Entries of the room and of inboxes acknowledged to any member. */
  get acknowledged(): { readonly entries: number; readonly deliveries: number } {
    const states = this.#members.map(member => member.state())
    return {
      entries: states.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
      deliveries: states.reduce((sum, { delivered }) => sum + delivered.length, 0),
    }
  }

  /**
   * Causes a failure while all members post, and waits until they have everything. Returns the
   * inconsistencies.
   */
  async round(fault: HubFault, cutMs: number): Promise<string[]> {
    for (const member of this.#members) member.post()
    await this.#more()
    await this.#hub.fail(fault, cutMs, () => this.#more())
    await this.#more()
    return roomFaults(this.#hub.stores, this.#room, await settle(this.#members))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.#members) member.close()
    await this.#hub[Symbol.asyncDispose]()
  }

  #more(): Promise<void> {
    return more(this.#members, SOME)
  }
}
