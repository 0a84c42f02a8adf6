/**
 * A decision of the kernel that a capability can take over. It has at most one owner, so that no
 * capability silently overrides another.
 */
export class Slot<T> {
  readonly #default: T
  #filled: { readonly owner: string; readonly value: T } | null = null

  /** The default applies while the slot has no owner. */
  constructor(value: T) {
    this.#default = value
  }

  get value(): T {
    return this.#filled ? this.#filled.value : this.#default
  }

  /**
   * Throws if another owner has filled it. The same owner can replace its value. Returns a function
   * that restores the default.
   */
  fill(owner: string, value: T): () => void {
    if (this.#filled && this.#filled.owner !== owner)
      throw new Error(`${owner} cannot decide what ${this.#filled.owner} decides already`)
    const filled = { owner, value }
    this.#filled = filled
    return () => {
      if (this.#filled === filled) this.#filled = null
    }
  }
}
