/**
 * Where test hubs keep their data: each in a file of its data folder. With the URL of a PostgreSQL
 * server in `SHOAL_TEST_DATABASE`, each in a database of its own there, so that the same tests show
 * that hubs work with both.
 */
import { join } from 'node:path'
import {
  createServerDatabase,
  openFileStores,
  openServerStores,
  type StoreOptions,
  type TestStores,
} from '@shoal/hub-stores/testing'
import type { Given } from '../options.ts'

export interface TestDatabase {
  /** Options of the hub. */
  readonly given: Pick<Given, 'database'>
  /** Opens the stores another time. */
  openStores(options?: StoreOptions): Promise<TestStores>
}

/** `data`: the data folder of the hub. */
export async function testDatabase(data: string): Promise<TestDatabase> {
  const server = process.env.SHOAL_TEST_DATABASE
  if (server === undefined)
    return { given: {}, openStores: options => openFileStores(join(data, 'hub.db'), options) }
  const url = await createServerDatabase(server)
  return { given: { database: url }, openStores: options => openServerStores({ url }, options) }
}
