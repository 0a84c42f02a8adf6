import type { CountedLabel, Label } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { openWritable } from '@shoal/daemon/files'
import type { Folders } from '../kernel/folders.ts'
import type { LabelStore } from './records/label-store.ts'
import type { TorrentRegistry } from './records/torrent-registry.ts'

export interface LabelsContext {
  readonly store: LabelStore
  readonly registry: TorrentRegistry
  readonly folders: Folders
  onChanged(): void
}

type Change = { [Name in keyof Omit<Label, 'name'>]?: Label[Name] | undefined }

/** Labels: each torrent has at most one, and new torrents go to its folder. */
export class Labels {
  readonly #context: LabelsContext

  constructor(context: LabelsContext) {
    this.#context = context
  }

  list(): { items: CountedLabel[]; tags: string[] } {
    const counts = new Map<string, number>()
    const tags = new Set<string>()
    for (const { row } of this.#context.registry.listed()) {
      if (row.label !== null) counts.set(row.label, (counts.get(row.label) ?? 0) + 1)
      for (const tag of row.tags) tags.add(tag)
    }
    const items = this.#context.store.all().map(({ name, colour, directory }) => ({
      name,
      colour,
      directory,
      torrents: counts.get(name) ?? 0,
    }))
    return { items, tags: [...tags].sort() }
  }

  /** Publishes all labels. */
  tell(): void {
    this.#context.onChanged()
  }

  /** Null if the label has no folder or does not exist. */
  directoryOf(name: string): string | null {
    return this.#context.store.find(name)?.directory ?? null
  }

  /**
   * Creates a label, with its folder, or changes the given properties. Rejects with
   * `forbidden-path`, or because the folder cannot be written to.
   */
  async put(name: string, { directory, colour }: Change): Promise<CountedLabel> {
    const { store, folders } = this.#context
    if (typeof directory === 'string') {
      await folders.allow(directory)
      await openWritable(directory)
    }
    const change = { ...(directory !== undefined && { directory }), ...(colour !== undefined && { colour }) }
    const known = store.find(name)
    if (known) store.update(known.id, change)
    else store.add({ name, ...change })
    this.#context.onChanged()
    return this.list().items.find(label => label.name === name)!
  }

  /** Throws `not-found`. */
  remove(name: string): void {
    const { store, registry } = this.#context
    const known = store.find(name)
    if (!known) throw new Failure('not-found', `there is no label ${name}`, { field: 'name' })
    // Removed torrents that can still be restored have it too.
    const its = [...registry.listed(), ...registry.removed()].filter(({ row }) => row.label === name)
    registry.changeAll(its, { label: null })
    store.delete(known.id)
    this.#context.onChanged()
  }
}
