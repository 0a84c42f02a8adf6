import { describe, expect, test } from 'vitest'
import { tablesOf } from '../database/columns.ts'
import { forSqlite } from '../database/tables.ts'
import { ALL_TABLES } from '../testing/all-tables.ts'

/** Columns that identify a person or a device. */
const NAMING = ['did', 'account', 'author', 'reporter', 'actor', 'device', 'creator', 'member']

describe.each(ALL_TABLES.map(owner => [owner.name, owner] as const))('the tables of %s', (_name, owner) => {
  const { personal = [], impersonal = {}, migrations, derived } = owner
  const tables = tablesOf([owner])

  test('are exported and deleted with a member, or have a reason why not', () => {
    const made = migrations.flatMap(each => [...forSqlite(each).matchAll(/CREATE (?:VIRTUAL )?TABLE (\w+)/g)])
    const names = made.map(([, name]) => name!).filter(name => name !== derived?.table)
    const listed = [...personal.map(({ table }) => table), ...Object.keys(impersonal)]
    expect(listed.sort()).toEqual(names.sort())
    for (const { name, columns } of tables)
      if (Object.hasOwn(impersonal, name))
        expect({ name, naming: NAMING.filter(column => columns.has(column)) }).toEqual({ name, naming: [] })
    for (const reason of Object.values(impersonal)) expect(reason.length).toBeGreaterThan(10)
  })

  test('that members take along have no hashes of secrets', () => {
    for (const { name, columns } of tables) {
      const its = personal.find(({ table }) => table === name)
      // The hash of a device is its public identifier.
      if (its && columns.has('hash') && name !== 'devices') expect(its.secret).toContain('hash')
    }
  })

  test('refer only to each other and to those of accounts', () => {
    const own = tablesOf([owner]).map(({ name }) => name)
    const ofAccounts = tablesOf(ALL_TABLES.filter(({ name }) => name === 'accounts')).map(({ name }) => name)
    const referred = migrations.flatMap(each => [...forSqlite(each).matchAll(/REFERENCES (\w+)/g)])
    for (const [, name] of referred) expect([...own, ...ofAccounts]).toContain(name)
  })
})
