import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { openEmbedded } from '../stores.ts'
import { testRooms } from '../testing/rooms-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('SQLite', () =>
  testRooms(() => ({ open: options => openEmbedded(join(folder, 'hub.db'), options) })))
