import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Link } from '../link.ts'
import { start } from '../process.ts'
import { toolPath } from '../tools.ts'

const PROGRAM = fileURLToPath(new URL('./cubic.py', import.meta.url))

/**
 * An endless TCP flow with the congestion control "cubic", from the near to the far end of a link.
 */
export class CubicFlow implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack
  readonly #ask: () => Promise<string>

  private constructor(stack: AsyncDisposableStack, ask: () => Promise<string>) {
    this.#stack = stack
    this.#ask = ask
  }

  static async start({ near, far }: Link): Promise<CubicFlow> {
    await using stack = new AsyncDisposableStack()
    const python = toolPath('python3')
    const options = { stdin: true, ownStdout: true, within: far.within }
    const receiver = await start('TCP receiver', python, [PROGRAM, 'receive', far.ipv4], options)
    stack.defer(() => receiver.stop())
    const lines = createInterface({ input: receiver.child.stdout! })[Symbol.asyncIterator]()
    const next = async () => (await lines.next()).value ?? ''
    const port = await next()
    const sender = await start('TCP sender', python, [PROGRAM, 'send', far.ipv4, port], {
      within: near.within,
    })
    stack.defer(() => sender.stop())
    return new CubicFlow(stack.move(), () => {
      receiver.child.stdin!.write('\n')
      return next()
    })
  }

  /** Resolves to the number of bytes received so far. */
  async received(): Promise<number> {
    return Number(await this.#ask())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
