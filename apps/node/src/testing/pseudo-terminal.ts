/** For tests: a program on a terminal with typed input, by means of `script` (util-linux). */
import { type ChildProcess, spawn } from 'node:child_process'

const LIMIT_MS = 60_000

export class PseudoTerminal implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  readonly #listeners = new Set<() => void>()
  #text = ''
  /** Length of the output that was already searched. */
  #seen = 0

  constructor(words: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv; columns: number }) {
    const quoted = words.map(word => `'${word}'`).join(' ')
    const line = `stty cols ${options.columns} rows 30; exec ${quoted}`
    this.#child = spawn('script', ['-qefc', line, '/dev/null'], { cwd: options.cwd, env: options.env })
    this.#child.stdout!.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString()
      for (const listener of this.#listeners) listener()
    })
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('close', resolve)
    })
  }

  /**
   * Waits until the terminal shows this text after what was already matched. Returns the output up
   * to it.
   */
  async until(text: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const look = () => {
      const at = this.#text.indexOf(text, this.#seen)
      if (at < 0) return
      const came = this.#text.slice(this.#seen, at + text.length)
      this.#seen = at + text.length
      resolve(came)
    }
    const fail = (why: string) =>
      reject(new Error(`${why}: ${JSON.stringify(text)} in ${JSON.stringify(this.#text.slice(this.#seen))}`))
    const timer = setTimeout(() => fail('not within a minute'), LIMIT_MS)
    void this.#ended.then(() => fail('it ended without'))
    this.#listeners.add(look)
    look()
    return promise.finally(() => {
      clearTimeout(timer)
      this.#listeners.delete(look)
    })
  }

  /** All output so far. */
  get text(): string {
    return this.#text
  }

  /** Sends keys, all at once. */
  type(keys: string): void {
    this.#child.stdin!.write(keys)
  }

  /** The exit code, once it has ended. */
  ended(): Promise<number | null> {
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
