import { expect, test } from 'vitest'
import { tablesOf } from '../database/columns.ts'
import { MIGRATIONS } from '../database/schema.ts'
import { IMPERSONAL, PERSONAL } from './member-data.ts'

/** Columns that name a person or a device. */
const NAMING = ['did', 'account', 'author', 'reporter', 'actor', 'device', 'creator', 'member']

test('every table is either exported and deleted with a member, or has a reason why not', () => {
  const tables = tablesOf(MIGRATIONS)
  const listed = [...PERSONAL.map(({ table }) => table), ...Object.keys(IMPERSONAL)]
  expect(listed.sort()).toEqual(tables.map(({ name }) => name).sort())
  for (const { name, columns } of tables)
    if (Object.hasOwn(IMPERSONAL, name))
      expect({ name, naming: NAMING.filter(column => columns.has(column)) }).toEqual({ name, naming: [] })
})

test('hashes are left out of what members take along', () => {
  for (const { name, columns } of tablesOf(MIGRATIONS)) {
    const personal = PERSONAL.find(({ table }) => table === name)
    // The hash of a device is its public name.
    if (personal && columns.has('hash') && name !== 'devices') expect(personal.secret).toContain('hash')
  }
})
