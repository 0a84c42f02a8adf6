import { seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { describe, expect, it } from 'vitest'
import { signWithdrawal } from '../entries/entry.ts'
import { keywordKey } from '../keys.ts'
import { simEntry, simSigner } from '../search/testing/sim-index.ts'
import { EntryStore } from './entry-store.ts'
import { wordMark } from './messages.ts'

const random = seededRandom(2)
const [ann, ben] = [simSigner(random), simSigner(random)]
const all = () => true

function open(limits = {}) {
  const clock = new VirtualClock()
  const store = new EntryStore(clock, limits)
  const entry = (title: string, signer = ann, more = {}) =>
    simEntry(random, signer, clock.unixMs(), title, more)
  const find = (word: string, more = {}) => {
    const query = { key: keywordKey(word), words: [], without: [], filters: {}, limit: 100, ...more }
    const found = store.find(query)
    return { ...found, titles: found.references.map(({ id }) => store.get(id)!.entry.title) }
  }
  return { clock, store, entry, find }
}

describe('the store of entries', () => {
  it('finds entries by all words of a query and by filters, best first', () => {
    const { store, entry, find } = open()
    const film = { tags: ['film'], language: 'de-AT', license: 'MIT', bytes: 500 }
    for (const signed of [
      entry('Night train home', ann, film),
      entry('Train'),
      entry('Night bus train station now'),
    ])
      expect(store.put(signed, null, all)).toBe('stored')
    expect(find('train').titles).toEqual(['Train', 'Night train home', 'Night bus train station now'])
    const night = [wordMark(keywordKey('night'))]
    expect(find('train', { words: night }).titles).toEqual([
      'Night train home',
      'Night bus train station now',
    ])
    expect(find('train', { without: night }).titles).toEqual(['Train'])
    expect(find('film').titles).toEqual(['Night train home'])
    expect(find('bus').total).toBe(1)
    const filters = [{ language: 'de' }, { license: 'mit' }, { minBytes: 500, maxBytes: 500 }]
    for (const each of filters) expect(find('train', { filters: each }).titles).toEqual(['Night train home'])
    expect(find('train', { filters: { publisher: ben.publicKey } }).titles).toEqual([])
    expect(
      find('train', {
        filters: { publishedAfter: store.get(find('bus').references[0]!.id)!.entry.published },
      }).titles,
    ).toEqual([])
    expect(find('nothing')).toMatchObject({ total: 0, isPartial: false, references: [] })
  })

  it('takes only what belongs to it, and forgets what expires', async () => {
    const { clock, store, entry, find } = open()
    const home = String(keywordKey('home'))
    const short = entry('home alone', ann, { expires: Math.floor(clock.unixMs() / 1000) + 60 })
    expect(store.put(entry('far away'), null, key => String(key) === home)).toBe('foreign')
    expect(store.put(short, null, key => String(key) === home)).toBe('stored')
    expect([find('home').total, find('alone').total]).toEqual([1, 0])
    await clock.advance(61_000)
    expect(find('home').titles).toEqual([])
    store.expire()
    expect(store.size).toBe(0)
    expect(store.put(short, null, all)).toBe('expired')
  })

  it('replaces versions, keeps withdrawals, and takes no replay', () => {
    const { store, entry, find } = open()
    const infoHashV2 = random.bytes(32)
    const first = entry('old words', ann, { infoHashV2 })
    const second = entry('new words', ann, { infoHashV2, sequence: 2 })
    expect([store.put(first, null, all), store.put(second, null, all), store.put(first, null, all)]).toEqual([
      'stored',
      'stored',
      'known',
    ])
    expect([find('old').total, find('new').total, find('words').total]).toEqual([0, 1, 1])
    expect(store.put(signWithdrawal(second.entry, ann, 3), null, all)).toBe('stored')
    expect(store.put(second, null, all)).toBe('known')
    expect([find('new').total, find('words').total, store.size]).toEqual([0, 0, 1])
    expect(store.put(signWithdrawal(entry('never seen').entry, ann, 3), null, all)).toBe('foreign')
  })

  it('keeps the best of a word with too many entries, and says so', () => {
    const { store, entry, find } = open({ perWord: 10 })
    for (let i = 0; i < 30; i++) {
      const title = ['hot', `t${i}`, ...Array.from({ length: i % 15 }, (_, at) => `filler${at}`)].join(' ')
      store.put(entry(title, simSigner(random)), null, all)
    }
    const { titles, isPartial, total } = find('hot')
    expect([isPartial, total]).toEqual([true, 10])
    expect(titles.slice(0, 2).sort()).toEqual(['hot t0', 'hot t15'])
    expect(titles.every(title => title.split(' ').length <= 6)).toBe(true)
    // Entries that the word dropped stay under their other words.
    expect(find('filler9').total).toBe(10)
  })

  it('gives one publisher and one network a share only, of a word and of the whole', () => {
    const { store, entry, find } = open({ perWordAndSource: 5, entries: 100 })
    for (let i = 0; i < 20; i++) store.put(entry(`flood ${i}`), null, all)
    expect(find('flood').total).toBe(5)
    for (let i = 0; i < 20; i++) store.put(entry(`spam ${i}`, simSigner(random)), 'net', all)
    expect(find('spam').total).toBe(5)
    for (let i = 0; i < 20; i++) store.put(entry(`a${i}`, simSigner(random)), 'net', all)
    expect([...store.all()].length).toBeLessThanOrEqual(20)
    for (let i = 0; i < 300; i++) store.put(entry(`b${i}`, simSigner(random)), `net ${i}`, all)
    expect(store.size).toBe(100)
    expect(store.put(entry('one more', ben), 'other', all)).toBe('full')
  })
})
