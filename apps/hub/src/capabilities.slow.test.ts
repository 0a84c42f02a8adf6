/** Each capability can be left out by deleting its line. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Services } from '@shoal/daemon/capability'
import { ALL_TABLES } from '@shoal/hub-stores/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CAPABILITIES } from './capabilities.ts'
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

// The tracker shares the hub's port.
const REMOVED = CAPABILITIES.filter(each => each !== tracker).map(each => [each.contract.name, each] as const)

test.each(REMOVED)('the hub starts without %s, and keeps its tables', async (name, capability) => {
  await (await start(CAPABILITIES)).close()
  const all = tables()
  const list = without(capability)
  expect(list).not.toContain(capability)
  const hub = await start(list)
  try {
    const url = `http://127.0.0.1:${hub.port}`
    for (const path of ['/health', '/ready']) expect((await fetch(url + path)).status).toBe(200)
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
})

test('the hub has all tables', () => {
  const sorted = (owners: readonly { readonly name: string }[]) => owners.map(({ name }) => name).sort()
  expect(sorted(tablesFor(CAPABILITIES))).toEqual(sorted(ALL_TABLES))
})
