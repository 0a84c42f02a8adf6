import { expect, test } from 'vitest'
import { isOfKernel, readPcap } from './pcap.ts'

const HEAD = Buffer.from('d4c3b2a1020004000000000000000000000004001401000000000000'.slice(0, 48), 'hex')

function packet(etherType: number, type: number, payload: string): Buffer {
  const body = Buffer.concat([Buffer.alloc(20), Buffer.from(payload, 'hex')])
  body.writeUInt16BE(etherType, 0)
  body.writeUInt32BE(7, 4)
  body[10] = type
  const head = Buffer.alloc(16)
  head.writeUInt32LE(body.length, 8)
  return Buffer.concat([head, body])
}

const UDP4 = '4500001c0000000040110000c0000201c633640904d20035'
const RESET4 = `4500002800000000400600${'00c0000201c633640904d200350000000000000000'}50040000`
const MLD6 = `6000000000000001${'fe80000000000000000000000000000'.concat('1')}${'ff020000000000000000000000000016'}3a000502000001008f00`

test('reads packets with their interface, and stops at one that is cut off', () => {
  const file = Buffer.concat([
    HEAD,
    packet(0x0800, 4, UDP4),
    packet(0x0806, 4, '0001'),
    packet(0x86dd, 0, MLD6),
    packet(0x0800, 4, RESET4),
    packet(0x0800, 4, UDP4).subarray(0, -1),
  ])
  const [udp, report, reset, ...others] = readPcap(file)
  expect(others).toEqual([])
  expect(udp).toEqual({
    ...{ interfaceIndex: 7, isOutgoing: true, protocol: 'udp', icmpType: null, isReset: false },
    ...{ source: '192.0.2.1', destination: '198.51.100.9', sourcePort: 1234, destinationPort: 53 },
    payload: Buffer.from('04d20035', 'hex'),
  })
  expect(report).toMatchObject({ isOutgoing: false, protocol: 'icmp6', icmpType: 143 })
  expect(reset).toMatchObject({ protocol: 'tcp', destinationPort: 53, isReset: true })
  expect([udp!, report!, reset!].map(isOfKernel)).toEqual([false, true, true])
})

test('refuses captures in another format', () => {
  expect(() => readPcap(Buffer.alloc(30))).toThrow('not a capture')
})
