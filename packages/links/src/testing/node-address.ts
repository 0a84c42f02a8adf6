import { parseIp } from '@shoal/torrent/base'

interface Options {
  readonly ip?: string
  readonly port?: number
  /** Number of certificate hashes. */
  readonly hashes?: number
}

/** The name of a node in links: the WebRTC direct multiaddr on which nodes listen. */
export function nodeAddress({ ip = '203.0.113.7', port = 6882, hashes = 1 }: Options = {}): string {
  const bytes = parseIp(ip)!
  const certhash = (at: number) => `d203221220${(0x66 + at).toString(16).repeat(32)}`
  const parts = [
    `${bytes.length === 4 ? '04' : '29'}${Buffer.from(bytes).toString('hex')}`,
    `9102${port.toString(16).padStart(4, '0')}9802`,
    ...Array.from({ length: hashes }, (_, at) => certhash(at)),
    `a50326002408011220${'77'.repeat(32)}`,
  ]
  return `/${Buffer.from(parts.join(''), 'hex').toString('base64url')}`
}
