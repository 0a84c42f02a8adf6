import { type Database, StoreError } from '@shoal/hub-stores'
import { expect, test } from 'vitest'
import { watchDisk } from './full-disk.ts'

test('a full disk is a problem until a write succeeds, and the log has one message for each change', async () => {
  let error: Error | null = null
  const inner = {
    write: async () => {
      if (error) throw error
    },
  } as unknown as Database
  const logged: string[] = []
  const log = {
    info: (message: string) => void logged.push(message),
    warn: (message: string, { error }: Record<string, unknown> = {}) =>
      void logged.push(`${message}: ${error}`),
  }
  const { database, problem } = watchDisk(inner, log)
  const write = () => database.write(function* () {})
  await write()
  expect(problem()).toBeNull()
  error = new StoreError('no-space', '/hub.db: full')
  for (const _ of [1, 2]) await expect(write()).rejects.toBe(error)
  expect(problem()).toMatch(/^the disk of the database is full: free some space/)
  error = new StoreError('conflict', 'another')
  await expect(write()).rejects.toBe(error)
  expect(problem()).not.toBeNull()
  error = null
  for (const _ of [1, 2]) await write()
  expect(problem()).toBeNull()
  expect(logged).toEqual([expect.stringMatching(/full.*: \/hub\.db: full$/), expect.stringMatching(/again$/)])
})
