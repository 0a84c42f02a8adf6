/** Contract tests of journals on any storage. They also run in pages. */
import { expect, test } from 'vitest'
import type { Journal, Journals } from '../device/ports.ts'

export interface JournalPlace {
  /** Opens the same journals each time, like consecutive runs of a program. */
  open(): Promise<OpenJournals>
}

interface OpenJournals extends Journals {
  close(): Promise<void>
}

export const recordOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export async function readJournal(journal: Journal): Promise<string[]> {
  const texts = []
  for await (const bytes of journal.read()) texts.push(new TextDecoder().decode(bytes))
  return texts
}

/** `place`: returns a new empty one each time. */
export function testJournals(place: () => JournalPlace): void {
  const withJournals = (
    what: string,
    run: (journals: OpenJournals, reopen: () => Promise<OpenJournals>, place: JournalPlace) => Promise<void>,
  ) =>
    test(what, async () => {
      const own = place()
      let open = await own.open()
      const reopen = async () => {
        await open.close()
        open = await own.open()
        return open
      }
      try {
        await run(open, reopen, own)
      } finally {
        await open.close()
      }
    })

  withJournals(
    'records are in order after a restart, and those of a replacement instead',
    async (first, reopen) => {
      const [one, two] = [await first.open('group-1'), await first.open('group-2')]
      expect(await readJournal(one)).toEqual([])
      const texts = Array.from({ length: 600 }, (_, at) => `record ${at}`)
      // Calls do not wait for each other.
      await Promise.all([...texts.map(text => one.append(recordOf(text))), two.append(recordOf('other'))])
      expect(await readJournal(one)).toEqual(texts)
      const second = await reopen()
      expect(await readJournal(await second.open('group-1'))).toEqual(texts)
      const again = await second.open('group-2')
      await Promise.all([
        again.append(recordOf('before')),
        again.replace([recordOf('a'), recordOf('b')]),
        again.append(recordOf('c')),
      ])
      await again.append(recordOf('d'))
      const third = await reopen()
      expect(await readJournal(await third.open('group-2'))).toEqual(['a', 'b', 'c', 'd'])
      await (await third.open('group-1')).replace([])
      expect(await readJournal(await (await reopen()).open('group-1'))).toEqual([])
    },
  )

  withJournals(
    'journals are open in one program, and removed with their records',
    async (journals, reopen, own) => {
      const journal = await journals.open('one')
      await journal.append(recordOf('x'))
      expect(await journals.open('one')).toBe(journal)
      await expect(own.open()).rejects.toMatchObject({ code: 'in-use' })
      for (const name of ['', 'A', 'a/b', 'x'.repeat(101)])
        await expect(journals.open(name)).rejects.toMatchObject({ code: 'bad-argument' })
      await journals.remove('one')
      await journals.remove('never-there')
      expect(await readJournal(await journals.open('one'))).toEqual([])
      expect(await readJournal(await (await reopen()).open('one'))).toEqual([])
    },
  )

  withJournals('records have up to 16 MiB', async journals => {
    const journal = await journals.open('large')
    for (const wrong of [new Uint8Array(), new Uint8Array((16 << 20) + 1)]) {
      await expect(journal.append(wrong)).rejects.toMatchObject({ code: 'bad-argument' })
      await expect(journal.replace([recordOf('a'), wrong])).rejects.toMatchObject({ code: 'bad-argument' })
    }
    await journal.append(new Uint8Array(16 << 20).fill(7))
    await journal.append(recordOf('after'))
    const lengths = []
    for await (const bytes of journal.read()) lengths.push(bytes.length)
    expect(lengths).toEqual([16 << 20, 5])
  })
}
