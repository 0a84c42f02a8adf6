/**
 * The present speed of this machine, from which the time limits of all tests are derived
 * (packages/testing/src/limits.ts). `node scripts/machine.ts` prints it.
 */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { TOOLS } from '../interop/support/tools.ts'

/**
 * Milliseconds that the steps take on the idle machine for which the limits of tests were chosen,
 * on all cores at once.
 */
export const REFERENCE_MS = { process: 60, hash: 50, page: 550 } as const

/** Maximum factor, since tests that hang must end. */
const LARGEST_FACTOR = 6

type Step = keyof typeof REFERENCE_MS

export interface Machine {
  /** From 1, the reference or a faster machine, to 6. */
  readonly factor: number
  /** Milliseconds of each step. Without Chromium, no page is opened. */
  readonly tookMs: Readonly<Partial<Record<Step, number>>>
}

/**
 * Measures for about a second. Each core starts a process, hashes and opens a page at the same time
 * as the others.
 */
export async function measureMachine(): Promise<Machine> {
  const shell = TOOLS['chromium-headless-shell'].find()
  const process = await onEachCore(startProcess)
  const hash = await onEachCore(hashInProcess)
  const tookMs =
    shell === null ? { process, hash } : { process, hash, page: await onEachCore(() => openPage(shell)) }
  return { factor: factorOf(tookMs), tookMs }
}

/** The factor of the slowest step, with one decimal. */
export function factorOf(tookMs: Machine['tookMs']): number {
  const ratios = Object.entries(tookMs).map(([step, ms]) => ms / REFERENCE_MS[step as Step])
  return Math.round(10 * Math.min(Math.max(1, ...ratios), LARGEST_FACTOR)) / 10
}

/** Returns one line for users. */
export function describeMachine({ factor, tookMs }: Machine): string {
  const steps = Object.entries(tookMs).map(
    ([step, ms]) => `${step} ${Math.round(ms)} ms (reference ${REFERENCE_MS[step as Step]})`,
  )
  return `Time limits x ${factor.toFixed(1)}: ${steps.join(', ')}.`
}

/** Returns the slowest of one concurrent run per core. */
async function onEachCore(work: () => Promise<number>): Promise<number> {
  return Math.max(...(await Promise.all(Array.from({ length: availableParallelism() }, work))))
}

const runFile = promisify(execFile)

async function startProcess(): Promise<number> {
  const started = performance.now()
  await runFile(process.execPath, ['--eval', '0'])
  return performance.now() - started
}

/** Hashes 64 MiB in a separate process; its start is not counted. */
async function hashInProcess(): Promise<number> {
  const code = `
    const bytes = Buffer.alloc(16 << 20)
    const hash = require('node:crypto').createHash('sha256')
    const started = performance.now()
    for (let count = 0; count < 4; count++) hash.update(bytes)
    hash.digest()
    console.log(performance.now() - started)`
  const { stdout } = await runFile(process.execPath, ['--eval', code])
  return Number(stdout)
}

/** Also starts and closes the browser. */
async function openPage(program: string): Promise<number> {
  const started = performance.now()
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage()
    await page.setContent('<h1>Shoal</h1>')
    await page.getByRole('heading').innerText()
  } finally {
    await browser.close()
  }
  return performance.now() - started
}

if (import.meta.main) console.log(describeMachine(await measureMachine()))
