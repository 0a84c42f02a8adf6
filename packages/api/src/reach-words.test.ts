import { expect, test } from 'vitest'
import en from './peer-reach-texts/en.ts'
import { type ReachTexts, reachSentences } from './reach-words.ts'
import type { FamilyReach, PeerReach } from './schemas/peer-reach.ts'

/** Fills in the English texts as a catalog does. */
const filled = (group: object) =>
  Object.fromEntries(
    Object.entries(group).map(([key, text]) => [
      key,
      (args: Record<string, string>) => text.replace(/\{(\w+)\}/g, (_: string, name: string) => args[name]),
    ]),
  )
const texts = {
  reasons: en.reasons,
  ...{ advice: filled(en.advice), ports: filled(en.ports), network: filled(en.network) },
} as unknown as ReachTexts

function sentences(reach: Partial<PeerReach>): string[] {
  const family: FamilyReach = {
    ...{ state: 'unknown', reason: 'mapped' },
    ...{ address: '80.1.2.3', port: 6881, arrivals: [] },
  }
  return reachSentences(texts, {
    ...{ state: 'unknown', reason: 'mapped', port: 6881, network: null },
    ...{ ipv4: family, ipv6: family, mappings: [] },
    ...reach,
  })
}

test('names both ports that a router must forward', () => {
  const network = { port: 6882, reachable: false }
  expect(sentences({ state: 'unreachable', reason: 'no-answer', network }).at(-1)).toBe(
    'Turn on UPnP, NAT-PMP or PCP in the settings of the router, or forward ports 6881 (torrents) and 6882 (Shoal network) to this machine there.',
  )
})

test('names one port if the other one is reached, or there is no other', () => {
  for (const network of [null, { port: 6882, reachable: true }])
    expect(sentences({ state: 'unreachable', reason: 'refused', network }).at(-1)).toBe(
      'Allow it in the settings of the router, or forward port 6881 to this machine there.',
    )
})

test('says what is missing for the Shoal network while peers of torrents can connect', () => {
  expect(sentences({ reason: 'connected', network: { port: 6882, reachable: false } })).toEqual([
    'Others can connect: peers from outside have.',
    'Shoal network: nobody has confirmed yet that others can connect at port 6882.',
    'If a router or firewall is in between, let TCP and UDP pass at port 6882, too.',
  ])
  expect(sentences({ reason: 'connected', network: { port: 6882, reachable: true } })).toEqual([
    'Others can connect: peers from outside have.',
    'Shoal network: others can connect at port 6882.',
  ])
})
