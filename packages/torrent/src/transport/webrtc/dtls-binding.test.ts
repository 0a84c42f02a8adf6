import { expect, test } from 'vitest'
import { dtlsBinding } from './dtls-binding.ts'
import { memorySdp } from './testing/memory-rtc.ts'

const [ours, theirs, others] = ['aa:01', 'bb:02', 'cc:03'].map(memorySdp) as [string, string, string]

test('both ends have the same binding, however they write the fingerprints', () => {
  const binding = dtlsBinding(ours, theirs)
  expect(binding).toHaveLength(32)
  const written = ours.replace('sha-256 aa:01', 'SHA-256 AA:01 ').replaceAll('\r', '')
  expect(dtlsBinding(theirs, written)).toEqual(binding)
})

test('with somebody in the middle, the two ends have different ones', () => {
  expect(dtlsBinding(ours, others)).not.toEqual(dtlsBinding(others, theirs))
  const otherHash = others.replace('sha-256', 'sha-512')
  expect(dtlsBinding(ours, otherHash)).not.toEqual(dtlsBinding(otherHash, theirs))
})

test('there is none while a description is unknown', () => {
  expect(dtlsBinding(ours, '')).toBeUndefined()
})
