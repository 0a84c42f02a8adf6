import type { Settings, SettingsChange } from '@shoal/api'
import { expect, test } from 'vitest'
import { SettingsKeeper } from './settings-keeper.ts'

/** Rows that are written together or not at all, as a catalogue has them. */
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
  new SettingsKeeper(rows, { directory: '/films', fixed })

test('what is changed holds, is told, and is there after a restart', async () => {
  const rows = new Rows()
  const keeper = open(rows)
  expect(keeper.settings.downloads).toMatchObject({ directory: '/films', startPaused: false })
  const told: Settings[] = []
  keeper.onChanged(settings => told.push(settings))
  await keeper.change({ downloads: { startPaused: true }, network: { port: 7000 } })
  expect(told).toEqual([keeper.settings])
  expect(open(rows).settings).toEqual(keeper.settings)
  expect(open(rows).settings.network.port).toBe(7000)
})

test('a change that one part refuses is undone in those that had taken it', async () => {
  const rows = new Rows()
  const keeper = open(rows)
  const before = keeper.settings
  const ports: number[] = []
  keeper.onApply(async ({ network }) => void ports.push(network.port))
  keeper.onApply(async ({ network }) => {
    if (network.port === 80) throw Object.assign(new Error('taken'), { code: 'refused' })
  })
  await expect(keeper.change({ network: { port: 80 } })).rejects.toMatchObject({ code: 'refused' })
  expect(ports).toEqual([80, before.network.port])
  expect(keeper.settings).toBe(before)
  expect(rows.kept.size).toBe(0)
})

test('a change that cannot be written does not hold, in no part of it', async () => {
  const rows = new Rows()
  const keeper = open(rows)
  const before = keeper.settings
  const ports: number[] = []
  keeper.onApply(async ({ network }) => void ports.push(network.port))
  rows.full = true
  await expect(keeper.change({ downloads: { startPaused: true }, network: { port: 7000 } })).rejects.toThrow(
    'full',
  )
  expect(keeper.settings).toBe(before)
  expect(rows.kept.size).toBe(0)
  expect(ports).toEqual([7000, before.network.port])
  rows.full = false
  await keeper.change({ network: { port: 7001 } })
  expect(keeper.settings.network.port).toBe(7001)
})

test('changes that come together are made one after the other', async () => {
  const keeper = open(new Rows())
  let running = 0
  keeper.onApply(async () => {
    expect(++running).toBe(1)
    await new Promise(setImmediate)
    running--
  })
  await Promise.all([
    keeper.change({ network: { port: 7000 } }),
    keeper.change({ network: { dht: false } }),
    keeper.change({ queue: { maxSeeds: 3 } }),
  ])
  expect(keeper.settings).toMatchObject({ network: { port: 7000, dht: false }, queue: { maxSeeds: 3 } })
})

test('what is fixed at the start cannot be changed, and what was kept of it holds again without that', async () => {
  const rows = new Rows()
  await open(rows).change({ network: { port: 7000 } })
  const keeper = open(rows, { network: { port: 1234 } })
  expect(keeper.fixed).toEqual(['network.port'])
  expect(keeper.settings.network.port).toBe(1234)
  await expect(keeper.change({ network: { port: 7001 } })).rejects.toMatchObject({
    code: 'fixed',
    field: 'network.port',
  })
  await keeper.change({ network: { port: 1234, dht: false } })
  expect(open(rows).settings.network).toMatchObject({ port: 7000, dht: false })
})

test('a kept member that no longer fits falls back to its default; the others hold', () => {
  const rows = new Rows()
  rows.kept.set('network', { port: 'many', dht: false, gone: 1 })
  rows.kept.set('queue', 'nonsense')
  const { network, queue } = open(rows).settings
  expect(network).toMatchObject({ port: 6881, dht: false })
  expect(queue.maxDownloads).toBeNull()
})
