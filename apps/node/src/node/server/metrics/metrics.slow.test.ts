import { formatMetrics } from '@shoal/daemon/metrics'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HASH, type Served, serve } from '../testing/served.ts'

let served: Served
beforeEach(async () => {
  served = await serve()
})
afterEach(() => served.server.close())

const read = async () => (await served.get('/metrics')).text()
/** Samples by name and labels, as in the text format. */
const samples = (text: string) =>
  new Map(
    text
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )

test('the text is valid for Prometheus', async () => {
  const text = await read()
  const declared = [...text.matchAll(/^# TYPE (\w+) (counter|gauge|histogram)$/gm)].map(([, name]) => name!)
  expect(new Set(declared).size).toBe(declared.length)
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) shoal_\w+ .+|shoal_\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? (-?[\d.]+(e[+-]\d+)?|[+-]Inf|NaN))$/,
    )
    const name = /^(shoal_\w+)/.exec(line)?.[1]
    if (name)
      expect(
        declared.some(each => name === each || /^_(bucket|sum|count)$/.test(name.slice(each.length))),
      ).toBe(true)
  }
  expect((await served.get('/metrics')).headers.get('content-type')).toBe(
    'text/plain; version=0.0.4; charset=utf-8',
  )
})

test('requests are counted by route, not by path', async () => {
  for (const path of [
    `/api/torrents/${HASH}`,
    `/api/torrents/${'f'.repeat(40)}`,
    '/x',
    '/y',
    '/api/torrents?limit=1',
  ])
    await served.get(path)
  const found = samples(await read())
  expect(found.get('shoal_http_requests_total{method="GET",route="/api/torrents/:id",status="404"}')).toBe(2)
  expect(found.get('shoal_http_requests_total{method="any",route="unknown",status="404"}')).toBe(2)
  expect(found.get('shoal_http_request_duration_seconds_count{method="GET",route="/api/torrents"}')).toBe(1)
  expect(
    found.get('shoal_http_request_duration_seconds_bucket{method="GET",route="/api/torrents",le="+Inf"}'),
  ).toBe(1)
  expect([...found.keys()].join()).not.toContain(HASH)
})

test('the metrics of the node and of the process are in it', async () => {
  served.node.share(HASH, 'A film', { 'film.mp4': new Uint8Array(1) })
  const found = samples(await read())
  expect(found.get('shoal_torrents{state="seeding"}')).toBe(1)
  expect(found.get('shoal_process_heap_used_bytes')).toBeGreaterThan(1e6)
  expect(found.get('shoal_event_loop_lag_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0)
})

test('clients that are not logged in see none of it', async () => {
  expect((await fetch(`${served.server.url}/metrics`)).status).toBe(401)
})

test('labels cannot break out of their quotes', () => {
  const family = {
    name: 'shoal_x',
    type: 'gauge',
    help: 'a\nb',
    samples: [{ labels: { a: 'x"\\\n' }, value: Infinity }],
  } as const
  expect(formatMetrics([family])).toBe(
    '# HELP shoal_x a\\nb\n# TYPE shoal_x gauge\nshoal_x{a="x\\"\\\\\\n"} +Inf\n',
  )
})
