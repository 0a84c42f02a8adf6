import { readFile, stat } from 'node:fs/promises'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { type CountryResponse, Reader } from 'mmdb-lib'

/** Larger files contain more than countries. */
const MAX_BYTES = 256 * 1024 * 1024

/**
 * Looks up the countries of addresses in a local database (MaxMind's .mmdb format), without any
 * network request.
 */
export class Countries {
  #reader: Reader<CountryResponse> | null = null
  #path: string | null = null

  /**
   * Null closes it. Rejects with a Failure, keeping the previous one, if the file is not such a
   * database.
   */
  async open(path: string | null): Promise<void> {
    if (path === this.#path) return
    this.#reader = path === null ? null : await readDatabase(path)
    this.#path = path
  }

  /** ISO 3166-1 alpha-2; null if it is unknown or there is no database. */
  of(address: string): string | null {
    try {
      const found = this.#reader?.get(address)
      return found?.country?.iso_code ?? found?.registered_country?.iso_code ?? null
    } catch {
      return null
    }
  }
}

async function readDatabase(path: string): Promise<Reader<CountryResponse>> {
  const field = 'privacy.countryDatabase'
  const stats = await stat(path).catch(error => {
    throw fileFailure(error, path)
  })
  // Pipes and devices can be endless.
  if (!stats.isFile())
    throw new Failure('bad-request', `${path} is not a file: give a MaxMind .mmdb file`, { field })
  if (stats.size > MAX_BYTES)
    throw new Failure(
      'bad-request',
      `${path} has ${stats.size} bytes, which is too large for a country database`,
      {
        field,
      },
    )
  const bytes = await readFile(path).catch(error => {
    throw fileFailure(error, path)
  })
  try {
    return new Reader<CountryResponse>(bytes)
  } catch (error) {
    throw new Failure('bad-request', `${path} is not a country database: give a MaxMind .mmdb file`, {
      field,
      cause: error,
    })
  }
}
