/** Channels to other devices: opened by the node, used by the chat thread. */
import type { DirectChannel } from '@shoal/chat/direct'
import type { ForNode, ForThread } from './contract.ts'
import type { ThreadCalls } from './thread-calls.ts'

/** The node's side. */
export class NodeChannels implements Pick<ForNode, 'send' | 'closeChannel'> {
  readonly #thread: () => ThreadCalls<ForThread>['ask']
  readonly #channels = new Map<number, DirectChannel>()
  #last = 0

  constructor(thread: () => ThreadCalls<ForThread>['ask']) {
    this.#thread = thread
  }

  /** See `DirectRooms.connect`. */
  async connect(open: DirectChannel): Promise<void> {
    const channel = ++this.#last
    const thread = this.#thread()
    this.#channels.set(channel, open)
    const pass = async () => {
      for await (const bytes of open.chunks) await thread.chunk({ channel, bytes })
    }
    const ended = () => void thread.chunk({ channel, bytes: null })
    try {
      const { binding, isInitiator } = open
      const connected = thread.connect({ channel, binding, isInitiator })
      pass().then(ended, ended)
      await connected
    } finally {
      this.closeChannel(channel)
    }
  }

  async send({ channel, bytes }: Parameters<ForNode['send']>[0]): Promise<void> {
    await this.#mustFind(channel).send(bytes)
  }

  closeChannel(channel: number): void {
    this.#channels.get(channel)?.close()
    this.#channels.delete(channel)
  }

  /** Closes all channels. Idempotent. */
  close(): void {
    for (const channel of [...this.#channels.keys()]) this.closeChannel(channel)
  }

  #mustFind(channel: number): DirectChannel {
    const found = this.#channels.get(channel)
    if (!found) throw new Error('The connection was closed')
    return found
  }
}

/** The thread's side. */
export class ThreadChannels implements Pick<ForThread, 'chunk'> {
  readonly #node: () => ThreadCalls<ForNode>['ask']
  readonly #received = new Map<number, Received>()

  constructor(node: () => ThreadCalls<ForNode>['ask']) {
    this.#node = node
  }

  /** Exchanges messages over a channel by means of `connect` until it ends. */
  async use(
    { channel, binding, isInitiator }: Parameters<ForThread['connect']>[0],
    connect: (channel: DirectChannel) => Promise<void>,
  ): Promise<void> {
    const received = new Received()
    this.#received.set(channel, received)
    try {
      await connect({
        ...{ binding, isInitiator, chunks: received },
        send: bytes => this.#node().send({ channel, bytes }),
        close: () => {
          this.#received.delete(channel)
          received.end()
          void this.#node().closeChannel(channel)
        },
      })
    } finally {
      this.#received.delete(channel)
    }
  }

  chunk({ channel, bytes }: Parameters<ForThread['chunk']>[0]): Promise<void> | undefined {
    const received = this.#received.get(channel)
    if (bytes) return received?.add(bytes)
    received?.end()
  }
}

/** Reads one channel, one chunk ahead of its reader. */
class Received implements AsyncIterable<Uint8Array> {
  #next: { readonly bytes: Uint8Array; readonly read: () => void } | null = null
  #hasEnded = false
  #wake = () => {}

  /** Resolves when the chunk is being read. */
  add(bytes: Uint8Array): Promise<void> {
    return new Promise(read => {
      this.#next = { bytes, read }
      this.#wake()
    })
  }

  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#next
      if (next) {
        this.#next = null
        next.read()
        yield next.bytes
      } else if (this.#hasEnded) return
      else
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
    }
  }
}
