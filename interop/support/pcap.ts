/**
 * Reads captures written by `tcpdump -i any`: pcap files whose packets name their interface
 * (LINKTYPE_LINUX_SLL2).
 */
import { formatIp } from '../../packages/torrent/src/base/ip.ts'

const MAGIC = 0xa1b2c3d4
const LINUX_SLL2 = 276
const FILE_HEAD_BYTES = 24
const PACKET_HEAD_BYTES = 16
const SLL2_BYTES = 20
const OUTGOING = 4
const PROTOCOLS: Readonly<Record<number, Packet['protocol']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp6',
}

export interface Packet {
  /** Linux's index of the interface. */
  readonly interfaceIndex: number
  readonly isOutgoing: boolean
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmp6' | 'other'
  /** IP literals. */
  readonly source: string
  readonly destination: string
  /** Null unless it is TCP or UDP; likewise the next one. */
  readonly sourcePort: number | null
  readonly destinationPort: number | null
  /** Null unless it is ICMP. */
  readonly icmpType: number | null
  /** Whether it is a TCP packet that refuses or ends a connection. */
  readonly isReset: boolean
  /** Everything captured after the IP header. */
  readonly payload: Buffer
}

/**
 * Yields the IP packets of a capture, up to an incompletely written one. Throws an Error for
 * another format.
 */
export function readPcap(file: Buffer): Packet[] {
  if (file.length < FILE_HEAD_BYTES) return []
  if (file.readUInt32LE(0) !== MAGIC || (file.readUInt32LE(20) & 0xffff) !== LINUX_SLL2)
    throw new Error('not a capture of all interfaces, little endian, with LINUX_SLL2')
  const packets: Packet[] = []
  for (let at = FILE_HEAD_BYTES; at + PACKET_HEAD_BYTES <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    const start = at + PACKET_HEAD_BYTES
    at = start + length
    if (at > file.length) break
    const packet = readPacket(file.subarray(start, at))
    if (packet) packets.push(packet)
  }
  return packets
}

/** Returns null for other protocols than IP, such as ARP. */
function readPacket(bytes: Buffer): Packet | null {
  if (bytes.length < SLL2_BYTES) return null
  const etherType = bytes.readUInt16BE(0)
  const frame = { interfaceIndex: bytes.readUInt32BE(4), isOutgoing: bytes[10] === OUTGOING }
  const ip = bytes.subarray(SLL2_BYTES)
  if (etherType === 0x0800 && ip.length >= 20)
    return { ...frame, ...readIp(ip[9]!, ip.subarray(12, 20), ip.subarray((ip[0]! & 15) * 4)) }
  if (etherType !== 0x86dd || ip.length < 40) return null
  // RFC 8200, 4.3: multicast reports are preceded by a header of options.
  const hasOptions = ip[6] === 0
  const next = hasOptions ? ip[40] : ip[6]
  return { ...frame, ...readIp(next ?? 59, ip.subarray(8, 40), ip.subarray(hasOptions ? 48 : 40)) }
}

function readIp(number: number, addresses: Buffer, payload: Buffer) {
  const half = addresses.length / 2
  const protocol = PROTOCOLS[number] ?? ('other' as const)
  const hasPorts = (protocol === 'tcp' || protocol === 'udp') && payload.length >= 4
  return {
    protocol,
    source: formatIp(addresses.subarray(0, half)),
    destination: formatIp(addresses.subarray(half)),
    sourcePort: hasPorts ? payload.readUInt16BE(0) : null,
    destinationPort: hasPorts ? payload.readUInt16BE(2) : null,
    icmpType: protocol.startsWith('icmp') ? (payload[0] ?? null) : null,
    isReset: protocol === 'tcp' && ((payload[13] ?? 0) & 4) !== 0,
    payload,
  }
}

/**
 * Returns whether the kernel sent it by itself: neighbor discovery, multicast reports, errors for
 * late datagrams, and resets for late packets of closed connections, for which it selects the route
 * again. A dial starts with another packet.
 */
export function isOfKernel({ protocol, destination, icmpType, isReset }: Packet): boolean {
  if (isReset) return true
  // RFC 3376, 4.2.14: destination of IGMP reports, such as that a group was left.
  if (protocol === 'other') return destination === '224.0.0.22'
  if (protocol === 'icmp6')
    return icmpType === 1 || icmpType === 143 || (icmpType! >= 133 && icmpType! <= 136)
  return protocol === 'icmp' && icmpType === 3
}

export function describePacket({ protocol, source, destination, destinationPort }: Packet): string {
  return `${protocol} ${source} -> ${destination}${destinationPort === null ? '' : ` port ${destinationPort}`}`
}
