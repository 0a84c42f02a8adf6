/** Temporary folders, and files with random content that is reproducible from a seed. */
import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, open, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'

export interface TempDir extends AsyncDisposable {
  readonly path: string
  /** Full path of an entry. */
  join(...names: string[]): string
  /** Deletes it with its contents. */
  remove(): Promise<void>
}

/**
 * Creates an empty folder in `parent` (default: the system's folder for temporary files), for
 * `await using`.
 */
export async function tempDir(name: string, parent = tmpdir()): Promise<TempDir> {
  const path = await realpath(await mkdtemp(join(parent, `shoal-${name}-`)))
  // Some programs drop root privileges before they read the folder.
  await chmod(path, 0o755)
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  return { path, join: (...names) => join(path, ...names), remove, [Symbol.asyncDispose]: remove }
}

export interface RandomFile {
  readonly path: string
  readonly length: number
  /** Hash of the content: lower-case hex. */
  readonly sha256: string
}

const CHUNK_BYTES = 1 << 20

/** Writes `length` pseudorandom bytes from `seed`; creates parent folders. */
export async function randomFile(path: string, length: number, seed = 1): Promise<RandomFile> {
  const key = createHash('sha256').update(`shoal ${seed}`).digest()
  const stream = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16))
  const hash = createHash('sha256')
  const zeros = new Uint8Array(CHUNK_BYTES)
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < length; at += CHUNK_BYTES) {
      const bytes = stream.update(zeros.subarray(0, Math.min(CHUNK_BYTES, length - at)))
      hash.update(bytes)
      await file.write(bytes)
    }
  } finally {
    await file.close()
  }
  return { path, length, sha256: hash.digest('hex') }
}

/** Creates a folder of random files. Returns them by their paths in it. */
export async function randomTree(
  folder: string,
  lengths: Readonly<Record<string, number>>,
  seed = 1,
): Promise<Record<string, RandomFile>> {
  await mkdir(folder, { recursive: true })
  const files: Record<string, RandomFile> = {}
  let next = seed * 1000
  for (const [name, length] of Object.entries(lengths))
    files[name] = await randomFile(join(folder, ...name.split('/')), length, next++)
  return files
}

/** Returns the SHA-256 of a file's content in lower-case hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk)
  return hash.digest('hex')
}

/** Returns the paths of all files in a folder, sorted, with slashes. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/**
 * Compares two folders byte for byte. Returns null if they contain the same files, else the first
 * difference. Reads whole files into memory. Ignores pad files written by a client, and aria2's
 * control files.
 */
export async function difference(expected: string, actual: string): Promise<string | null> {
  const real = (names: string[]) => names.filter(name => !/(^|\/)\.pad\/|\.aria2$/.test(name))
  const [wanted, got] = [await filesBelow(expected), real(await filesBelow(actual))]
  if (wanted.join('\n') !== got.join('\n')) return `files ${got.join(', ')} instead of ${wanted.join(', ')}`
  for (const name of wanted) {
    const [one, two] = await Promise.all([readFile(join(expected, name)), readFile(join(actual, name))])
    if (!one.equals(two)) return `${name} differs (${one.length} and ${two.length} bytes)`
  }
  return null
}
