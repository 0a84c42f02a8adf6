import { createFileStorage, HandlePool } from '#file-storage'
import type { HashPool } from '../hash/hash-pool.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoragePlace, StorageServices } from './context.ts'
import type { Environment } from './environment.ts'

/**
 * Creates the storage of torrents, which share a limit on open files, and the threads that hash
 * their pieces.
 */
export class SessionStorage implements StorageServices {
  readonly #environment: Environment
  readonly #handles = new HandlePool()
  #hashPool: HashPool | null = null

  constructor(environment: Environment) {
    this.#environment = environment
  }

  get hashPool(): HashPool {
    this.#hashPool ??= this.#environment.createHashPool({ clock: this.#environment.clock })
    return this.#hashPool
  }

  create({ memory, ...place }: StoragePlace): Storage {
    if (memory) return this.#environment.createMemoryStorage(place.layout)
    return createFileStorage({ ...place, handles: this.#handles })
  }

  async close(): Promise<void> {
    await this.#hashPool?.close()
  }
}
