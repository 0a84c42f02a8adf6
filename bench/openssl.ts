import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export type Algorithm = 'sha1' | 'sha256'

/**
 * Bytes a second that one core hashes, in blocks of 16 KiB: `openssl speed` for a second. It counts its own processor time, so what
 * else runs meanwhile hardly matters. Rejects when there is no openssl or it prints no rate.
 */
export async function opensslBytesPerSecond(algorithm: Algorithm): Promise<number> {
  const args = ['speed', '-seconds', '1', '-bytes', '16384', algorithm]
  const { stdout } = await promisify(execFile)('openssl', args)
  // The last number is in thousands of bytes a second.
  const rate = Number(/([\d.]+)k\s*$/.exec(stdout)?.[1])
  if (!(rate > 0)) throw new Error('openssl speed printed no rate: is it OpenSSL 1.1 or later?')
  return rate * 1000
}

export async function opensslVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', ['version'])
  return stdout.split(' ').slice(0, 2).join(' ')
}
