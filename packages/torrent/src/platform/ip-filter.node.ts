/** Lists of IP addresses in files. */
import { createReadStream, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { messageOf, ShoalError } from '../base/errors.ts'
import { type IpFilter, IpFilterParser } from '../base/ip-filter.ts'

export {
  type BadLine,
  type IpFilter,
  IpFilterParser,
  type LineKind,
  parseFilterLine,
} from '../base/ip-filter.ts'
export { IpRanges, IpRangesBuilder, MAX_IP_RANGES } from '../base/ip-ranges.ts'

/** Maximum size of a list in bytes, unpacked. */
const MAX_BYTES = 2 ** 30
const GZIP_MAGIC = Buffer.of(0x1f, 0x8b)

/**
 * Reads a list of IP addresses: eMule's .dat, PeerGuardian's .p2p, networks, ranges and addresses,
 * also mixed, plain or packed with gzip. It is parsed as it is read, without blocking the event
 * loop for long. Rejects with `not-found`, `no-permission`, `too-large`, `io`, or with
 * `bad-argument` if the path is not a file.
 */
export async function readIpFilter(
  path: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<IpFilter> {
  try {
    const file = await stat(path)
    if (!file.isFile())
      throw new ShoalError('bad-argument', `${path} is not a file: give a list of IP addresses`)
    const bytes = createReadStream(path, { signal })
    return await parse((await isGzip(path, file)) ? unpacked(bytes) : bytes, path)
  } catch (error) {
    signal?.throwIfAborted()
    throw explain(error, path)
  }
}

async function parse(bytes: Readable, path: string): Promise<IpFilter> {
  const parser = new IpFilterParser()
  let total = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > MAX_BYTES) {
      bytes.destroy()
      throw new ShoalError(
        'too-large',
        `${path} has more than ${MAX_BYTES} bytes of addresses: give a shorter list`,
      )
    }
    // Only names can have non-ASCII characters.
    parser.push(chunk.toString('latin1'))
  }
  return parser.end()
}

function unpacked(bytes: Readable): Readable {
  const gunzip = createGunzip()
  bytes.on('error', error => gunzip.destroy(error))
  gunzip.on('close', () => bytes.destroy())
  return bytes.pipe(gunzip)
}

async function isGzip(path: string, { size }: Stats): Promise<boolean> {
  if (size < GZIP_MAGIC.length) return false
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0)
    return buffer.equals(GZIP_MAGIC)
  } finally {
    await file.close()
  }
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof ShoalError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return new ShoalError('not-found', `${path} does not exist: give the path of a list of IP addresses`)
  if (code === 'EACCES' || code === 'EPERM')
    return new ShoalError('no-permission', `No permission to read ${path}: change its permissions`)
  return new ShoalError('io', `Cannot read ${path}: ${messageOf(error)}`, { cause: error })
}
