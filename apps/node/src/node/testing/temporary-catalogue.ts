import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Catalogue } from './catalogue.ts'

/** A catalogue in a separate folder. */
export interface TemporaryCatalogue {
  readonly folder: string
  readonly path: string
  readonly catalogue: Catalogue
  /** Closes and reopens it, as in the next run of the node. */
  reopen(): Promise<Catalogue>
  remove(): Promise<void>
}

export async function temporaryCatalogue(): Promise<TemporaryCatalogue> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-catalogue-'))
  const path = join(folder, 'catalogue.db')
  let catalogue = await Catalogue.open(path)
  return {
    folder,
    path,
    get catalogue() {
      return catalogue
    },
    async reopen() {
      await catalogue.close()
      catalogue = await Catalogue.open(path)
      return catalogue
    },
    async remove() {
      await catalogue.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Returns the info hash of a numbered test torrent. */
export function testInfoHash(number: number): string {
  return number.toString(16).padStart(40, '0')
}

/** Collects an asynchronous iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
