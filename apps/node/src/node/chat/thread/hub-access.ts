/**
 * Access of the chat thread to hubs, over connections of the node, which knows the proxy and logs
 * in.
 */
import { ApiError } from '@shoal/api/api-error'
import type { HubAccess } from '@shoal/chat/hub'
import { Failure } from '@shoal/daemon/failure'
import type { HubInfo } from '@shoal/hub-api'
import {
  type Connect,
  type Link,
  type LinkEvents,
  ROOM_ERROR_CODES,
  RoomError,
  type RoomErrorCode,
} from '@shoal/hub-api/rooms'
import type { Hubs } from '../../hubs/service.ts'
import type { ForNode, ForThread, HubCall, JoinedHome } from './contract.ts'
import type { ThreadCalls } from './thread-calls.ts'

/** A hub that sends faster than the thread reads is disconnected. */
const MAX_WAITING_BYTES = 16 << 20

/** The thread's side. */
export class ThreadHubs implements Pick<ForThread, 'received' | 'linkClosed'> {
  readonly #node: () => ThreadCalls<ForNode>['ask']
  readonly #links = new Map<number, LinkEvents>()
  #last = 0

  constructor(node: () => ThreadCalls<ForNode>['ask']) {
    this.#node = node
  }

  access({ url: home, key }: JoinedHome): HubAccess {
    const node = this.#node()
    const call = (name: HubCall) => async (input: object, options?: { signal?: AbortSignal }) =>
      this.#call(home, name, input, options) as never
    return {
      device: {
        api: {
          getKeyPackages: call('getKeyPackages'),
          addKeyPackages: call('addKeyPackages'),
          takeKeyPackages: call('takeKeyPackages'),
        },
        session: () => node.session(home),
        forget: () => void node.forgetSession(home),
      },
      hub: key,
      connect: session => (events, options) => this.#connect({ home, session }, events, options),
    }
  }

  /** Rejects with an ApiError. */
  async letsGuestsIn(home: string): Promise<boolean> {
    return ((await this.#call(home, 'getHub', {})) as HubInfo).roomGuests
  }

  #call(home: string, name: HubCall, input: object, options?: { signal?: AbortSignal }): Promise<unknown> {
    return this.#node()
      .hubCall({ home, name, input }, options)
      .catch(error => {
        const { code, message, status, field, retryAfterSeconds } = error as ApiError
        throw new ApiError(code, message, { status, field, retryAfterSeconds })
      })
  }

  received({ link, name, body }: Parameters<ForThread['received']>[0]): void {
    this.#links.get(link)?.received(name, body)
  }

  linkClosed({ link, reason, isFinal }: Parameters<ForThread['linkClosed']>[0]): void {
    const events = this.#links.get(link)
    this.#links.delete(link)
    events?.closed(reason, isFinal)
  }

  async #connect(
    at: { readonly home: string; readonly session: string },
    ...[events, options]: Parameters<Connect>
  ): Promise<Link> {
    const link = ++this.#last
    const node = this.#node()
    this.#links.set(link, events)
    try {
      await node.connectHub({ ...at, link }, options)
    } catch (error) {
      this.#links.delete(link)
      throw options.signal.aborted ? error : toRoomError(error)
    }
    return {
      request: (name, input) =>
        new Promise(answer => {
          node.request({ link, name, input }).then(answer, () => {})
        }),
      volatile: (room, bytes) => void node.volatile({ link, room, bytes }),
      close: () => {
        this.#links.delete(link)
        void node.closeLink(link)
      },
    }
  }
}

function toRoomError(error: unknown): RoomError {
  const { code, message } = error as { readonly code?: unknown; readonly message: string }
  const isKnown = ROOM_ERROR_CODES.includes(code as RoomErrorCode)
  return new RoomError(isKnown ? (code as RoomErrorCode) : 'unavailable', message, { cause: error })
}

/** The node's side. */
export class NodeHubs
  implements
    Pick<
      ForNode,
      'session' | 'forgetSession' | 'hubCall' | 'connectHub' | 'request' | 'volatile' | 'closeLink'
    >
{
  readonly #hubs: Pick<Hubs, 'accessFor'>
  readonly #thread: () => ThreadCalls<ForThread>['ask']
  readonly #links = new Map<number, Link>()

  constructor(hubs: Pick<Hubs, 'accessFor'>, thread: () => ThreadCalls<ForThread>['ask']) {
    this.#hubs = hubs
    this.#thread = thread
  }

  session(home: string): Promise<string> {
    return this.#hubs.accessFor(home).device.session()
  }

  forgetSession(home: string): void {
    this.#hubs.accessFor(home).device.forget()
  }

  hubCall(...[{ home, name, input }, options]: Parameters<ForNode['hubCall']>): Promise<unknown> {
    const { api } = this.#hubs.accessFor(home).device
    return api[name](input as never, options)
  }

  async connectHub(
    ...[{ home, session, link }, { signal }]: Parameters<ForNode['connectHub']>
  ): Promise<void> {
    const thread = this.#thread()
    let waitingBytes = 0
    const received = async (name: string, body: unknown) => {
      const bytes = sizeOf(body)
      waitingBytes += bytes
      if (waitingBytes > MAX_WAITING_BYTES) return closed('The chat cannot keep up with the hub', false)
      await thread.received({ link, name, body })
      waitingBytes -= bytes
    }
    const closed = (reason: string, isFinal: boolean) => {
      this.closeLink(link)
      void thread.linkClosed({ link, reason, isFinal })
    }
    const events = { received: (name: string, body: unknown) => void received(name, body), closed }
    const opened = await this.#hubs.accessFor(home).connect(session)(events, { signal })
    if (signal.aborted) return opened.close()
    this.#links.set(link, opened)
  }

  request({ link, name, input }: Parameters<ForNode['request']>[0]): Promise<unknown> {
    const open = this.#links.get(link)
    if (!open) throw new Failure('closed', 'The connection to the hub was closed')
    return open.request(name, input)
  }

  volatile({ link, room, bytes }: Parameters<ForNode['volatile']>[0]): void {
    this.#links.get(link)?.volatile(room, bytes)
  }

  closeLink(link: number): void {
    this.#links.get(link)?.close()
    this.#links.delete(link)
  }

  /** Closes all connections. Idempotent. */
  close(): void {
    for (const link of [...this.#links.keys()]) this.closeLink(link)
  }
}

/** Approximate memory use of something received from a hub. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 16 + 2 * value.length
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength
  if (typeof value !== 'object' || value === null) return 16
  return Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each), 64)
}
