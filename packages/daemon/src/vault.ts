/**
 * Secrets that a program keeps across restarts: encrypted with a key in a file next to its
 * database.
 */
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { link, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, fileFailure } from './failure.ts'
import { writeWholeFile } from './files/write-file.ts'

const ALGORITHM = 'chacha20-poly1305'
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16]

/**
 * A copy of the database alone reveals nothing; someone who can read its folder can read these,
 * too.
 */
export class Vault {
  readonly #path: string
  #key: Promise<Buffer> | null = null
  #ready: Buffer | null = null

  constructor(dataDir: string, name = 'secrets.key') {
    this.#path = join(dataDir, name)
  }

  /**
   * Reads or creates the key. `sealNow` and `openNow` work afterwards. Rejects if the folder is not
   * writable.
   */
  async prepare(): Promise<void> {
    this.#ready = await this.#load()
  }

  /** Encrypts `value` as JSON; returns base64. */
  async seal(value: unknown): Promise<string> {
    await this.prepare()
    return this.sealNow(value)
  }

  sealNow(value: unknown): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#prepared, nonce, { authTagLength: TAG_BYTES })
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64')
  }

  /** Rejects with `not-found` if its key is missing or has changed. */
  async open(text: string): Promise<unknown> {
    await this.prepare()
    return this.openNow(text)
  }

  /** Throws the errors with which `open` rejects. */
  openNow(text: string): unknown {
    const bytes = Buffer.from(text, 'base64')
    const end = bytes.length - TAG_BYTES
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv(ALGORITHM, this.#prepared, nonce, { authTagLength: TAG_BYTES })
      decipher.setAuthTag(bytes.subarray(end))
      return JSON.parse(
        Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString(),
      )
    } catch (error) {
      throw new Failure('not-found', 'the key of this secret is missing: enter it again', { cause: error })
    }
  }

  get #prepared(): Buffer {
    if (this.#ready) return this.#ready
    throw new Failure('not-found', 'the key for secrets was not read: start again')
  }

  #load(): Promise<Buffer> {
    this.#key ??= this.#readOrMake().catch(error => {
      this.#key = null
      throw fileFailure(error, this.#path)
    })
    return this.#key
  }

  async #readOrMake(): Promise<Buffer> {
    const kept = await readFile(this.#path).catch(error => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    })
    if (kept?.length === KEY_BYTES) return kept
    const key = randomBytes(KEY_BYTES)
    if (kept) await writeWholeFile(this.#path, key, { mode: 0o600 })
    else if (!(await this.#claim(key))) return this.#readOrMake()
    return key
  }

  /** Writes the file unless another process, or another vault of this one, does so first. */
  async #claim(key: Buffer): Promise<boolean> {
    const draft = `${this.#path}.${randomUUID()}.draft`
    await writeWholeFile(draft, key, { mode: 0o600 })
    try {
      await link(draft, this.#path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      await rm(draft, { force: true })
    }
  }
}
