/** Contract tests of listings, their search, comments and reports, for any database. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Listing, ListingText } from '../listings/listings.ts'
import type { TestPlace } from './place.ts'
import type { TestStores } from './stores.ts'

/** Tests share a database: each uses a separate author, and searches only its listings. */
const newAuthor = () => `did:key:${randomBytes(16).toString('hex')}`

const text = (title: string, more: Partial<ListingText> = {}): ListingText => ({
  ...{
    title,
    link: 'magnet:?xt=urn:btih:00',
    category: 'Films',
    tags: [],
    description: '',
    sizeBytes: 2 ** 40,
    fileCount: null,
  },
  ...more,
})
const titles = (listings: readonly Listing[]) => listings.map(({ title }) => title)

export function testListings(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: TestStores, author: string) => Promise<void>) =>
    test(what, async () => {
      await using stores = await place().open()
      await run(stores, newAuthor())
    })

  withStores('a listing is published, changed and removed', async ({ listings }, author) => {
    const written = text('Night train', { tags: ['public domain', 'ü'], description: '# Film\n<b>' })
    const created = await listings.create(author, written)
    expect(created).toMatchObject({ ...written, author, hidden: null, comments: 0, thumbnails: [] })
    expect(await listings.get(created.id)).toEqual(created)
    expect(await listings.change(created.id, { title: 'Day train' })).toMatchObject({
      ...written,
      title: 'Day train',
    })
    expect(await listings.search({ author, text: 'night' })).toEqual([])
    expect(titles(await listings.search({ author, text: 'day' }))).toEqual(['Day train'])
    expect(await listings.remove(created.id)).toBe(true)
    expect(await listings.remove(created.id)).toBe(false)
    expect(await listings.search({ author, text: 'day' })).toEqual([])
    await expect(listings.get(created.id)).rejects.toMatchObject({ code: 'not-found' })
    const wrong = [
      { title: '' },
      { title: 'a\0' },
      { category: '!' },
      { tags: ['-'] },
      { tags: Array(17).fill('x') },
      { sizeBytes: -1 },
      { link: 'x'.repeat(8193) },
    ]
    for (const each of wrong)
      await expect(listings.create(author, text('x', each))).rejects.toMatchObject({ code: 'bad-argument' })
  })

  withStores(
    'words are found without case, diacritics and order, all of them, the last one begun',
    async (stores, author) => {
      const { listings } = stores
      await listings.create(author, text('Größe der Straße', { description: 'Ein Über-Film, 1999' }))
      await listings.create(author, text('東京物語'))
      const find = async (text: string) => titles(await stores.listings.search({ author, text }))
      for (const query of [
        'GROSSE',
        'strasse größe',
        'straße',
        'uber film',
        'über-film',
        'stra',
        'film 199',
        'der 1999 ',
      ])
        expect({ query, found: await find(query) }).toEqual({ query, found: ['Größe der Straße'] })
      for (const query of [
        'größe fehlt',
        'stra ',
        'st',
        'xyz',
        '!!!',
        '"',
        "'",
        'der OR xyz',
        'der" OR "xyz',
        "der' | 'xyz",
        '§films',
        '*',
        'NOT',
      ])
        expect({ query, found: await find(query) }).toEqual({ query, found: [] })
      expect(await find('東京')).toEqual(['東京物語'])
      expect(await find('   ')).toHaveLength(2)
    },
  )

  withStores('results are filtered by category and tag', async ({ listings }, author) => {
    await listings.create(author, text('one', { category: 'Short films', tags: ['Public domain', 'old'] }))
    await listings.create(author, text('two short films', { tags: ['old'] }))
    const find = async (query: object) => titles(await listings.search({ author, ...query }))
    expect(await find({ categories: ['short FILMS'] })).toEqual(['one'])
    expect(await find({ categories: ['short'] })).toEqual([])
    expect(await find({ categories: ['films', 'short films'], tag: 'old' })).toEqual([
      'two short films',
      'one',
    ])
    expect(await find({ categories: ['films', 'short films'], text: 'two fil' })).toEqual(['two short films'])
    expect(await find({ tag: 'old' })).toEqual(['two short films', 'one'])
    expect(await find({ tag: 'public domain', text: 'one' })).toEqual(['one'])
    expect(await find({ tag: 'public domain', text: 'two' })).toEqual([])
    await expect(find({ tag: '' })).rejects.toMatchObject({ code: 'bad-argument' })
  })

  withStores(
    'pages neither repeat nor leave out a result while others are published',
    async ({ listings }, author) => {
      for (let at = 0; at < 25; at++) await listings.create(author, text(`Part ${at}`))
      for (const query of [{ author, text: 'part' }, { author }]) {
        const found: string[] = []
        for (let before: number | undefined; ; ) {
          const page = await listings.search({ ...query, limit: 10, ...(before !== undefined && { before }) })
          found.push(...titles(page))
          if (page.length < 10) break
          before = page.at(-1)!.number
          await listings.create(author, text('Part new'))
        }
        const parts = found.filter(title => title !== 'Part new')
        expect(parts).toEqual(Array.from({ length: 25 }, (_, at) => `Part ${24 - at}`))
      }
    },
  )

  withStores('what is hidden is found by moderators and its author only', async ({ listings }, author) => {
    const { id } = await listings.create(author, text('Spam film'))
    expect(await listings.hide(id, 'spam')).toMatchObject({ hidden: 'spam' })
    for (const query of [{ author }, { author, text: 'spam' }]) {
      expect(await listings.search(query)).toEqual([])
      expect(titles(await listings.search({ ...query, withHidden: true }))).toEqual(['Spam film'])
      expect(titles(await listings.search({ ...query, viewer: author }))).toEqual(['Spam film'])
      expect(await listings.search({ ...query, viewer: 'did:key:other' })).toEqual([])
    }
    await listings.hide(id, null)
    expect(titles(await listings.search({ author, text: 'spam' }))).toEqual(['Spam film'])
  })

  withStores('thumbnails are named by their bytes, at most four', async ({ listings }, author) => {
    const { id } = await listings.create(author, text('x'))
    const picture = (length: number) => ({ type: 'image/png', bytes: new Uint8Array(randomBytes(length)) })
    const pictures = [picture(10), picture(131_072), picture(1), picture(2)]
    for (const each of [...pictures, pictures[0]!]) await listings.addThumbnail(id, each)
    const { thumbnails } = await listings.get(id)
    expect(await Promise.all(thumbnails.map(name => listings.thumbnail(id, name)))).toEqual(pictures)
    await expect(listings.addThumbnail(id, picture(3))).rejects.toMatchObject({ code: 'full' })
    const [, second, ...rest] = thumbnails
    await listings.removeThumbnail(id, thumbnails[0]!)
    expect((await listings.removeThumbnail(id, 'unknown')).thumbnails).toEqual([second, ...rest])
    expect(await listings.thumbnail(id, thumbnails[0]!)).toBeNull()
    expect(await listings.thumbnail(id, second!)).toEqual(pictures[1])
    for (const each of [picture(131_073), { ...picture(1), type: 'image/svg+xml' }])
      await expect(listings.addThumbnail(id, each)).rejects.toMatchObject({ code: 'bad-argument' })
  })

  withStores('a .torrent belongs to one link of a listing', async ({ listings }, author) => {
    const { id, link } = await listings.create(author, text('x'))
    const torrent = { link, bytes: new Uint8Array(randomBytes(100)), sizeBytes: 7, fileCount: 3 }
    expect(await listings.torrent(id)).toBeNull()
    expect(await listings.setTorrent(id, torrent)).toMatchObject({
      ...{ hasTorrent: true, sizeBytes: 7, fileCount: 3 },
    })
    await listings.setTorrent(id, torrent)
    expect(await listings.change(id, { title: 'y', link })).toMatchObject({ hasTorrent: true })
    expect(await listings.torrent(id)).toEqual(torrent.bytes)
    expect(await listings.change(id, { link: 'magnet:?other' })).toMatchObject({ hasTorrent: false })
    expect(await listings.torrent(id)).toBeNull()
    await expect(listings.setTorrent(id, torrent)).rejects.toMatchObject({ code: 'conflict' })
    await listings.setTorrent(id, { ...torrent, link: 'magnet:?other' })
    expect(await listings.remove(id)).toBe(true)
    await expect(listings.torrent(id)).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores(
    'comments are listed in order, changed, hidden and removed',
    async ({ listings, comments }, author) => {
      const { id } = await listings.create(author, text('x'))
      const added = []
      for (const each of ['one', 'two', 'three']) added.push(await comments.add(id, author, each))
      const read = async (more = {}) => (await comments.list(id, more)).map(({ text }) => text)
      expect(await read()).toEqual(['one', 'two', 'three'])
      expect(await read({ after: added[0]!.number, limit: 1 })).toEqual(['two'])
      await comments.hide(added[1]!.id, 'rude')
      expect([await read(), await read({ withHidden: true })]).toEqual([
        ['one', 'three'],
        ['one', 'two', 'three'],
      ])
      expect(await read({ viewer: author })).toEqual(['one', 'two', 'three'])
      expect((await listings.get(id)).comments).toBe(3)
      expect(added[2]!.changedMs).toBeNull()
      const changed = await comments.change(added[2]!.id, '3')
      expect(changed).toEqual({ ...added[2], text: '3', changedMs: expect.any(Number) })
      expect(await comments.get(added[2]!.id)).toEqual({ comment: changed, listing: id })
      expect([await comments.remove(added[0]!.id), await comments.remove(added[0]!.id)]).toEqual([
        true,
        false,
      ])
      expect((await listings.get(id)).comments).toBe(2)
      await expect(comments.add('unknown', author, 'x')).rejects.toMatchObject({ code: 'not-found' })
      for (const ask of [
        () => comments.hide('u', 'x'),
        () => comments.change('u', 'x'),
        () => comments.get('u'),
      ])
        await expect(ask()).rejects.toMatchObject({ code: 'not-found' })
      await listings.remove(id)
      await expect(comments.list(id)).rejects.toMatchObject({ code: 'not-found' })
    },
  )

  withStores('a person reports a thing once, and not too many', async ({ reports }, author) => {
    const subject = randomBytes(8).toString('hex')
    const other = newAuthor()
    const first = await reports.add(subject, author, 'spam')
    await reports.add(subject, other, 'fraud')
    expect(await reports.add(subject, author, 'worse')).toEqual({ ...first, reason: 'worse' })
    const open = await reports.list({ after: first.number - 1 })
    expect(open.map(({ reporter, reason }) => [reporter, reason])).toEqual([
      [author, 'worse'],
      [other, 'fraud'],
    ])
    expect([await reports.close(subject), await reports.close(subject)]).toEqual([2, 0])
    for (let at = 0; at < 100; at++) await reports.add(`${subject} ${at}`, author, 'x')
    await expect(reports.add(subject, author, 'x')).rejects.toMatchObject({ code: 'full' })
  })
}
