/** Runs one parser on one input and judges its behavior. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { getHeapStatistics } from 'node:v8'
import { CAPABILITIES } from '../scripts/import-rules.ts'
import type { Driver, Drivers, Parser } from './parser.ts'

type Fault = 'throws' | 'changes its input' | 'round trip' | 'slow' | 'memory' | 'hangs'

export interface Failure {
  readonly fault: Fault
  /** Equal for inputs that fail in the same way. */
  readonly signature: string
  readonly details: string
}

export interface Target {
  readonly parser: Parser
  /** Returns what is wrong, or null. */
  check(input: Uint8Array): Promise<Failure | null>
}

/** CPU time: a run of any parser on its longest input takes a small part of this. */
const SLOW_MS = 250
/** Factor by which counting coverage slows code down. */
const GUIDED_SLOWER = 10
/**
 * Maximum memory that a run can hold at its end: results can be several times as large as the
 * input.
 */
const MEMORY_BYTES = 48 << 20

type Run = (input: Uint8Array | string) => unknown
type Encode = (value: unknown) => Uint8Array | string | null

/**
 * Loads a parser. Rejects if its module does not export it. `guided`: whether to count executed
 * code.
 */
export async function openTarget(parser: Parser, guided = false): Promise<Target> {
  const slowMs = SLOW_MS * (guided ? GUIDED_SLOWER : 1)
  const driver: Driver = (await loadDrivers(parser))[parser.name] ?? {}
  const exported = ((await load(`../${parser.file}`)) as Record<string, unknown>)[parser.export]
  if (typeof exported !== 'function') throw new Error(`${parser.file} does not export ${parser.export}`)
  const run = (driver.run ?? exported) as Run
  const encode = driver.encode as Encode | undefined
  const given = (bytes: Uint8Array) =>
    parser.takes === 'bytes' ? bytes : Buffer.from(bytes).toString(parser.takes)

  const once = async (input: Uint8Array): Promise<Failure | null> => {
    const bytes = input.slice()
    let value: unknown
    try {
      value = run(given(bytes))
      if (value instanceof Promise) value = await value
    } catch (error) {
      return isDocumented(error, parser) ? null : thrown('throws', error)
    }
    if (!isDeepStrictEqual(bytes, input))
      return { fault: 'changes its input', signature: 'changes its input', details: '' }
    return encode ? roundTrip(value, parser, run, encode) : null
  }

  return {
    parser,
    async check(input) {
      const before = getHeapStatistics()
      const started = processorMs()
      const failure = await once(input)
      const elapsedMs = processorMs() - started
      if (failure) return failure
      const after = getHeapStatistics()
      const grownBytes =
        after.external_memory - before.external_memory + (after.used_heap_size - before.used_heap_size)
      if (grownBytes > MEMORY_BYTES)
        return { fault: 'memory', signature: 'memory', details: `${grownBytes >> 20} MiB` }
      return elapsedMs > slowMs ? slow(once, input, slowMs) : null
    },
  }
}

/**
 * Only loads the drivers of the parser's workspace or capability: the more code is loaded, the
 * longer each coverage check takes.
 */
async function loadDrivers({ file }: Parser): Promise<Drivers> {
  const [top, name] = file.split('/')
  const drivers = top === CAPABILITIES ? `../${top}/${name}/fuzz-drivers.ts` : `./drivers/${name}.ts`
  if (!existsSync(join(import.meta.dirname, drivers))) return {}
  return ((await load(drivers)) as { DRIVERS: Drivers }).DRIVERS
}

function load(path: string): Promise<unknown> {
  return import(/* @vite-ignore */ new URL(path, import.meta.url).href)
}

function isDocumented(error: unknown, { throws }: Parser): boolean {
  return error instanceof Error && throws.includes('code' in error ? String(error.code) : error.name)
}

async function roundTrip(value: unknown, parser: Parser, run: Run, encode: Encode): Promise<Failure | null> {
  try {
    const encoded = encode(value)
    if (encoded === null) return null
    const again = await run(
      typeof encoded === 'string' && parser.takes === 'bytes' ? Buffer.from(encoded) : encoded,
    )
    if (isDeepStrictEqual(again, value)) return null
    return { fault: 'round trip', signature: 'round trip', details: 'the value differs after encoding' }
  } catch (error) {
    return thrown('round trip', error)
  }
}

/** Take the best of three more runs, since the measurement may include a garbage collection. */
async function slow(
  once: (input: Uint8Array) => Promise<unknown>,
  input: Uint8Array,
  slowMs: number,
): Promise<Failure | null> {
  let bestMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const started = processorMs()
    await once(input)
    bestMs = Math.min(bestMs, processorMs() - started)
  }
  if (bestMs <= slowMs) return null
  return { fault: 'slow', signature: 'slow', details: `${Math.round(bestMs)} ms for ${input.length} bytes` }
}

/** Processor time of this thread, so that other programs do not matter. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The signature contains the error and where it was thrown, without values of the input. */
function thrown(fault: Fault, error: unknown): Failure {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const frame = /at .*?([\w.-]+\.tsx?:\d+)/.exec(stack ?? '')?.[1] ?? ''
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : ''
  const signature = `${fault}: ${name}${code} at ${frame}`
  return { fault, signature, details: `${name}${code}: ${message.slice(0, 200)} (${frame})` }
}
