import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Ports below the range that systems assign automatically, also for outgoing connections (Linux:
 * from 32768). Each Vitest worker uses its own share.
 */
const PORTS_PER_WORKER = 1000
const SHARES = 12
/**
 * `npm test` has two runs of Vitest at a time, each with its own numbers of workers
 * (vitest.config.ts).
 */
const WORKER =
  2 * (Number(process.env.VITEST_POOL_ID ?? 1) - 1) + (process.env.SHOAL_TEST_WITH_BROWSER ? 1 : 0)
const FIRST = 20_000 + PORTS_PER_WORKER * (WORKER % SHARES)
const END = FIRST + PORTS_PER_WORKER

const given = new Set<number>()

/**
 * Returns a port of 127.0.0.1 that is free for TCP and UDP, was not returned before, and stays free
 * until it is used.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(FIRST, END)
    if (given.has(port)) continue
    given.add(port)
    if ((await isFreeTcp(port)) && (await isFreeUdp(port))) return port
  }
  throw new Error('There is no free port on 127.0.0.1. Is a program using all of them?')
}

function isFreeTcp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function isFreeUdp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => {
      socket.close()
      resolve(false)
    })
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}
