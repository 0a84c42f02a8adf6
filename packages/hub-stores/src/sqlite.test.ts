import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { testAccounts } from './testing/accounts-suite.ts'
import { testKeyPackages } from './testing/key-packages-suite.ts'
import { testListings } from './testing/listings-suite.ts'
import { testMembers } from './testing/members-suite.ts'
import { testRooms } from './testing/rooms-suite.ts'
import { openFileStores, type StoreOptions } from './testing/stores.ts'
import { testTrackerKeys } from './testing/tracker-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('SQLite', () => {
  const place = () => ({ open: (options?: StoreOptions) => openFileStores(join(folder, 'hub.db'), options) })
  testRooms(place)
  testAccounts(place)
  testKeyPackages(place)
  testListings(place)
  testTrackerKeys(place)
  testMembers(place)
})
