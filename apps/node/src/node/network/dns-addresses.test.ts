import { expect, test } from 'vitest'
import { type Names, withoutName } from './dns-addresses.ts'

const [PEER, OTHER] = ['/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN', '/p2p/QmOther']
const RECORDS: Record<string, string[]> = {
  '_dnsaddr.boot.example': [
    `dnsaddr=/dnsaddr/one.boot.example${PEER}`,
    `dnsaddr=/ip4/192.0.2.7/tcp/4001${OTHER}`,
  ],
  '_dnsaddr.one.boot.example': [
    `dnsaddr=/ip4/192.0.2.1/tcp/4001${PEER}`,
    `dnsaddr=/ip4/192.0.2.1/udp/4001/quic-v1${PEER}`,
    `dnsaddr=/dns6/one.example/tcp/4001${PEER}`,
    'something else',
  ],
  '_dnsaddr.loop.example': [`dnsaddr=/dnsaddr/loop.example${PEER}`],
}
const names: Names = {
  lookup: async (name, { family }) => {
    if (name !== 'one.example') throw new Error('no such name')
    return family === 4 ? { address: '192.0.2.1', family } : { address: '2001:db8::1', family: 6 }
  },
  resolveTxt: async name => {
    const found = RECORDS[name]
    if (!found) throw new Error('no such name')
    return found.map(text => [text])
  },
}

test('addresses stay, names become addresses', async () => {
  expect(await withoutName('/ip4/192.0.2.1/tcp/1', names)).toEqual(['/ip4/192.0.2.1/tcp/1'])
  expect(await withoutName('/dns4/one.example/tcp/1', names)).toEqual(['/ip4/192.0.2.1/tcp/1'])
  expect(await withoutName('/dns/one.example/tcp/1', names)).toEqual(['/ip6/2001:db8::1/tcp/1'])
})

test('dnsaddr leads to the addresses of the same peer over TCP, also through another name', async () => {
  expect(await withoutName(`/dnsaddr/boot.example${PEER}`, names)).toEqual([
    `/ip4/192.0.2.1/tcp/4001${PEER}`,
    `/ip6/2001:db8::1/tcp/4001${PEER}`,
  ])
})

test('names without an address, and circles of names, are errors', async () => {
  for (const address of [
    '/dns4/none.example/tcp/1',
    `/dnsaddr/none.example${PEER}`,
    `/dnsaddr/loop.example${PEER}`,
  ])
    await expect(withoutName(address, names)).rejects.toMatchObject({ code: 'unreachable' })
})
