/**
 * A process of a hub that appends entries to a room endlessly, and prints the client id and number
 * of each acknowledged one. Retries what fails because the database is down. Arguments: the path of
 * a SQLite file or the address of a PostgreSQL database, and the room.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '@shoal/hub-stores'
import { openFileStores, openServerStores } from '@shoal/hub-stores/testing'

const AT_ONCE = 20
const PAUSE_MS = 20

const [place, roomText] = process.argv.slice(2) as [string, string]
const stores = place.includes('://')
  ? await openServerStores({ url: place, connections: 2 })
  : await openFileStores(place)
const room = Buffer.from(roomText, 'hex')

async function post(): Promise<never> {
  for (;;) {
    const clientId = randomBytes(16)
    const { sequence, hash } = await append(clientId)
    const line = { clientId: clientId.toString('hex'), sequence, hash: Buffer.from(hash).toString('hex') }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
}

async function append(clientId: Uint8Array) {
  for (;;)
    try {
      return await stores.rooms.append(room, clientId, clientId)
    } catch (error) {
      if (!(error instanceof StoreError) || !/^(?:unavailable|busy)$/.test(error.code)) throw error
      await sleep(PAUSE_MS)
    }
}

await Promise.all(Array.from({ length: AT_ONCE }, post))
