/**
 * Two networks connected by a slow, long or lossy link: three network namespaces, with `link.c` in
 * the middle one. Requires root.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from '@shoal/testing'
import { type ManagedProcess, start } from './process.ts'
import { missing, toolPath } from './tools.ts'

const SOURCE = join(import.meta.dirname, 'link.c')
const CACHE = join(import.meta.dirname, '..', '..', '.cache')

/** Why no link can be created, or null. */
export const cannotCreateLink =
  process.getuid?.() === 0 ? missing('unshare', 'nsenter', 'ip', 'cc') : 'creating a network requires root'

export interface LinkOptions {
  /** Default 1 Gbit/s. */
  readonly bitsPerSecond?: number
  /** Round-trip delay, without the queue. Default 0. */
  readonly roundTripMs?: number
  /**
   * Length of the queue in front of each direction, as the time that it takes to send a full queue.
   * Default 100.
   */
  readonly bufferMs?: number
  /** Share of lost packets, from 0 to 1, in each direction. Default 0. */
  readonly loss?: number
  /**
   * Larger IP packets are dropped without an ICMP message. Default 1500, which is also the MTU of
   * both ends.
   */
  readonly largestPacketBytes?: number
  /** Seed for the packet loss. Default 1. */
  readonly seed?: number
}

/** A measurement of one direction. */
export interface LinkStatistics {
  readonly frames: number
  /** Frames with their headers. */
  readonly bytes: number
  /** Frames dropped because the queue was full. */
  readonly full: number
  readonly lost: number
  readonly tooLarge: number
  /** Queueing delay, over samples every 5 ms. */
  readonly meanDelayMs: number
  readonly medianDelayMs: number
  /** 95th percentile. */
  readonly highDelayMs: number
}

/** One of the two networks. */
export interface LinkEnd {
  /** Addresses that no network on the internet considers private. */
  readonly ipv4: string
  readonly ipv6: string
  /** Command prefix that starts a program in that network. */
  readonly within: readonly string[]
}

export class Link implements AsyncDisposable {
  readonly near: LinkEnd
  readonly far: LinkEnd
  readonly #process: ManagedProcess
  readonly #stack: AsyncDisposableStack
  readonly #answers: AsyncIterator<string>

  private constructor(near: LinkEnd, far: LinkEnd, process: ManagedProcess, stack: AsyncDisposableStack) {
    this.near = near
    this.far = far
    this.#process = process
    this.#stack = stack
    this.#answers = createInterface({ input: process.child.stdout! })[Symbol.asyncIterator]()
  }

  static async create(options: LinkOptions = {}): Promise<Link> {
    await using stack = new AsyncDisposableStack()
    const program = await buildProgram()
    const [near, middle, far] = [await network(stack), await network(stack), await network(stack)]
    const ends = [near, far].map((end, index) => {
      const device = `wire${index}`
      ip(middle, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'wire', 'netns', String(end.pid))
      // The middle's own messages would use up the link.
      execIn(middle, 'sh', '-c', `echo 1 > /proc/sys/net/ipv6/conf/${device}/disable_ipv6`)
      const [ipv4, ipv6] = [`80.0.1.${index + 1}`, `2001:470:1::${index + 1}`]
      ip(end, 'addr', 'add', `${ipv4}/24`, 'dev', 'wire')
      ip(end, 'addr', 'add', `${ipv6}/64`, 'dev', 'wire', 'nodad')
      execIn(end, program, 'plain', 'wire')
      for (const name of ['lo', 'wire']) ip(end, 'link', 'set', name, 'up')
      ip(middle, 'link', 'set', device, 'up')
      return { ipv4, ipv6, within: entering(end) }
    })
    const [command, ...args] = [...entering(middle), program, 'wire0', 'wire1', ...numbers(options)]
    const running = await start('link', command!, args, { stdin: true, ownStdout: true })
    stack.defer(() => running.stop())
    return new Link(ends[0]!, ends[1]!, running, stack.move())
  }

  /** Measures since the last call, or since the start: `there` is from near to far. */
  async measure(): Promise<{ there: LinkStatistics; back: LinkStatistics }> {
    this.#process.child.stdin!.write('\n')
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`the link ended: ${this.#process.output()}`)
    return JSON.parse(value)
  }

  /** From now on, larger IP packets are dropped. */
  setLargest(packetBytes: number): void {
    this.#process.child.stdin!.write(`largest ${packetBytes}\n`)
  }

  /** Deletes the namespaces. Programs that still run in them lose their network. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

function numbers(options: LinkOptions): string[] {
  const { bitsPerSecond = 1e9, roundTripMs = 0, bufferMs = 100, loss = 0, seed = 1 } = options
  return [
    bitsPerSecond,
    roundTripMs * 500,
    (bitsPerSecond / 8) * (bufferMs / 1000),
    loss * 1e6,
    options.largestPacketBytes ?? 1500,
    seed,
  ].map(value => String(Math.round(value)))
}

/** Compiles `link.c` unless the last build is newer. Returns the path of the program. */
async function buildProgram(): Promise<string> {
  const program = join(CACHE, 'link')
  if (existsSync(program) && (await stat(program)).mtimeMs > (await stat(SOURCE)).mtimeMs) return program
  await mkdir(CACHE, { recursive: true })
  // Several tests may build it at the same time.
  const fresh = `${program}-${process.pid}`
  execFileSync(toolPath('cc'), ['-O2', '-o', fresh, SOURCE])
  await rename(fresh, program)
  return program
}

/** Creates a network namespace, which lasts as long as the process in it. */
async function network(stack: AsyncDisposableStack): Promise<ManagedProcess> {
  const holder = await start('network', toolPath('unshare'), ['--net', 'cat'], { stdin: true })
  stack.defer(() => holder.stop())
  const namespace = (id: string) => readlinkSync(`/proc/${id}/ns/net`)
  await until('the namespace exists', () => namespace(String(holder.pid)) !== namespace('self'))
  return holder
}

function entering(holder: ManagedProcess): string[] {
  return [toolPath('nsenter'), '-t', String(holder.pid), '-n']
}

function execIn(holder: ManagedProcess, ...command: string[]): void {
  const [program, ...args] = [...entering(holder), ...command]
  execFileSync(program!, args)
}

function ip(holder: ManagedProcess, ...args: string[]): void {
  execIn(holder, toolPath('ip'), ...args)
}
