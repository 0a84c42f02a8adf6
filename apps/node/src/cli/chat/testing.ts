/** For tests: actions of `chat` on the simulated node. */
import type { NodeEvent } from '@shoal/api'
import { SimulatedNode } from '@shoal/api/testing/node'
import { printable } from '@shoal/daemon/printable'
import { parseWords } from '@shoal/options'
import type { NodeClient } from '../client/node-client.ts'
import type { Output } from '../output.ts'
import { CHAT_OPTIONS, type ChatAction, type ChatContext } from './context.ts'

export class ChatTrial {
  readonly node = new SimulatedNode({ torrents: 0 })
  readonly lines: string[] = []
  readonly objects: Record<string, unknown>[] = []
  readonly stop = new AbortController()
  /** Whether time passes when a transfer of the history has changed. */
  carriesHistories = true
  readonly #listeners = new Set<() => void>()

  /** Runs an action with the words of a command line. */
  async run(action: ChatAction, ...args: string[]): Promise<number | undefined> {
    const json = args.includes('--json')
    const { words, options } = parseWords(
      args.filter(word => word !== '--json'),
      CHAT_OPTIONS,
      [{ name: 'WORDS', help: '', optional: true, many: true }],
    )
    const context = { node: this.#client(), options, output: this.#output(json), signal: this.stop.signal }
    return action(context satisfies ChatContext, words)
  }

  /** Runs an action and returns the lines that it printed. */
  async printed(action: ChatAction, ...args: string[]): Promise<string[]> {
    const before = this.lines.length
    await this.run(action, ...args)
    return this.lines.slice(before)
  }

  /** Resolves once the printed output satisfies `fits`. */
  async until(fits: () => boolean): Promise<void> {
    if (fits()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => fits() && resolve()
    this.#listeners.add(look)
    await promise
    this.#listeners.delete(look)
  }

  /** Time passes for the node while there is a listener. */
  #client(): NodeClient {
    const { node } = this
    const trial = this
    return {
      address: { url: 'http://127.0.0.1', dataDir: null, token: null, password: null, credentials: null },
      api: node.api,
      readMetainfo: () => Promise.reject(new Error('not here')),
      async *events(_topics, { signal }) {
        const waiting: NodeEvent[] = []
        let wake = Promise.withResolvers<void>()
        const off = node.on(event => {
          waiting.push(event)
          wake.resolve()
        })
        signal.addEventListener('abort', () => wake.resolve(), { once: true })
        try {
          yield { type: 'hello' } as NodeEvent
          node.tick(1)
          while (!signal.aborted) {
            await wake.promise
            wake = Promise.withResolvers()
            for (const event of waiting.splice(0)) {
              if (!signal.aborted) yield event
              // The time to carry a code to the other device.
              if (event.type === 'chat-transfer' && trial.carriesHistories) node.tick(8)
            }
          }
        } finally {
          off()
        }
      },
    } as NodeClient
  }

  #output(json: boolean): Output {
    const told = () => {
      for (const listener of this.#listeners) listener()
    }
    return {
      ...{ json, verbose: false, terminal: null, flush: async () => {}, bytes() {} },
      line: text => {
        this.lines.push(printable(text))
        told()
      },
      object: value => {
        this.objects.push(value as Record<string, unknown>)
        told()
      },
      error: text => {
        this.lines.push(printable(text))
        told()
      },
    }
  }
}
