/**
 * A process that writes to a catalogue until it is killed, and prints each number once the write is
 * durable. Each write changes two tables, so that a torn write is visible.
 */
import { Catalogue } from '../../../testing/catalogue.ts'

const catalogue = await Catalogue.open(process.argv[2]!)
const store = catalogue.resumeStore()
const key = 'ab'.repeat(20)
for (let number = 1; ; number++) {
  const progress = {
    directory: '/x',
    paused: false,
    sequential: false,
    addedMs: 1,
    downloadedBytes: number,
    uploadedBytes: 0,
    had: new Uint8Array(5000).fill(number & 0xff),
    stamps: [],
    priorities: null,
    renamed: new Map(),
    trackers: [],
    webSeeds: [],
  }
  const saved = store.save(key, progress)
  await catalogue.write(() => catalogue.settings.set('number', number))
  await saved
  process.stdout.write(`${number}\n`)
}
