import { expect, it } from 'vitest'
import { parseIp } from '../../base/ip.ts'
import { toEndpoint } from './contact.ts'
import { ExternalIp } from './external-ip.ts'

const us = parseIp('80.1.2.3')!
const lie = parseIp('66.6.6.6')!
const voter = (i: number) => toEndpoint(`1.2.${i}.9`, 1)!

it('accepts an address once six networks agree', () => {
  const ip = new ExternalIp()
  for (let i = 0; i < 5; i++) expect(ip.vote(voter(i), us)).toBe(false)
  expect(ip.current).toBeNull()
  expect(ip.vote(voter(5), us)).toBe(true)
  expect(ip.current).toEqual(us)
  expect(ip.vote(voter(6), us)).toBe(false)
})

it('counts each network once, however often it votes', () => {
  const ip = new ExternalIp()
  for (let i = 0; i < 100; i++) ip.vote(toEndpoint(`6.6.6.${i}`, 1)!, lie)
  expect(ip.current).toBeNull()
})

it('needs a majority, and follows when the address changes', () => {
  const ip = new ExternalIp()
  for (let i = 0; i < 20; i++) ip.vote(voter(i), us)
  for (let i = 20; i < 40; i++) ip.vote(voter(i), lie)
  // Of the last 32 votes, 12 and 20.
  expect(ip.current).toEqual(lie)
  const stubborn = new ExternalIp()
  for (let i = 0; i < 30; i++) stubborn.vote(voter(i), i % 2 ? us : parseIp(`70.1.1.${i}`)!)
  expect(stubborn.current).toBeNull()
})

it('ignores local voters, local addresses and the other family', () => {
  const ip = new ExternalIp()
  for (let i = 0; i < 20; i++) {
    ip.vote(toEndpoint(`192.168.${i}.1`, 1)!, us)
    ip.vote(voter(i), parseIp('10.0.0.1')!)
    ip.vote(voter(i), parseIp('2001:db8::1')!)
    ip.vote(voter(i), parseIp('0.0.0.0')!)
  }
  expect(ip.current).toBeNull()
})
