/** Each capability can be left out by deleting its line. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Services } from '@shoal/daemon/capability'
import { ALL_TABLES } from '@shoal/hub-stores/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CAPABILITIES } from './capabilities.ts'
import { CAPABILITIES_WITHOUT_DATA } from './capabilities-without-data.ts'
import { startHub } from './hub.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { NO_LOG } from './kernel/log.ts'
import { tablesFor } from './kernel/tables.ts'
import { tracker } from './tracker/capability.ts'

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
})
afterEach(() => rm(data, { recursive: true }))

const namesOf = (services: Services = {}) => Object.values(services).map(({ name }) => name)

/** Returns the list without a capability and those that need it. */
function without(removed: AnyCapability): readonly AnyCapability[] {
  const gone = new Set([removed])
  // A set's iteration includes items added during it.
  for (const each of gone) {
    const services = namesOf(each.provides)
    for (const other of CAPABILITIES)
      if (namesOf(other.needs).some(name => services.includes(name))) gone.add(other)
  }
  return CAPABILITIES.filter(each => !gone.has(each))
}

function start(list: readonly AnyCapability[]) {
  const place = { carrier: null, sharesPorts: false, hasStunPort: false, isFirst: true }
  return startHub({ port: 0, noUdp: true, data }, NO_LOG, async () => place, list)
}

/** The database's tables. */
function tables(): string[] {
  const sqlite = new DatabaseSync(join(data, 'hub.db'), { readOnly: true })
  const rows = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  sqlite.close()
  return rows.map(({ name }) => String(name))
}

const named = (list: readonly AnyCapability[]) => list.map(each => [each.contract.name, each] as const)

/** Paths that one capability answers, without which they are not found. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  health: ['/health', '/ready'],
  metrics: ['/metrics'],
  pages: ['/favicon.ico'],
  tracker: ['/announce', '/scrape', '/stats.json'],
}

async function expectPathsWithout(name: string, url: string): Promise<void> {
  for (const [owner, paths] of Object.entries(PATHS))
    for (const path of paths) {
      const { status } = await fetch(url + path)
      expect({ path, status }).toEqual({ path, status: owner === name ? 404 : 200 })
    }
}

test.each(named(CAPABILITIES))(
  'the hub starts without %s, and keeps its tables',
  async (name, capability) => {
    await (await start(CAPABILITIES)).close()
    const all = tables()
    const list = without(capability)
    expect(list).not.toContain(capability)
    const hub = await start(list)
    try {
      const url = `http://127.0.0.1:${hub.port}`
      await expectPathsWithout(name, url)
      for (const { method, path } of Object.values(capability.contract.operations ?? {})) {
        const answer = await fetch(url + path.replace(/:\w+/g, 'x'), { method })
        expect({ name, path, status: answer.status }).toEqual({ name, path, status: 404 })
      }
      expect(tables()).toEqual(all)
    } finally {
      await hub.close()
    }
    // With it, everything works as before.
    await (await start(CAPABILITIES)).close()
  },
)

test.each(named(CAPABILITIES_WITHOUT_DATA))(
  'a tracker-only hub starts without %s',
  async (name, capability) => {
    const list = CAPABILITIES_WITHOUT_DATA.filter(each => each !== capability)
    const hub = await startHub({ onlyTracker: true, port: 0 }, NO_LOG, undefined, list)
    try {
      await expectPathsWithout(name, hub.origin)
      expect({
        name,
        stun: hub.stunPort !== null,
        urls: hub.urls.length,
        statistics: hub.statistics,
      }).toEqual({
        name,
        // Without the tracker, no UDP port is open that STUN could share.
        stun: name !== 'stun' && name !== 'tracker',
        urls: name === 'tracker' ? 0 : 3,
        statistics: name === 'tracker' ? null : `${hub.origin}/`,
      })
    } finally {
      await hub.close()
    }
  },
)

test('a hub without the tracker has a STUN port of its own, drains, and leaves its ports', async () => {
  const list = CAPABILITIES_WITHOUT_DATA.filter(each => each !== tracker)
  const given = { onlyTracker: true, port: 0, stunPort: 0 }
  const hub = await startHub(given, NO_LOG, undefined, list)
  expect(hub.stunPort).toBeGreaterThan(0)
  await expect(startHub({ ...given, port: hub.port }, NO_LOG, undefined, list)).rejects.toThrow(
    `Port ${hub.port} is taken`,
  )
  const { stunPort } = hub
  await expect(startHub({ ...given, stunPort: stunPort! }, NO_LOG, undefined, list)).rejects.toThrow(
    `Port ${stunPort} is taken`,
  )
  await hub.drain(0)
  await expect(fetch(`${hub.origin}/health`)).rejects.toThrow()
  await hub.close()
  await (await startHub({ ...given, port: hub.port, stunPort: stunPort! }, NO_LOG, undefined, list)).close()
})

test('the hub has all tables', () => {
  const sorted = (owners: readonly { readonly name: string }[]) => owners.map(({ name }) => name).sort()
  expect(sorted(tablesFor(CAPABILITIES))).toEqual(sorted(ALL_TABLES))
})
