/** Share links lead to their host: the link alone is enough to find the node that created it. */
import { parseShareLink } from '@shoal/links'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOOPBACK, Workplace } from '../../testing/shoal-process.ts'

/** Finds others only by trackers. */
const ALONE = [...LOOPBACK, '--no-pex', '--no-network'] as const

let host: Workplace
let guest: Workplace
let url: string
let film: Buffer
let song: Buffer
beforeAll(async () => {
  const places = [Workplace.create({ oneProcess: true }), Workplace.create({ oneProcess: true })] as const
  ;[host, guest] = await Promise.all(places)
  ;({ url } = await host.node())
  film = await host.file('home/film.bin', 300_000)
  song = await host.file('home/song.bin', 200_000)
})
afterAll(() => Promise.all([host, guest].map(place => place[Symbol.asyncDispose]())))

/**
 * Shares a file. The link is the one that a browser on this machine shows. It names no peers: only
 * its page leads to the node.
 */
async function share(name: string): Promise<string> {
  await host.ask('add', host.at('home', name), '--wait')
  const { link } = await host.ask('show', name)
  const { magnet } = parseShareLink(link)
  expect([magnet.trackers, magnet.peers, magnet.webSeeds]).toEqual([[], [], []])
  return `${url}/share/${link.slice(link.indexOf('#'))}`
}

test('get downloads from the node that a share link leads to', async () => {
  const link = await share('film.bin')
  const { event } = await guest.ask('get', link, '--out', 'got', '--timeout', '60s', ...ALONE)
  expect(event).toBe('complete')
  expect((await guest.read('got/film.bin')).equals(film)).toBe(true)
})

test('a node downloads from the node that an added share link leads to', async () => {
  const link = await share('song.bin')
  await guest.node()
  const { path } = await guest.ask('add', link, '--wait')
  expect((await guest.read(path.slice(guest.path.length + 1))).equals(song)).toBe(true)
  const { items } = await guest.ask('trackers', 'song.bin')
  const announced = items.flatMap(({ announce }: { announce?: string }) => announce ?? [])
  expect(announced).toEqual([`${url}/announce`, `${url.replace('http', 'ws')}/announce`])
})
