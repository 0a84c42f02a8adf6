import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readJournal, recordOf, testJournals } from '@shoal/chat/testing/journals'
import { Vault } from '@shoal/daemon/vault'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChatJournals } from './chat-journals.ts'

let folder: string
let journals: ChatJournals
const path = () => join(folder, 'chat.db')
const open = (at = folder) => ChatJournals.open(at, new Vault(folder))
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-chat-'))
  journals = await open()
})
afterEach(async () => {
  await journals.close()
  rmSync(folder, { recursive: true })
})

describe('a journal of the chat', () => {
  testJournals(() => {
    const own = join(folder, 'own')
    mkdirSync(own)
    return { open: () => open(own) }
  })

  test('a torn tail leaves what was there before, wherever the file was cut', async () => {
    const journal = await journals.open('torn')
    const lengths: number[] = []
    for (let at = 0; at < 6; at++) {
      await journal.append(recordOf(`record ${at}`))
      lengths.push(statSync(`${path()}-wal`).size)
    }
    await journal.replace([recordOf('whole'), recordOf('state')])
    lengths.push(statSync(`${path()}-wal`).size)
    const log = readFileSync(`${path()}-wal`)
    const states = [0, 1, 2, 3, 4, 5, 6].map(count =>
      Array.from({ length: count }, (_, at) => `record ${at}`),
    )
    states.push(['whole', 'state'])
    for (const [at, end] of lengths.entries()) {
      for (const [cut, state] of [
        [end, states[at + 1]!],
        [end - 1, states[at]!],
        [end - 2000, states[at]!],
      ] as const) {
        const copy = mkdtempSync(join(tmpdir(), 'shoal-chat-torn-'))
        copyFileSync(path(), join(copy, 'chat.db'))
        writeFileSync(join(copy, 'chat.db-wal'), log.subarray(0, cut))
        const torn = await open(copy)
        const left = await torn.open('torn')
        expect(await readJournal(left)).toEqual(state)
        // Appending still works afterwards.
        await left.append(recordOf('next'))
        expect(await readJournal(left)).toEqual([...state, 'next'])
        await torn.close()
        rmSync(copy, { recursive: true })
      }
    }
  })

  test.for([
    [
      'changed',
      "UPDATE chat_records SET bytes = CAST(substr(bytes, 1, 20) || X'00' || substr(bytes, 22) AS BLOB) WHERE number = 2",
    ],
    ['missing', 'DELETE FROM chat_records WHERE number = 2'],
    ['cut off', 'DELETE FROM chat_records WHERE number = 3'],
    [
      'moved to another place',
      'UPDATE chat_records SET bytes = (SELECT bytes FROM chat_records WHERE number = 1) WHERE number = 2',
    ],
    [
      'moved from another journal',
      'UPDATE chat_records SET bytes = (SELECT bytes FROM chat_records AS other WHERE other.number = chat_records.number AND other.journal <> chat_records.journal)',
    ],
  ])('a record that was %s is an error', async ([, sql]) => {
    for (const name of ['a', 'b']) {
      const journal = await journals.open(name)
      for (const text of ['one', 'two', 'three']) await journal.append(recordOf(`${text} ${name}`))
    }
    await journals.close()
    const sqlite = new DatabaseSync(path())
    expect(Number(sqlite.prepare(sql!).run().changes)).toBeGreaterThan(0)
    sqlite.close()
    journals = await open()
    await expect(readJournal(await journals.open('a'))).rejects.toMatchObject({ code: 'damaged' })
  })

  test('says nothing to who has the file without its key, and what was deleted is gone', async () => {
    const journal = await journals.open('secret-name')
    const gone = randomBytes(24).toString('hex')
    await journal.append(recordOf(gone))
    await journals.close()
    const cut = readFileSync(path())
    for (const secret of [gone, 'secret-name']) expect(cut.includes(secret)).toBe(false)
    const sqlite = new DatabaseSync(path())
    const [{ bytes }] = sqlite.prepare('SELECT bytes FROM chat_records').all() as [{ bytes: Uint8Array }]
    sqlite.close()
    expect(cut.includes(Buffer.from(bytes))).toBe(true)
    journals = await open()
    await (await journals.open('secret-name')).replace([recordOf('new')])
    await journals.close()
    expect(readFileSync(path()).includes(Buffer.from(bytes))).toBe(false)
    truncateSync(join(folder, 'secrets.key'), 0)
    await expect(open()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('has less than 2 KB for a message of the usual size', async () => {
    const journal = await journals.open('size')
    await journal.replace([recordOf('state')])
    await journals.close()
    const before = statSync(path()).size
    journals = await open()
    const again = await journals.open('size')
    // Each message appends its bytes, the ratchet's new state, and its delivery.
    const messages = Array.from({ length: 500 }, () => [randomBytes(700), randomBytes(30)]).flat()
    await Promise.all(messages.map(each => again.append(each)))
    await journals.close()
    expect((statSync(path()).size - before) / 500).toBeLessThan(2048)
  })
})
