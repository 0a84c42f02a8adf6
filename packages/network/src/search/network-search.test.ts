import { seededRandom } from '@shoal/torrent/base'
import { describe, expect, it } from 'vitest'
import { signEntry } from '../entries/entry.ts'
import { splitWords } from '../entries/words.ts'
import { decodeRequest, encodeRequest } from '../indexing/messages.ts'
import { SimIndex, type SimIndexNode, simEntry, simSigner } from './testing/sim-index.ts'

const random = seededRandom(11)
const signer = simSigner(random)

describe('a search', () => {
  it('finds what was published, after its publisher left', async () => {
    const made = new SimIndex({ seed: 1, nodes: 100 })
    const publisher = made.publisher(made.indexNodes[0]!)
    const titles = ['Ubuntu 26.04 desktop', 'Ubuntu 26.04 server', 'Debian 14 server', 'Big Buck Bunny']
    for (const title of titles) publisher.publish(simEntry(random, signer, made.clock.unixMs(), title))
    publisher.start()
    await made.clock.advance(10 * 60_000)
    publisher.close()
    made.indexNodes[0]!.online = false
    const found = async (text: string, without: string[] = []) => {
      const { rows } = await made.run(
        made.indexNodes[50]!.search.search({ words: splitWords(text), without }),
      )
      return rows.map(({ signed }) => signed.entry.title).sort()
    }
    expect(await found('ubuntu')).toEqual(titles.slice(0, 2))
    expect(await found('SERVER')).toEqual(['Debian 14 server', 'Ubuntu 26.04 server'])
    expect(await found('server ubuntu')).toEqual(['Ubuntu 26.04 server'])
    expect(await found('ubuntu', ['server'])).toEqual(['Ubuntu 26.04 desktop'])
    expect(await found('bunny')).toEqual(['Big Buck Bunny'])
    expect(await found('fedora')).toEqual([])
  })

  it('finds as much as was asked for of what its filters let through', async () => {
    const made = new SimIndex({ seed: 3, nodes: 60 })
    const publisher = made.publisher(made.indexNodes[0]!)
    // Pictures match the words better: without filters, they come first.
    for (let at = 0; at < 80; at++) {
      const [kind, title] = at < 60 ? ['jpg', 'Harbour'] : ['mkv', 'A long film about some harbour']
      const more = {
        files: [{ path: `${at}.${kind}`, bytes: 9 }],
        ...(kind === 'mkv' && { bytes: 5000, language: 'de-AT', license: 'MIT' }),
        ...(kind === 'jpg' && { bytes: 10 }),
      }
      const by = at % 4 === 0 ? signer : simSigner(random)
      publisher.publish(simEntry(random, by, made.clock.unixMs(), title, more))
    }
    publisher.start()
    await made.clock.advance(10 * 60_000)
    publisher.close()
    for (const filters of [
      { kind: 'video' },
      { minBytes: 1000 },
      { language: 'de' },
      { license: 'mit' },
    ] as const) {
      const { rows } = await made.run(
        made.indexNodes[50]!.search.search({ words: ['harbour'], filters }, { limit: 15 }),
      )
      expect(rows).toHaveLength(15)
      expect(rows.every(({ signed }) => signed.entry.files[0]!.path.endsWith('.mkv'))).toBe(true)
    }
  })

  it('finds several hundred entries of a word, also at a node that has them itself', async () => {
    const reports: string[] = []
    const made = new SimIndex({
      seed: 6,
      nodes: 20,
      limits: { perWordAndSource: 1000 },
      onMisconduct: (_, __, reason) => reports.push(reason),
    })
    const [home] = made.indexNodes as [SimIndexNode]
    for (let at = 0; at < 450; at++) {
      const signed = simEntry(random, signer, made.clock.unixMs(), `Harbour ${at}`)
      for (const { index } of made.indexNodes) index.store.put(signed, null, () => true)
    }
    for (const limit of [200, 201, 450, 500]) {
      const { rows } = await made.run(home.search.search({ words: ['harbour'] }, { limit }))
      expect(rows).toHaveLength(Math.min(limit, 450))
    }
    expect(reports).toEqual([])
  })

  it('asks others if a node cannot answer itself', async () => {
    const made = new SimIndex({ seed: 2, nodes: 2 })
    const [here, other] = made.indexNodes as [SimIndexNode, SimIndexNode]
    other.index.store.put(simEntry(random, signer, made.clock.unixMs(), 'Harbour'), null, () => true)
    here.respondIndex = () => {
      throw new Error('The disk is full')
    }
    const { rows } = await made.run(here.search.search({ words: ['harbour'] }))
    expect(rows).toHaveLength(1)
  })

  it('leaves out what index nodes of another version do not filter, without blaming them', async () => {
    const reports: string[] = []
    const made = new SimIndex({ seed: 4, nodes: 30, onMisconduct: (_, __, reason) => reports.push(reason) })
    const publisher = made.publisher(made.indexNodes[0]!)
    for (const name of ['a.jpg', 'b.mkv'])
      publisher.publish(
        simEntry(random, signer, made.clock.unixMs(), 'Harbour', { files: [{ path: name, bytes: 1 }] }),
      )
    publisher.start()
    await made.clock.advance(60_000)
    publisher.close()
    for (const node of made.indexNodes) {
      node.respondIndex = (from, message) => {
        const request = decodeRequest(message)
        const known = request.type === 'find' ? { ...request, filters: {} } : request
        return node.index.handle(from.id, from.ip, encodeRequest(known))
      }
    }
    const { rows } = await made.run(
      made.indexNodes[20]!.search.search({ words: ['harbour'], filters: { kind: 'video' } }),
    )
    expect(rows.map(({ signed }) => signed.entry.files[0]!.path)).toEqual(['b.mkv'])
    expect(reports).toEqual([])
  })

  it('finds what two nodes have that know only each other, at either of them', async () => {
    const made = new SimIndex({ seed: 2, nodes: 2 })
    const [first, second] = made.indexNodes as [SimIndexNode, SimIndexNode]
    const publisher = made.publisher(first)
    publisher.publish(simEntry(random, signer, made.clock.unixMs(), 'Map of the harbour'))
    publisher.start()
    await made.clock.advance(60_000)
    publisher.close()
    // The remaining node has to query itself.
    for (const [here, gone] of [
      [second, first],
      [first, second],
    ] as const) {
      here.online = true
      gone.online = false
      const { rows } = await made.run(here.search.search({ words: splitWords('harbour map') }))
      expect(rows.map(({ signed }) => signed.entry.title)).toEqual(['Map of the harbour'])
    }
  })

  it('leaves out what blocked publishers signed, and shows who else publishes the same', async () => {
    const made = new SimIndex({ seed: 3, nodes: 30 })
    const publisher = made.publisher(made.indexNodes[0]!)
    const other = simSigner(random)
    const nowMs = made.clock.unixMs()
    const both = simEntry(random, signer, nowMs, 'Harbour harbour')
    publisher.publish(both)
    const { entry } = both
    publisher.publish(signEntry({ ...entry, title: 'Harbour, as somebody else calls it' }, other))
    for (const title of ['Harbour one', 'Harbour two'])
      publisher.publish(simEntry(random, signer, nowMs, title))
    publisher.start()
    await made.clock.advance(10 * 60_000)
    publisher.close()
    const search = async (blocked: Uint8Array | null, limit: number) => {
      const isBlocked = (key: Uint8Array) => blocked !== null && Buffer.compare(key, blocked) === 0
      const shown: number[] = []
      const { rows, hidden } = await made.run(
        made.indexNodes[9]!.search.search(
          { words: ['harbour'] },
          { limit, isBlocked, onRows: each => shown.push(each.length) },
        ),
      )
      expect(shown.at(-1)).toBe(rows.length)
      return [rows.map(({ signed }) => signed.entry.title).sort(), hidden]
    }
    expect(await search(null, 10)).toEqual([['Harbour harbour', 'Harbour one', 'Harbour two'], 0])
    const rest = ['Harbour, as somebody else calls it']
    expect(await search(entry.publisher, 10)).toEqual([rest, 3])
    // Blocked entries take no places either.
    expect((await search(entry.publisher, 1))[0]).toEqual(rest)
  })
})
