/** For tests: the command line as a child process. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KeyPair } from '@shoal/identity'
import { saveKeyFile } from '@shoal/identity/node'
import { tunedEnv } from '@shoal/testing'
import { PseudoTerminal } from './pseudo-terminal.ts'

const ENTRY = fileURLToPath(new URL('../shoal.ts', import.meta.url))
const COMMANDS = fileURLToPath(new URL('./command-process.ts', import.meta.url))
const LIMIT_MS = 60_000

/** Stays on this machine and uses any free port. */
export const LOOPBACK = ['--host', '127.0.0.1', '--port', '0', '--no-dht', '--no-lsd'] as const

/** Options of commands that open the key of `Workplace.key`. */
export const PASSPHRASE = ['--passphrase-file', 'passphrase'] as const

export interface Finished {
  /** Exit code, or the name of the signal that ended it. */
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of another process; tests look at what they expect of it.
export type Json = any

export class ShoalProcess {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  readonly #onData = new Set<() => void>()
  #stdout = ''
  #stderr = ''
  #ended = false

  constructor(args: readonly string[], options: { cwd: string; env: Record<string, string> }) {
    const { cwd } = options
    this.child = spawn(process.execPath, [ENTRY, ...args], { cwd, env: { ...process.env, ...options.env } })
    const collect = (add: (text: string) => void) => (chunk: Buffer) => {
      add(chunk.toString())
      for (const listener of this.#onData) listener()
    }
    this.child.stdout!.on(
      'data',
      collect(text => (this.#stdout += text)),
    )
    this.child.stderr!.on(
      'data',
      collect(text => (this.#stderr += text)),
    )
    this.finished = new Promise(resolve => {
      this.child.on('close', (code, signal) => {
        this.#ended = true
        resolve({ code: code ?? signal ?? 'gone', stdout: this.#stdout, stderr: this.#stderr })
        for (const listener of this.#onData) listener()
      })
    })
  }

  /** Standard output so far. */
  get text(): string {
    return this.#stdout
  }

  /** The events that `--json` has printed so far. */
  get objects(): Json[] {
    return objectsIn(this.#stdout)
  }

  /**
   * Returns the first result of `find`, which is called with all output after each change. Rejects
   * after a minute, or when the process has ended.
   */
  async until<T>(what: string, find: (process: this) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (settle: () => void) => {
        clearTimeout(timer)
        this.#onData.delete(look)
        settle()
      }
      const fail = (why: string) =>
        stop(() =>
          reject(new Error(`${why}: ${what}\n${this.#stdout.slice(-2000)}\n${this.#stderr.slice(-2000)}`)),
        )
      const look = () => {
        const found = find(this)
        if (found !== undefined) stop(() => resolve(found))
        else if (this.#ended) fail('it ended without')
      }
      const timer = setTimeout(() => fail('not within a minute'), LIMIT_MS)
      this.#onData.add(look)
      look()
    })
  }

  /** Returns the first matching object of this event. */
  event(name: string, fits: (object: Json) => boolean = () => true): Promise<Json> {
    return this.until(name, ({ objects }) => objects.find(object => object.event === name && fits(object)))
  }

  /** Ctrl-C. */
  async interrupt(): Promise<Finished> {
    this.child.kill('SIGINT')
    return this.finished
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.finished
  }
}

function objectsIn(stdout: string): Json[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
}

/** A process that runs one command after another. */
class CommandProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  /** The previous command. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: { cwd: string; env: Record<string, string> }) {
    const env = { ...process.env, ...options.env }
    this.#child = fork(COMMANDS, [ENTRY], {
      ...{ ...options, env, execArgv: [] },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#ended = once(this.#child, 'exit')
  }

  run(args: readonly string[]): Promise<Finished> {
    const run = async () => {
      const answered = once(this.#child, 'message')
      this.#child.send(args)
      const ended = this.#ended.then(([how]: Json) => {
        throw new Error(`the process of the commands ended (${how}): ${args.join(' ')}`)
      })
      const [finished] = await Promise.race([answered, ended])
      return finished as Finished
    }
    const finished = this.#last.then(run)
    this.#last = finished.catch(() => {})
    return finished
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

export interface WorkplaceOptions {
  /**
   * Whether to run commands that end by themselves in one process, one after another, as the shell
   * does: starting a process for each takes most of their CPU time. Default: false.
   */
  readonly oneProcess?: boolean
}

/** A folder for a test, and processes that end with it. */
export class Workplace implements AsyncDisposable {
  readonly path: string
  readonly #processes: (ShoalProcess | CommandProcess)[] = []
  readonly #oneProcess: boolean
  #commands: CommandProcess | undefined

  private constructor(path: string, oneProcess: boolean) {
    this.path = path
    this.#oneProcess = oneProcess
  }

  static async create({ oneProcess = false }: WorkplaceOptions = {}): Promise<Workplace> {
    return new Workplace(await realpath(await mkdtemp(join(tmpdir(), 'shoal-cli-'))), oneProcess)
  }

  at(...names: string[]): string {
    return join(this.path, ...names)
  }

  /** Returns pseudo-random bytes for a seed. */
  async file(name: string, length: number, seed = name): Promise<Buffer> {
    const bytes = Buffer.alloc(length)
    for (let at = 0, block = 0; at < length; at += 32, block++)
      createHash('sha256').update(`${seed} ${block}`).digest().copy(bytes, at)
    await mkdir(dirname(this.at(name)), { recursive: true })
    await writeFile(this.at(name), bytes)
    return bytes
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.at(name))
  }

  /**
   * Creates the user's key with a quickly opened key file: `key new` and each use of its key file
   * would take a second of CPU time. Returns the DID.
   */
  async key(): Promise<string> {
    const [pair, passphrase] = [KeyPair.generate(), 'a passphrase of nine long words for this test only']
    const file = this.at('state', 'identity.age')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(this.at('passphrase'), `${passphrase}\n`)
    await saveKeyFile(file, pair, passphrase, { workFactor: 10 })
    await writeFile(`${file}.pub`, `${pair.did}\n${pair.recipient}\n`)
    return pair.did
  }

  start(...args: string[]): ShoalProcess {
    const started = new ShoalProcess(args, { cwd: this.path, env: this.#env })
    this.#processes.push(started)
    return started
  }

  /** The user's own files are not touched. */
  get #env(): Record<string, string> {
    const home = this.at('home')
    return { ...tunedEnv(), SHOAL_STATE: this.at('state'), HOME: home, USERPROFILE: home }
  }

  /** Runs a command to its end. */
  run(...args: string[]): Promise<Finished> {
    if (!this.#oneProcess) return this.start(...args).finished
    if (!this.#commands) {
      this.#commands = new CommandProcess({ cwd: this.path, env: this.#env })
      this.#processes.push(this.#commands)
    }
    return this.#commands.run(args)
  }

  /** Runs a command with `--json` to its end. Returns the last object. */
  async json(...args: string[]): Promise<{ code: number | string; object: Json; stderr: string }> {
    const { code, stdout, stderr } = await this.run(...args, '--json')
    return { code, object: objectsIn(stdout).at(-1), stderr }
  }

  /**
   * Runs a command with `--json` to its end. Returns the last object. Throws if the command fails
   * or writes to standard error.
   */
  async ask(...args: string[]): Promise<Json> {
    const { code, object, stderr } = await this.json(...args)
    if (code !== 0 || stderr !== '') {
      const error = JSON.stringify(object?.error ?? null)
      throw new Error(
        `shoal ${args.join(' ')} ended with code ${code}, error ${error} and this output: ${stderr}`,
      )
    }
    return object
  }

  /**
   * Runs a command on a separate terminal, by means of `script` (util-linux). Returns its output.
   */
  async terminal(
    args: readonly string[],
    { columns, locale }: { columns: number; locale: string },
  ): Promise<{ code: number | null; text: string }> {
    const quoted = [process.execPath, ENTRY, ...args].map(word => `'${word}'`).join(' ')
    const file = this.at(`terminal-${this.#processes.length}`)
    const line = `stty cols ${columns} rows 24; ${quoted}`
    const env = { ...process.env, ...this.#env, LC_ALL: locale, TERM: 'xterm', NO_COLOR: '' }
    const child = spawn('script', ['-qec', line, file], { cwd: this.path, env, stdio: 'ignore' })
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    const lines = (await readFile(file, 'utf8')).split('\n')
    // Removes the lines that `script` adds at both ends. Makes escape characters visible, so that
    // tests are readable.
    return { code, text: lines.slice(1, -2).join('\n').replaceAll('\u001b', '␛') }
  }

  /** Runs a command on a terminal that the test types on. */
  typed(args: readonly string[], { columns = 100 }: { columns?: number } = {}): PseudoTerminal {
    const env = { ...process.env, ...this.#env, LC_ALL: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' }
    return new PseudoTerminal([process.execPath, ENTRY, ...args], { cwd: this.path, env, columns })
  }

  /** Starts a node that contacts nothing beyond this machine; its own commands find it. */
  async node(...args: string[]): Promise<{ process: ShoalProcess; url: string; token: string }> {
    const off = ['network.dht', 'network.lsd', 'network.portMapping', 'shoal.enabled']
    const options = [
      ...['--port', '0', '--peer-port', '0', '--peer-host', '127.0.0.1'],
      ...off.flatMap(name => ['--set', `${name}=false`]),
    ]
    const started = this.start('start', ...options, ...args, '--json')
    const { url, consoleUrl } = await started.event('started')
    return { process: started, url, token: String(consoleUrl).split('#token=')[1] ?? '' }
  }

  /** Seeds on loopback. Returns the peer's address and the link once it accepts connections. */
  async seed(...args: string[]): Promise<{ process: ShoalProcess; peer: string; magnet: string }> {
    const seeder = this.start('seed', ...args, ...LOOPBACK, '--json')
    const { magnet } = await seeder.event('sharing')
    const { port } = await seeder.event('listening')
    return { process: seeder, peer: `127.0.0.1:${port}`, magnet }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map(each => each.kill()))
    await rm(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}
