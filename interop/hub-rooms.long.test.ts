/**
 * Members of a room in Chromium, Firefox and Node, while processes of a hub are killed and stopped:
 * with PostgreSQL, Redis and HAProxy with TLS, and with SQLite in several processes.
 */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { buildPagesOf } from '../apps/web/e2e/testing/pages.ts'
import { openFileStores, openServerStores } from '../packages/hub-stores/src/testing/stores.ts'
import { Browser } from './support/browser.ts'
import { tempDir } from './support/files.ts'
import { launchFirefox } from './support/firefox.ts'
import { HaProxy } from './support/haproxy.ts'
import { HubProcess } from './support/hub.ts'
import type {} from './support/in-page/room-member-page.ts'
import { freePort } from './support/ports.ts'
import { PostgresServer } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { createRoom, membersOf, roomFaults, settle } from './support/room-check.ts'
import { type Member, more, RoomMember, type RoomMemberOptions } from './support/room-member.ts'
import { missing } from './support/tools.ts'

const SERVERS = ['postgres', 'initdb', 'setpriv', 'redis-server', 'haproxy', 'openssl'] as const
/** Entries of each member between two faults. */
const SOME = 15

/** A tab of either browser driver. */
interface Tab {
  evaluate<T, Given>(run: (given: Given) => T, given: Given): Promise<Awaited<T>>
}

/** Starts a member in a page, with a client bundled for browsers. */
async function startIn(tab: Tab, options: RoomMemberOptions): Promise<Member> {
  await until('the page is loaded', () => tab.evaluate(() => 'roomPage' in globalThis, null))
  await tab.evaluate(given => roomPage.start(given), options)
  return {
    post: () => tab.evaluate(() => roomPage.member!.post(), null),
    pause: () => tab.evaluate(() => roomPage.member!.pause(), null),
    state: () => tab.evaluate(() => roomPage.member!.state(), null),
    acknowledgedCount: () => tab.evaluate(() => roomPage.member!.acknowledgedCount(), null),
  }
}

async function disconnects(members: readonly Member[]): Promise<readonly number[]> {
  return (await Promise.all(members.map(member => member.state()))).map(({ disconnects }) => disconnects)
}

describe.skipIf(missing(...SERVERS, 'chromium-headless-shell', 'firefox-esr'))(
  'behind HAProxy with TLS',
  () => {
    test('Chromium, Firefox and Node have the same room when one process is killed and another one stops', async () => {
      await using folder = await tempDir('hub-rooms')
      await using postgres = await PostgresServer.start()
      await using redis = await RedisServer.start()
      const args = ['--redis', redis.url, '--data', folder.path, '--database', postgres.url]
      const start = (port: number) =>
        HubProcess.start([...args, '--no-udp', '--trusted-proxy', '127.0.0.1', '--port', String(port)])
      await using first = await start(await freePort())
      await using second = await start(await freePort())
      await using proxy = await HaProxy.start([first.port, second.port])
      await using stores = await openServerStores({ url: postgres.url, connections: 1 })
      await using pages = await buildPagesOf(`${import.meta.dirname}/support/in-page`, ['room-member-page'])
      // The certificate is the test's own.
      await using chromium = await Browser.launch({ args: ['--ignore-certificate-errors'] })
      await using firefox = await launchFirefox({}, { acceptInsecureCerts: true })
      const url = pages.url('room-member-page')
      const room = await createRoom(stores)
      const hubUrl = `https://localhost:${proxy.port}`
      const given = (await membersOf(stores, room, 4)).map(each => ({ ...each, url: hubUrl }))
      const { page, problems } = await chromium.open(url, { ignoreHTTPSErrors: true })
      const inNode = given.slice(2).map(each => new RoomMember({ ...each, certificates: proxy.certificate }))
      try {
        // HAProxy distributes them to the two in turn.
        const members: readonly Member[] = [
          await startIn(page, given[0]!),
          await startIn((await firefox.open(url)) as Tab, given[1]!),
          ...inNode,
        ]
        await Promise.all(members.map(member => member.post()))
        await more(members, SOME)

        first.process.child.kill('SIGKILL')
        await first.process.exited
        await more(members, SOME)
        await using third = await start(first.port)
        const before = await disconnects(members)
        second.process.child.kill('SIGTERM')
        expect(await second.process.exited).toBe(0)
        await more(members, SOME)
        // They had gone to the second one.
        expect((await disconnects(members)).some((count, at) => count > before[at]!)).toBe(true)
        expect(await roomFaults(stores, room, await settle(members))).toEqual([])
        expect(third.said('failed')).toBeUndefined()
        // Failed connections are reported by Chromium itself.
        expect(problems.filter(text => !text.includes('WebSocket connection'))).toEqual([])
      } finally {
        for (const member of inNode) member.close()
      }
    })
  },
)

describe.skipIf(process.platform !== 'linux')('a hub with --workers and SQLite', () => {
  test('loses nothing when a process of it is killed, and when it stops and starts again', async () => {
    await using folder = await tempDir('hub-rooms')
    const open = () => openFileStores(folder.join('hub.db'))
    const [room, given] = await (async () => {
      await using stores = await open()
      const created = await createRoom(stores)
      return [created, await membersOf(stores, created, 4)]
    })()
    const port = await freePort()
    const start = () =>
      HubProcess.start(['--workers', '2', '--no-udp', '--data', folder.path, '--port', String(port)])
    const members: RoomMember[] = []
    try {
      const states = await (async () => {
        await using hub = await start()
        for (const each of given) members.push(new RoomMember({ ...each, url: `http://127.0.0.1:${port}` }))
        for (const member of members) member.post()
        await more(members, SOME)

        process.kill(hub.said('The hub is listening')!.pid, 'SIGKILL')
        await until('another process has started', () => hub.log.filter(isListening).length === 3)
        await more(members, SOME)
        const before = await disconnects(members)
        hub.process.child.kill('SIGTERM')
        expect(await hub.process.exited).toBe(0)
        expect(hub.log.filter(({ message }) => message === 'The hub has stopped')).toHaveLength(2)
        await until('all know it', async () => {
          return (await disconnects(members)).every((count, at) => count > before[at]!)
        })

        await using _again = await start()
        await more(members, SOME)
        return await settle(members)
      })()
      await using stores = await open()
      expect(await roomFaults(stores, room, states)).toEqual([])
    } finally {
      for (const member of members) member.close()
    }
  })
})

function isListening({ message }: { readonly message: string }): boolean {
  return message === 'The hub is listening'
}
