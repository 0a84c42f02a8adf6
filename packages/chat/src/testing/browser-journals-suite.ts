/** Contract tests of browser journals. They run in pages only. */
import { expect, test } from 'vitest'
import { BrowserJournals } from '../browser/browser-journals.ts'
import { readJournal, recordOf, testJournals } from './journals-suite.ts'

const STORES = ['keys', 'journals', 'records']

/** Runs `work` on the database of a device, with all of its stores. */
async function inDatabase(device: string, work: (stores: readonly IDBObjectStore[]) => void): Promise<void> {
  const opening = indexedDB.open(`shoal-chat-${device}`)
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
  const transaction = database.transaction(STORES, 'readwrite')
  work(STORES.map(name => transaction.objectStore(name)))
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
  database.close()
}

/** All values of a store. */
async function valuesOf(device: string, store: number): Promise<unknown[]> {
  let request: IDBRequest<unknown[]> | undefined
  await inDatabase(device, stores => {
    request = stores[store]!.getAll()
  })
  return request!.result
}

/**
 * Writes `one` and `two` to a journal, has `damage` change their records, and reads the journal
 * again.
 */
async function readAfter(
  damage: (records: IDBObjectStore, keys: readonly IDBValidKey[]) => void,
): Promise<string[]> {
  const device = nextDevice()
  const journals = await BrowserJournals.open(device)
  const journal = await journals.open('one')
  for (const text of ['one', 'two']) await journal.append(recordOf(text))
  await journals.close()
  await inDatabase(device, ([, , records]) => {
    const keys = records!.getAllKeys()
    keys.onsuccess = () => damage(records!, keys.result)
  })
  const again = await BrowserJournals.open(device)
  try {
    return await readJournal(await again.open('one'))
  } finally {
    await again.close()
  }
}

let devices = 0
const nextDevice = () => `test-${devices++}`

export function testBrowserJournals(): void {
  testJournals(() => {
    const device = nextDevice()
    return { open: () => BrowserJournals.open(device) }
  })

  test('no script reads the key, and the database says nothing', async () => {
    const device = nextDevice()
    const journals = await BrowserJournals.open(device)
    await (await journals.open('secret-name')).append(recordOf('secret text'))
    await journals.close()
    const [key] = (await valuesOf(device, 0)) as [CryptoKey]
    expect([key.extractable, [...key.usages].sort()]).toEqual([false, ['deriveBits', 'deriveKey']])
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
    const [bytes] = (await valuesOf(device, 2)) as [Uint8Array]
    expect(new TextDecoder('latin1').decode(bytes)).not.toContain('secret')
  })

  test('a record that was left out, moved or changed is an error', async () => {
    expect(await readAfter(() => {})).toEqual(['one', 'two'])
    const damages: Parameters<typeof readAfter>[0][] = [
      (records, [first]) => records.delete(first!),
      (records, [, second]) => records.delete(second!),
      (records, [first, second]) => {
        const moved = records.get(first!)
        moved.onsuccess = () => records.put(moved.result, second!)
      },
      (records, [first]) => records.put(new Uint8Array(40), first!),
    ]
    for (const damage of damages) await expect(readAfter(damage)).rejects.toMatchObject({ code: 'damaged' })
  })

  test('waits for the disk', async () => {
    const made: (string | undefined)[] = []
    const { transaction } = IDBDatabase.prototype
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      if (mode === 'readwrite') made.push(options?.durability)
      return transaction.call(this, stores, mode, options)
    }
    try {
      const journals = await BrowserJournals.open(nextDevice())
      await (await journals.open('one')).append(recordOf('one'))
      await journals.close()
    } finally {
      IDBDatabase.prototype.transaction = transaction
    }
    expect(made).toEqual(['strict', 'strict'])
  })
}
