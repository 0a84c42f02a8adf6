import type { Settings, SettingsChange } from '@shoal/api'
import { expect, test } from 'vitest'
import { SettingsStore } from './settings-store.ts'

/** Rows with transactions, like those of a catalogue. */
class Rows {
  kept = new Map<string, unknown>()
  full = false

  get(section: string) {
    return this.kept.get(section)
  }

  set(section: string, value: unknown) {
    if (this.full && section === 'network') throw new Error('disk full')
    this.kept.set(section, structuredClone(value))
  }

  together(work: () => void) {
    const before = new Map(this.kept)
    try {
      work()
    } catch (error) {
      this.kept = before
      throw error
    }
  }
}

const open = (rows: Rows, fixed: SettingsChange = {}) =>
  new SettingsStore(rows, { directory: '/films', fixed })

test('a change takes effect, is published, and survives a restart', async () => {
  const rows = new Rows()
  const store = open(rows)
  expect(store.current.downloads).toMatchObject({ directory: '/films', startPaused: false })
  const told: Settings[] = []
  store.onChanged(settings => told.push(settings))
  await store.change({ downloads: { startPaused: true }, network: { port: 7000 } })
  expect(told).toEqual([store.current])
  expect(open(rows).current).toEqual(store.current)
  expect(open(rows).current.network.port).toBe(7000)
})

test('a change that one part rejects is undone in the others', async () => {
  const rows = new Rows()
  const store = open(rows)
  const before = store.current
  const ports: number[] = []
  store.onApply(async ({ network }) => void ports.push(network.port))
  store.onApply(async ({ network }) => {
    if (network.port === 80) throw Object.assign(new Error('taken'), { code: 'refused' })
  })
  await expect(store.change({ network: { port: 80 } })).rejects.toMatchObject({ code: 'refused' })
  expect(ports).toEqual([80, before.network.port])
  expect(store.current).toBe(before)
  expect(rows.kept.size).toBe(0)
})

test('a change that cannot be written has no effect', async () => {
  const rows = new Rows()
  const store = open(rows)
  const before = store.current
  const ports: number[] = []
  store.onApply(async ({ network }) => void ports.push(network.port))
  rows.full = true
  await expect(store.change({ downloads: { startPaused: true }, network: { port: 7000 } })).rejects.toThrow(
    'full',
  )
  expect(store.current).toBe(before)
  expect(rows.kept.size).toBe(0)
  expect(ports).toEqual([7000, before.network.port])
  rows.full = false
  await store.change({ network: { port: 7001 } })
  expect(store.current.network.port).toBe(7001)
})

test('concurrent changes are applied one after the other', async () => {
  const store = open(new Rows())
  let running = 0
  store.onApply(async () => {
    expect(++running).toBe(1)
    await new Promise(setImmediate)
    running--
  })
  await Promise.all([
    store.change({ network: { port: 7000 } }),
    store.change({ network: { dht: false } }),
    store.change({ queue: { maxSeeds: 3 } }),
  ])
  expect(store.current).toMatchObject({ network: { port: 7000, dht: false }, queue: { maxSeeds: 3 } })
})

test('fixed settings cannot be changed, and saved values apply again once they are not fixed', async () => {
  const rows = new Rows()
  await open(rows).change({ network: { port: 7000 } })
  const store = open(rows, { network: { port: 1234 } })
  expect(store.fixed).toEqual(['network.port'])
  expect(store.current.network.port).toBe(1234)
  await expect(store.change({ network: { port: 7001 } })).rejects.toMatchObject({
    code: 'fixed',
    field: 'network.port',
  })
  await store.change({ network: { port: 1234, dht: false } })
  expect(open(rows).current.network).toMatchObject({ port: 7000, dht: false })
})

test('a saved value that is no longer valid falls back to its default; the others stay', () => {
  const rows = new Rows()
  rows.kept.set('network', { port: 'many', dht: false, gone: 1 })
  rows.kept.set('queue', 'nonsense')
  const { network, queue } = open(rows).current
  expect(network).toMatchObject({ port: 6881, dht: false })
  expect(queue.maxDownloads).toBeNull()
})
