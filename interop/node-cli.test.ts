/**
 * Commands that use a running node, on loopback: those that wait, seed or start one are separate
 * processes.
 */
import { readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace } from '../apps/node/src/testing/shoal-process.ts'

describe('a node', () => {
  let place: Workplace
  let node: Awaited<ReturnType<Workplace['node']>>
  beforeAll(async () => {
    place = await Workplace.create({ oneProcess: true })
    node = await place.node()
    await place.file('home/Photos/a.bin', 300_000)
    await place.file('home/Photos/b.bin', 1000)
  })
  afterAll(() => place[Symbol.asyncDispose]())

  const ask = (...args: string[]) => place.ask(...args)

  const names = async (...args: string[]) =>
    (await ask('list', '--sort', 'name', ...args)).items.map(({ name }: { name: string }) => name)

  test('shares an added folder and shows its details', async () => {
    const shared = await ask('add', place.at('home/Photos'), '--wait')
    expect(shared).toMatchObject({
      event: 'complete',
      name: 'Photos',
      magnet: expect.stringMatching(/^magnet:/),
      contentId: expect.stringMatching(/^baf/),
    })
    expect(await names('--state', 'seeding')).toEqual(['Photos'])
    const { id } = await ask('show', 'photos')
    expect(await ask('complete', 'pho')).toEqual({ words: ['Photos'] })
    expect(await ask('complete', id.slice(0, 5))).toEqual({ words: [id.slice(0, 12)] })
    expect(await ask('show', id.slice(0, 6))).toMatchObject({ id, totalBytes: 301_000, fileCount: 2 })
    expect((await ask('files', 'Photos')).items).toMatchObject([
      { path: expect.stringContaining('a.bin'), lengthBytes: 300_000, haveBytes: 300_000 },
      { path: expect.stringContaining('b.bin') },
    ])
    expect(await ask('health')).toMatchObject({ status: 'ok', url: node.url })
    expect((await ask('jobs')).items).toMatchObject([{ kind: 'create', state: 'done', torrent: id }])
    expect((await ask('peers', 'Photos')).items).toEqual([])
    // The index is written in the background.
    const hits = async () => (await ask('search', 'photos', 'b.bin', '--local')).items
    await expect.poll(hits).toMatchObject([{ torrent: id, path: expect.stringContaining('b.bin') }])
    const changed = await ask('trackers', 'Photos', '--add', 'udp://127.0.0.1:9')
    expect(changed.items.map(({ url }: { url: string }) => url)).toContain('udp://127.0.0.1:9')
    // The hidden part of a URL is kept when other trackers change.
    const secret = 'http://127.0.0.1:9/0123456789abcdef/announce'
    await ask('trackers', 'Photos', '--remove', 'udp://127.0.0.1:9', '--add', secret)
    const kept = await ask('trackers', 'Photos', '--add', 'udp://127.0.0.1:10')
    expect(kept.items.map(({ announce }: { announce?: string }) => announce)).toContain(secret)
    expect((await ask('api', 'getTorrent', JSON.stringify({ id }))).name).toBe('Photos')
  })

  test('downloads from a peer and waits for completion', async () => {
    const bytes = await place.file('film.bin', 3_000_000)
    const { peer, magnet } = await place.seed('film.bin')
    const options = ['--peer', peer, '--label', 'films', '--layout', 'subfolder']
    const added = place.start('add', magnet, ...options, '--wait', '--json')
    expect(await added.finished).toMatchObject({ code: 0, stderr: '' })
    expect(added.objects[0]).toMatchObject({ event: 'added', added: true })
    const { path, contentId } = added.objects.at(-1)
    expect(contentId).toBe(added.objects[0].torrent.contentId)
    // It was given a separate folder.
    expect((await readFile(`${path}/film.bin`)).equals(bytes)).toBe(true)
    expect(await names('--label', 'films')).toEqual(['film.bin'])
    // Adding the same again does not create a second torrent.
    expect((await ask('add', magnet)).items).toMatchObject([{ added: false }])
    expect((await place.run('add', magnet)).stdout).toMatch(/^[^\n]*film\.bin[^\n]*\nContent ID: baf\w+\n$/)
  })

  test('pauses, resumes, removes and restores', async () => {
    const { id } = await ask('show', 'Photos')
    expect((await ask('pause', 'Photos')).ids).toEqual([id])
    expect(await names('--state', 'complete')).toContain('Photos')
    await ask('resume', id)
    expect(await names('--state', 'complete')).toEqual([])
    expect(await ask('remove', 'Photos')).toMatchObject({ ids: [id], undoSeconds: expect.any(Number) })
    expect(await names()).not.toContain('Photos')
    expect((await ask('restore', id.slice(0, 6))).ids).toEqual([id])
    expect(await names()).toContain('Photos')
    // Deleting files requires a confirmation, and there is no terminal for it.
    expect(await place.json('remove', 'Photos', '--delete-data')).toMatchObject({
      code: 2,
      object: { error: { message: expect.stringContaining('--yes') } },
    })
    expect((await stat(place.at('home/Photos/a.bin'))).size).toBe(300_000)
  })

  test('requires the token', async () => {
    const wrong = await place.json('list', '--node', node.url, '--token', 'wrong')
    expect(wrong).toMatchObject({ code: 1, object: { error: { code: 'unauthorized' } } })
    expect(wrong.object.error.message).toContain('rejects --token')
    // The token of the local node is not sent to an address given with --node.
    const without = await place.json('list', '--node', node.url)
    expect(without.object.error.message).toContain('requires a login')
    expect(await names('--node', node.url, '--token', node.token)).toContain('Photos')
  })

  test('stops, and then reports that no node is running', async () => {
    expect(await ask('stop')).toEqual({ stopped: node.url })
    expect(await node.process.finished).toMatchObject({ code: 0 })
    expect(await place.json('list')).toMatchObject({
      code: 1,
      object: { error: { code: 'no-node', message: expect.stringContaining(' start starts one') } },
    })
    // The next start restores everything.
    node = await place.node()
    expect(await names()).toContain('Photos')
    expect((await node.process.interrupt()).code).toBe(0)
  })
})
