/**
 * Fetches the ranges of one job with one client, and prints how long that took:
 * `client.ts CLIENT JOB PORT SHARE`.
 */
import http from 'node:http'
import { CONNECTIONS, FILE_BYTES, fileByte, JOBS, type RangeRun, rangeStart } from './jobs.ts'

/** Fetches a range into `target`. */
type Fetch = (start: number, lengthBytes: number, target: Uint8Array) => Promise<void>

const CLIENTS: Record<string, (origin: string) => Promise<Fetch>> = {
  async shoal(origin) {
    const { openHttpRanges } = await import('../../packages/torrent/src/transport/http/http-ranges.node.ts')
    const ranges = openHttpRanges({ userAgent: 'Bench/1' })
    return (start, lengthBytes, target) =>
      new Promise((resolve, reject) => {
        let at = 0
        ranges.read(
          { url: `${origin}/file`, start, lengthBytes, fileBytes: FILE_BYTES },
          {
            onData(bytes) {
              target.set(bytes, at)
              at += bytes.length
            },
            onEnd: resolve,
            onFailure: reject,
          },
        )
      })
  },

  async undici(origin) {
    const { Pool } = await import('undici')
    const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 })
    // `dispatch` is the lowest level that undici offers: no stream and no promise per request.
    return (start, lengthBytes, target) =>
      new Promise((resolve, reject) => {
        let at = 0
        pool.dispatch(
          {
            path: '/file',
            method: 'GET',
            headers: { 'user-agent': 'Bench/1', range: `bytes=${start}-${start + lengthBytes - 1}` },
          },
          {
            onRequestStart() {},
            onResponseStart(_controller, status) {
              if (status !== 206) reject(new Error(`HTTP status ${status}`))
            },
            onResponseData(_controller, bytes) {
              target.set(bytes, at)
              at += bytes.length
            },
            onResponseEnd: () => resolve(),
            onResponseError: (_controller, error) => reject(error),
          },
        )
      })
  },

  async 'node:http'(origin) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    return (start, lengthBytes, target) =>
      new Promise((resolve, reject) => {
        const headers = { 'user-agent': 'Bench/1', range: `bytes=${start}-${start + lengthBytes - 1}` }
        const request = http.get(`${origin}/file`, { agent, headers }, response => {
          let at = 0
          response.on('data', (bytes: Buffer) => {
            target.set(bytes, at)
            at += bytes.length
          })
          response.on('end', resolve)
          response.on('error', reject)
        })
        request.on('error', reject)
      })
  },
}

const [name = '', jobName = '', port = '', share = '1'] = process.argv.slice(2)
const { rangeBytes, count: fullCount } = JOBS.find(job => job.name === jobName)!
const count = Math.ceil(fullCount * Number(share))
const fetchRange = await CLIENTS[name]!(`http://127.0.0.1:${port}`)

let next = 0
/**
 * Sends the requests of one connection one after another. They share a target, as pieces reuse
 * buffers.
 */
async function fetchInTurn(): Promise<void> {
  const target = new Uint8Array(rangeBytes)
  while (next < count) {
    const start = rangeStart(next++, rangeBytes)
    await fetchRange(start, rangeBytes, target)
    for (const at of [0, rangeBytes - 1])
      if (target[at] !== fileByte(start + at)) throw new Error(`wrong byte at ${start + at}`)
  }
}

// Open the connections and compile the code before the measurement.
await Promise.all(
  Array.from({ length: CONNECTIONS }, () => fetchRange(0, rangeBytes, new Uint8Array(rangeBytes))),
)
const cpu = process.cpuUsage()
const begin = performance.now()
await Promise.all(Array.from({ length: CONNECTIONS }, fetchInTurn))
const { user, system } = process.cpuUsage(cpu)
const run: RangeRun = {
  bytes: count * rangeBytes,
  seconds: (performance.now() - begin) / 1000,
  cpuSeconds: (user + system) / 1e6,
}
console.log(JSON.stringify(run))
process.exit()
