import { seededRandom } from '@shoal/torrent/base'
import { describe, expect, it } from 'vitest'
import { splitWords } from '../entries/words.ts'
import { SimIndex, type SimIndexNode, simEntry, simSigner } from './testing/sim-index.ts'

const random = seededRandom(11)
const signer = simSigner(random)

describe('a search', { timeout: 60_000 }, () => {
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

  it('finds what two nodes have that know only each other, at either of them', async () => {
    const made = new SimIndex({ seed: 2, nodes: 2 })
    const [first, second] = made.indexNodes as [SimIndexNode, SimIndexNode]
    const publisher = made.publisher(first)
    publisher.publish(simEntry(random, signer, made.clock.unixMs(), 'Map of the harbour'))
    publisher.start()
    await made.clock.advance(60_000)
    publisher.close()
    // The one left has to ask itself.
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
})
