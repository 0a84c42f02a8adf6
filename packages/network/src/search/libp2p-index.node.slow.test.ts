import { limitMs } from '@shoal/testing'
import { systemRandom } from '@shoal/torrent/base'
import { afterEach, expect, it } from 'vitest'
import { signWithdrawal } from '../entries/entry.ts'
import { type Host, openHost } from '../host/host.node.ts'
import { recordKey } from '../keys.ts'
import { simEntry, simSigner } from './testing/sim-index.ts'

/** The publisher waits five seconds for the size of the network. */
const PATIENT = { timeout: limitMs(40), interval: 500 }

const open: Host[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(host => host.close()))
})

async function start(): Promise<Host> {
  const host = await openHost({ seed: systemRandom.bytes(32), listen: ['/ip4/127.0.0.1/tcp/0'] })
  open.push(host)
  return host
}

it('finds by words what another host published, after that is gone, until it is withdrawn', async () => {
  const [meeting, publishing, searching] = [await start(), await start(), await start()]
  for (const host of [publishing, searching]) await host.libp2p.dial(meeting.libp2p.getMultiaddrs())
  const signer = simSigner(systemRandom)
  const signed = simEntry(systemRandom, signer, Date.now(), 'Harbour at night')
  publishing.index.publisher.publish(signed)
  const key = recordKey('info_hash_idx::', signed.entry.infoHashV2!)
  publishing.index.publisher.provide([key])
  const titles = async () => {
    const { rows } = await searching.index.search.search({ words: ['harbour', 'night'] })
    return rows.map(row => row.signed.entry.title)
  }
  await expect.poll(titles, PATIENT).toEqual(['Harbour at night'])
  await expect.poll(() => searching.kad.findProviders(key), PATIENT).toHaveLength(1)
  await publishing.index.publisher.withdraw([key])
  expect(await searching.kad.findProviders(key)).toEqual([])
  await publishing.close()
  expect(await titles()).toEqual(['Harbour at night'])
  await searching.index.publisher.retract(signed, signWithdrawal(signed.entry, signer, 2))
  expect(await titles()).toEqual([])
})
