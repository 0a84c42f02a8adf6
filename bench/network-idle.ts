/**
 * A node that does nothing but keep 50 connections of the Shoal network, against the same node
 * without the network.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchOptions, Section } from './bench.ts'

const SHOAL = fileURLToPath(new URL('../apps/node/src/shoal.ts', import.meta.url))
const OTHERS = fileURLToPath(new URL('./network-peers.ts', import.meta.url))
const PEERS = 50
const SETTLE_MS = 30_000
/** Clock ticks per second of /proc. */
const TICKS = 100

interface Usage {
  readonly startMs: number
  readonly cpuPercent: number
  readonly residentMib: number
}

export async function run(options: BenchOptions): Promise<Section[]> {
  options.log(`An idle node with ${PEERS} connections of the Shoal network, and without the network`)
  const measureMs = options.quick ? 20_000 : 60_000
  const alone = await measure(false, measureMs)
  const joined = await measure(true, measureMs)
  const row = (name: string, { startMs, cpuPercent, residentMib }: Usage) => [
    name,
    `${Math.round(startMs)} ms`,
    `${cpuPercent.toFixed(2)} %`,
    `${residentMib.toFixed(0)} MiB`,
  ]
  return [
    {
      title: `An idle node with ${PEERS} connections of the Shoal network`,
      columns: ['', 'start', 'CPU of a core', 'memory'],
      rows: [row('without the network', alone), row(`with ${PEERS} connections`, joined)],
      runs: { alone: [alone], joined: [joined] },
      goals: [],
    },
  ]
}

async function measure(hasNetwork: boolean, measureMs: number): Promise<Usage> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-idle-'))
  const args = ['--port', '0', '--peer-port', '0', '--peer-host', '127.0.0.1', '--no-dht', '--no-lsd']
  const begun = performance.now()
  const node = spawn(
    process.execPath,
    [
      ...[SHOAL, 'start', '--data-dir', join(folder, 'data'), '--dir', join(folder, 'files'), ...args],
      ...(hasNetwork ? ['--set', 'shoal.port=0'] : ['--no-network']),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const children: ChildProcess[] = [node]
  try {
    await printed(node, 'listening')
    const startMs = performance.now() - begun
    if (hasNetwork) {
      const address = await addressOf(join(folder, 'data'))
      const others = spawn(process.execPath, [OTHERS, address, String(PEERS)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(others)
      await printed(others, 'connected')
    }
    await delay(SETTLE_MS)
    const before = await ticks(node.pid!)
    await delay(measureMs)
    const cpuPercent = (((await ticks(node.pid!)) - before) / TICKS / (measureMs / 1000)) * 100
    return { startMs, cpuPercent, residentMib: await residentMib(node.pid!) }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The node's TCP address in the network, once it has joined. */
async function addressOf(dataDir: string): Promise<string> {
  for (;;) {
    const { url } = JSON.parse(await readFile(join(dataDir, 'node.json'), 'utf8'))
    const token = (await readFile(join(dataDir, 'token'), 'utf8')).trim()
    const answer = await fetch(`${url}/api/network`, { headers: { authorization: `Bearer ${token}` } })
    const { addresses } = (await answer.json()) as { addresses: string[] }
    const address = addresses.find(each => /\/tcp\/\d+\/p2p\//.test(each))
    if (address) return address
    await delay(100)
  }
}

function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      if (chunk.toString().includes(text)) resolve()
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', code => reject(new Error(`it ended with ${code} before it printed ${text}`)))
  })
}

async function ticks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}

async function residentMib(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
