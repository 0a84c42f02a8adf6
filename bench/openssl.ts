import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export type Algorithm = 'sha1' | 'sha256'

/**
 * Measures the hash rate of one core in bytes per second, with blocks of 16 KiB, by `openssl speed`
 * for one second. It counts its own CPU time, so other programs hardly matter. Rejects if there is
 * no openssl or it prints no rate.
 */
export async function opensslBytesPerSecond(algorithm: Algorithm): Promise<number> {
  const args = ['speed', '-seconds', '1', '-bytes', '16384', algorithm]
  const { stdout } = await promisify(execFile)('openssl', args)
  // The last number is in thousands of bytes per second.
  const rate = Number(/([\d.]+)k\s*$/.exec(stdout)?.[1])
  if (!(rate > 0)) throw new Error('openssl speed printed no rate: is it OpenSSL 1.1 or later?')
  return rate * 1000
}

export async function opensslVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', ['version'])
  return stdout.split(' ').slice(0, 2).join(' ')
}
