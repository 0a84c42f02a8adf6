/**
 * Worker processes that share a hub's ports on one machine: this process starts them, and replaces
 * one that exits.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, isIPv6 } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describeFailure } from '@shoal/daemon/failure'
import { IpcSwitch } from '../cluster/ipc-carrier.ts'
import { portOf } from '../cluster/process-port.ts'
import { SetupError } from '../failure.ts'
import type { HubLog } from '../kernel/log.ts'
import { DEFAULT_PORT, hostsOf, listen, listenOnAll } from '../listen.ts'
import type { Given } from '../options.ts'
import { type Assignment, type FromWorker, type Listening, STOP } from './messages.ts'

/** Systems on which several sockets can listen on one port, with clients distributed over them. */
const SHARING: readonly string[] = ['linux', 'freebsd']
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS, STEADY_MS] = [500, 30_000, 60_000] as const
const MAX_NUMBER = 0xffff

interface Options {
  readonly given: Given & { readonly workers: number }
  /** The command line, which each worker parses again. */
  readonly args: readonly string[]
  readonly log: Pick<HubLog, 'info' | 'warn'>
}

export class Workers {
  readonly #options: Options
  readonly #ipc = new IpcSwitch()
  readonly #secret = randomBytes(32)
  readonly #children = new Set<ChildProcess>()
  #ports: { readonly port: number; readonly udpPort: number | undefined } | undefined
  #lastNumber = 0
  #isStopping = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Resolves when all are listening. Rejects with SetupError if they cannot. */
  async start(): Promise<Listening> {
    const { given } = this.#options
    if (!SHARING.includes(process.platform))
      throw new SetupError('On this system, a hub cannot have several processes: leave out --workers')
    this.#ports = await listenOnAll(given, () => findPorts(given))
    try {
      const all = await Promise.all(Array.from({ length: given.workers }, (_, at) => this.#startOne(at, 0)))
      return all[0]!
    } catch (error) {
      await this.stop(0)
      throw error
    }
  }

  reload(): void {
    for (const child of this.#children) child.kill('SIGHUP')
  }

  /**
   * Resolves when all have exited; kills those still running after this time. Returns true if all
   * exited by themselves.
   */
  async stop(withinMs: number): Promise<boolean> {
    this.#isStopping = true
    let isClean = true
    await Promise.all(
      [...this.#children].map(async child => {
        const force = setTimeout(() => {
          isClean = false
          child.kill('SIGKILL')
        }, withinMs)
        if (child.connected) child.send(STOP)
        await exited(child)
        clearTimeout(force)
      }),
    )
    return isClean
  }

  /** Starts the worker with this number. `failures`: how many have failed early in that place. */
  async #startOne(place: number, failures: number): Promise<Listening> {
    const { args, log, given } = this.#options
    this.#lastNumber = (this.#lastNumber % MAX_NUMBER) + 1
    const number = this.#lastNumber
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), args, {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#children.add(child)
    const startedMs = performance.now()
    const removePort = given.redis === undefined ? this.#ipc.add(number, portOf(child)) : () => {}
    let isListening = false
    void exited(child).then(() => {
      removePort()
      this.#children.delete(child)
      if (!isListening || this.#isStopping) return
      const soon = performance.now() - startedMs < STEADY_MS ? failures + 1 : 0
      const { exitCode, signalCode } = child
      const about = { process: number, exitCode, signal: signalCode }
      log.warn('A process of the hub has ended: another one starts', about)
      this.#startAgain(place, soon)
    })
    const { port, udpPort } = this.#ports!
    const isFirst = place === 0
    child.send({ number, secret: this.#secret, port, udpPort, isFirst } satisfies Assignment)
    const listening = await hasStarted(child)
    isListening = true
    return listening
  }

  #startAgain(place: number, failures: number): void {
    const pauseMs = failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
    setTimeout(() => {
      if (this.#isStopping) return
      this.#startOne(place, failures).catch((error: Error) => {
        const { message } = describeFailure(error)
        this.#options.log.warn('A process of the hub cannot start: it is tried again', { error: message })
        if (!this.#isStopping) this.#startAgain(place, failures + 1)
      })
    }, pauseMs)
  }
}

async function hasStarted(child: ChildProcess): Promise<Listening> {
  const ended = exited(child).then(() => ({ failure: 'A process of the hub ended while it started' }))
  const said = new Promise<FromWorker>(resolve => {
    child.on('message', (message: FromWorker) => {
      if ('listening' in message || 'failure' in message) resolve(message)
    })
  })
  const first = await Promise.race([said, ended])
  if ('failure' in first) throw new SetupError(first.failure)
  return first.listening
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/**
 * Returns the ports of all workers, and rejects with SetupError if another program has one of them:
 * sharing a port with it would not fail.
 */
async function findPorts(given: Given) {
  const { port = DEFAULT_PORT, udpPort, noUdp } = given
  const hosts = hostsOf(given)
  let found = port
  for (const at of hosts) found = await listen(at, found, () => tryTcp(at, found))
  let foundUdp = udpPort ?? found
  if (noUdp) return { port: found, udpPort: undefined }
  for (const at of hosts) foundUdp = await listen(at, foundUdp, () => tryUdp(at, foundUdp))
  return { port: found, udpPort: foundUdp }
}

async function tryTcp(host: string, port: number): Promise<number> {
  const server = createServer()
  server.listen({ host, port, ipv6Only: isIPv6(host) })
  await once(server, 'listening')
  const { port: found } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return found
}

async function tryUdp(host: string, port: number): Promise<number> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', ipv6Only: isIPv6(host) })
  socket.bind(port, host)
  await once(socket, 'listening')
  const { port: found } = socket.address()
  socket.close()
  await once(socket, 'close')
  return found
}
